//! The checks behind the rules of warnings: they look at a manifest, its workspace and its plan. Pure: data in, warnings out.

pub mod files;
mod lockfile;
mod manifest;
mod pnpm;
mod secrets;
pub mod site;
mod toolchain;

use crate::kinds::node::Workspace;
use crate::kinds::node::plan::Model;
use crate::kinds::{self, Found};
use crate::manifest::Manifest;
use crate::warning::{Warning, rules};

/// What the rules look at.
#[derive(Debug, Clone, Copy)]
struct Input<'a> {
    /// The manifest, with the workspace's defaults.
    manifest: &'a Manifest,
    /// The workspace.
    workspace: &'a Workspace,
    /// The service.
    service: &'a str,
    /// What was decided.
    model: &'a Model,
}

/// Returns everything that a rule warns about, in no order.
pub fn find(found: &Found, model: &kinds::Model) -> Vec<Warning> {
    let (Found::Node(found), kinds::Model::Node(model)) = (found, model);
    of_node(Input {
        manifest: &found.manifest,
        workspace: &found.workspace,
        service: &found.service,
        model,
    })
}

fn of_node(input: Input<'_>) -> Vec<Warning> {
    let mut found = manifest::find(input);
    found.extend(secrets::find(input.manifest));
    found.extend(toolchain::find(input));
    found.extend(lockfile::find(input));
    found.extend(pnpm::find(input));
    found.extend(site::find(input));
    found.extend(passed_over(input.workspace));
    found
}

/// Warns of files that the build does without since they cannot be read.
fn passed_over(workspace: &Workspace) -> impl Iterator<Item = Warning> {
    let warning = |why: &String| {
        rules::UNREADABLE_FILE.warn(format!(
            "{why}; the build does without: put the file in this place itself"
        ))
    };
    workspace.passed_over.iter().map(warning)
}
