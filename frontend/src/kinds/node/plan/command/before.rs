//! What package managers run in front of a start script, by its name: `prestart` of `start`.

use super::script::{package_of, strip_prefixes};
use super::shell::{conjunction, is_build};
use crate::kinds::node::workspace::PackageJson;

/// Returns the commands in front of a start script that an image can run, joined as a shell has them; none where there are
/// none.
///
/// What builds has run already, and what only developers have installed, or have around them, is no business of an image:
/// of the rest a part is left that is a program of node, or of a package in `dependencies`.
pub(super) fn commands(manifest: &PackageJson, name: &str) -> Option<String> {
    let parts = conjunction(manifest.scripts.get(&format!("pre{name}"))?)?;
    let runs = |part: &&str| runs_in_image(manifest, part, 0);
    let parts: Vec<&str> = parts.into_iter().filter(runs).collect();
    (!parts.is_empty()).then(|| parts.join(" && "))
}

/// Whether all programs of a command are there when the service is started. `depth` is the number of scripts that led here.
fn runs_in_image(manifest: &PackageJson, part: &str, depth: usize) -> bool {
    /// How many scripts that run each other are followed.
    const DEEPEST: usize = 8;
    let mut words = shlex::split(part).unwrap_or_default();
    strip_prefixes(&mut words, &mut Default::default());
    let Some((program, arguments)) = words.split_first() else {
        return false;
    };
    if is_build(part) || depth > DEEPEST {
        return false;
    }
    if ["npm", "pnpm", "yarn"].contains(&program.as_str()) {
        let mut names = arguments
            .iter()
            .filter(|word| *word != "run" && *word != "run-script");
        let script = names.next().and_then(|name| manifest.scripts.get(name));
        let parts = script.and_then(|script| conjunction(script));
        return parts.is_some_and(|parts| {
            let mut parts = parts.iter();
            parts.all(|part| runs_in_image(manifest, part, depth + 1))
        });
    }
    let name = program.rsplit('/').next().unwrap_or(program);
    name == "node" || manifest.dependencies.contains_key(package_of(name))
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
        infer(&manifest, None, ".", &[]).command.args.join(" ")
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
            // What builds, what developers have, and another script's.
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
}
