//! The command of the image, resolved from the package's scripts to plain `node` where that is possible.
//!
//! A package manager, a compiler or a watcher in front of the service costs memory, swallows signals, and is
//! not in the image as a rule. So a script is read as its words: runners are followed, what loads `.env` files
//! or builds is left out, and what only a shell can do is left to one.

mod node;
mod script;
mod shell;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::model::Command;
use crate::workspace::PackageJson;
use script::Scripts;

/// Scripts that start a production service, the most telling first.
const START_SCRIPTS: [&str; 6] = [
    "start:prod",
    "start:production",
    "start-prod",
    "serve:prod",
    "production",
    "start",
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
    let scripts = Scripts { manifest, nest_entry };
    for name in START_SCRIPTS {
        let Some(script) = manifest.scripts.get(name) else {
            continue;
        };
        if let Some(mut inferred) = scripts.read(script, 0) {
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
    let mut entries: Vec<String> = main.iter().flat_map(|main| node::candidates(main)).collect();
    entries.extend(nest_entry.iter().flat_map(|entry| node::candidates(entry)));
    entries.extend(USUAL_ENTRIES.iter().map(|entry| (*entry).to_owned()));
    Inferred {
        why,
        ..node::command(Vec::new(), entries, Vec::new())
    }
}

/// Returns a command that the manifest gives, as it stands.
pub(super) fn written(words: &[String]) -> Inferred {
    Inferred {
        programs: words.first().cloned().into_iter().collect(),
        why: "the manifest's command".to_owned(),
        ..as_it_stands(words.to_vec())
    }
}

/// A command without an entry file to look for.
fn as_it_stands(args: Vec<String>) -> Inferred {
    Inferred {
        runs_sources: args.iter().any(|word| super::contents::is_typescript(word)),
        command: Command {
            args,
            entries: Vec::new(),
            entry_index: None,
        },
        env: BTreeMap::new(),
        programs: Vec::new(),
        why: String::new(),
    }
}
