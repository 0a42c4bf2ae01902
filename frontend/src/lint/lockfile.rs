//! What the lockfile says of what is downloaded.

use std::collections::BTreeSet;

use super::Input;
use crate::kinds::node::Manager;
use crate::kinds::node::npm::Lockfile;
use crate::kinds::node::pnpm::closure::Scope;
use crate::secret;
use crate::warning::{Warning, rules};

/// Warns of packages that an install takes whatever their bytes are, and of those with a credential in their address.
pub(super) fn find(input: Input<'_>) -> Vec<Warning> {
    let scope = Scope::Development { include_root: true };
    // What does not hold together has stopped the plan already.
    let Ok(closure) = input
        .workspace
        .manager
        .closure(&[input.service.to_owned()], scope)
    else {
        return Vec::new();
    };
    let pnpm = match &input.workspace.manager {
        Manager::Pnpm(pnpm) => pnpm,
        Manager::Npm(npm) => {
            return of_npm(
                &npm.lockfile,
                closure.tree.iter().flat_map(|tree| &tree.locations),
            );
        }
    };
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for (directory, part) in &closure.lockfiles {
        let Some(lockfile) = pnpm.lockfiles.at(directory) else {
            continue;
        };
        for path in &part.packages {
            if lockfile.has_credentials(path) {
                found.push(super::pnpm::secret_in(
                    path.without_suffix(),
                    lockfile.package_place(path),
                ));
            }
            let Ok(Some(url)) = lockfile.unverified(path) else {
                continue;
            };
            let name = path.without_suffix();
            if !told.insert((directory, name.to_owned())) {
                continue;
            }
            let by = (lockfile.file().name.as_str(), "pnpm");
            found.push(unverified(by, name, &url).at(lockfile.package_place(path)));
        }
    }
    found
}

/// Warns of a package that is installed whatever its bytes are.
fn unverified((lock, manager): (&str, &str), name: &str, url: &str) -> Warning {
    let from = match url {
        "" => "the registry",
        url => url,
    };
    let message = format!(
        "{lock} holds `{name}` from {from} without an integrity, so that whatever is served there is installed; have a newer \
         {manager} write the lockfile, or take the package from a registry"
    );
    rules::MISSING_INTEGRITY.warn(message)
}

/// The same of npm's lockfile. What a package brings along is part of its archive, and an archive of the repository is as
/// the repository has it.
fn of_npm<'l>(lockfile: &Lockfile, locations: impl Iterator<Item = &'l String>) -> Vec<Warning> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for location in locations {
        let Some(entry) = lockfile
            .get(location)
            .filter(|entry| entry.link.is_none() && !entry.is_bundled)
        else {
            continue;
        };
        let address = entry.resolved.as_deref().unwrap_or_default();
        let name = entry.name(location);
        if secret::has_credentials(address) {
            found.push(super::pnpm::secret_in(name, lockfile.place(location)));
        }
        let is_local = address.starts_with("file:");
        if entry.integrity.is_none() && !is_local && told.insert((name, entry.version.as_deref())) {
            let address = secret::mask_forms(address);
            let by = (lockfile.file().name.as_str(), "npm");
            found.push(unverified(by, name, &address).at(lockfile.place(location)));
        }
    }
    found
}
