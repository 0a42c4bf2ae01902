//! What one or more projects need of the workspace: other projects, and resolved packages.

use std::collections::{BTreeMap, BTreeSet};

use super::dep_path::{DepPath, Reference};
use super::lockfile::{Importer, Lead, Lockfile, ResolvedDependency};
use super::promotion::{installed_peers, promoted_peers};
use super::reduced::Reduce;
use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::kinds::node::workspace::{DependencyKind, Edge, ImporterId, PackageJson};
use crate::path;

/// Which dependencies a closure follows.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// All of every project reached, `devDependencies` included: what builds and tests need.
    Development {
        /// Whether the root project's dependencies belong to the closure: tools that scripts share.
        include_root: bool,
    },
    /// `dependencies` and `optionalDependencies`, with the peers of workspace packages promoted: what runs.
    Production {
        /// The manifests of the projects that may be reached, for their `peerDependencies`.
        manifests: &'a BTreeMap<ImporterId, PackageJson>,
        /// Dependencies of the root, of whatever kind, that belong to the closure: what runs finds them there, as it
        /// does in the repository.
        of_root: &'a BTreeSet<String>,
    },
}

impl Scope<'_> {
    /// Whether the root belongs to the closure, wherever that starts.
    pub(super) fn includes_root(self) -> bool {
        match self {
            Self::Development { include_root } => include_root,
            Self::Production { of_root, .. } => !of_root.is_empty(),
        }
    }
}

/// The projects and packages that the start projects reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closure {
    /// The projects reached, the start included, with those of their dependencies that the scope follows.
    pub importers: BTreeMap<ImporterId, Importer>,
    /// The resolved packages reached.
    pub packages: BTreeSet<DepPath>,
    /// The dependencies among the projects, ordered.
    pub edges: BTreeSet<Edge>,
    /// Peers that became dependencies, by project; their entries are in `importers` as well.
    pub promoted: BTreeMap<ImporterId, BTreeMap<String, ResolvedDependency>>,
    /// The dependencies on directories and tarballs that are none of the lockfile's projects, relative to the
    /// lockfile.
    pub outside: BTreeSet<Edge>,
    /// Projects that some other copies into the virtual store instead of linking them.
    pub injected: BTreeSet<ImporterId>,
    /// Whether the importers are the lockfile's own, none of their dependencies left out.
    pub(super) verbatim: bool,
    /// Whether the root is there for some of its dependencies alone: for its tools, without other projects, which would
    /// draw the whole workspace into every closure; or for what runs and finds it there.
    pub(super) root_tools: bool,
}

impl Closure {
    /// Returns the closure of the start projects.
    ///
    /// # Errors
    /// A start project that the lockfile does not know, an entry that leads nowhere, a malformed entry.
    pub fn of(lockfile: &Lockfile, start: &[ImporterId], scope: Scope<'_>) -> Result<Self, Diagnostics> {
        Self::with_injected(lockfile, start, scope, BTreeSet::new())
    }

    /// Returns the closure of the start projects, of which some are injected by way of other lockfiles.
    pub(super) fn with_injected(
        lockfile: &Lockfile,
        start: &[ImporterId],
        scope: Scope<'_>,
        mut injected: BTreeSet<ImporterId>,
    ) -> Result<Self, Diagnostics> {
        let mut services = Vec::new();
        let mut unknown = Vec::new();
        for id in start {
            match lockfile.importer(id)? {
                Some(importer) => services.push((id.clone(), importer)),
                None => unknown.push(unknown_importer(lockfile, id)),
            }
        }
        Diagnostics::check(unknown)?;
        // Which projects are injected is known after the walk, but decides over their peers within it.
        loop {
            let closure = Self {
                injected,
                ..Self::default()
            };
            let mut walk = Walk {
                services: &services,
                closure,
                ..Walk::new(lockfile, scope)
            };
            walk.run(start)?;
            let closure = walk.closure;
            let found = closure
                .edges
                .iter()
                .filter(|edge| edge.injected)
                .map(|edge| edge.to.clone());
            let found: BTreeSet<ImporterId> = found.collect();
            if found.is_subset(&closure.injected) {
                return Ok(closure);
            }
            injected = &closure.injected | &found;
        }
    }

    /// Returns what a resolved package reaches, with itself, for the project that depends on it.
    pub(super) fn of_package(
        lockfile: &Lockfile,
        package: DepPath,
        owner: &str,
    ) -> Result<Self, Diagnostics> {
        let mut walk = Walk::new(lockfile, Scope::Development { include_root: false });
        walk.reach(owner, &package, DependencyKind::Development, "");
        walk.run(&[])?;
        Ok(walk.closure)
    }

    /// Returns what one project is developed with itself: the projects that it depends on are in the edges, and what
    /// those need is not here.
    pub(super) fn alone(lockfile: &Lockfile, id: &ImporterId) -> Result<Self, Diagnostics> {
        if !lockfile.has_importer(id) {
            return Err(unknown_importer(lockfile, id).into());
        }
        let mut walk = Walk {
            is_alone: true,
            ..Walk::new(lockfile, Scope::Development { include_root: false })
        };
        walk.run(std::slice::from_ref(id))?;
        Ok(walk.closure)
    }

    /// Returns which dependencies the manifest of a project keeps for an install of this closure.
    pub fn reduce(&self, id: &str) -> Reduce<'_> {
        match self.importers.get(id) {
            None => Reduce::None,
            Some(importer) if id == "." && self.root_tools => Reduce::Resolved {
                importer,
                peers: self.verbatim,
            },
            Some(_) if self.verbatim => Reduce::Development,
            Some(importer) if self.injected.contains(id) => Reduce::Injected(importer),
            Some(importer) => Reduce::Production(importer),
        }
    }
}

/// What remains to be visited: a package goes with the project that led to it first.
enum Node {
    Importer(ImporterId),
    Package(DepPath, ImporterId),
}

struct Walk<'a> {
    lockfile: &'a Lockfile,
    scope: Scope<'a>,
    services: &'a [(ImporterId, Importer)],
    /// Whether projects that are reached are left alone.
    is_alone: bool,
    closure: Closure,
    todo: Vec<Node>,
}

impl<'a> Walk<'a> {
    fn new(lockfile: &'a Lockfile, scope: Scope<'a>) -> Self {
        Self {
            lockfile,
            scope,
            services: &[],
            is_alone: false,
            closure: Closure::default(),
            todo: Vec::new(),
        }
    }

    fn run(&mut self, start: &[ImporterId]) -> Result<(), Diagnostics> {
        self.closure.verbatim = matches!(self.scope, Scope::Development { .. });
        self.todo.extend(start.iter().rev().cloned().map(Node::Importer));
        if self.scope.includes_root() && self.lockfile.has_importer(".") {
            self.closure.root_tools = !start.iter().any(|id| id == ".");
            self.todo.push(Node::Importer(".".to_owned()));
        }
        while let Some(node) = self.todo.pop() {
            match node {
                Node::Importer(id) => self.importer(id)?,
                Node::Package(path, owner) => self.package(path, &owner)?,
            }
        }
        Ok(())
    }

    fn importer(&mut self, id: ImporterId) -> Result<(), Diagnostics> {
        if self.closure.importers.contains_key(&id) {
            return Ok(());
        }
        let mut importer = self.lockfile.importer(&id)?.unwrap_or_default();
        if let Scope::Production { manifests, of_root } = self.scope {
            let is_for_others = id == "." && self.closure.root_tools;
            if is_for_others {
                importer = importer.with_production(of_root);
            }
            let promoted = match manifests.get(&id).filter(|_| !is_for_others) {
                Some(manifest) if self.closure.injected.contains(&id) => {
                    installed_peers(&importer, manifest, self.lockfile)
                }
                Some(manifest) => promoted_peers(&id, &importer, manifest, self.services, self.lockfile),
                None => BTreeMap::new(),
            };
            importer.dev_dependencies.clear();
            for (name, dependency) in &promoted {
                importer.optional_dependencies.remove(name);
                importer.dependencies.insert(name.clone(), dependency.clone());
            }
            let kept: BTreeSet<String> = importer.iter().map(|(_, name, _)| name.to_owned()).collect();
            importer.dependencies_meta.retain(|name, _| kept.contains(name));
            if !promoted.is_empty() {
                self.closure.promoted.insert(id.clone(), promoted);
            }
        }
        if id == "." && self.closure.root_tools && self.closure.verbatim {
            importer.retain(
                |alias, dependency| match dependency.reference(alias, self.lockfile.version()) {
                    Reference::Link(_) => false,
                    Reference::Package(package) => package.file().is_none(),
                },
            );
        }
        for (kind, alias, dependency) in importer.iter() {
            match dependency.reference(alias, self.lockfile.version()) {
                Reference::Link(directory) => {
                    self.directory(&id, path::join(&id, &directory), kind, alias, false);
                }
                Reference::Package(package) => self.reach(&id, &package, kind, alias),
            }
        }
        self.closure.importers.insert(id, importer);
        Ok(())
    }

    fn package(&mut self, path: DepPath, owner: &str) -> Result<(), Diagnostics> {
        if self.closure.packages.contains(&path) {
            return Ok(());
        }
        let Some(leads) = self.lockfile.leads(&path)? else {
            return Err(self
                .missing(&path, owner, self.lockfile.snapshot_section())
                .into());
        };
        if !self.lockfile.has_package(&path) {
            return Err(self.missing(&path, owner, "packages").into());
        }
        // The dependencies of an injected project are that project's; paths in snapshots begin at the root.
        let injected = path
            .file()
            .map(path::normalize)
            .filter(|id| self.lockfile.has_importer(id));
        let owner = injected.unwrap_or_else(|| owner.to_owned());
        self.closure.packages.insert(path);
        for Lead { kind, alias, to } in leads.iter() {
            match to {
                Reference::Link(directory) => {
                    self.directory(&owner, path::normalize(directory), *kind, alias, false);
                }
                Reference::Package(package) => self.reach(&owner, package, *kind, alias),
            }
        }
        Ok(())
    }

    /// Goes on to a resolved package, which may be a directory of the repository.
    fn reach(&mut self, from: &str, package: &DepPath, kind: DependencyKind, alias: &str) {
        if let Some(file) = package.file() {
            self.directory(from, path::normalize(file), kind, alias, true);
        }
        // Most packages are reached many times.
        if !self.closure.packages.contains(package) {
            self.todo.push(Node::Package(package.clone(), from.to_owned()));
        }
    }

    /// Goes on to a directory: a project of the workspace, or some other place in the repository.
    fn directory(&mut self, from: &str, to: String, kind: DependencyKind, alias: &str, injected: bool) {
        let edge = Edge {
            from: from.to_owned(),
            to,
            kind,
            alias: alias.to_owned(),
            injected,
        };
        match edge.to_project(|id| self.lockfile.has_importer(id)) {
            Some(edge) => {
                if !self.is_alone {
                    self.todo.push(Node::Importer(edge.to.clone()));
                }
                self.closure.edges.insert(edge);
            }
            None => _ = self.closure.outside.insert(edge),
        }
    }

    fn missing(&self, path: &DepPath, owner: &str, section: &str) -> Diagnostic {
        let name = &self.lockfile.file().name;
        let message = format!(
            "{name}: `{owner}` leads to `{path}`, which `{section}` does not hold; run `pnpm install --lockfile-only` and commit the result"
        );
        self.lockfile.error_at("importers", owner, message)
    }
}

fn unknown_importer(lockfile: &Lockfile, id: &str) -> Diagnostic {
    let name = &lockfile.file().name;
    Diagnostic::named(
        names::BROKEN_LOCKFILE,
        format!(
            "{name} does not know the project `{id}`; run `pnpm install --lockfile-only` and commit the result"
        ),
    )
}

#[cfg(test)]
mod tests;
