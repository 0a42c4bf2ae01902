//! The script that builds a package.

use std::collections::BTreeSet;

use super::commands::{Words, scripts_of};
use super::names::words;
use super::operators::conjunction;
use super::script::Scripts;
use super::shell::is_build;
use super::{START_SCRIPTS, commands};
use crate::kinds::node::plan::contents::{is_typescript, loaded_by_node};
use crate::kinds::node::plan::site;
use crate::kinds::node::workspace::PackageJson;
use crate::kinds::node::workspace::tsconfig::Scan;
use crate::path::{is_within, join};

/// Programs that write what runs.
const COMPILERS: [&str; 17] = [
    "babel", "esbuild", "nest", "ncc", "next", "rollup", "rspack", "swc", "tsc", "tsdown", "tsgo", "tspc",
    "tsup", "unbuild", "vite", "vue-tsc", "webpack",
];

/// Returns the script that builds a package: what files beside the package.json say; else `build`, unless it says that it is for
/// development and another is for production; else the one that its start script runs in front of the program, which is left
/// out of the image's command; else the only one of those whose name says so that runs a compiler; else, where nothing is said
/// to start, the only one that runs a tool which builds nothing but sites, as `docs:build` and `build-storybook` do.
pub(in super::super) fn build_script(manifest: &PackageJson) -> Option<&str> {
    let own = || {
        let (name, _) = manifest.scripts.get_key_value("build")?;
        let other = || {
            nearly_builds(manifest)
                .first()
                .copied()
                .filter(|name| is_for_production(name))
        };
        let other = sets_development(manifest, name).then(other).flatten();
        Some(other.unwrap_or(name))
    };
    let started = || START_SCRIPTS.iter().find_map(|start| built_by(manifest, start));
    let only = || match nearly_builds(manifest).as_slice() {
        _ if leads_to_sources(manifest) => None,
        [one] => Some(*one),
        [first, second, ..] if is_for_production(first) && !is_for_production(second) => Some(*first),
        _ => None,
    };
    let of_site = || match builds_site(manifest).as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let said = manifest.built_by.as_deref();
    said.or_else(own).or_else(started).or_else(only).or_else(of_site)
}

/// Returns the scripts that build nothing, whatever their names, by what is read beside a package.json: those of a compiler that
/// its configuration has write nothing (`noEmit`), and, where a task runner builds by the script `build` alone
/// (`has_task`), all others of a package that starts nothing.
pub fn idle(manifest: &PackageJson, typescript: &Scan, directory: &str, has_task: bool) -> BTreeSet<String> {
    let is_started = START_SCRIPTS
        .iter()
        .any(|name| manifest.scripts.contains_key(*name));
    let names = nearly_builds(manifest).into_iter();
    let is_idle = |name: &&str| {
        let mut compilers = commands(manifest, name).into_iter().filter(compiles);
        has_task && !is_started || compilers.all(|words| writes_nothing(&words, typescript, directory))
    };
    names.filter(is_idle).map(str::to_owned).collect()
}

/// Whether a command runs TypeScript's compiler with a configuration by which it writes nothing.
fn writes_nothing(words: &Words, typescript: &Scan, directory: &str) -> bool {
    const COMPILERS: [&str; 4] = ["tsc", "tsgo", "tspc", "vue-tsc"];
    let is_compiler = words
        .first()
        .is_some_and(|program| COMPILERS.contains(&program.as_str()));
    let value = |flags: &[&str]| {
        let mut pairs = words.windows(2);
        pairs.find_map(|pair| {
            flags
                .contains(&pair.first()?.as_str())
                .then(|| pair.get(1))
                .flatten()
        })
    };
    let is_said_to_write = value(&["--noEmit"]).is_some_and(|value| value == "false");
    let config = value(&["-p", "--project"]).map_or("tsconfig.json", String::as_str);
    let config = join(directory, config);
    let spellings = [format!("{config}/tsconfig.json"), config];
    is_compiler
        && !is_said_to_write
        && spellings
            .iter()
            .any(|config| typescript.is_without_output(config))
}

/// Whether who loads the package loads its sources, and nothing that it starts is built: then what compiles only judges them.
fn leads_to_sources(manifest: &PackageJson) -> bool {
    let is_code = |entry: &&String| {
        is_typescript(entry)
            || [".js", ".mjs", ".cjs", ".jsx"]
                .iter()
                .any(|end| entry.ends_with(end))
    };
    let is_source = |entry: &String| is_typescript(entry) || is_within(&join(".", entry), "src");
    let entries = loaded_by_node(manifest);
    let mut code = entries.iter().filter(is_code).peekable();
    let scripts = Scripts {
        manifest,
        nest_entry: None,
    };
    let starts_built = |name: &&str| {
        let started = manifest
            .scripts
            .get(*name)
            .and_then(|script| scripts.read(script, 0));
        started.is_some_and(|started| !started.runs_sources)
    };
    code.peek().is_some() && code.all(is_source) && !START_SCRIPTS.iter().any(starts_built)
}

/// Whether what package managers run at an install compiles the package.
pub(in super::super) fn is_prepared(manifest: &PackageJson) -> bool {
    let mut hooks = ["install", "postinstall", "prepare"].iter();
    hooks.any(|hook| manifest.scripts.contains_key(*hook) && compiles_by(manifest, hook))
}

/// Whether Nx may be what builds a package: nothing else does, or its script runs Nx.
pub fn may_be_built_by_nx(manifest: &PackageJson) -> bool {
    let is_nx = |script| {
        commands(manifest, script)
            .iter()
            .any(|words| words.first().is_some_and(|word| word == "nx"))
    };
    build_script(manifest).is_none_or(is_nx)
}

/// Returns the scripts that build a site by a tool that builds nothing else, of a package that starts nothing.
fn builds_site(manifest: &PackageJson) -> Vec<&str> {
    let is_program = manifest.main.is_some() || manifest.exports.is_some() || !manifest.bin.is_empty();
    let is_started = START_SCRIPTS
        .iter()
        .any(|name| manifest.scripts.contains_key(*name));
    if is_program || is_started {
        return Vec::new();
    }
    let names = manifest.scripts.keys().map(String::as_str);
    let builds = |name: &&str| commands(manifest, name).iter().any(site::is_of_sites_alone);
    names.filter(builds).collect()
}

/// Returns the scripts whose names say that they build, and that run a compiler once, without those for developers and those
/// that another of them runs; those for production are the first.
pub(in super::super) fn nearly_builds(manifest: &PackageJson) -> Vec<&str> {
    let is_named = |name: &str| {
        let word = words(name).next().unwrap_or_default();
        ["build", "bundle", "compile", "transpile", "tsc"].contains(&word)
    };
    let names = manifest.scripts.keys().map(String::as_str);
    let mut found: Vec<&str> = names
        .filter(|name| is_named(name) && *name != "build" && !manifest.idle.contains(*name))
        .filter(|name| compiles_by(manifest, name) && !is_for_developers(manifest, name))
        .collect();
    let run: BTreeSet<String> = found.iter().flat_map(|name| scripts_of(manifest, name)).collect();
    found.retain(|name| !run.contains(*name));
    found.sort_by_key(|name| !is_for_production(name));
    found
}

fn is_for_developers(manifest: &PackageJson, name: &str) -> bool {
    const PARTS: [&str; 6] = ["check", "debug", "dev", "development", "test", "watch"];
    words(name).any(|part| PARTS.contains(&part)) || sets_development(manifest, name)
}

fn is_for_production(name: &str) -> bool {
    words(name).any(|part| ["prod", "production", "release"].contains(&part))
}

/// Whether a script says that what it makes is for development, by a variable or a flag of what it runs.
fn sets_development(manifest: &PackageJson, name: &str) -> bool {
    let script = manifest.scripts.get(name).map_or("", String::as_str);
    let words = shlex::split(script).unwrap_or_default();
    let is_set = words
        .iter()
        .any(|word| word == "NODE_ENV=development" || word == "--mode=development");
    let mut pairs = words.windows(2);
    is_set || pairs.any(|pair| pair == ["--mode", "development"])
}

/// Whether a script runs a compiler once.
fn compiles_by(manifest: &PackageJson, name: &str) -> bool {
    let commands = commands(manifest, name);
    let watches = |words: &Words| {
        words
            .iter()
            .any(|word| ["--watch", "-w"].contains(&word.as_str()))
    };
    commands.iter().any(compiles) && !commands.iter().any(watches)
}

/// Whether a command runs a compiler that writes what it compiled.
fn compiles(words: &Words) -> bool {
    let pairs = words.iter().zip(words.iter().skip(1).map(Some).chain([None]));
    let mut flags = pairs.map(|(word, next)| (word.as_str(), next.map(String::as_str)));
    let is_without = |(word, next): (&str, Option<&str>)| {
        ["--watch", "-w", "dev", "serve", "start", "preview"].contains(&word)
            || word == "--noEmit" && next != Some("false")
    };
    words
        .first()
        .is_some_and(|program| COMPILERS.contains(&program.as_str()))
        && !flags.any(is_without)
}

/// Returns the script that a start script has build the package, in front of the program or in what pnpm runs before it.
fn built_by<'m>(manifest: &'m PackageJson, start: &str) -> Option<&'m str> {
    let scripts = &manifest.scripts;
    let parts = conjunction(scripts.get(start)?)?;
    let (_, before) = parts.split_last()?;
    let named = |part: &&str| {
        let words = shlex::split(part)?;
        let (runner, words) = words.split_first()?;
        let is_runner = ["npm", "pnpm", "yarn"].contains(&runner.as_str());
        let is_name =
            |word: &&String| !["run", "run-script"].contains(&word.as_str()) && !word.starts_with('-');
        let name = words.iter().find(is_name).filter(|_| is_runner)?;
        let (name, _) = scripts.get_key_value(name)?;
        (is_build(part) || compiles_by(manifest, name))
            .then_some(name.as_str())
            .filter(|name| !is_for_developers(manifest, name) || nearly_builds(manifest).is_empty())
    };
    let Some((name, script)) = scripts.get_key_value(&format!("pre{start}")) else {
        return before.iter().find_map(named);
    };
    let itself = || compiles_by(manifest, name).then_some(name.as_str());
    let first = conjunction(script).unwrap_or_default();
    first.iter().chain(before).find_map(named).or_else(itself)
}

#[cfg(test)]
mod tests;
