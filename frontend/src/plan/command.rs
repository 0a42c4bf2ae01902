//! The command of the image, resolved from the package's scripts to plain `node` where that is possible.

use std::collections::BTreeMap;

use super::model::Command;
use crate::workspace::PackageJson;

/// Scripts that start a production service, the most telling first.
const START_SCRIPTS: [&str; 6] = [
    "start:prod",
    "start:production",
    "start-prod",
    "serve:prod",
    "production",
    "start",
];

/// Programs that run sources or watch them: right for a developer, wrong for an image.
const DEVELOPMENT: [&str; 10] = [
    "nodemon",
    "ts-node-dev",
    "tsnd",
    "tsup",
    "tsc",
    "vite",
    "turbo",
    "concurrently",
    "wrangler",
    "docker",
];

/// Where builds put an entry file when nobody says so, most likely first.
const USUAL_ENTRIES: [&str; 13] = [
    "dist/main.js",
    "dist/src/main.js",
    "dist/index.js",
    "dist/src/index.js",
    "dist/server.js",
    "dist/src/server.js",
    "dist/app.js",
    "dist/index.mjs",
    "dist/index.cjs",
    "build/index.js",
    "build/main.js",
    "server.js",
    "index.js",
];

/// An inferred command and what it needs besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inferred {
    /// The command.
    pub(super) command: Command,
    /// Environment that the script sets in front of its program.
    pub(super) env: BTreeMap<String, String>,
    /// Packages whose program the command runs: they must be in production, wherever they are declared.
    pub(super) programs: Vec<String>,
    /// Whether the command runs TypeScript sources.
    pub(super) runs_sources: bool,
    /// Which field it came from.
    pub(super) why: String,
}

/// Infers the command of a service: a start script, else `main`, else the usual places of a build's output.
pub(super) fn infer(manifest: &PackageJson, nest_entry: Option<&str>) -> Inferred {
    for name in START_SCRIPTS {
        let Some(script) = manifest.scripts.get(name) else {
            continue;
        };
        if let Some(mut inferred) = from_script(manifest, script, nest_entry, 0) {
            inferred.why = format!("scripts.{name}: {script}");
            return inferred;
        }
    }
    let main = manifest
        .main
        .clone()
        .filter(|main| !super::contents::is_typescript(main));
    let why = match &main {
        Some(main) => format!("main: {main}"),
        None => "no start script and no main: the usual output of a build".to_owned(),
    };
    let mut entries: Vec<String> = main.iter().flat_map(|main| candidates(main)).collect();
    entries.extend(nest_entry.iter().flat_map(|entry| candidates(entry)));
    entries.extend(USUAL_ENTRIES.iter().map(|entry| (*entry).to_owned()));
    node(Vec::new(), entries, Vec::new(), why)
}

/// Reads one script; none where it is for development or does not start anything in this process.
fn from_script(
    manifest: &PackageJson,
    script: &str,
    nest_entry: Option<&str>,
    depth: usize,
) -> Option<Inferred> {
    // A script that starts another, and that one the first, ends here.
    if depth > 8 {
        return None;
    }
    if ["&&", "||", ";", "|", "`", "$(", ">", "<", "&"]
        .iter()
        .any(|operator| script.contains(operator))
    {
        return shell(manifest, script);
    }
    let mut words = shlex::split(script)?;
    let mut env = BTreeMap::new();
    strip_prefixes(&mut words, &mut env);
    let program = words.first()?.clone();
    let arguments = words.get(1..)?.to_vec();
    let inferred = match program.as_str() {
        "node" => from_node(&arguments),
        "nest" if arguments.first().is_some_and(|a| a == "start") => {
            if arguments
                .iter()
                .any(|a| a == "--watch" || a == "-w" || a == "--debug")
            {
                return None;
            }
            let mut entries: Vec<String> = nest_entry.iter().flat_map(|entry| candidates(entry)).collect();
            entries.extend(USUAL_ENTRIES.iter().take(4).map(|entry| (*entry).to_owned()));
            Some(node(Vec::new(), entries, Vec::new(), String::new()))
        }
        "npm" | "pnpm" | "yarn" => {
            let name = arguments
                .iter()
                .find(|a| *a != "run" && *a != "-s" && *a != "--silent")?;
            from_script(
                manifest,
                manifest.scripts.get(name.as_str())?,
                nest_entry,
                depth + 1,
            )
        }
        "tsx" | "ts-node" | "bun" if arguments.first().is_some_and(|a| a == "watch") => None,
        "tsx" => {
            let mut inferred = from_node(&arguments)?;
            let at = inferred
                .command
                .args
                .iter()
                .position(|a| a == "node")
                .map_or(0, |i| i + 1);
            inferred
                .command
                .args
                .splice(at..at, ["--import".to_owned(), "tsx".to_owned()]);
            inferred.command.entry_index = inferred.command.entry_index.map(|index| index + 2);
            inferred.programs.push("tsx".to_owned());
            inferred.runs_sources = true;
            Some(inferred)
        }
        program if DEVELOPMENT.contains(&program) || arguments.iter().any(|a| a == "--watch") => None,
        program => Some(binary(program, &words)),
    };
    inferred.map(|mut inferred| {
        env.extend(std::mem::take(&mut inferred.env));
        inferred.env = env;
        inferred
    })
}

/// Drops `exec`, `cross-env`, `dotenv --` and the like, and keeps the variables that they set.
fn strip_prefixes(words: &mut Vec<String>, env: &mut BTreeMap<String, String>) {
    loop {
        let Some(first) = words.first() else { return };
        if let Some((name, value)) = first.split_once('=').filter(|(name, _)| is_variable(name)) {
            env.insert(name.to_owned(), value.to_owned());
            words.remove(0);
        } else if ["exec", "cross-env", "cross-env-shell", "env", "npx", "pnpx"].contains(&first.as_str()) {
            words.remove(0);
        } else if first == "pnpm" && words.get(1).is_some_and(|word| word == "exec" || word == "dlx") {
            words.drain(..2);
        } else if ["dotenv", "dotenvx", "env-cmd"].contains(&first.as_str()) {
            // Configuration comes from the container's environment; the files are not in the image.
            let Some(at) = words.iter().position(|word| word == "--") else {
                return;
            };
            words.drain(..=at);
        } else {
            return;
        }
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Reads the arguments of `node`: its own flags, the entry file, the program's arguments.
fn from_node(arguments: &[String]) -> Option<Inferred> {
    let with_value = [
        "-r",
        "--require",
        "--import",
        "--loader",
        "--experimental-loader",
        "-C",
        "--conditions",
    ];
    let mut flags = Vec::new();
    let mut rest = arguments.iter();
    let entry = loop {
        let argument = rest.next()?;
        if argument == "--watch" || argument.starts_with("--watch-path") || argument.starts_with("--inspect")
        {
            return None;
        }
        // `node --env-file` fails without the file, and no image should hold it.
        if argument.starts_with("--env-file") {
            if !argument.contains('=') {
                rest.next();
            }
        } else if with_value.contains(&argument.as_str()) {
            flags.push(argument.clone());
            flags.push(rest.next()?.clone());
        } else if argument.starts_with('-') {
            flags.push(argument.clone());
        } else {
            break argument.clone();
        }
    };
    let runs_sources = super::contents::is_typescript(&entry);
    let programs = flags
        .windows(2)
        .filter(|pair| {
            matches!(
                pair.first().map(String::as_str),
                Some("-r" | "--require" | "--import" | "--loader")
            )
        })
        .filter_map(|pair| pair.get(1))
        .filter(|module| !module.starts_with('.'))
        .map(|module| package_of(module))
        .collect();
    let mut inferred = node(flags, candidates(&entry), rest.cloned().collect(), String::new());
    inferred.runs_sources = runs_sources;
    inferred.programs = programs;
    Some(inferred)
}

/// Returns the package that a module specifier names: `ts-node/register` is of `ts-node`.
fn package_of(module: &str) -> String {
    let parts = if module.starts_with('@') { 2 } else { 1 };
    module.split('/').take(parts).collect::<Vec<_>>().join("/")
}

fn node(flags: Vec<String>, entries: Vec<String>, arguments: Vec<String>, why: String) -> Inferred {
    let mut args = vec!["node".to_owned()];
    args.extend(flags);
    let entry_index = args.len();
    args.push(entries.first().cloned().unwrap_or_default());
    args.extend(arguments);
    let mut unique = Vec::new();
    for entry in entries {
        if !unique.contains(&entry) {
            unique.push(entry);
        }
    }
    Inferred {
        command: Command {
            args,
            entries: unique,
            entry_index: Some(entry_index),
        },
        env: BTreeMap::new(),
        programs: Vec::new(),
        runs_sources: false,
        why,
    }
}

/// Returns the files that an entry may mean, as node resolves it, and where `rootDir` moves it to.
///
/// A compiler whose inputs reach beyond `src` keeps that folder in its output: `dist/main` becomes
/// `dist/src/main`, and a start script is easily left behind.
fn candidates(entry: &str) -> Vec<String> {
    let entry = entry.strip_prefix("./").unwrap_or(entry).trim_end_matches('/');
    let spellings = |path: &str| -> Vec<String> {
        let last = path.rsplit('/').next().unwrap_or(path);
        let known = [".js", ".mjs", ".cjs", ".json", ".ts", ".mts", ".cts", ".tsx"];
        if known.iter().any(|end| last.ends_with(end)) {
            return vec![path.to_owned()];
        }
        [".js", ".cjs", ".mjs", "/index.js"]
            .iter()
            .map(|end| format!("{path}{end}"))
            .collect()
    };
    let mut found = spellings(entry);
    if let Some((first, rest)) = entry.split_once('/')
        && !rest.starts_with("src/")
        && first != "src"
    {
        found.extend(spellings(&format!("{first}/src/{rest}")));
    }
    found
}

/// A program of a package, such as `next start`.
fn binary(program: &str, words: &[String]) -> Inferred {
    let mut args = words.to_vec();
    if let Some(first) = args.first_mut() {
        *first = format!("node_modules/.bin/{program}");
    }
    Inferred {
        command: Command {
            args,
            entries: Vec::new(),
            entry_index: None,
        },
        env: BTreeMap::new(),
        programs: vec![program.to_owned()],
        runs_sources: false,
        why: String::new(),
    }
}

/// A script that needs a shell, as the last resort.
fn shell(manifest: &PackageJson, script: &str) -> Option<Inferred> {
    let last = script.rsplit("&&").next()?.trim();
    // `npm run build && node dist/main.js`: the image is built already.
    let parts: Vec<&str> = script.split("&&").collect();
    let rebuilds = parts.iter().rev().skip(1).all(|part| {
        let part = part.trim();
        part.contains("build")
            || part.starts_with("tsc")
            || part.starts_with("rimraf")
            || part.starts_with("cd ")
    });
    if rebuilds && script.contains("&&") {
        return from_script(manifest, last, None, 1);
    }
    let words = shlex::split(script)?;
    Some(Inferred {
        command: Command {
            args: vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()],
            entries: Vec::new(),
            entry_index: None,
        },
        env: BTreeMap::from([(
            "PATH".to_owned(),
            "./node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        )]),
        programs: words.into_iter().filter(|word| is_program_name(word)).collect(),
        runs_sources: false,
        why: String::new(),
    })
}

fn is_program_name(word: &str) -> bool {
    word.chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// Returns a command that the manifest gives, as it stands.
pub(super) fn written(words: &[String]) -> Inferred {
    Inferred {
        command: Command {
            args: words.to_vec(),
            entries: Vec::new(),
            entry_index: None,
        },
        env: BTreeMap::new(),
        programs: words.first().cloned().into_iter().collect(),
        runs_sources: words.iter().any(|word| super::contents::is_typescript(word)),
        why: "the manifest's command".to_owned(),
    }
}
