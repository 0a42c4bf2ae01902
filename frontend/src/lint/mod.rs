//! The checks behind the rules of warnings: they look at a manifest, its workspace and its plan. Pure: data in, warnings out.

mod manifest;
mod secrets;
mod toolchain;

use crate::manifest::Manifest;
use crate::plan::Plan;
use crate::warning::{Warning, rules};
use crate::workspace::{LeftOut, Workspace};

/// What the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The manifest, with the workspace's defaults.
    pub manifest: &'a Manifest,
    /// The workspace.
    pub workspace: &'a Workspace,
    /// The service.
    pub service: &'a str,
    /// The plan.
    pub plan: &'a Plan,
}

/// Returns everything that a rule warns about, in no order.
pub fn find(input: Input<'_>) -> Vec<Warning> {
    let mut found = manifest::find(input);
    found.extend(secrets::find(input.manifest));
    found.extend(toolchain::find(input));
    found.extend(npmrc(input.workspace));
    found
}

/// Warns of lines of `.npmrc` that no build step sees.
fn npmrc(workspace: &Workspace) -> Vec<Warning> {
    let dropped = workspace
        .npmrc
        .iter()
        .flat_map(|npmrc| npmrc.without_secrets().dropped);
    let warning = |line: crate::workspace::npmrc::DroppedLine| {
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
