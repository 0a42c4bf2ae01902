//! Command lines of `node`, and of `tsx`, which is node with a loader.

use std::collections::BTreeMap;

use super::super::model::Command;
use super::{Inferred, as_it_stands, env_files};
use crate::kinds::node::plan::contents::is_typescript;
use crate::kinds::node::workspace::PackageJson;

/// Flags of node that load a module first.
pub(super) const LOADERS: [&str; 5] = ["-r", "--require", "--import", "--loader", "--experimental-loader"];

/// Other flags of node whose value is the next word.
const WITH_VALUE: [&str; 8] = [
    "-C",
    "--conditions",
    "--title",
    "--disable-warning",
    "--dns-result-order",
    "--unhandled-rejections",
    "--icu-data-dir",
    "--openssl-config",
];

/// Flags of node that run their value instead of a file.
const EVALUATING: [&str; 4] = ["-e", "--eval", "-p", "--print"];

/// Whether the value of a flag is the next word.
pub(super) fn has_value(flag: &str) -> bool {
    LOADERS.contains(&flag) || WITH_VALUE.contains(&flag)
}

/// Reads the arguments of `node`: its own flags, the entry file, the program's arguments.
///
/// None where the process is for development, or nothing is run.
pub(super) fn read(manifest: &PackageJson, arguments: &[String]) -> Option<Inferred> {
    let mut words: Vec<String> = std::iter::once("node".to_owned())
        .chain(arguments.iter().cloned())
        .collect();
    let env_files = env_files::take(&mut words);
    let arguments = words.get(1..).unwrap_or_default();
    let mut flags = Vec::new();
    let mut programs = Vec::new();
    let mut rest = arguments.iter();
    let entry = loop {
        let argument = rest.next()?;
        let (flag, value) = match argument.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        if flag == "--watch" || flag == "--watch-path" || flag.starts_with("--inspect") {
            return None;
        }
        if EVALUATING.contains(&flag) {
            let words = std::iter::once("node".to_owned()).chain(arguments.iter().cloned());
            return Some(Inferred {
                programs,
                env_files,
                ..as_it_stands(words.collect())
            });
        }
        if has_value(flag) {
            flags.push(argument.clone());
            let module = match value {
                Some(value) => value,
                None => {
                    let value = rest.next()?.clone();
                    flags.push(value.clone());
                    value
                }
            };
            programs.extend(package_of(&module).filter(|_| LOADERS.contains(&flag)));
        } else if flag.starts_with('-') {
            flags.push(argument.clone());
        } else {
            break argument.as_str();
        }
    };
    let entries = match entry.trim_end_matches('/') {
        "." => candidates(manifest.main.as_deref().unwrap_or("index.js")),
        _ => candidates(entry),
    };
    Some(Inferred {
        runs_sources: is_typescript(entry),
        programs,
        env_files,
        ..command(flags, entries, rest.cloned().collect())
    })
}

/// Reads the arguments of `tsx`; its own flags are for development, but for the one that names a tsconfig.
pub(super) fn read_tsx(manifest: &PackageJson, arguments: &[String]) -> Option<Inferred> {
    let mut words = Vec::new();
    let mut env = BTreeMap::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let tsconfig = match argument.split_once('=') {
            Some(("--tsconfig", path)) => Some(path.to_owned()),
            _ if argument == "--tsconfig" => Some(rest.next()?.clone()),
            _ => None,
        };
        if let Some(path) = tsconfig {
            env.insert("TSX_TSCONFIG_PATH".to_owned(), path);
        } else if argument != "--no-cache" && !argument.starts_with("--clear-screen") {
            words.push(argument.clone());
        }
    }
    let mut inferred = read(manifest, &words)?;
    inferred
        .command
        .args
        .splice(1..1, ["--import".to_owned(), "tsx".to_owned()]);
    inferred.command.entry_index = inferred.command.entry_index.map(|index| index + 2);
    inferred.programs.push("tsx".to_owned());
    inferred.runs_sources = true;
    inferred.env = env;
    Some(inferred)
}

/// Returns the package that a module specifier names: `ts-node/register` is of `ts-node`, a file of none.
fn package_of(module: &str) -> Option<String> {
    if module.starts_with(['.', '/']) || module.contains(':') {
        return None;
    }
    let parts = if module.starts_with('@') { 2 } else { 1 };
    Some(module.split('/').take(parts).collect::<Vec<_>>().join("/"))
}

/// Returns the command that runs the first of the entries that there is.
pub(super) fn command(flags: Vec<String>, entries: Vec<String>, arguments: Vec<String>) -> Inferred {
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
        ..as_it_stands(Vec::new())
    }
}

/// Returns the files that a written entry may mean, as node resolves it, and where `rootDir` moves it to.
///
/// A compiler whose inputs reach beyond `src` keeps that folder in its output: `dist/main` becomes `dist/src/main`.
/// Start scripts are often not changed with it, in either direction, so both places are candidates.
pub(super) fn candidates(entry: &str) -> Vec<String> {
    let entry = entry.strip_prefix("./").unwrap_or(entry).trim_end_matches('/');
    // Node takes a file of the very name before all others, as `bin/www` is.
    let written = (!has_extension(entry)).then(|| entry.to_owned());
    written.into_iter().chain(compiled(entry)).collect()
}

/// Returns the files that the output of a compiler may be, which has an extension.
pub(super) fn compiled(entry: &str) -> Vec<String> {
    let mut found = spellings(entry);
    match entry.split_once('/') {
        Some((first, rest)) if first != "src" && first != ".." => {
            let moved = match rest.strip_prefix("src/") {
                Some(below) => format!("{first}/{below}"),
                None => format!("{first}/src/{rest}"),
            };
            // Only a compiler's output moves; TypeScript is a source, and stays where it is.
            if !is_typescript(&moved) {
                found.extend(spellings(&moved));
            }
        }
        Some(_) => {}
        None if found.len() > 1 => found.push(format!("{entry}/src/index.js")),
        None => {}
    }
    found
}

fn has_extension(path: &str) -> bool {
    let known = [".js", ".mjs", ".cjs", ".json", ".ts", ".mts", ".cts", ".tsx"];
    known.iter().any(|end| path.ends_with(end))
}

fn spellings(path: &str) -> Vec<String> {
    if has_extension(path) {
        return vec![path.to_owned()];
    }
    let ends = [".js", ".cjs", ".mjs", "/index.js"];
    ends.iter().map(|end| format!("{path}{end}")).collect()
}
