//! Projects of the workspace that packages use and the root alone links to.
//!
//! In the repository every package finds the dependencies of the root by walking up. What is built and installed for a
//! package follows from what it declares, so that such a project is not there; a package whose scripts tell that they miss
//! one is planned again as if it declared it.

use std::collections::BTreeSet;

use crate::kinds::node::npm::Npm;
use crate::kinds::node::pnpm::Lockfiles;
use crate::kinds::node::pnpm::closure::Scope;
use crate::kinds::node::pnpm::dep_path::Reference;
use crate::kinds::node::pnpm::lockfile::ResolvedDependency;
use crate::kinds::node::workspace::{ImporterId, Project};
use crate::kinds::node::{Manager, Workspace};
use crate::path::{normalize, relative};

/// The root of the workspace.
const ROOT: &str = ".";
/// Links that scripts are asked about: each has a status of its own, and those of shells and signals begin at 126.
const MOST: usize = 8;

/// A link that the root has.
#[derive(Debug)]
pub(super) struct Link {
    name: String,
    /// What it leads to, and what that reaches.
    reaches: BTreeSet<ImporterId>,
}

impl Link {
    /// Whether a package that finds nothing under the name can depend on the project: where the project does not depend on
    /// the package.
    fn serves(&self, importer: &str, project: &Project) -> bool {
        let manifest = &project.manifest;
        let is_own =
            manifest.specifier(&self.name).is_some() || manifest.peer_dependencies.contains_key(&self.name);
        !is_own && !self.reaches.contains(importer)
    }
}

/// Returns the root's links to projects, those of `dependencies` first.
pub(super) fn of_root(workspace: &Workspace) -> Vec<Link> {
    let links = resolved(workspace).into_iter();
    let links = links.filter_map(|(name, _, target)| {
        let scope = Scope::Development { include_root: false };
        // What is wrong with a project is told to whoever needs it.
        let closure = workspace.manager.closure(&[target], scope).ok()?;
        let reaches = closure.projects;
        Some(Link { name, reaches })
    });
    links.take(MOST).collect()
}

/// Returns the names of the links that a package's scripts may miss, in the order of their statuses.
pub(super) fn missed(links: &[Link], importer: &str, project: &Project) -> Vec<String> {
    let links = links.iter().filter(|link| link.serves(importer, project));
    links.map(|link| link.name.clone()).collect()
}

/// Returns the projects that packages may turn out to need.
pub fn importers(workspace: &Workspace) -> BTreeSet<ImporterId> {
    of_root(workspace)
        .into_iter()
        .flat_map(|link| link.reaches)
        .collect()
}

/// Returns the workspace in which packages declare what the root links to.
pub fn declared(workspace: &Workspace, links: &BTreeSet<(ImporterId, String)>) -> Workspace {
    let mut amended = workspace.clone();
    let of_root = resolved(workspace);
    for (importer, name) in links {
        let link = of_root.iter().find(|(link, ..)| link == name);
        let (Some((_, specifier, target)), Some(project)) = (link, amended.projects.get_mut(importer)) else {
            continue;
        };
        let Some(way) = relative(importer, target) else {
            continue;
        };
        project
            .manifest
            .dependencies
            .insert(name.clone(), specifier.clone());
        let dependency = ResolvedDependency {
            specifier: specifier.clone(),
            version: format!("link:{way}"),
        };
        amended.manager.declare(importer, name, dependency);
    }
    amended
}

/// Returns the root's links to projects: name, specifier, and the directory that each leads to, which may lie in a project.
fn resolved(workspace: &Workspace) -> Vec<(String, String, String)> {
    let pnpm = match &workspace.manager {
        Manager::Pnpm(pnpm) => pnpm,
        Manager::Npm(npm) => return of_npm(workspace, npm),
    };
    // Where each project has a lockfile of its own, what it depends on is in that alone.
    let Lockfiles::Shared(lockfile) = &pnpm.lockfiles else {
        return Vec::new();
    };
    let root = lockfile.importer(ROOT).ok().flatten().unwrap_or_default();
    let links = root.iter().filter_map(|(_, name, dependency)| {
        let Reference::Link(directory) = dependency.reference(name, lockfile.version()) else {
            return None;
        };
        let target = normalize(&directory);
        let is_project = target != ROOT && workspace.projects.contains_key(&target);
        is_project.then(|| (name.to_owned(), dependency.specifier.clone(), target))
    });
    links.collect()
}

/// Returns the same of npm, which links to every project from the root, those first that the root depends on.
fn of_npm(workspace: &Workspace, npm: &Npm) -> Vec<(String, String, String)> {
    let root = workspace.projects.get(ROOT).map(|root| &root.manifest);
    let links = npm.lockfile.links();
    let links = links.filter(|(_, id)| *id != ROOT && workspace.projects.contains_key(*id));
    let mut links: Vec<(String, String, String)> = links
        .map(|(name, id)| {
            let declared = root.and_then(|root| root.specifier(name));
            (name.to_owned(), declared.unwrap_or("*").to_owned(), id.to_owned())
        })
        .collect();
    links.sort_by_key(|(name, ..)| root.is_none_or(|root| root.specifier(name).is_none()));
    links
}
