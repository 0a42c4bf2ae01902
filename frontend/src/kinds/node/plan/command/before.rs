//! What package managers run in front of a start script, by its name: `prestart` of `start`.

use super::commands::{MOST, Words, all_commands};
use super::operators::{Unit, alternatives, units};
use super::script::package_of;
use super::shell::is_build;
use crate::kinds::node::workspace::PackageJson;

/// What a shell has itself.
const BUILTINS: [&str; 7] = [":", "[", "echo", "exit", "false", "test", "true"];

/// Returns the commands in front of a start script that an image can run; none where there are none.
///
/// What builds has run already, with all that stands in front of it. What is left is run where all of it can be: programs of
/// node, of a package in `dependencies`, or of the shell itself. Otherwise it is what only developers have installed, or
/// have around them, and no business of an image.
pub(super) fn commands(manifest: &PackageJson, name: &str) -> Option<Vec<Unit>> {
    let parts = units(manifest.scripts.get(&format!("pre{name}"))?)?;
    if parts.len() > MOST {
        return None;
    }
    let commands = parts.iter().map(|part| {
        alternatives(&part.text)?;
        all_commands(manifest, &part.text)
    });
    let commands: Vec<Vec<Words>> = commands.collect::<Option<_>>()?;
    let builds = |(part, commands): (&Unit, &Vec<Words>)| is_build(&part.text) || commands.iter().any(builds);
    let built = parts.iter().zip(&commands).rposition(builds);
    let first = built.map_or(0, |last| last + 1);
    let mut rest = commands.iter().skip(first).flatten();
    let is_run = first < parts.len() && rest.all(|words| runs_in_image(manifest, words));
    is_run.then(|| parts.into_iter().skip(first).collect())
}

/// Returns commands as the script has them.
pub(super) fn shown(units: &[Unit]) -> String {
    let count = units.len();
    let texts = units.iter().enumerate().map(|(at, unit)| {
        let after = match unit.is_joined {
            _ if at + 1 == count => "",
            true => " && ",
            false => "; ",
        };
        format!("{}{after}", unit.text)
    });
    texts.collect()
}

/// Whether a command makes what the image holds already.
fn builds(words: &Words) -> bool {
    // A build that somebody wrote, by what everybody calls such a file.
    let file = words.iter().skip(1).find(|word| !word.starts_with('-'));
    let name = file.map_or("", |file| file.rsplit('/').next().unwrap_or_default());
    let is_named = ["build", "bundle", "compile"]
        .iter()
        .any(|verb| name.contains(verb));
    is_build(&words.join(" ")) || is_named && words.first().is_some_and(|program| program == "node")
}

/// Whether the program of a command is there when the service is started.
fn runs_in_image(manifest: &PackageJson, words: &Words) -> bool {
    let program = words.first().map_or("", String::as_str);
    program == "node"
        || BUILTINS.contains(&program)
        || manifest.dependencies.contains_key(package_of(program))
}

#[cfg(test)]
mod tests {
    use super::super::infer;
    use super::*;
    use crate::diagnostic::SourceFile;

    fn started(scripts: &str) -> String {
        let text = format!(
            r#"{{ "name": "a", "scripts": {scripts}, "dependencies": {{ "knex": "1", "prisma": "1" }},
                "devDependencies": {{ "tsx": "1" }} }}"#
        );
        let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
        infer(&manifest, (None, None), ".", &[]).command.args.join(" ")
    }

    #[test]
    fn what_is_run_before_the_start_is_run_in_the_image() {
        let node = "exec node --require /usr/lib/vextrus/init.cjs";
        for (scripts, expected) in [
            (
                r#"{ "prestart": "knex migrate:latest", "start": "node a.js" }"#,
                format!("sh -c knex migrate:latest && {node} a.js"),
            ),
            (
                r#"{ "prestart:prod": "npm run migrate && node seed.js", "migrate": "npx prisma migrate deploy", "start:prod": "node a.js" }"#,
                format!("sh -c prisma migrate deploy && node seed.js && {node} a.js"),
            ),
            (
                r#"{ "prestart": "knex migrate:latest", "start": "node b.js && node a.js" }"#,
                format!("sh -c knex migrate:latest && node b.js && {node} a.js"),
            ),
            // What builds, with what clears the place for it; what developers have, and another script's.
            (
                r#"{ "prestart": "knex clean && npm run b && knex migrate:latest", "b": "node a.js && tsc", "start": "node a.js" }"#,
                format!("sh -c knex migrate:latest && {node} a.js"),
            ),
            (
                r#"{ "prestart": "node scripts/esbuild.mjs", "start": "node a.js" }"#,
                "node a.js".to_owned(),
            ),
            (
                r#"{ "prestart": "knex migrate:latest && eslint .", "start": "node a.js" }"#,
                "node a.js".to_owned(),
            ),
            (
                r#"{ "prestart": "npm run build", "build": "tsc", "start": "node a.js" }"#,
                "node a.js".to_owned(),
            ),
            (
                r#"{ "prestart": "rimraf dist && tsc && tsx seed.ts", "start": "node a.js" }"#,
                "node a.js".to_owned(),
            ),
            (
                r#"{ "prestart": "npm run all", "all": "eslint . && node b.js", "start": "node a.js" }"#,
                "node a.js".to_owned(),
            ),
            (
                r#"{ "prestart": "npm run all", "all": "node -e 'a; b'; node b.js", "start": "node a.js" }"#,
                "node a.js".to_owned(),
            ),
            // What may fail, and what follows whatever happened.
            (
                r#"{ "prestart": "npm run m || true", "m": "npx prisma migrate deploy", "start": "node a.js" }"#,
                format!("sh -c (prisma migrate deploy || true) && {node} a.js"),
            ),
            (
                r#"{ "prestart": "knex migrate:latest; node seed.js", "start": "node a.js" }"#,
                format!("sh -c (knex migrate:latest; node seed.js) && {node} a.js"),
            ),
            (
                r#"{ "prestart": "npm run build || exit 1; npm run all || echo no", "build": "tsc", "all": "knex up && node b.js", "start": "node a.js" }"#,
                format!("sh -c ((knex up && node b.js) || echo no) && {node} a.js"),
            ),
            (
                r#"{ "prestart": "knex up", "start": "node b.js; node a.js" }"#,
                "sh -c knex up && (node b.js; node a.js)".to_owned(),
            ),
            (
                r#"{ "prestart": "eslint . || true; knex up", "start": "node a.js" }"#,
                "node a.js".to_owned(),
            ),
            (
                r#"{ "prestart": "knex up | tee log", "start": "node a.js" }"#,
                "node a.js".to_owned(),
            ),
            (
                r#"{ "prestart": "npm run prestart", "start": "node a.js" }"#,
                "node a.js".to_owned(),
            ),
            (
                r#"{ "predev": "node b.js", "start": "node a.js" }"#,
                "node a.js".to_owned(),
            ),
        ] {
            assert_eq!(started(scripts), expected, "{scripts}");
        }
    }

    #[test]
    fn scripts_that_run_each_other_many_times_have_an_end() {
        let all = vec!["npm run a"; 60].join(" && ");
        let scripts = format!(r#"{{ "prestart": "npm run a", "a": "{all}", "start": "node a.js" }}"#);
        assert_eq!(started(&scripts), "node a.js");
    }
}
