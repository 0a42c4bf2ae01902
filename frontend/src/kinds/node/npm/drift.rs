//! Whether the lockfile still says what the manifests say.
//!
//! `npm ci` is the judge; this finds the common mistakes before the build starts, and says which dependency of which project
//! it is. npm writes what each project depends on into its entry, as declared.

use std::collections::{BTreeMap, BTreeSet};

use super::Lockfile;
use super::lockfile::{Fields, location_of};
use crate::diagnostic::{Diagnostic, Place, names};
use crate::kinds::node::workspace::{DependencyKind, ImporterId, PackageJson};

const FIX: &str = "run `npm install --package-lock-only` and commit the result";

/// Where lockfile and manifests differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// In projects that the build needs: `npm ci` would fail.
    pub errors: Vec<Diagnostic>,
    /// In other projects: this build does not see them.
    pub warnings: Vec<Diagnostic>,
}

impl Drift {
    /// Compares the lockfile with the manifests; `needed` are the projects of the build.
    pub fn find(
        lockfile: &Lockfile,
        manifests: &BTreeMap<ImporterId, PackageJson>,
        needed: &BTreeSet<ImporterId>,
    ) -> Self {
        let mut drift = Self::default();
        for (id, manifest) in manifests {
            let Some(entry) = lockfile.importer(id) else {
                continue;
            };
            let found = differences(
                lockfile,
                (id, manifest),
                (&Fields::read(&manifest.raw), &entry.fields),
            );
            match needed.contains(id) {
                true => drift.errors.extend(found),
                false => drift.warnings.extend(found),
            }
        }
        drift
    }
}

fn differences(
    lockfile: &Lockfile,
    (id, manifest): (&str, &PackageJson),
    (declared, locked): (&Fields, &Fields),
) -> Vec<Diagnostic> {
    let lock = &lockfile.file().name;
    let (now, then) = (by_name(declared), by_name(locked));
    let mut found = Vec::new();
    for (name, (field, specifier)) in &now {
        let message = match then.get(name) {
            None => format!("`{id}` declares `{name}` as `{specifier}`, which {lock} does not hold; {FIX}"),
            Some((_, locked)) if locked.trim() != specifier.trim() => {
                format!(
                    "`{id}` declares `{name}` as `{specifier}`, but {lock} was written for `{locked}`; {FIX}"
                )
            }
            Some((other, _)) if other != field => {
                format!("`{id}` declares `{name}` in `{field}`, but {lock} holds it in `{other}`; {FIX}")
            }
            Some(_) => continue,
        };
        found.push(at(message, manifest.place(&[field, name])));
    }
    for (name, (field, specifier)) in &then {
        if !now.contains_key(name) {
            let message = format!(
                "{lock} holds `{name}` (`{specifier}`) in `{field}` of `{id}`, which {} no longer declares; {FIX}",
                manifest.file.name
            );
            found.push(at(message, lockfile.place(location_of(id))));
        }
    }
    found
}

/// Returns the field and the specifier of each name; of several fields the one that npm goes by.
fn by_name(fields: &Fields) -> BTreeMap<&str, (&'static str, &str)> {
    let peers = fields.peers.iter();
    let peers = peers.map(|(name, specifier)| (name.as_str(), ("peerDependencies", specifier.as_str())));
    let mut all: BTreeMap<&str, (&'static str, &str)> = peers.collect();
    let of = |wanted: DependencyKind| fields.iter().filter(move |(kind, ..)| *kind == wanted);
    for (kind, field) in [
        (DependencyKind::Development, "devDependencies"),
        (DependencyKind::Production, "dependencies"),
        (DependencyKind::Optional, "optionalDependencies"),
    ] {
        all.extend(of(kind).map(|(_, name, specifier)| (name, (field, specifier))));
    }
    all
}

fn at(message: String, place: Option<Place>) -> Diagnostic {
    Diagnostic::named(names::LOCKFILE_DRIFT, message).at(place)
}

#[cfg(test)]
mod tests;
