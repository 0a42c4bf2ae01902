//! What the lockfile says of what is downloaded.

use std::collections::BTreeSet;

use super::Input;
use crate::kinds::node::Manager;
use crate::kinds::node::pnpm::closure::Scope;
use crate::warning::{Warning, rules};

/// Warns of packages that an install takes whatever their bytes are, and of those with a credential in their address.
pub(super) fn find(input: Input<'_>) -> Vec<Warning> {
    let Manager::Pnpm(pnpm) = &input.workspace.manager;
    let scope = Scope::Development { include_root: true };
    // What does not hold together has stopped the plan already.
    let Ok(closure) = pnpm.lockfiles.closure(&[input.service.to_owned()], scope) else {
        return Vec::new();
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
            let from = match url.as_str() {
                "" => "the registry",
                url => url,
            };
            let message = format!(
                "{} holds `{name}` from {from} without an integrity, so that whatever is served there is installed; \
                 have a newer pnpm write the lockfile, or take the package from a registry",
                lockfile.file().name
            );
            found.push(
                rules::MISSING_INTEGRITY
                    .warn(message)
                    .at(lockfile.package_place(path)),
            );
        }
    }
    found
}
