//! The checks behind the rules of warnings: they look at a manifest, its workspace and its plan. Pure: data in, warnings out.

mod lockfile;
mod manifest;
mod secrets;
mod toolchain;

use crate::kinds::node::plan::Model;
use crate::kinds::node::pnpm::LeftOut;
use crate::kinds::node::{Manager, Workspace};
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
    found.extend(npmrc(input.workspace));
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

/// Warns of lines of `.npmrc` that no build step sees.
fn npmrc(workspace: &Workspace) -> Vec<Warning> {
    let Manager::Pnpm(pnpm) = &workspace.manager;
    let dropped = pnpm
        .npmrc
        .iter()
        .flat_map(|npmrc| npmrc.without_secrets().dropped);
    let warning = |line: crate::kinds::node::pnpm::npmrc::DroppedLine| {
        let key = &line.key;
        let warning = match line.reason {
            LeftOut::Credential => rules::SECRET_IN_NPMRC.warn(format!(
                "`{key}` holds a credential and is left out; write `${{VARIABLE}}` in its place and pass `--secret id=VARIABLE`"
            )),
            LeftOut::File => rules::MACHINE_FILE_IN_NPMRC.warn(format!(
                "`{key}` names a file of the machine and is left out; pass an .npmrc with it as the secret `npmrc`"
            )),
            // Every developer may have caches of their own; that the build has others surprises nobody.
            LeftOut::Directory => return None,
        };
        Some(warning.at(line.place))
    };
    dropped.filter_map(warning).collect()
}
