//! The lockfiles of a workspace: the root's alone, or one a project (`shared-workspace-lockfile=false`).
//!
//! With a lockfile each, every project is installed on its own, with its own `node_modules/.pnpm`; the others
//! are links out of its lockfile. So a project's lockfile is needed whole for a development install, and for a
//! production install peers can only come from the project's own lockfile.

use std::collections::{BTreeMap, BTreeSet};

use super::closure::{Closure, Scope};
use super::lockfile::Lockfile;
use super::prune::{PrunedLockfile, prune};
use super::reduced::Reduce;
use super::tools;
use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::kinds::node::npm;
use crate::kinds::node::workspace::{Edge, ImporterId};
use crate::path;

/// The root of the workspace, and a project as its own lockfile knows it.
const SELF: &str = ".";

/// The lockfiles of a workspace.
#[derive(Debug, Clone)]
pub enum Lockfiles {
    /// One at the root, which holds every project.
    Shared(Box<Lockfile>),
    /// Each project's own, in which the project is `.`.
    Separate(BTreeMap<ImporterId, Lockfile>),
}

/// What the start projects need of the lockfiles.
#[derive(Debug, Clone, Default)]
pub struct WorkspaceClosure {
    /// The closure within each lockfile, by the directory that the lockfile lies in; none where the lockfile is npm's.
    pub lockfiles: BTreeMap<String, Closure>,
    /// The part of the installed tree, where the lockfile is npm's.
    pub tree: Option<npm::Closure>,
    /// The projects reached.
    pub projects: BTreeSet<ImporterId>,
    /// The dependencies among the projects.
    pub edges: BTreeSet<Edge>,
    /// Directories and tarballs outside of the projects that an install reads or links, relative to the root.
    pub local_paths: BTreeSet<String>,
    /// The dependencies on those.
    pub local: BTreeSet<Edge>,
}

impl Lockfiles {
    /// Iterates over the lockfiles by the directory that each lies in.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Lockfile)> {
        let (shared, separate) = match self {
            Self::Shared(lockfile) => (Some((SELF, &**lockfile)), None),
            Self::Separate(lockfiles) => (None, Some(lockfiles)),
        };
        let separate = separate.into_iter().flatten();
        shared
            .into_iter()
            .chain(separate.map(|(id, lockfile)| (id.as_str(), lockfile)))
    }

    /// Returns the lockfile that lies in a directory.
    pub fn at(&self, directory: &str) -> Option<&Lockfile> {
        match self {
            Self::Shared(lockfile) => Some(&**lockfile).filter(|_| directory == SELF),
            Self::Separate(lockfiles) => lockfiles.get(directory),
        }
    }

    /// Returns the directory of a project's lockfile, which is that of its virtual store too, and the project's
    /// name in it.
    pub fn of<'a>(&self, id: &'a str) -> (&'a str, &'a str) {
        match self {
            Self::Shared(_) => (SELF, id),
            Self::Separate(_) => (id, SELF),
        }
    }

    /// Checks that each of some projects has a lockfile, where each should have one.
    ///
    /// # Errors
    /// Every project without.
    pub fn check_separate<'a>(&self, projects: impl Iterator<Item = &'a String>) -> Result<(), Diagnostics> {
        match self {
            Self::Shared(_) => Ok(()),
            Self::Separate(_) => Diagnostics::check(projects.map(|id| without_lockfile(id)).collect()),
        }
    }

    /// Returns the closure of the start projects.
    ///
    /// # Errors
    /// A start project without a lockfile, and all that a [`Closure`] refuses.
    pub fn closure(&self, start: &[ImporterId], scope: Scope<'_>) -> Result<WorkspaceClosure, Diagnostics> {
        let lockfiles = match self {
            Self::Shared(lockfile) => return Ok(Closure::of(lockfile, start, scope)?.into()),
            Self::Separate(lockfiles) => lockfiles,
        };
        let unknown = start.iter().filter(|id| !lockfiles.contains_key(*id));
        Diagnostics::check(unknown.map(|id| without_lockfile(id)).collect())?;
        // As within one lockfile: who is injected is known after the walk, but decides over peers within it.
        let mut injected = BTreeSet::new();
        loop {
            let closure = separate(lockfiles, start, scope, &injected)?;
            let found = closure.injected();
            if found.is_subset(&injected) {
                return Ok(closure);
            }
            injected.extend(found);
        }
    }

    /// Returns what one project is developed with itself: the projects that it depends on are in the edges, and what those
    /// need is not here.
    ///
    /// # Errors
    /// A project without a lockfile, and all that a [`Closure`] refuses.
    pub fn alone(&self, id: &ImporterId) -> Result<WorkspaceClosure, Diagnostics> {
        match self {
            Self::Shared(lockfile) => Ok(Closure::alone(lockfile, id)?.into()),
            Self::Separate(lockfiles) => {
                let lockfile = lockfiles.get(id).ok_or_else(|| without_lockfile(id))?;
                let scope = Scope::Development { include_root: false };
                let project = of_project(id, lockfile, scope, false)?;
                let mut closure = WorkspaceClosure::default();
                closure.add(id, project, lockfiles);
                Ok(closure)
            }
        }
    }

    /// Returns the closure of the large tools of a project, as [`tools::closure`] does; `None` where each project has
    /// a virtual store of its own.
    ///
    /// # Errors
    /// An entry that leads nowhere, a malformed entry.
    pub fn tools(&self, id: &str) -> Result<Option<WorkspaceClosure>, Diagnostics> {
        match self {
            Self::Shared(lockfile) => Ok(tools::closure(lockfile, id)?.map(WorkspaceClosure::from)),
            Self::Separate(_) => Ok(None),
        }
    }

    /// Returns the pruned lockfiles of a closure by their directories; the root's is always among them, since
    /// pnpm installs the root of every workspace.
    pub fn prune(&self, closure: &WorkspaceClosure) -> BTreeMap<String, PrunedLockfile> {
        let nothing = Closure::default();
        let root = self.at(SELF).map(|_| (SELF, &nothing));
        let closures = closure.lockfiles.iter().map(|(id, part)| (id.as_str(), part));
        let pruned = root.into_iter().chain(closures).filter_map(|(directory, part)| {
            let lockfile = self.at(directory)?;
            Some((directory.to_owned(), prune(lockfile, part)))
        });
        pruned.collect()
    }
}

impl WorkspaceClosure {
    /// Returns a project alone, with nothing installed for it.
    pub fn without_dependencies(id: &str) -> Self {
        Self {
            projects: BTreeSet::from([id.to_owned()]),
            ..Self::default()
        }
    }

    /// Returns which dependencies the manifest of a project keeps for an install of this closure.
    pub fn reduce(&self, id: &str) -> Reduce<'_> {
        let own = self.lockfiles.get(id).filter(|_| id != SELF);
        match own {
            Some(closure) => closure.reduce(SELF),
            None => self
                .lockfiles
                .get(SELF)
                .map_or(Reduce::None, |root| root.reduce(id)),
        }
    }

    /// Returns the projects that some other copies into its virtual store instead of linking them.
    pub fn injected(&self) -> BTreeSet<ImporterId> {
        let edges = self.edges.iter().filter(|edge| edge.injected);
        edges.map(|edge| edge.to.clone()).collect()
    }

    /// Whether a project of it depends on anything.
    pub fn has_dependencies(&self, id: &str) -> bool {
        let mut importers =
            self.lockfiles
                .iter()
                .filter_map(|(directory, closure)| match directory == SELF {
                    true => closure.importers.get(id),
                    false => closure.importers.get(SELF).filter(|_| directory == id),
                });
        importers.any(|importer| importer.iter().next().is_some())
    }

    /// Adds what a project needs of its own lockfile, and returns the projects that it depends on.
    fn add(
        &mut self,
        id: &ImporterId,
        project: Closure,
        lockfiles: &BTreeMap<ImporterId, Lockfile>,
    ) -> Vec<ImporterId> {
        let mut found = Vec::new();
        for edge in project.edges.iter().chain(&project.outside) {
            let edge = Edge {
                from: path::join(id, &edge.from),
                to: path::join(id, &edge.to),
                ..edge.clone()
            };
            if let Some(edge) = edge.to_project(|id| lockfiles.contains_key(id)) {
                found.push(edge.to.clone());
                self.edges.insert(edge);
            } else {
                self.local_paths.insert(edge.to.clone());
                self.local.insert(edge);
            }
        }
        self.projects.insert(id.clone());
        self.lockfiles.insert(id.clone(), project);
        found
    }

    /// Returns how many external packages are in it.
    pub fn package_count(&self) -> usize {
        let of_pnpm: usize = self
            .lockfiles
            .values()
            .map(|closure| closure.packages.len())
            .sum();
        of_pnpm + self.tree.as_ref().map_or(0, |tree| tree.packages)
    }
}

impl From<npm::Closure> for WorkspaceClosure {
    /// Returns the closure of a workspace that npm installs.
    fn from(tree: npm::Closure) -> Self {
        Self {
            projects: tree.members.keys().cloned().collect(),
            edges: tree.edges.clone(),
            local_paths: tree.local.iter().map(|edge| edge.to.clone()).collect(),
            local: tree.local.clone(),
            lockfiles: BTreeMap::new(),
            tree: Some(tree),
        }
    }
}

impl From<Closure> for WorkspaceClosure {
    /// Returns the closure of a workspace that has one lockfile.
    fn from(closure: Closure) -> Self {
        Self {
            projects: closure.importers.keys().cloned().collect(),
            edges: closure.edges.clone(),
            local_paths: closure.outside.iter().map(|edge| edge.to.clone()).collect(),
            local: closure.outside.clone(),
            lockfiles: BTreeMap::from([(SELF.to_owned(), closure)]),
            tree: None,
        }
    }
}

/// Returns the closure of projects that have a lockfile each.
fn separate(
    lockfiles: &BTreeMap<ImporterId, Lockfile>,
    start: &[ImporterId],
    scope: Scope<'_>,
    injected: &BTreeSet<ImporterId>,
) -> Result<WorkspaceClosure, Diagnostics> {
    let mut closure = WorkspaceClosure::default();
    let mut todo: Vec<ImporterId> = start.iter().rev().cloned().collect();
    let root_tools = scope.includes_root() && !start.iter().any(|id| id == SELF);
    if root_tools {
        todo.push(SELF.to_owned());
    }
    while let Some(id) = todo.pop() {
        let Some(lockfile) = lockfiles.get(&id) else {
            continue;
        };
        if closure.projects.contains(&id) {
            continue;
        }
        let project = if id == SELF && root_tools {
            Closure::of(lockfile, &[], scope)?
        } else {
            of_project(&id, lockfile, scope, injected.contains(&id))?
        };
        todo.extend(closure.add(&id, project, lockfiles));
    }
    Ok(closure)
}

/// Returns what a project needs of its own lockfile.
fn of_project(
    id: &str,
    lockfile: &Lockfile,
    scope: Scope<'_>,
    is_injected: bool,
) -> Result<Closure, Diagnostics> {
    let start = [SELF.to_owned()];
    let injected: BTreeSet<ImporterId> = start.iter().filter(|_| is_injected).cloned().collect();
    match scope {
        Scope::Development { .. } => {
            let scope = Scope::Development { include_root: false };
            Closure::with_injected(lockfile, &start, scope, injected)
        }
        Scope::Production { manifests, .. } => {
            let own = manifests
                .get(id)
                .map(|manifest| (SELF.to_owned(), manifest.clone()));
            let scope = Scope::Production {
                manifests: &own.into_iter().collect(),
                of_root: &BTreeSet::new(),
            };
            Closure::with_injected(lockfile, &start, scope, injected)
        }
    }
}

/// Returns the error for a project that has no lockfile where each should have one.
pub(super) fn without_lockfile(id: &str) -> Diagnostic {
    Diagnostic::named(
        names::NO_LOCKFILE,
        format!(
            "the project `{id}` has no pnpm-lock.yaml of its own, as `shared-workspace-lockfile=false` asks for; run `pnpm install --lockfile-only` and commit the result"
        ),
    )
}

#[cfg(test)]
mod tests;
