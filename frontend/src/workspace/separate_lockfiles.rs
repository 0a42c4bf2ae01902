//! Workspaces whose projects have a lockfile each (`shared-workspace-lockfile=false`).
//!
//! Every project is installed on its own, with its own `node_modules/.pnpm`; the others are links out of its
//! lockfile. So a project's lockfile is needed whole for a development install, and for a production install
//! peers can only come from the project's own lockfile.

use std::collections::{BTreeMap, BTreeSet};

use super::closure::{Closure, Edge, Scope};
use super::dep_path::Reference;
use super::lockfile::Lockfile;
use super::prune::{PrunedLockfile, prune};
use super::{ImporterId, path};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The project as its own lockfile knows it.
const SELF: &str = ".";

/// The lockfiles of a workspace, by project.
#[derive(Debug, Clone, Default)]
pub struct SeparateLockfiles(pub BTreeMap<ImporterId, Lockfile>);

/// What the start projects need, each project with its own lockfile.
#[derive(Debug, Clone, Default)]
pub struct SeparateClosure {
    /// The closure of each project reached within its own lockfile, where the project is `.`.
    pub projects: BTreeMap<ImporterId, Closure>,
    /// The dependencies among the projects, by their directories relative to the workspace root.
    pub edges: BTreeSet<Edge>,
    /// Directories and tarballs outside the workspace's projects, relative to the workspace root.
    pub local_paths: BTreeSet<String>,
}

impl SeparateLockfiles {
    /// Returns the closure of the start projects.
    ///
    /// # Errors
    /// A start project without a lockfile, and all that a [`Closure`] refuses.
    pub fn closure(&self, start: &[ImporterId], scope: Scope<'_>) -> Result<SeparateClosure, Diagnostics> {
        let mut closure = SeparateClosure::default();
        let unknown = start.iter().filter(|id| !self.0.contains_key(*id));
        Diagnostics::check(unknown.map(|id| without_lockfile(id)).collect())?;
        let mut todo: Vec<ImporterId> = start.iter().rev().cloned().collect();
        if matches!(scope, Scope::Development { include_root: true }) && self.0.contains_key(SELF) {
            todo.push(SELF.to_owned());
        }
        while let Some(id) = todo.pop() {
            if closure.projects.contains_key(&id) {
                continue;
            }
            let Some(lockfile) = self.0.get(&id) else { continue };
            let project = project_closure(&id, lockfile, scope)?;
            for edge in links(&id, lockfile, &project) {
                if self.0.contains_key(&edge.to) {
                    todo.push(edge.to.clone());
                    closure.edges.insert(edge);
                }
            }
            let local = project.local_paths.iter().map(|local| path::join(&id, local));
            closure
                .local_paths
                .extend(local.filter(|local| !self.0.contains_key(local)));
            closure.projects.insert(id, project);
        }
        Ok(closure)
    }

    /// Returns the pruned lockfiles of a closure's projects.
    pub fn prune(&self, closure: &SeparateClosure) -> BTreeMap<ImporterId, PrunedLockfile> {
        let pruned = closure.projects.iter().filter_map(|(id, project)| {
            let lockfile = self.0.get(id)?;
            Some((id.clone(), prune(lockfile, project)))
        });
        pruned.collect()
    }
}

/// Returns what a project needs of its own lockfile.
fn project_closure(id: &str, lockfile: &Lockfile, scope: Scope<'_>) -> Result<Closure, Diagnostics> {
    let start = [SELF.to_owned()];
    match scope {
        Scope::Development { .. } => {
            Closure::of(lockfile, &start, Scope::Development { include_root: false })
        }
        Scope::Production { manifests } => {
            let own = manifests
                .get(id)
                .map(|manifest| (SELF.to_owned(), manifest.clone()));
            Closure::of(
                lockfile,
                &start,
                Scope::Production {
                    manifests: &own.into_iter().collect(),
                },
            )
        }
    }
}

/// Returns a project's dependencies on directories.
fn links(id: &str, lockfile: &Lockfile, project: &Closure) -> Vec<Edge> {
    let importer = project.importers.get(SELF);
    let dependencies = importer.into_iter().flat_map(|importer| importer.iter());
    let edges = dependencies.filter_map(|(kind, alias, dependency)| {
        let (directory, injected) = match dependency.reference(alias, lockfile.version()) {
            Reference::Link(directory) => (directory, false),
            Reference::Package(package) => (package.file()?.to_owned(), true),
        };
        let (from, to, alias) = (id.to_owned(), path::join(id, &directory), alias.to_owned());
        Some(Edge {
            from,
            to,
            kind,
            alias,
            injected,
        })
    });
    edges.collect()
}

fn without_lockfile(id: &str) -> Diagnostic {
    Diagnostic::new(format!(
        "the project `{id}` has no pnpm-lock.yaml of its own, as `shared-workspace-lockfile=false` asks for; run `pnpm install --lockfile-only` and commit the result"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::build_order::BuildOrder;
    use crate::workspace::fixtures::{ids, lockfile, manifest};

    fn workspace() -> SeparateLockfiles {
        let service = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      '@x/l':\n        specifier: workspace:*\n        version: link:../../libs/l\n      v:\n        specifier: file:../../vendor/v\n        version: file:../../vendor/v\n\npackages:\n\n  v@file:../../vendor/v:\n    resolution: {directory: ../../vendor/v, type: directory}\n\nsnapshots:\n\n  v@file:../../vendor/v: {}\n";
        let library = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    devDependencies:\n      react:\n        specifier: ^18\n        version: 18.3.1\n      t:\n        specifier: link:../t\n        version: link:../t\n\npackages:\n\n  react@18.3.1:\n    resolution: {integrity: x}\n\nsnapshots:\n\n  react@18.3.1: {}\n";
        let bare = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n";
        let all = [
            ("apps/s", service),
            ("libs/l", library),
            ("libs/t", bare),
            ("libs/other", bare),
        ];
        SeparateLockfiles(
            all.into_iter()
                .map(|(id, text)| (id.to_owned(), lockfile(text)))
                .collect(),
        )
    }

    fn names(closure: &SeparateClosure) -> Vec<&str> {
        closure.projects.keys().map(String::as_str).collect()
    }

    #[test]
    fn follows_links_from_lockfile_to_lockfile() {
        let workspace = workspace();
        let closure = workspace
            .closure(&ids(&["apps/s"]), Scope::Development { include_root: true })
            .unwrap();
        assert_eq!(names(&closure), ["apps/s", "libs/l", "libs/t"]);
        assert_eq!(closure.local_paths.iter().collect::<Vec<_>>(), ["vendor/v"]);
        let order = BuildOrder::of_projects(closure.projects.keys(), &closure.edges).unwrap();
        assert_eq!(order.importers, ["libs/t", "libs/l", "apps/s"]);
        for (id, pruned) in workspace.prune(&closure) {
            assert_eq!(pruned.text, workspace.0[&id].text().0);
        }
    }

    #[test]
    fn production_takes_peers_from_the_projects_own_lockfile() {
        let workspace = workspace();
        let peer = manifest(r#"{"name": "@x/l", "peerDependencies": {"react": "*"}}"#);
        let manifests = [("libs/l".to_owned(), peer)].into();
        let closure = workspace
            .closure(
                &ids(&["apps/s"]),
                Scope::Production {
                    manifests: &manifests,
                },
            )
            .unwrap();
        assert_eq!(names(&closure), ["apps/s", "libs/l"]);
        let pruned = &workspace.prune(&closure)["libs/l"];
        assert_eq!(pruned.importers["."].dependencies["react"].version, "18.3.1");
        assert!(pruned.importers["."].dev_dependencies.is_empty());
    }

    #[test]
    fn a_start_without_lockfile_is_an_error() {
        let error = workspace().closure(&ids(&["apps/x"]), Scope::Development { include_root: false });
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("`apps/x` has no pnpm-lock.yaml of its own")
        );
    }
}
