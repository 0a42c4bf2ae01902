//! What an install can fail of: the dependencies that it is for, and patches. Each has a status of its own, since the status
//! is all that an engine tells of a step that fails.

use std::collections::BTreeSet;

use super::Installer;
use crate::diagnostic::Place;
use crate::kinds::node::plan::{local, place};
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::{Manager, Workspace};
use crate::path::join;
use crate::plan::Culprit;

/// What the path of a patch begins with, that is no name of a package.
const PATCH: &str = "./";

/// Returns the statuses that mean nothing else: pnpm ends with 1, scripts with 2, 117 or 124, shells with 126 and more, and
/// what a signal has ended with 128 and its number.
fn statuses() -> impl Iterator<Item = u8> {
    (3..=116).chain(193..=254)
}

impl Installer<'_> {
    /// Returns what the install of a package's closure can fail of; of very many the first. It follows from the bytes that
    /// the install reads, so that it is the same for whoever has the same install.
    pub(super) fn culprits(&self, package: &str, closure: &WorkspaceClosure) -> Vec<Culprit> {
        let (mut own, mut others) = (BTreeSet::new(), BTreeSet::new());
        for (directory, part) in &closure.lockfiles {
            for (id, importer) in &part.importers {
                let id = join(directory, id);
                let names = if id == package || id == "." {
                    &mut own
                } else {
                    &mut others
                };
                let installed = importer
                    .iter()
                    .filter(|(.., found)| !found.version.starts_with("link:"));
                names.extend(installed.map(|(_, alias, _)| alias));
            }
        }
        for (id, fields) in closure.tree.iter().flat_map(|tree| &tree.members) {
            let names = if id == package || id == "." {
                &mut own
            } else {
                &mut others
            };
            names.extend(fields.iter().map(|(_, name, _)| name));
        }
        let patches = match &self.workspace.manager {
            Manager::Pnpm(pnpm) => Some(pnpm.settings.patched_dependencies.values()),
            Manager::Npm(_) => None,
        };
        let patches = patches.into_iter().flatten();
        let patches: BTreeSet<String> = patches.map(|path| format!("{PATCH}{path}")).collect();
        let others = others.difference(&own).map(|name| (*name).to_owned());
        let names = patches
            .into_iter()
            .chain(own.iter().map(|name| (*name).to_owned()))
            .chain(others);
        let names = names.filter(|name| name.bytes().all(is_plain));
        statuses()
            .zip(names)
            .map(|(status, name)| Culprit { status, name })
            .collect()
    }
}

/// Whether a byte is one of the usual names: what is not would have to be looked at by whoever reads a command.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"@/._~+-".contains(&byte)
}

/// Returns what a culprit is in words, and the line that names it; `near` is in the package.json of the package that the
/// install is for.
pub fn culprit(workspace: &Workspace, culprit: &Culprit, near: Option<&Place>) -> (String, Option<Place>) {
    let name = culprit.name.as_str();
    if let Some(path) = name.strip_prefix(PATCH) {
        let place = local::patches(workspace).find(|(_, patch, _)| *patch == path);
        return (format!("the patch `{path}`"), place.and_then(|(.., place)| place));
    }
    let is_near = |file: &str| near.is_some_and(|near| near.file.name == file);
    let projects = workspace.projects.values().map(|project| &project.manifest);
    let (near, others): (Vec<_>, Vec<_>) = projects.partition(|manifest| is_near(&manifest.file.name));
    let root = workspace.projects.get(".").map(|root| &root.manifest);
    let mut manifests = near.into_iter().chain(root).chain(others);
    let place = manifests.find_map(|manifest| place::of_dependency(manifest, name));
    (format!("`{name}`, or what that brings along"), place)
}
