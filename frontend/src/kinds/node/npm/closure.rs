//! What one or more projects need of the workspace: other projects, and locations of the installed tree.

use std::collections::{BTreeMap, BTreeSet};

use super::lockfile::{Around, Entry, Fields, Lockfile, location_of};
use crate::diagnostic::{Diagnostic, Diagnostics, cut, names};
use crate::kinds::node::workspace::{DependencyKind, Edge, ImporterId, PackageJson};
use crate::path;

/// How much of an address is shown in a message, in characters.
const SHOWN: usize = 80;

/// Which dependencies a closure follows.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The manifests of the projects, where only what runs is followed: of what they depend on for their development alone
    /// that is followed which they name as a peer.
    pub production: Option<&'a BTreeMap<ImporterId, PackageJson>>,
    /// What of the root's own dependencies belongs to it, wherever it starts.
    pub root: OfRoot<'a>,
}

/// What of the root's dependencies a closure has that starts elsewhere.
#[derive(Debug, Clone, Copy)]
pub enum OfRoot<'a> {
    /// Nothing.
    Nothing,
    /// Its tools: all that it depends on but projects, which would draw the whole workspace into every closure.
    Tools,
    /// Those of these names.
    Named(&'a BTreeSet<String>),
}

/// The projects and locations that the start projects reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closure {
    /// The projects reached, with what they depend on in this scope.
    pub members: BTreeMap<ImporterId, Fields>,
    /// Locations of packages and of links to projects.
    pub locations: BTreeSet<String>,
    /// How many of them are packages.
    pub packages: usize,
    /// The dependencies among the projects.
    pub edges: BTreeSet<Edge>,
    /// The dependencies on archives of the repository.
    pub local: BTreeSet<Edge>,
}

impl Closure {
    /// Returns the closure of the start projects.
    ///
    /// # Errors
    /// A start project that the lockfile does not know, a dependency that it does not hold, a package that comes from a
    /// repository, a project outside of the root.
    pub fn of(lockfile: &Lockfile, start: &[ImporterId], scope: Scope<'_>) -> Result<Self, Diagnostics> {
        let mut walk = Walk {
            lockfile,
            scope,
            starts_at_root: start.iter().any(|id| id == "."),
            closure: Self::default(),
            todo: start.iter().rev().cloned().map(Node::Project).collect(),
            wrong: Vec::new(),
        };
        if !matches!(scope.root, OfRoot::Nothing) {
            walk.todo.push(Node::Project(".".to_owned()));
        }
        while let Some(node) = walk.todo.pop() {
            match node {
                Node::Project(id) => walk.project(id),
                Node::Package { location, owner } => walk.package(&location, &owner),
            }
        }
        Diagnostics::check(walk.wrong)?;
        Ok(walk.closure)
    }
}

/// What remains to be visited: a package goes with the project that led to it first.
enum Node {
    Project(ImporterId),
    Package { location: String, owner: ImporterId },
}

struct Walk<'a> {
    lockfile: &'a Lockfile,
    scope: Scope<'a>,
    starts_at_root: bool,
    closure: Closure,
    todo: Vec<Node>,
    wrong: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn project(&mut self, id: ImporterId) {
        if self.closure.members.contains_key(&id) {
            return;
        }
        let Some(entry) = self.lockfile.importer(&id) else {
            let name = &self.lockfile.file().name;
            let message = format!(
                "{name} does not know the project `{id}`; run `npm install --package-lock-only` and commit the result"
            );
            self.wrong
                .push(Diagnostic::named(names::BROKEN_LOCKFILE, message));
            return;
        };
        if path::leaves(&id) {
            self.wrong.push(self.outside(&id));
            return;
        }
        let location = location_of(&id);
        let around = self.lockfile.around(location);
        let mut fields = entry.fields.clone();
        if id == "." && !self.starts_at_root {
            self.keep_of_root(&mut fields, &around);
        } else if let Some(manifests) = self.scope.production {
            keep_production(&mut fields, manifests.get(&id));
        }
        // The root's links to it lie where members look for each other.
        for link in self.lockfile.links_to(&id) {
            if super::lockfile::name_of(link).len() + super::lockfile::MODULES.len() == link.len() {
                self.closure.locations.insert(link.to_owned());
            }
        }
        for (kind, name, specifier) in fields.iter() {
            match around.find(name) {
                Some(found) => self.reach(found, &id, kind, name),
                None if kind == DependencyKind::Optional => {}
                None => {
                    let lock = &self.lockfile.file().name;
                    let message = format!(
                        "{lock} has `{id}` depend on `{name}` (`{}`) and does not hold that; run `npm install \
                         --package-lock-only` and commit the result",
                        cut(specifier, SHOWN)
                    );
                    self.wrong
                        .push(self.lockfile.error_at(location, names::BROKEN_LOCKFILE, message));
                }
            }
        }
        // With legacy-peer-deps peers are installed only where somebody asks for them otherwise.
        for name in fields.required_peers() {
            if let Some(found) = around.find(name) {
                self.reach(found, &id, DependencyKind::Production, name);
            }
        }
        for name in fields.optional_peers() {
            if let Some(found) = around.find_in_front(name) {
                self.reach(found, &id, DependencyKind::Optional, name);
            }
        }
        self.closure.members.insert(id, fields);
    }

    /// Reduces what the root depends on to what belongs to a closure that starts elsewhere.
    fn keep_of_root(&self, fields: &mut Fields, around: &Around<'_>) {
        let is_published = |name: &str| {
            let entry = around.find(name).and_then(|found| self.lockfile.get(found));
            entry.is_some_and(|entry| entry.link.is_none() && !is_local(entry))
        };
        match self.scope.root {
            OfRoot::Nothing => *fields = Fields::default(),
            OfRoot::Tools => {
                for field in [
                    &mut fields.dependencies,
                    &mut fields.optional,
                    &mut fields.development,
                    &mut fields.peers,
                ] {
                    field.retain(|name, _| is_published(name));
                }
            }
            OfRoot::Named(names) => {
                let kept = names.iter().filter_map(|name| {
                    let (_, specifier) = fields.get(name)?;
                    Some((name.clone(), specifier.to_owned()))
                });
                *fields = Fields {
                    dependencies: kept.collect(),
                    ..Fields::default()
                };
            }
        }
    }

    /// Goes on to what lies at a location.
    fn reach(&mut self, location: &str, owner: &str, kind: DependencyKind, name: &str) {
        let Some(entry) = self.lockfile.get(location) else {
            return;
        };
        let edge = |to: &str| Edge {
            from: owner.to_owned(),
            to: to.to_owned(),
            kind,
            alias: name.to_owned(),
            injected: false,
        };
        if let Some(target) = &entry.link {
            let target = path::normalize(target);
            self.closure.locations.insert(location.to_owned());
            if target != owner {
                self.closure.edges.insert(edge(&target));
            }
            self.todo.push(Node::Project(target));
            return;
        }
        if let Some(archive) = entry.resolved.as_deref().and_then(local_path) {
            self.closure.local.insert(edge(&path::normalize(archive)));
        }
        if !self.closure.locations.contains(location) {
            self.todo.push(Node::Package {
                location: location.to_owned(),
                owner: owner.to_owned(),
            });
        }
    }

    fn package(&mut self, location: &str, owner: &str) {
        let Some(entry) = self.lockfile.get(location) else {
            return;
        };
        if !self.closure.locations.insert(location.to_owned()) {
            return;
        }
        self.closure.packages += 1;
        if let Some(address) = entry
            .resolved
            .as_deref()
            .filter(|address| is_of_repository(address))
        {
            self.wrong.push(self.of_repository(location, entry, address));
        }
        let bundled = self.lockfile.bundled_in(location);
        let bundled: Vec<&str> = bundled
            .filter(|inside| !self.closure.locations.contains(*inside))
            .collect();
        self.todo.extend(bundled.into_iter().map(|inside| Node::Package {
            location: inside.to_owned(),
            owner: owner.to_owned(),
        }));
        let around = self.lockfile.around(location);
        // Peers that may be missing are there where somebody else reaches them. One that lies in front of another version is
        // there as well: without it the package would find that other one, and `npm ci` refuses a lockfile that says so.
        for name in entry.fields.optional_peers() {
            if let Some(found) = around.find_in_front(name) {
                self.reach(found, owner, DependencyKind::Optional, name);
            }
        }
        let peers = entry.fields.required_peers();
        let peers = peers.map(|name| (DependencyKind::Optional, name));
        let installed = entry
            .fields
            .iter()
            .filter(|(kind, ..)| *kind != DependencyKind::Development);
        for (kind, name) in installed.map(|(kind, name, _)| (kind, name)).chain(peers) {
            match around.find(name) {
                Some(found) => self.reach(found, owner, kind, name),
                None if kind == DependencyKind::Production && !entry.is_bundled && !entry.is_optional => {
                    let lock = &self.lockfile.file().name;
                    let message = format!(
                        "{lock} has `{location}` depend on `{name}` and does not hold that; run `npm install \
                         --package-lock-only` and commit the result"
                    );
                    self.wrong
                        .push(self.lockfile.error_at(location, names::BROKEN_LOCKFILE, message));
                }
                None => {}
            }
        }
    }

    fn outside(&self, id: &str) -> Diagnostic {
        let message = format!(
            "{} links to the project `{id}`, which is outside of the directory that the lockfile lies in; move it in there, \
             or build it with a lockfile above both",
            self.lockfile.file().name
        );
        self.lockfile.error_at(id, names::OUTSIDE_CONTEXT, message)
    }

    /// npm builds such a package by its own scripts, and with all that it is developed with, as it fetches it.
    fn of_repository(&self, location: &str, entry: &Entry, address: &str) -> Diagnostic {
        let message = format!(
            "`{}` comes from a repository (`{}`), and npm runs its scripts while it fetches it, where no script may run; \
             take it from a registry, or from an archive (`https://…/x.tgz`)",
            entry.name(location),
            cut(&crate::secret::mask_forms(address), SHOWN)
        );
        self.lockfile.error_at(location, names::INVALID_LOCKFILE, message)
    }
}

/// Reduces what a project depends on to what runs.
fn keep_production(fields: &mut Fields, manifest: Option<&PackageJson>) {
    let peers = manifest.map(|manifest| &manifest.peer_dependencies);
    let development = std::mem::take(&mut fields.development);
    for (name, specifier) in development {
        if peers.is_some_and(|peers| peers.contains_key(&name)) && !fields.peers.contains_key(&name) {
            fields.dependencies.entry(name).or_insert(specifier);
        }
    }
}

/// Returns the path of an archive in the repository.
fn local_path(address: &str) -> Option<&str> {
    address.strip_prefix("file:")
}

fn is_local(entry: &Entry) -> bool {
    entry.resolved.as_deref().and_then(local_path).is_some()
}

/// Whether an address is that of a repository. Source: npm-package-arg, `fromURL`.
fn is_of_repository(address: &str) -> bool {
    [
        "git+",
        "git:",
        "git@",
        "github:",
        "gitlab:",
        "bitbucket:",
        "gist:",
        "ssh:",
    ]
    .iter()
    .any(|scheme| address.starts_with(scheme))
}

#[cfg(test)]
mod tests;
