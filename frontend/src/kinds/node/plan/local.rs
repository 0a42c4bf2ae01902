//! What an install takes from directories and archives of the repository that are no projects: dependencies by `file:`
//! and `link:`, and patches.

use std::collections::BTreeSet;

use super::input::BuildClosure;
use super::place;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, names};
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::workspace::Edge;
use crate::kinds::node::{Manager, Workspace};
use crate::path::join;

/// A file or directory of the context that an install reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    /// Its path in the context.
    pub path: String,
    /// What is said where it is not there.
    pub missing: Diagnostic,
}

/// Returns what installs of a closure read of the context beside projects.
pub fn files(workspace: &Workspace, closure: &BuildClosure) -> Vec<LocalFile> {
    let file = |path: &str, what: String, place: Option<Place>| {
        let path = workspace.context_path(path);
        let message = format!(
            "{what}, and {path} is not in the build context; put it there, and see that .dockerignore lets it through"
        );
        LocalFile {
            missing: Diagnostic::named(names::MISSING_FILE, message).at(place),
            path,
        }
    };
    let dependencies = closure.development.local.iter().map(|edge| {
        let Edge { from, alias, to, .. } = edge;
        file(
            to,
            format!("`{from}` takes `{alias}` from `{to}`"),
            place_of(workspace, edge),
        )
    });
    let patches = patches(workspace);
    let patches = patches
        .map(|(selector, path, place)| file(path, format!("the patch of `{selector}` is `{path}`"), place));
    dependencies.chain(patches).collect()
}

/// Refuses what lies outside of the context. A step would look for it in its own container, and find other files.
pub(super) fn check(workspace: &Workspace, closure: &WorkspaceClosure) -> Result<(), Diagnostics> {
    let mut refused = Vec::new();
    let mut told = BTreeSet::new();
    let mut refuse = |what: String, path: &str, place: Option<Place>| {
        if !workspace.is_in_context(path) {
            let message = format!(
                "{what}, which is outside of the build context; move it into the workspace, or build with a context \
                 that holds it"
            );
            refused.push(Diagnostic::named(names::OUTSIDE_CONTEXT, message).at(place));
        }
    };
    for edge in &closure.local {
        let Edge { from, alias, to, .. } = edge;
        told.insert((from.as_str(), alias.as_str()));
        refuse(
            format!("`{from}` takes `{alias}` from `{to}`"),
            to,
            place_of(workspace, edge),
        );
    }
    // What the lockfile does not hold an install resolves by what is declared.
    for id in &closure.projects {
        let Some(project) = workspace.projects.get(id) else {
            continue;
        };
        for (field, alias, specifier) in place::declared(&project.manifest) {
            if let Some(path) = path_of(specifier)
                && !told.contains(&(id.as_str(), alias))
                && !is_locked(workspace, closure, id, alias)
            {
                let what = format!("`{id}` declares `{alias}` as `{specifier}`");
                refuse(what, &join(id, path), project.manifest.place(&[field, alias]));
            }
        }
    }
    for (selector, path, place) in patches(workspace) {
        refuse(format!("the patch of `{selector}` is `{path}`"), path, place);
    }
    Diagnostics::check(refused)
}

/// Returns the path of a specifier that means a directory or an archive of this machine; relative to its project.
/// Source: pnpm, `resolving/local-resolver`, `parsePref`.
fn path_of(specifier: &str) -> Option<&str> {
    let protocols = ["file:", "link:", "portal:"];
    let named = protocols
        .into_iter()
        .find_map(|protocol| specifier.strip_prefix(protocol));
    let named = named.map(|path| path.strip_prefix("//").unwrap_or(path));
    match named.or_else(|| specifier.starts_with(['.', '/', '~']).then_some(specifier)) {
        // Whoever's home it is, it is none of the repository.
        Some(path) if path.starts_with("~/") => Some("/root"),
        // A range such as `~1.2.0`.
        Some(path) if path.starts_with('~') => None,
        path => path,
    }
}

/// Whether the lockfile says what a dependency is.
fn is_locked(workspace: &Workspace, closure: &WorkspaceClosure, id: &str, alias: &str) -> bool {
    let pnpm = match &workspace.manager {
        Manager::Pnpm(pnpm) => pnpm,
        Manager::Npm(npm) => {
            let entry = npm.lockfile.importer(id);
            return entry.is_some_and(|entry| entry.fields.get(alias).is_some());
        }
    };
    let (directory, entry) = pnpm.lockfiles.of(id);
    let part = closure.lockfiles.get(directory);
    let importer = part.and_then(|part| part.importers.get(entry));
    importer.is_some_and(|importer| importer.get(alias).is_some())
}

/// Iterates over the patches: what each is for, its file relative to the workspace's root, and the line that names it.
pub(super) fn patches(workspace: &Workspace) -> impl Iterator<Item = (&str, &str, Option<Place>)> {
    const KEY: &str = "patchedDependencies";
    let pnpm = match &workspace.manager {
        Manager::Pnpm(pnpm) => Some(pnpm),
        Manager::Npm(_) => None,
    };
    let root = workspace.projects.get(".").map(|root| &root.manifest);
    let patches = pnpm.into_iter().flat_map(|pnpm| {
        let patches = pnpm.settings.patched_dependencies.iter();
        patches.map(move |patch| (pnpm, patch))
    });
    patches.map(move |(pnpm, (selector, path))| {
        let file = pnpm.workspace_file.as_ref();
        let place = match file.filter(|file| file.get(KEY).is_some()) {
            Some(file) => Some(file.place_of_text(KEY, path)),
            None => root.and_then(|root| root.place(&["pnpm", KEY, selector])),
        };
        (selector.as_str(), path.as_str(), place)
    })
}

/// Returns the line that declares a dependency, else that of the project in the lockfile.
fn place_of(workspace: &Workspace, edge: &Edge) -> Option<Place> {
    let manifest = workspace
        .projects
        .get(&edge.from)
        .map(|project| &project.manifest);
    let declared = manifest.and_then(|manifest| place::of_dependency(manifest, &edge.alias));
    declared.or_else(|| workspace.manager.place_of(&edge.from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specifier_means_a_path_or_something_else() {
        for (specifier, path) in [
            ("file:../x", Some("../x")),
            ("file:///etc", Some("/etc")),
            ("file://../x", Some("../x")),
            ("link:/etc", Some("/etc")),
            ("portal:../x.tgz", Some("../x.tgz")),
            ("../x", Some("../x")),
            ("./x.tgz", Some("./x.tgz")),
            ("/etc", Some("/etc")),
            ("~/x", Some("/root")),
            ("link:~/x", Some("/root")),
            ("~1.2.0", None),
            ("^1.0.0", None),
            ("workspace:*", None),
            ("workspace:../x", None),
            ("npm:x@1", None),
            ("github:a/b", None),
            ("https://example.com/x.tgz", None),
        ] {
            assert_eq!(path_of(specifier), path, "{specifier}");
        }
    }
}
