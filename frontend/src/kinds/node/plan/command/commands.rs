//! The commands that a script comes to, with those of the scripts that it runs.

use std::collections::BTreeSet;

use super::operators::conjunction;
use super::prefixes::strip_prefixes;
use super::script::MAX_DEPTH;
use crate::kinds::node::workspace::PackageJson;

/// The words of one command.
pub(in super::super) type Words = Vec<String>;

/// How many commands are looked at.
pub(in super::super) const MOST: usize = 200;

/// Returns the commands of a script in their order, each without what stands in front of its program; scripts that it runs
/// by a package manager or by `run-p`, `run-s` and `npm-run-all` are followed.
pub(in super::super) fn commands(manifest: &PackageJson, name: &str) -> Vec<Words> {
    let mut walk = Walk::new(manifest);
    if let Some(script) = manifest.scripts.get(name) {
        walk.follow(script, 0);
    }
    walk.found
}

/// Returns the names of the scripts that a script runs, and that those run.
pub(super) fn scripts_of(manifest: &PackageJson, name: &str) -> BTreeSet<String> {
    let mut walk = Walk::new(manifest);
    if let Some(script) = manifest.scripts.get(name) {
        walk.follow(script, 0);
    }
    walk.names
}

/// Returns all commands of a script's text, as [`commands`]; none where it comes to none, where there are more than are
/// looked at, and where one is none that a shell could split.
pub(in super::super) fn all_commands(manifest: &PackageJson, script: &str) -> Option<Vec<Words>> {
    let mut walk = Walk::new(manifest);
    walk.follow(script, 0);
    (walk.is_whole && !walk.found.is_empty()).then_some(walk.found)
}

/// A walk through scripts that run each other.
struct Walk<'m> {
    manifest: &'m PackageJson,
    found: Vec<Words>,
    /// The scripts that were followed.
    names: BTreeSet<String>,
    /// How many commands are looked at yet, those that only run other scripts among them: such scripts may run each other
    /// many times.
    left: usize,
    /// Whether nothing was left out.
    is_whole: bool,
}

impl<'m> Walk<'m> {
    fn new(manifest: &'m PackageJson) -> Self {
        Self {
            manifest,
            found: Vec::new(),
            names: BTreeSet::new(),
            left: MOST,
            is_whole: true,
        }
    }

    fn follow(&mut self, script: &str, depth: usize) {
        // Of other operators every command is looked at just as well: all of them run in the end.
        let parts = conjunction(script).unwrap_or_else(|| script.split(['&', '|', ';']).collect());
        for part in parts {
            if self.left == 0 || depth > MAX_DEPTH {
                self.is_whole = false;
                return;
            }
            self.left -= 1;
            let Some(mut words) = shlex::split(part) else {
                self.is_whole = false;
                continue;
            };
            strip_prefixes(&mut words);
            of_installed(&mut words);
            if let Some(program) = words.first_mut() {
                *program = program.rsplit('/').next().unwrap_or(program).to_owned();
            }
            let names = runs(&words);
            let mut scripts = names
                .iter()
                .filter_map(|name| self.manifest.scripts.get_key_value(*name))
                .peekable();
            if scripts.peek().is_none() {
                // pnpm and yarn run a program by its name, too.
                if matches!(
                    words.first().map(String::as_str),
                    Some("pnpm" | "yarn" | "bun" | "bunx")
                ) {
                    words.remove(0);
                }
                self.found.extend(Some(words).filter(|words| !words.is_empty()));
                continue;
            }
            for (name, script) in scripts {
                self.names.insert(name.clone());
                self.follow(script, depth + 1);
            }
        }
    }
}

/// Takes Node from the front of a command that has it run a program of a package: `node --flag node_modules/vite/bin/vite.js`.
fn of_installed(words: &mut Words) {
    if words.first().is_none_or(|word| word != "node") {
        return;
    }
    let Some(at) = words.iter().skip(1).position(|word| !word.starts_with('-')) else {
        return;
    };
    let is_installed = |word: &String| word.split('/').any(|part| part == "node_modules");
    if words.get(at + 1).is_some_and(is_installed) {
        words.drain(..=at);
        if let Some(program) = words.first_mut() {
            let ends = [".js", ".cjs", ".mjs"];
            let name = ends.iter().find_map(|end| program.strip_suffix(end));
            *program = name.unwrap_or(program).to_owned();
        }
    }
}

/// Returns the names of scripts that a command runs.
pub(in super::super) fn runs(words: &[String]) -> Vec<&str> {
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
                &["x", "vite build"],
            ),
            (
                r#"{ "build": "node --max_old_space_size=8192 ./node_modules/vite/bin/vite.js build && node build.js && node -v" }"#,
                &["vite build", "node build.js", "node -v"],
            ),
            (r#"{ "build": "npm run build" }"#, &[]),
            (r#"{ "build": "echo \"" }"#, &[]),
            (r#"{ "other": "vite build" }"#, &[]),
        ] {
            assert_eq!(of(scripts), expected, "{scripts}");
        }
    }
}
