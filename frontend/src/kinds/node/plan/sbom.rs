//! What the lockfile knows of the packages that an image may hold, for its bill of materials.
//!
//! Which of them the image does hold, and their licences, is read from the image's files by [`crate::inspect`]:
//! packages for another platform are in the lockfile and not in the image, packages that another package brings
//! along are in the image and not in the lockfile.

mod of_npm;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostics;
use crate::kinds::node::pnpm::closure::Scope;
use crate::kinds::node::pnpm::dep_path::{DepPath, Reference};
use crate::kinds::node::pnpm::lockfile::{Importer, Lockfile, PackageEntry, Resolution};
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::workspace::ImporterId;
use crate::kinds::node::{Manager, Workspace};
use crate::path::{join, normalize};
use crate::plan::{Component, Sbom};

/// Lists the closure with which the service is developed: what the images beside the production image hold.
///
/// # Errors
/// A malformed entry of the lockfile.
pub(super) fn of_workbench(workspace: &Workspace, service: &str) -> Result<Sbom, Diagnostics> {
    let scope = Scope::Development { include_root: true };
    let closure = workspace.manager.closure(&[service.to_owned()], scope)?;
    list(workspace, service, &closure)
}

/// Lists what a build may pack into its output: whatever the service is developed with. Of other workspace packages it
/// packs the code, and no package.
///
/// # Errors
/// A malformed entry of the lockfile.
pub(super) fn of_output(workspace: &Workspace, service: &str) -> Result<Sbom, Diagnostics> {
    let mut sbom = of_workbench(workspace, service)?;
    let Sbom { service, components } = &mut sbom;
    components.retain(|key, component| !component.workspace || key == service);
    let keys: BTreeSet<String> = components.keys().cloned().collect();
    for component in components.values_mut() {
        component.dependencies.retain(|key| keys.contains(key));
    }
    Ok(sbom)
}

/// Lists a closure of the service.
///
/// # Errors
/// A malformed entry of the lockfile.
pub(super) fn list(
    workspace: &Workspace,
    service: &str,
    closure: &WorkspaceClosure,
) -> Result<Sbom, Diagnostics> {
    let mut sbom = Sbom {
        service: workspace_key(service),
        ..Sbom::default()
    };
    for (id, project) in &workspace.projects {
        if closure.projects.contains(id) {
            let component = Component {
                name: project.name(id),
                version: project.manifest.version.clone(),
                workspace: true,
                license: ["license", "licenses"]
                    .iter()
                    .find_map(|key| project.manifest.get(&[key]).cloned()),
                ..Component::default()
            };
            sbom.components.insert(workspace_key(id), component);
        }
    }
    for (directory, part) in &closure.lockfiles {
        let Manager::Pnpm(pnpm) = &workspace.manager else {
            continue;
        };
        let Some(lockfile) = pnpm.lockfiles.at(directory) else {
            continue;
        };
        let mut listing = Listing {
            lockfile,
            directory,
            projects: &closure.projects,
            entries: BTreeMap::new(),
        };
        for path in &part.packages {
            // A copy of a workspace package is that package.
            if listing.project_of(path).is_none()
                && let Some(entry) = lockfile.package(path)?
            {
                listing.entries.insert(path, entry);
            }
        }
        listing.add_projects(&part.importers, &mut sbom.components);
        listing.add_packages(&mut sbom.components);
    }
    if let (Manager::Npm(npm), Some(tree)) = (&workspace.manager, &closure.tree) {
        of_npm::add(&npm.lockfile, tree, &mut sbom.components);
    }
    Ok(sbom)
}

/// What is listed of one lockfile.
struct Listing<'a> {
    lockfile: &'a Lockfile,
    /// Directory that the lockfile lies in.
    directory: &'a str,
    /// The workspace's projects in the closure.
    projects: &'a BTreeSet<ImporterId>,
    entries: BTreeMap<&'a DepPath, PackageEntry>,
}

impl Listing<'_> {
    fn add_projects(
        &self,
        importers: &BTreeMap<ImporterId, Importer>,
        components: &mut BTreeMap<String, Component>,
    ) {
        for (id, importer) in importers {
            let id = join(self.directory, id);
            let keys = importer.iter().filter_map(|(_, alias, dependency)| {
                self.key(dependency.reference(alias, self.lockfile.version()), &id)
            });
            let keys: Vec<String> = keys.collect();
            if let Some(component) = components.get_mut(&workspace_key(&id)) {
                component.dependencies.extend(keys);
            }
        }
    }

    fn add_packages(&self, components: &mut BTreeMap<String, Component>) {
        for entry in self.entries.values() {
            let component = components.entry(package_key(entry)).or_insert_with(|| Component {
                name: entry.name.clone(),
                version: entry.version.clone(),
                integrity: integrity(&entry.resolution),
                location: location(&entry.resolution),
                ..Component::default()
            });
            let snapshot = &entry.snapshot;
            let dependencies = snapshot
                .dependencies
                .iter()
                .chain(&snapshot.optional_dependencies);
            // Paths in snapshots begin at the lockfile's directory.
            component
                .dependencies
                .extend(dependencies.filter_map(|(alias, version)| {
                    let reference = Reference::parse(alias, version, self.lockfile.version());
                    self.key(reference, self.directory)
                }));
        }
    }

    /// Returns the key of what a dependency leads to; none for a directory that is no project, which the image
    /// has no copy of.
    fn key(&self, reference: Reference, from: &str) -> Option<String> {
        match reference {
            Reference::Link(directory) => {
                let id = join(from, &directory);
                self.projects.contains(&id).then(|| workspace_key(&id))
            }
            Reference::Package(path) => match self.project_of(&path) {
                Some(id) => Some(workspace_key(&id)),
                None => self.entries.get(&path).map(package_key),
            },
        }
    }

    /// Returns the project that a resolved package is a copy of.
    fn project_of(&self, path: &DepPath) -> Option<ImporterId> {
        let id = join(self.directory, &normalize(path.file()?));
        self.projects.contains(&id).then_some(id)
    }
}

fn workspace_key(id: &str) -> String {
    format!("workspace:{id}")
}

fn package_key(entry: &PackageEntry) -> String {
    format!("{}@{}", entry.name, entry.version.as_deref().unwrap_or_default())
}

fn integrity(resolution: &Resolution) -> Option<String> {
    match resolution {
        Resolution::Registry { integrity } => Some(integrity.clone()),
        Resolution::Tarball { integrity, .. } => integrity.clone(),
        Resolution::Git { .. } | Resolution::Directory { .. } | Resolution::Other { .. } => None,
    }
}

/// Returns where a package comes from as SPDX 2.3 writes it (7.7, package download location): a URL, or a
/// repository with its commit.
fn location(resolution: &Resolution) -> Option<String> {
    match resolution {
        Resolution::Tarball { tarball, .. } => tarball.starts_with("http").then(|| without_userinfo(tarball)),
        Resolution::Git { repository, commit } => {
            let repository = repository.strip_prefix("git+").unwrap_or(repository);
            let url = match repository.split_once("://") {
                Some(_) => without_userinfo(repository),
                // The form of scp: git@host:path.
                None => {
                    let (host, path) = repository.split_once(':')?;
                    let host = host.rsplit('@').next()?;
                    format!("ssh://{host}/{path}")
                }
            };
            Some(format!("git+{url}@{commit}"))
        }
        Resolution::Registry { .. } | Resolution::Directory { .. } | Resolution::Other { .. } => None,
    }
}

/// Returns a URL without a user's name and password, which are nobody's business.
fn without_userinfo(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests;
