//! What is started where no script says so to an image: `main`, the one program, what developers' scripts run, and the usual
//! places.

use super::build::{build_script, is_prepared};
use super::commands::commands;
use super::runners::{self, Run};
use super::script::{Scripts, is_for_development};
use super::{Inferred, START_SCRIPTS, node, other_runtime};
use crate::kinds::node::plan::contents::is_typescript;
use crate::kinds::node::workspace::PackageJson;
use crate::kinds::node::workspace::nx::NxBuild;
use crate::path::join;

/// Where builds put an entry file when nobody says so, most likely first; each with every extension of
/// [`EXTENSIONS`].
const USUAL_ENTRIES: [&str; 17] = [
    "dist/main",
    "dist/src/main",
    "dist/index",
    "dist/src/index",
    "dist/server",
    "dist/src/server",
    "dist/app",
    "dist/src/app",
    "dist/server/entry",
    ".output/server/index",
    "build/index",
    "build/main",
    "build/server",
    "build/src/index",
    "out/index",
    "server",
    "index",
];

/// Where the entry lies of a service that has no build; looked at after [`USUAL_ENTRIES`].
const SOURCES: [&str; 9] = [
    "index",
    "src/index",
    "src/main",
    "server",
    "src/server",
    "app",
    "src/app",
    "main",
    "server/index",
];

/// Extensions of a program that plain node runs; it strips types itself from 22.18 on.
const EXTENSIONS: [&str; 3] = [".js", ".mjs", ".cjs"];
const OF_SOURCES: [&str; 4] = [".ts", ".js", ".mjs", ".mts"];

/// Where compilers write.
const OUTPUTS: [&str; 4] = ["dist", "build", "out", "lib"];

/// Scripts of developers, which name the file that is the service, the most telling first.
const DEVELOPERS: [&str; 6] = ["start:dev", "dev", "start:watch", "develop", "watch", "serve"];

/// Returns the files that the first usual entries may be.
pub(super) fn usual_entries(count: usize) -> Vec<String> {
    let stems = USUAL_ENTRIES.iter().take(count);
    stems
        .flat_map(|stem| EXTENSIONS.map(|extension| format!("{stem}{extension}")))
        .collect()
}

/// Infers the command of a package without a start script that an image could run.
pub(super) fn infer(scripts: Scripts<'_>, nx: Option<&NxBuild>) -> Inferred {
    let manifest = scripts.manifest;
    let is_built = nx.is_some() || build_script(manifest).is_some() || is_prepared(manifest);
    let named = named(manifest);
    if let Some(found) = named.as_ref().filter(|named| named.is_start && !is_built)
        && let Some(inferred) = found.once(scripts)
    {
        return inferred;
    }
    let (main, bin) = (manifest.main.as_deref(), manifest.bin.values().next());
    let bin = bin
        .map(String::as_str)
        .filter(|_| main.is_none() && manifest.bin.len() == 1);
    let (main, main_source) = main.map_or((None, None), by_kind);
    let (bin, bin_source) = bin.map_or((None, None), by_kind);
    if let (None, None, Some(found), false) = (main, bin, &named, is_built)
        && found.run.is_alone
        && is_typescript(&found.run.file)
        && let Some(inferred) = found.once(scripts)
    {
        return inferred;
    }
    let mut entries: Vec<String> = main
        .iter()
        .chain(&bin)
        .flat_map(|file| node::candidates(file))
        .collect();
    entries.extend(scripts.nest_entry.iter().flat_map(|entry| node::compiled(entry)));
    let sources = named.iter().map(|named| named.run.file.as_str());
    let sources: Vec<&str> = sources.chain(main_source).chain(bin_source).collect();
    entries.extend(sources.iter().flat_map(|source| made_of(source, is_built)));
    let written = nx.map(NxBuild::entries).unwrap_or_default();
    entries.extend(written.iter().flat_map(|entry| node::compiled(entry)));
    entries.extend(usual_entries(USUAL_ENTRIES.len()));
    if !is_built {
        let files = SOURCES
            .iter()
            .flat_map(|stem| OF_SOURCES.map(|end| format!("{stem}{end}")));
        entries.extend(files.chain(["bin/www".to_owned()]));
    }
    let field = main.iter().map(|_| "main").chain(bin.map(|_| "bin"));
    Inferred {
        field: field.map(str::to_owned).collect(),
        why: why(manifest, (main, bin), (named.as_ref(), written.first()), is_built),
        ..node::command(Vec::new(), entries, Vec::new())
    }
}

/// Returns a file as one that Node runs, or as a source.
fn by_kind(file: &str) -> (Option<&str>, Option<&str>) {
    match is_typescript(file) {
        true => (None, Some(file)),
        false => (Some(file), None),
    }
}

/// A script of developers that names the file which it runs.
struct Named<'m> {
    script: &'m str,
    run: Run,
    /// Whether it is the script that starts the service, which only starts it again at a change.
    is_start: bool,
}

impl Named<'_> {
    /// Returns the command that runs the file once.
    fn once(&self, scripts: Scripts<'_>) -> Option<Inferred> {
        let words = self.run.once(scripts.manifest);
        let text = scripts.manifest.scripts.get(self.script)?;
        Some(Inferred {
            why: format!(
                "scripts.{}: {text}, which is for developers: `{}` alone",
                self.script,
                words.join(" ")
            ),
            field: vec!["scripts".to_owned(), self.script.to_owned()],
            ..scripts.program(&words, 0)?
        })
    }
}

/// Returns the first script of developers that names a file: of those that start, then of those for who works on it.
fn named(manifest: &PackageJson) -> Option<Named<'_>> {
    let starts = START_SCRIPTS.iter().map(|name| (*name, true));
    let mut all = starts.chain(DEVELOPERS.iter().map(|name| (*name, false)));
    all.find_map(|(script, is_start)| {
        let run = runners::of_script(manifest, script)?;
        let is_start = is_start && run.is_alone;
        Some(Named {
            script,
            run,
            is_start,
        })
    })
}

/// Returns the files that a source may be where the service runs: itself, or what compilers make of it, with the directory that
/// it lies in or without.
fn made_of(source: &str, is_built: bool) -> Vec<String> {
    let source = join(".", source);
    let first = source.split('/').next().unwrap_or_default();
    let is_plain = !is_typescript(&source);
    if OUTPUTS.contains(&first) && is_plain {
        return node::candidates(&source);
    }
    let own = || {
        if is_plain {
            node::candidates(&source)
        } else {
            vec![source.clone()]
        }
    };
    if !is_built {
        return own();
    }
    let stem = source.rsplit_once('.').map_or(source.as_str(), |(stem, _)| stem);
    let inner = stem.split_once('/').map(|(_, inner)| inner);
    let stems: Vec<&str> = inner.into_iter().chain([stem]).collect();
    let made = OUTPUTS.iter().flat_map(|output| {
        let stems = stems.iter();
        stems.flat_map(move |stem| EXTENSIONS.map(|extension| format!("{output}/{stem}{extension}")))
    });
    match is_plain && inner.is_none() {
        true => own().into_iter().chain(made).collect(),
        false => made.chain(own().into_iter().filter(|_| is_plain)).collect(),
    }
}

/// Says what is started and what was passed over for it.
fn why(
    manifest: &PackageJson,
    (main, bin): (Option<&str>, Option<&str>),
    (named, written): (Option<&Named<'_>>, Option<&String>),
    is_built: bool,
) -> String {
    let scripts = START_SCRIPTS
        .iter()
        .filter_map(|name| manifest.scripts.get_key_value(*name));
    let mut passed: Vec<String> = scripts
        .map(|(name, script)| format!("scripts.{name} (`{script}`) {}", passed_over(manifest, name)))
        .collect();
    if passed.is_empty() && main.is_none() {
        passed.push("no start script".to_owned());
    }
    match (&manifest.main, main) {
        (None, _) => passed.push("no main".to_owned()),
        (Some(source), None) => passed.push(format!("main (`{source}`) is a source")),
        _ => {}
    }
    match (manifest.bin.len(), manifest.bin.values().next()) {
        (1, Some(source)) if bin.is_none() && manifest.main.is_none() => {
            passed.push(format!("the program (`{source}`) is a source"));
        }
        (2.., _) if main.is_none() => passed.push("`bin` has several programs".to_owned()),
        _ => {}
    }
    let passed = passed.join(" and ");
    let of = |named: &Named<'_>| format!("scripts.{} runs {}", named.script, named.run.file);
    match (main, bin, named, written) {
        (Some(main), ..) if passed.is_empty() => format!("main: {main}"),
        (Some(main), ..) => format!("main: {main}, since {passed}"),
        (None, Some(bin), ..) => format!("{passed}, but a program: {bin}"),
        (None, None, Some(named), _) if is_built => {
            format!("{passed}: what a build makes of it, as {}", of(named))
        }
        (None, None, Some(named), _) => format!("{passed}, but {}", of(named)),
        (None, None, None, Some(entry)) => format!("{passed}: what Nx writes, {entry}"),
        (None, None, None, None) if is_built => format!("{passed}: the usual output of a build"),
        (None, None, None, None) => format!("{passed}, and nothing is built: the usual files"),
    }
}

/// Says why a start script is none of an image.
fn passed_over(manifest: &PackageJson, name: &str) -> String {
    let other = other_runtime(manifest).filter(|(script, _)| *script == name);
    let commands = commands(manifest, name);
    let program = commands
        .last()
        .and_then(|words| words.first())
        .map(String::as_str);
    let program = program
        .filter(|program| is_for_development(program, &[]) || ["npm", "pnpm", "yarn"].contains(program));
    match other.as_ref().map(|(_, runtime)| runtime.as_str()).or(program) {
        Some(program) => format!("runs `{program}`, which no image does"),
        None => "is for developers".to_owned(),
    }
}
