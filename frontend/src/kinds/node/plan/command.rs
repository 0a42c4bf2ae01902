//! The command of the image, resolved from the package's scripts to plain `node` where that is possible.
//!
//! A package manager, a compiler or a watcher in front of the service costs memory, swallows signals, and is
//! not in the image as a rule. So a script is read as its words: runners are followed, what loads `.env` files
//! or builds is left out, and what only a shell can do is left to one.

mod before;
mod build;
mod chains;
mod commands;
mod declared;
mod env_files;
mod guess;
mod names;
mod node;
mod operators;
mod prefixes;
mod runners;
mod script;
mod shell;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::contents::is_typescript;
use super::model::Command;
use crate::diagnostic::Place;
use crate::kinds::node::workspace::PackageJson;
use crate::kinds::node::workspace::application::Application;
use crate::kinds::node::workspace::nx::NxBuild;
pub(super) use build::{build_script, is_prepared, nearly_builds};
pub use build::{idle, may_be_built_by_nx};
pub(super) use commands::{MOST, Words, all_commands as commands_of, commands, runs};
pub(super) use declared::{downloads_programs, reads_declarations};
pub(super) use names::is_for_production;
pub(super) use operators::{Unit, units};
pub(super) use runners::is_run;
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

/// Where package managers put the programs of packages, relative to the service.
const PROGRAMS: &str = "node_modules/.bin";

/// An inferred command and what it needs besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inferred {
    /// The command.
    pub(super) command: Command,
    /// Environment that the script sets in front of its program.
    pub(super) env: BTreeMap<String, String>,
    /// Files of variables that the script has read first, the one that counts first, relative to the service.
    pub(super) env_files: Vec<String>,
    /// The words of the command that stays, where a shell runs several: the last of them.
    pub(super) last: Vec<String>,
    /// Directories in which programs are looked for before those of the image, relative to the service.
    pub(super) search: Vec<String>,
    /// Packages whose program the command runs: they must be in production, wherever they are declared.
    pub(super) programs: Vec<String>,
    /// Whether the command runs TypeScript sources.
    pub(super) runs_sources: bool,
    /// Directories that the program writes whatever it starts, relative to the service.
    pub(super) writable: Vec<String>,
    /// Which field it came from.
    pub(super) why: String,
    /// The path of that field in the package.json; empty where it is none.
    pub(super) field: Vec<String>,
}

impl Inferred {
    /// Whether nobody says which file is started: it may be any of those that are usual.
    pub(super) fn is_guess(&self) -> bool {
        self.field.is_empty() && self.command.entries.len() > 1
    }

    /// Returns the words of what stays when all in front of it has ended: those that say what is started.
    pub(super) fn started(&self) -> &[String] {
        match self.last.as_slice() {
            [] => &self.command.args,
            last => last,
        }
    }

    /// Has programs of some packages looked for in another directory.
    pub(super) fn look_in(&mut self, directory: &str, packages: &BTreeSet<String>) {
        let installed = self.command.args.first_mut().and_then(|program| {
            let name = program.strip_prefix("node_modules/.bin/")?.to_owned();
            Some((program, name))
        });
        if let Some((program, name)) =
            installed.filter(|(_, name)| packages.contains(script::package_of(name)))
        {
            *program = format!("{directory}/{name}");
        }
        if !self.search.is_empty() {
            self.search.push(directory.to_owned());
        }
    }

    /// Returns the lines of the field that it came from.
    pub(super) fn place(&self, manifest: &PackageJson) -> Option<Place> {
        let field: Vec<&str> = self.field.iter().map(String::as_str).collect();
        (!field.is_empty()).then(|| manifest.place(&field)).flatten()
    }
}

/// Infers the command of a service: a start script, else `main` or the one program in `bin`, else the usual places of a
/// build's output.
///
/// What other tools say is the entry that Nest's has and how Nx builds it. `directory` is the service's in the workspace,
/// `outputs` are the directories in it that its compiler writes.
pub(super) fn infer(
    manifest: &PackageJson,
    (nest_entry, nx): (Option<&str>, Option<&NxBuild>),
    directory: &str,
    outputs: &[String],
) -> Inferred {
    let mut inferred = infer_as_written(manifest, nest_entry, nx);
    let entries = &mut inferred.command.entries;
    let moved: Vec<String> = entries
        .iter()
        .flat_map(|entry| in_output(entry, outputs))
        .collect();
    entries.extend(moved);
    // A framework writes all that it starts below its output, and has the start script run in there.
    if !inferred.field.is_empty() {
        let below: Vec<String> = entries.iter().flat_map(|entry| below_outputs(entry)).collect();
        entries.extend(below);
    }
    // A compiler whose inputs span packages repeats the service's directory below its output:
    // `dist/main` becomes `dist/apps/api/src/main`.
    let command = &mut inferred.command;
    if !is_typescript(command.entries.first().map_or("", String::as_str)) {
        let moved: Vec<String> = command
            .entries
            .iter()
            .flat_map(|entry| below_directory(entry, directory))
            .collect();
        command.entries.extend(moved);
    }
    inferred
}

/// Returns an entry in the directories that a compiler is told to write: `dist/main.js` as `out/server/main.js`.
fn in_output(entry: &str, outputs: &[String]) -> Vec<String> {
    let Some(inside) = entry.strip_prefix("dist/") else {
        return Vec::new();
    };
    let others = outputs.iter().filter(|output| *output != "dist");
    others.map(|output| format!("{output}/{inside}")).collect()
}

/// Returns an entry that lies in no output at the same path below the usual ones: `bin/server.js` as
/// `build/bin/server.js`.
fn below_outputs(entry: &str) -> Vec<String> {
    const OUTPUTS: [&str; 2] = ["build", "dist"];
    let first = entry.split('/').next().unwrap_or_default();
    let is_output = ["build", "dist", "out"].contains(&first);
    if is_output || first.starts_with('.') || first.is_empty() || is_typescript(entry) {
        return Vec::new();
    }
    OUTPUTS.iter().map(|output| format!("{output}/{entry}")).collect()
}

/// Returns an entry below the last parts of a directory: `dist/main.js` of `apps/api` as
/// `dist/apps/api/main.js` and `dist/api/main.js`.
fn below_directory(entry: &str, directory: &str) -> Vec<String> {
    /// How many parts of a directory a compiler keeps, at most.
    const DEEPEST: usize = 8;
    let parts: Vec<&str> = directory
        .split('/')
        .filter(|part| !matches!(*part, "." | ".."))
        .collect();
    let Some((output, rest)) = entry.split_once('/') else {
        return Vec::new();
    };
    (parts.len().saturating_sub(DEEPEST)..parts.len())
        .filter_map(|first| parts.get(first..))
        .map(|parts| format!("{output}/{}/{rest}", parts.join("/")))
        .collect()
}

fn infer_as_written(manifest: &PackageJson, nest_entry: Option<&str>, nx: Option<&NxBuild>) -> Inferred {
    let scripts = Scripts { manifest, nest_entry };
    if let Some(inferred) = START_SCRIPTS.iter().find_map(|name| started(scripts, name)) {
        return inferred;
    }
    let by_nx = nx.and_then(|nx| Some((nx.starts?, nx)));
    if let Some((started, nx)) = by_nx
        && let Some(inferred) = scripts.read(started, 0)
    {
        let why = format!("Nx builds it by `{}`: {started}", nx.runs.join(" "));
        return Inferred { why, ..inferred };
    }
    let others = names::others(manifest).into_iter();
    let mut others = others.filter_map(|name| started(scripts, name));
    if let Some(inferred) = others.find(|started| names::is_service(started, manifest)) {
        return inferred;
    }
    guess::infer(scripts, nx)
}

/// Reads a start script with what package managers run before it; none where it is for development.
fn started(scripts: Scripts<'_>, name: &str) -> Option<Inferred> {
    let manifest = scripts.manifest;
    let script = manifest.scripts.get(name)?;
    // `start:prod` is meant for production, `start` may be for whoever works on it.
    let before = before::commands(manifest, name);
    let read = match &before {
        Some(before) => shell::read_after(scripts, before, script, 0),
        None => scripts.read(script, 0),
    };
    let inferred = read.filter(|start| name != "start" || !is_for_developers(start, manifest))?;
    let after = before.map_or_else(String::new, |before| {
        format!(", after scripts.pre{name}: {}", before::shown(&before))
    });
    Some(Inferred {
        why: format!("scripts.{name}: {script}{after}"),
        field: vec!["scripts".to_owned(), name.to_owned()],
        ..inferred
    })
}

/// Returns the start script that runs a runtime which no image of Node has, and that runtime.
pub(super) fn other_runtime(manifest: &PackageJson) -> Option<(&'static str, String)> {
    let scripts = Scripts {
        manifest,
        nest_entry: None,
    };
    let mut names = START_SCRIPTS.into_iter();
    let name = names.find(|name| manifest.scripts.contains_key(*name))?;
    let mut script = manifest.scripts.get(name)?.clone();
    // Scripts may run each other in a circle.
    for _ in 0..script::MAX_DEPTH {
        let mut words = shlex::split(operators::conjunction(&script)?.last()?)?;
        prefixes::strip_prefixes(&mut words);
        if let Some(next) = scripts.run(&words) {
            script = next;
            continue;
        }
        let program = words.into_iter().next()?;
        let is_other = ["bun", "deno"].contains(&program.as_str()) && manifest.specifier(&program).is_none();
        return is_other.then_some((name, program));
    }
    None
}

/// Whether a command compiles sources as it starts, by a tool that is there for development alone, though a build compiles
/// them to `main`.
fn is_for_developers(start: &Inferred, manifest: &PackageJson) -> bool {
    let main = manifest.main.as_deref();
    let is_built = build_script(manifest).is_some() && main.is_some_and(|main| !is_typescript(main));
    let is_tool = |program: &String| {
        manifest.dev_dependencies.contains_key(program) && !manifest.dependencies.contains_key(program)
    };
    start.runs_sources && is_built && start.programs.iter().any(is_tool)
}

/// Whether a command is a program that also builds the package and is there for development alone: a bundler's server, which
/// serves what it would have built.
pub(super) fn is_of_builder(start: &Inferred, manifest: &PackageJson, build: &str) -> bool {
    let mut built = commands(manifest, build).into_iter();
    developers_program(start, manifest)
        .is_some_and(|program| built.any(|words| words.first().is_some_and(|word| word == program)))
}

/// Returns the program of a command where no production install has it: the package depends on what brings it for its
/// development alone, or not at all.
pub(super) fn developers_program<'s>(start: &'s Inferred, manifest: &PackageJson) -> Option<&'s str> {
    let program = start.started().first()?.strip_prefix("node_modules/.bin/")?;
    let package = script::package_of(program);
    let is_of = |name: &String| {
        let mut parts = name.split(['/', '@']);
        name == package || parts.any(|part| part == package || part == program)
    };
    (!manifest.dependencies.keys().any(is_of)).then_some(program)
}

/// Returns the command that starts what a tool builds of an application.
pub(super) fn of_application(application: &Application) -> Inferred {
    let entries = application.entries.iter().flat_map(|entry| node::compiled(entry));
    Inferred {
        why: format!(
            "{} is the application {} of {}",
            application.directory, application.name, application.listed_in
        ),
        ..node::command(Vec::new(), entries.collect(), Vec::new())
    }
}

/// Returns a command that the manifest gives, as it stands.
pub(super) fn written(words: &[String]) -> Inferred {
    let programs = match shell::given(words) {
        Some(script) => shell::programs(script),
        None => words.first().cloned().into_iter().collect(),
    };
    Inferred {
        programs,
        why: "the manifest's command".to_owned(),
        ..as_it_stands(words.to_vec())
    }
}

/// A command without an entry file to look for.
///
/// What is no file for Node finds the programs of packages by their names, as scripts do that a package manager runs.
fn as_it_stands(args: Vec<String>) -> Inferred {
    let is_node = args.first().is_none_or(|program| program == "node");
    Inferred {
        search: (!is_node).then(|| PROGRAMS.to_owned()).into_iter().collect(),
        runs_sources: args.iter().any(|word| is_typescript(word)),
        command: Command {
            args,
            entries: Vec::new(),
            entry_index: None,
        },
        env: BTreeMap::new(),
        env_files: Vec::new(),
        last: Vec::new(),
        writable: Vec::new(),
        programs: Vec::new(),
        why: String::new(),
        field: Vec::new(),
    }
}
