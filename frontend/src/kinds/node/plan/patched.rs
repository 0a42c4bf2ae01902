//! Patches of dependencies that a script of the repository applies, and no install of an image.

use super::command;
use crate::kinds::node::Workspace;
use crate::kinds::node::workspace::{PackageJson, Project};
use crate::warning::{Warning, rules};

/// Scripts that package managers run after they have installed.
const AFTER_INSTALL: [&str; 4] = ["install", "postinstall", "prepare", "postprepare"];

/// Warns of patches that what the image runs with is without.
pub(super) fn unapplied(workspace: &Workspace, service: &str, project: &Project) -> Vec<Warning> {
    let root = workspace.projects.get(".").filter(|_| service != ".");
    let manifests = root.into_iter().chain([project]).map(|project| &project.manifest);
    let manager = &workspace.manager;
    let instead = match manager.name() {
        "pnpm" => "make them patches of pnpm by `pnpm patch`, which every install applies",
        _ => "name a fork or a patched copy by `overrides`",
    };
    let found = manifests.filter_map(|manifest| {
        let name = AFTER_INSTALL.into_iter().find(|name| patches(manifest, name))?;
        let message = format!(
            "`{name}` runs patch-package, but the image's dependencies are installed without scripts of the repository, so \
             that they are not patched; {instead}"
        );
        let warning = rules::UNAPPLIED_PATCHES.warn(message);
        Some(warning.at(manifest.place(&["scripts", name])))
    });
    found.collect()
}

fn patches(manifest: &PackageJson, script: &str) -> bool {
    let mut commands = command::commands(manifest, script).into_iter();
    commands.any(|words| words.first().is_some_and(|program| program == "patch-package"))
}
