//! Outputs that hold all that a server loads, so that nothing has to be installed beside them.
//!
//! Such a framework copies what its server loads of the dependencies into its output. What says so is the file that is
//! started: it lies in a directory that only these write. Whether that holds is seen when the image is looked at: where the
//! server misses something after all, or another file is started, everything is installed as for any other service.

use super::command::Inferred;
use super::input::PlanInput;
use super::look;
use crate::kinds::node::workspace::PackageJson;
use crate::path::is_within;
use crate::plan::{Complete, Stage};

/// Directories that hold a server with the packages that it loads, in a `node_modules` of their own. Source:
/// nitro.build/deploy, "the output directory"; nextjs.org, `output: "standalone"`.
const OUTPUTS: [&str; 2] = [".output/server", ".next/standalone"];

/// What writes the first of them if nobody names a file that is started.
const WRITERS: [&str; 4] = ["nitro", "nitropack", "nuxt", "vinxi"];

/// Returns the output of the service's build, where that holds all that it loads. Only where the image is looked at: what it
/// misses after all is installed.
pub(super) fn output(input: &PlanInput<'_>, manifest: &PackageJson, command: &Inferred) -> Option<Complete> {
    let is_built = input.target.stage == Stage::Runtime
        && !input.facts.looked.incomplete
        && input.facts.looked.of_root.is_empty()
        && look::unchecked(input).is_none()
        && input.workspace.manager.store_of(input.service) == ".";
    let output = is_built.then(|| started(manifest, command));
    output.flatten()
}

/// Returns the output that a command starts a file of.
fn started(manifest: &PackageJson, command: &Inferred) -> Option<Complete> {
    let args = &command.command.args;
    // What is started first of all, without a shell or another program around it.
    let starts_file = args.first().is_some_and(|program| program == "node")
        && command.programs.iter().all(|program| program == "node");
    let is_named = match command.command.entries.first() {
        Some(entry) => holds(entry),
        None => args.iter().any(|word| holds(word)),
    };
    let is_usual = command.is_guess() && WRITERS.iter().any(|name| manifest.specifier(name).is_some());
    let names = manifest
        .dependencies
        .keys()
        .chain(manifest.optional_dependencies.keys());
    (starts_file && (is_named || is_usual)).then(|| Complete {
        dependencies: names.cloned().collect(),
        outputs: OUTPUTS.to_vec(),
    })
}

fn holds(file: &str) -> bool {
    let file = file.strip_prefix("./").unwrap_or(file);
    OUTPUTS.iter().any(|output| is_within(file, output))
}
