//! The commands that a script comes to, with those of the scripts that it runs.

use super::script::strip_prefixes;
use super::shell::conjunction;
use crate::kinds::node::workspace::PackageJson;

/// The words of one command.
pub(in super::super) type Words = Vec<String>;

/// How many scripts that run each other are followed.
const MAX_DEPTH: usize = 8;
/// How many commands are looked at.
pub(super) const MOST: usize = 200;

/// Returns the commands of a script in their order, each without what stands in front of its program; scripts that it runs
/// by a package manager or by `run-p`, `run-s` and `npm-run-all` are followed.
pub(in super::super) fn commands(manifest: &PackageJson, name: &str) -> Vec<Words> {
    let (mut found, mut left) = (Vec::new(), MOST);
    if let Some(script) = manifest.scripts.get(name) {
        follow(manifest, script, 0, &mut found, &mut left);
    }
    found
}

/// Returns the commands of a script's text, as [`commands`]; none where it comes to none, or to more than are looked at.
pub(super) fn all_commands(manifest: &PackageJson, script: &str) -> Option<Vec<Words>> {
    let (mut found, mut left) = (Vec::new(), MOST);
    follow(manifest, script, 0, &mut found, &mut left);
    (left > 0 && !found.is_empty()).then_some(found)
}

/// `left` is how many commands are looked at yet, those that only run other scripts among them: such scripts may run each
/// other many times.
fn follow(manifest: &PackageJson, script: &str, depth: usize, found: &mut Vec<Words>, left: &mut usize) {
    if depth > MAX_DEPTH {
        // They run each other in a circle.
        *left = 0;
        return;
    }
    // Of other operators every command is looked at just as well: all of them run in the end.
    let parts = conjunction(script).unwrap_or_else(|| script.split(['&', '|', ';']).collect());
    for part in parts {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let Some(mut words) = shlex::split(part) else {
            continue;
        };
        strip_prefixes(&mut words);
        if let Some(program) = words.first_mut() {
            *program = program.rsplit('/').next().unwrap_or(program).to_owned();
        }
        let names = runs(&words);
        let mut scripts = names
            .iter()
            .filter_map(|name| manifest.scripts.get(*name))
            .peekable();
        if scripts.peek().is_none() {
            // pnpm and yarn run a program by its name, too.
            if matches!(
                words.first().map(String::as_str),
                Some("pnpm" | "yarn" | "bun" | "bunx")
            ) {
                words.remove(0);
            }
            found.extend(Some(words).filter(|words| !words.is_empty()));
            continue;
        }
        for script in scripts {
            follow(manifest, script, depth + 1, found, left);
        }
    }
}

/// Returns the names of scripts that a command runs.
fn runs(words: &[String]) -> Vec<&str> {
    let Some((program, arguments)) = words.split_first() else {
        return Vec::new();
    };
    let is_name = |word: &&str| !word.starts_with('-');
    let names = arguments.iter().map(String::as_str);
    match program.as_str() {
        "npm" | "pnpm" | "yarn" | "bun" => {
            let mut names = names
                .filter(|word| !["run", "run-script"].contains(word))
                .filter(is_name);
            names.next().into_iter().collect()
        }
        "run-p" | "run-s" | "npm-run-all" | "npm-run-all2" => {
            let names = names.take_while(|word| *word != "--").filter(is_name);
            // An argument may be a script with arguments of its own.
            names.filter_map(|word| word.split_whitespace().next()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    fn of(scripts: &str) -> Vec<String> {
        let text = format!(r#"{{ "name": "a", "scripts": {scripts} }}"#);
        let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
        commands(&manifest, "build")
            .iter()
            .map(|words| words.join(" "))
            .collect()
    }

    #[test]
    fn scripts_are_followed_to_their_commands() {
        for (scripts, expected) in [
            (
                r#"{ "build": "tsc -b && vite build" }"#,
                &["tsc -b", "vite build"][..],
            ),
            (
                r#"{ "build": "run-p type-check \"build-only {@}\" --", "type-check": "vue-tsc --build", "build-only": "vite build" }"#,
                &["vue-tsc --build", "vite build"],
            ),
            (
                r#"{ "build": "npm run clean; NODE_ENV=production npx vite build --outDir x", "clean": "rm -rf x" }"#,
                &["rm -rf x", "vite build --outDir x"],
            ),
            (r#"{ "build": "pnpm exec ng build" }"#, &["ng build"]),
            (r#"{ "build": "pnpm vite build" }"#, &["vite build"]),
            (
                r#"{ "build": "node node_modules/.bin/x && node_modules/.bin/vite build" }"#,
                &["node node_modules/.bin/x", "vite build"],
            ),
            (r#"{ "build": "npm run build" }"#, &[]),
            (r#"{ "build": "echo \"" }"#, &[]),
            (r#"{ "other": "vite build" }"#, &[]),
        ] {
            assert_eq!(of(scripts), expected, "{scripts}");
        }
    }
}
