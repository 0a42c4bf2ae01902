//! Which package manager a directory is the root of a workspace of.

use super::Listing;
use crate::diagnostic::{Diagnostic, Place, names};
use crate::kinds::node::read::discover;
use crate::kinds::node::workspace::PackageJson;
use crate::manifest::Manifest;

/// The lockfiles of npm, the one that it takes first in front. Source: docs.npmjs.com, npm-shrinkwrap.json.
pub(super) const NPM: [&str; 2] = ["npm-shrinkwrap.json", "package-lock.json"];
/// Those of pnpm's files that mean it.
const PNPM: [&str; 2] = ["pnpm-lock.yaml", "pnpm-workspace.yaml"];

/// Who installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Pnpm,
    /// npm, by the lockfile of this name.
    Npm(&'static str),
}

/// Returns who installs, by the names of the files that lie in a directory.
///
/// Where the files of both lie there, the build file's `pnpm`, the package.json's `packageManager` or
/// `devEngines.packageManager`, and in the end where the projects are listed decides.
///
/// # Errors
/// Files of both among which nothing decides; those of a package manager that is not supported.
pub(super) fn manager(
    names: &[String],
    root: Option<&PackageJson>,
    manifest: &Manifest,
    listing: &Listing<'_>,
) -> Result<Which, Diagnostic> {
    let has = |name: &str| names.iter().any(|other| other == name);
    let npm = NPM.into_iter().find(|name| has(name));
    let pnpm = PNPM.into_iter().find(|name| has(name));
    match (npm, pnpm) {
        (Some(lockfile), None) => Ok(Which::Npm(lockfile)),
        (None, Some(_)) => Ok(Which::Pnpm),
        (Some(lockfile), Some(other)) => match named(root) {
            _ if manifest.pnpm.is_some() => Ok(Which::Pnpm),
            Some("pnpm") => Ok(Which::Pnpm),
            Some("npm") => Ok(Which::Npm(lockfile)),
            _ if has("pnpm-workspace.yaml") && has("pnpm-lock.yaml") => Ok(Which::Pnpm),
            _ => Err(both(root, listing, lockfile, other)),
        },
        (None, None) => Err(match unsupported(names) {
            Some((file, what)) => of_another(listing, file, what),
            None => {
                discover::no_lockfile(listing.directory, discover::LOCKFILES).at(listing.wanted.place.clone())
            }
        }),
    }
}

/// Returns the package manager that a package.json names.
fn named(root: Option<&PackageJson>) -> Option<&str> {
    let root = root?;
    let written = root.package_manager.as_deref();
    let engine = || root.get(&["devEngines", "packageManager", "name"])?.as_str();
    written.and_then(|text| text.split('@').next()).or_else(engine)
}

fn both(root: Option<&PackageJson>, listing: &Listing<'_>, npm: &str, pnpm: &str) -> Diagnostic {
    let message = format!(
        "{npm} and {pnpm} both lie in {}, and nothing says which package manager installs; remove the files of the other \
         one, or write \"packageManager\": \"npm@…\" or \"pnpm@…\" into the package.json beside them",
        place_of(listing.directory)
    );
    let place = root.map(|root| Place::of_line(&root.file, 1));
    Diagnostic::named(names::UNSUPPORTED_MANAGER, message)
        .at(place.unwrap_or_else(|| listing.wanted.place.clone()))
}

/// Returns the lockfile of a package manager that is not supported, and what it says to that.
pub(super) fn unsupported(names: &[String]) -> Option<(&'static str, &'static str)> {
    let others = [("yarn.lock", "Yarn"), ("bun.lock", "Bun"), ("bun.lockb", "Bun")];
    others
        .into_iter()
        .find(|(file, _)| names.iter().any(|name| name == file))
}

fn of_another(listing: &Listing<'_>, file: &str, what: &str) -> Diagnostic {
    let message = format!(
        "{file} in {} is the lockfile of {what}, and those of npm and pnpm are read; make one beside it with `npm install \
         --package-lock-only`, or with `pnpm import` and a `pnpm-workspace.yaml`, and commit it",
        place_of(listing.directory)
    );
    Diagnostic::named(names::UNSUPPORTED_MANAGER, message).at(listing.wanted.place.clone())
}

fn place_of(directory: &str) -> &str {
    if directory.is_empty() {
        "the build context"
    } else {
        directory
    }
}
