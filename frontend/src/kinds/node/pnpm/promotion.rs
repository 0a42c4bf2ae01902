//! Peers of workspace packages, made dependencies for a production install.
//!
//! A linked workspace package resolves its peers from its own `node_modules`, where a development install
//! puts them because the package lists them under `devDependencies` too. `pnpm install --prod` leaves those
//! out, and nothing links the peers: the package fails with `Cannot find module` at run time. So each peer
//! becomes a dependency of the package, taken from the service where that has it, so that both share one
//! instance, else from the package's own entry.

use std::collections::BTreeMap;

use super::dep_path::Reference;
use super::lockfile::{Importer, Lockfile, LockfileVersion, ResolvedDependency};
use crate::kinds::node::workspace::package_json::PackageJson;
use crate::kinds::node::workspace::{DependencyKind, ImporterId};
use crate::path;

/// Returns the peers of the project `id` to add to, or put in place of, its production dependencies.
///
/// `services` are the projects that the closure starts from with their importers, in order of precedence.
/// A peer that the manifest also declares as a production dependency stays as it is. An optional peer is
/// taken from a service's production dependencies alone: where no service provides it, the package is
/// meant to run without it.
pub(super) fn promoted_peers(
    id: &str,
    importer: &Importer,
    manifest: &PackageJson,
    services: &[(ImporterId, Importer)],
    lockfile: &Lockfile,
) -> BTreeMap<String, ResolvedDependency> {
    let mut promoted = BTreeMap::new();
    for peer in manifest.peer_dependencies.keys() {
        let declared = [&manifest.dependencies, &manifest.optional_dependencies];
        if declared.iter().any(|field| field.contains_key(peer)) {
            continue;
        }
        let optional = manifest.is_optional_peer(peer);
        let from_service =
            services
                .iter()
                .filter(|(service, _)| service != id)
                .find_map(|(service, importer)| {
                    let (kind, dependency) = importer.get(peer)?;
                    let usable = !optional || kind != DependencyKind::Development;
                    usable
                        .then(|| rebase(dependency, peer, service, id, lockfile.version()))
                        .flatten()
                });
        let own = importer
            .get(peer)
            .filter(|(kind, _)| !optional || *kind != DependencyKind::Development);
        if let Some(dependency) = from_service.or_else(|| own.map(|(_, dependency)| dependency.clone())) {
            promoted.insert(peer.clone(), dependency);
        }
    }
    promoted
}

/// Returns the peers of an injected project that its importer must list for a production install.
///
/// The copy in the virtual store has its peers from the one that depends on it. pnpm 11 and later compare
/// the project's manifest with the lockfile's entry of that copy, so that no peer may become a dependency.
/// Where pnpm installs peers by itself it treats them as the importer's dependencies under the range that
/// the manifest declares: those which `devDependencies` would have covered are listed so.
pub(super) fn installed_peers(
    importer: &Importer,
    manifest: &PackageJson,
    lockfile: &Lockfile,
) -> BTreeMap<String, ResolvedDependency> {
    if lockfile.settings().auto_install_peers != Some(true) {
        return BTreeMap::new();
    }
    let development = manifest.peer_dependencies.iter().filter_map(|(peer, range)| {
        let (kind, dependency) = importer.get(peer)?;
        let version = dependency.version.clone();
        (kind == DependencyKind::Development).then(|| {
            (
                peer.clone(),
                ResolvedDependency {
                    specifier: range.clone(),
                    version,
                },
            )
        })
    });
    development.collect()
}

/// Returns a dependency of `from` as `to` writes it: links are relative to the project.
fn rebase(
    dependency: &ResolvedDependency,
    name: &str,
    from: &str,
    to: &str,
    version: LockfileVersion,
) -> Option<ResolvedDependency> {
    let Reference::Link(directory) = dependency.reference(name, version) else {
        return Some(dependency.clone());
    };
    let target = path::join(from, &directory);
    if target == to {
        return None;
    }
    let link = path::relative(to, &target)?;
    let specifier = match dependency.specifier.strip_prefix("link:") {
        Some(_) => format!("link:{link}"),
        None => dependency.specifier.clone(),
    };
    Some(ResolvedDependency {
        specifier,
        version: format!("link:{link}"),
    })
}
