//! Files that commands run by hand: with Node, with what compiles as it loads, and with what starts either again when a source
//! changes. A watcher is for no image, but what it starts is the service.

use super::commands::{Words, all_commands, commands};
use super::node::LOADERS;
use crate::kinds::node::plan::contents::is_typescript;
use crate::kinds::node::workspace::PackageJson;
use crate::path::join;

/// Programs that run the file that they are given.
const RUNNERS: [&str; 22] = [
    "babel-node",
    "bun",
    "deno",
    "electron",
    "electronmon",
    "esno",
    "forever",
    "jiti",
    "node",
    "node-dev",
    "nodemon",
    "pm2",
    "pm2-dev",
    "pm2-runtime",
    "supervisor",
    "swc-node",
    "ts-node",
    "ts-node-dev",
    "ts-node-esm",
    "tsnd",
    "tsx",
    "vite-node",
];

/// Flags of theirs whose value is the next word, and no file that is run.
const WITH_VALUE: [&str; 13] = [
    "--config",
    "--cwd",
    "--debounce",
    "--delay",
    "--env-file",
    "--ext",
    "--ignore",
    "--ignore-watch",
    "--project",
    "--tsconfig",
    "--watch-path",
    "-e",
    "-i",
];

/// What a command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// The file, as it is written.
    pub(super) file: String,
    /// Whether Node is what runs it, and nothing else beside it.
    pub(super) is_alone: bool,
    /// The flags that load modules first, with their values.
    loaders: Vec<String>,
}

impl Run {
    /// Returns the words that run the file once, by what the package has for it.
    pub(super) fn once(&self, manifest: &PackageJson) -> Words {
        let has = |package: &&str| manifest.specifier(package).is_some();
        let program = match is_typescript(&self.file) {
            true => ["tsx", "ts-node"].into_iter().find(has).unwrap_or("node"),
            false => "node",
        };
        let words = [program.to_owned()]
            .into_iter()
            .chain(self.loaders.iter().cloned());
        words.chain([self.file.clone()]).collect()
    }
}

/// Returns what a script runs: of the last of its commands that names a file.
pub(super) fn of_script(manifest: &PackageJson, name: &str) -> Option<Run> {
    let commands = commands(manifest, name).into_iter().rev();
    commands.filter_map(|words| run(manifest, &words, true)).next()
}

/// Whether a script of a package runs a file of it, which is a program then.
pub(in super::super) fn is_run(manifest: &PackageJson, file: &str) -> bool {
    let is_main = manifest
        .main
        .as_deref()
        .is_some_and(|main| join(".", main) == file);
    let runs = |words: &Words| {
        let is_of_main = || is_runner(words) && words.iter().skip(1).any(|word| word == "." || word == "./");
        let named = run(manifest, words, true).map(|run| join(".", &run.file));
        named.is_some_and(|named| named == file) || is_main && is_of_main()
    };
    manifest
        .scripts
        .keys()
        .any(|name| commands(manifest, name).iter().any(runs))
}

fn is_runner(words: &[String]) -> bool {
    let program = words.first().map_or("", String::as_str);
    RUNNERS.contains(&program.rsplit('/').next().unwrap_or(program))
}

/// Reads a command that runs a file. What others are told to run is looked at where `is_outer`: it may run them again.
fn run(manifest: &PackageJson, words: &[String], is_outer: bool) -> Option<Run> {
    let program = words.first()?;
    if program == "concurrently" && is_outer {
        let mut runs = words
            .iter()
            .skip(1)
            .filter_map(|word| match word.strip_prefix("npm:") {
                Some(name) => told(manifest, manifest.scripts.get(name)?),
                None => told(manifest, word).filter(|_| word.contains(' ')),
            });
        return runs.next_back().map(|run| Run {
            is_alone: false,
            ..run
        });
    }
    if !is_runner(words) {
        // Another runtime is not among the words of a command, as other package managers are not.
        let is_of_other = program == "run" || program.starts_with('-') || is_file(program, true);
        let file = words.iter().find(|word| is_file(word, true))?;
        return is_of_other.then(|| Run {
            file: file.clone(),
            is_alone: false,
            loaders: Vec::new(),
        });
    }
    let is_watcher = program.ends_with("nodemon");
    let mut loaders = Vec::new();
    let mut rest = words.iter().skip(1);
    let mut is_after_flag = false;
    while let Some(word) = rest.next() {
        let flag = word.split_once('=').map_or(word.as_str(), |(flag, _)| flag);
        if LOADERS.contains(&flag) {
            loaders.push(word.clone());
            loaders.extend((flag == word).then(|| rest.next().cloned()).flatten());
        } else if is_watcher && ["--exec", "-x"].contains(&flag) {
            let text = match word.split_once('=') {
                Some((_, text)) => text,
                None => rest.next()?,
            };
            if let Some(found) = is_outer.then(|| told(manifest, text)).flatten() {
                return Some(found);
            }
        } else if WITH_VALUE.contains(&word.as_str())
            || is_watcher && ["--watch", "-w"].contains(&word.as_str())
        {
            rest.next();
        } else if is_file(word, is_after_flag) {
            return Some(Run {
                file: word.clone(),
                is_alone: !["bun", "deno"].contains(&program.as_str()),
                loaders,
            });
        } else {
            is_after_flag = word.starts_with('-') && !word.contains('=');
        }
    }
    None
}

/// Returns what a command runs that is an argument of another.
fn told(manifest: &PackageJson, text: &str) -> Option<Run> {
    let commands = all_commands(manifest, text)?;
    commands
        .iter()
        .filter_map(|words| run(manifest, words, false))
        .next_back()
}

/// Whether a word is a file that is run: by its name; or by being a path, where it is no flag's value.
fn is_file(word: &str, is_after_flag: bool) -> bool {
    let is_code = [".js", ".mjs", ".cjs"].iter().any(|end| word.ends_with(end)) || is_typescript(word);
    let is_plain = !word.starts_with('-') && !word.contains(['*', '$', '{', ',', ':']);
    is_plain && (is_code || word.contains('/') && !is_after_flag && !word.ends_with(".json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    fn package(scripts: &str, more: &str) -> PackageJson {
        let text = format!(r#"{{ "name": "a", "scripts": {scripts}{more} }}"#);
        PackageJson::parse(&SourceFile::new("package.json", text)).unwrap()
    }

    #[test]
    fn a_watcher_names_what_it_runs() {
        for (script, expected) in [
            ("nodemon app.js", "node app.js"),
            ("nodemon ./bin/www", "node ./bin/www"),
            (
                "nodemon --watch src -e ts,json --exec ts-node src/index.ts",
                "ts-node src/index.ts",
            ),
            (
                "nodemon -w src/x.js -x 'ts-node -r tsconfig-paths/register src/a.ts'",
                "ts-node -r tsconfig-paths/register src/a.ts",
            ),
            (
                "nodemon --exec 'npm run build && node dist/a.js'",
                "node dist/a.js",
            ),
            (
                "NODE_ENV=development npx nodemon --inspect=0.0.0.0:9229 server.mjs --port 1",
                "node server.mjs",
            ),
            (
                "ts-node-dev --respawn --transpile-only --ignore src/a.test.ts src/main.ts",
                "ts-node src/main.ts",
            ),
            (
                "tsnd -P tsconfig.json --respawn src/main.ts",
                "ts-node src/main.ts",
            ),
            (
                "node --watch -r dotenv/config server.js",
                "node -r dotenv/config server.js",
            ),
            (
                "node --watch-path=./src --env-file=.env src/app.js",
                "node src/app.js",
            ),
            ("tsx watch --clear-screen=false src/a.mts", "ts-node src/a.mts"),
            (
                "concurrently 'tsc -w' 'nodemon dist/index.js'",
                "node dist/index.js",
            ),
            ("npm run other", "node other.js"),
            ("nodemon --exec 'npm run other'", "node other.js"),
        ] {
            let scripts = serde_json::json!({ "start": script, "other": "node-dev other.js" });
            let manifest = package(&scripts.to_string(), r#", "devDependencies": { "ts-node": "1" }"#);
            let found = of_script(&manifest, "start").map(|run| run.once(&manifest).join(" "));
            assert_eq!(found.as_deref(), Some(expected), "{script}");
        }
        for script in [
            "nodemon",
            "nodemon src",
            "nodemon --config nodemon.json",
            "tsc -w src/a.ts",
            "webpack serve --entry ./a.js",
        ] {
            let manifest = package(&serde_json::json!({ "start": script }).to_string(), "");
            assert_eq!(of_script(&manifest, "start"), None, "{script}");
        }
    }

    #[test]
    fn a_watcher_that_runs_itself_has_an_end() {
        let manifest = package(r#"{ "start": "nodemon -x 'npm start'" }"#, "");
        assert_eq!(of_script(&manifest, "start"), None);
    }

    #[test]
    fn a_file_that_a_script_runs_is_a_program() {
        let main = r#", "main": "./src/a.js""#;
        for script in [
            "node src/a.js",
            "nodemon ./src/a.js",
            "electron .",
            "npx nodemon -w src .",
        ] {
            let manifest = package(&serde_json::json!({ "server": script }).to_string(), main);
            assert!(is_run(&manifest, "src/a.js"), "{script}");
        }
        for script in [
            "eslint src/a.js",
            "eslint .",
            "parcel build src/a.js",
            "node src/b.js",
        ] {
            let manifest = package(&serde_json::json!({ "server": script }).to_string(), main);
            assert!(!is_run(&manifest, "src/a.js"), "{script}");
        }
    }
}
