//! Whether the lockfile still says what the manifests say.
//!
//! `pnpm install --frozen-lockfile` is the judge; this finds the common mistakes before the build starts and
//! says which dependency of which project it is. It follows pnpm's `lockfile/verification`
//! (`satisfiesPackageManifest`) and keeps silent where overrides, hooks or extensions may have changed what
//! a manifest says.

use std::collections::{BTreeMap, BTreeSet};

use super::lockfile::{Importer, Lockfile};
use super::lockfiles::{Lockfiles, without_lockfile};
use super::workspace_file::PnpmWorkspace;
use crate::diagnostic::{Diagnostic, Place, names};
use crate::kinds::node::workspace::package_json::PackageJson;
use crate::kinds::node::workspace::{DependencyKind, ImporterId};

const FIX: &str = "run `pnpm install --lockfile-only` and commit the result; `frozen = false` of `[build]` builds without that";

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The lockfiles.
    pub lockfiles: &'a Lockfiles,
    /// The manifests of the workspace's projects.
    pub manifests: &'a BTreeMap<ImporterId, PackageJson>,
    /// `pnpm-workspace.yaml`, for its catalogs.
    pub workspace: Option<&'a PnpmWorkspace>,
    /// The versions that the workspace puts in the place of others.
    pub overrides: &'a BTreeMap<String, String>,
    /// The projects that the build needs.
    pub needed: &'a BTreeSet<ImporterId>,
    /// Whether hooks may rewrite manifests: a pnpmfile, or config dependencies that bring one.
    pub has_hooks: bool,
}

/// Where lockfile and manifests differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// In projects that the build needs, in catalogs and overrides: a frozen install would fail.
    pub errors: Vec<Diagnostic>,
    /// In other projects: this build does not see them.
    pub warnings: Vec<Diagnostic>,
}

impl Drift {
    /// Compares the lockfile with the manifests.
    pub fn find(inputs: Inputs<'_>) -> Self {
        let mut drift = Self::default();
        if let Some(workspace) = inputs.workspace {
            let read = |directory: &str| {
                matches!(inputs.lockfiles, Lockfiles::Shared(_)) || inputs.needed.contains(directory)
            };
            let lockfiles = inputs.lockfiles.iter().filter(|(directory, _)| read(directory));
            drift.errors = lockfiles
                .flat_map(|(_, lockfile)| catalogs(lockfile, workspace))
                .collect();
        }
        if let Lockfiles::Shared(lockfile) = inputs.lockfiles {
            drift.errors.extend(overrides(lockfile, &inputs));
        }
        if inputs.has_hooks {
            return drift;
        }
        for (id, manifest) in inputs.manifests {
            let (directory, entry) = inputs.lockfiles.of(id);
            let lockfile = inputs.lockfiles.at(directory);
            if lockfile.is_some_and(|lockfile| lockfile.pnpmfile_checksum().is_some()) {
                continue;
            }
            // A malformed entry is reported where the closure reads it.
            let Ok(importer) = lockfile.map_or(Ok(None), |lockfile| lockfile.importer(entry)) else {
                continue;
            };
            let found = match (lockfile, importer) {
                (Some(lockfile), Some(importer)) => Project {
                    id,
                    entry,
                    manifest,
                    importer,
                    lockfile,
                    overridden: overridden(lockfile, manifest),
                }
                .drift(),
                _ => missing(id, manifest, lockfile).into_iter().collect(),
            };
            let list = if inputs.needed.contains(id) {
                &mut drift.errors
            } else {
                &mut drift.warnings
            };
            list.extend(found);
        }
        drift
    }
}

/// One project on both sides.
struct Project<'a> {
    id: &'a str,
    /// Its name in the lockfile.
    entry: &'a str,
    manifest: &'a PackageJson,
    importer: Importer,
    lockfile: &'a Lockfile,
    /// Names whose specifier in the lockfile an override may have rewritten.
    overridden: BTreeSet<&'a str>,
}

impl Project<'_> {
    fn drift(&self) -> Vec<Diagnostic> {
        let declared = self.declared();
        let id = self.id;
        let lock = &self.lockfile.file().name;
        let mut found = Vec::new();
        for (name, (kind, specifier, field)) in &declared {
            let message = match self.importer.get(name) {
                _ if self.overridden.contains(name) => continue,
                None if self.may_be_left_out(*kind, specifier) => continue,
                None => {
                    format!("`{id}` declares `{name}` as `{specifier}`, which {lock} does not hold; {FIX}")
                }
                Some((_, locked)) if !is_same_specifier(&locked.specifier, specifier) => format!(
                    "`{id}` declares `{name}` as `{specifier}`, but {lock} was written for `{}`; {FIX}",
                    locked.specifier
                ),
                Some((locked, _)) if locked != *kind => format!(
                    "`{id}` declares `{name}` in `{field}`, but {lock} holds it in `{}`; {FIX}",
                    field_of(locked)
                ),
                Some(_) => continue,
            };
            found.push(at(message, self.manifest.place(&[field, name])));
        }
        if self.lockfile.package_extensions_checksum().is_some() {
            return found;
        }
        for (kind, name, locked) in self.importer.iter() {
            let known = declared.contains_key(name)
                || self.manifest.peer_dependencies.contains_key(name)
                || self.overridden.contains(name)
                || locked.specifier.starts_with("link:");
            if !known {
                let message = format!(
                    "{lock} holds `{name}` (`{}`) in `{}` of `{id}`, which {} no longer declares; {FIX}",
                    locked.specifier,
                    field_of(kind),
                    self.manifest.file.name
                );
                found.push(at(message, self.lockfile.importer_place(self.entry)));
            }
        }
        found
    }

    /// Returns what pnpm expects the lockfile to hold: kind, specifier and the field that says so, by name.
    /// Of several fields `optionalDependencies` wins over `dependencies` over `devDependencies` over peers.
    fn declared(&self) -> BTreeMap<&str, (DependencyKind, &str, &'static str)> {
        let mut declared = BTreeMap::new();
        let peers = self.lockfile.settings().auto_install_peers == Some(true);
        let fields = [
            (
                DependencyKind::Production,
                peers.then_some(&self.manifest.peer_dependencies),
                "peerDependencies",
            ),
            (
                DependencyKind::Development,
                Some(&self.manifest.dev_dependencies),
                "devDependencies",
            ),
            (
                DependencyKind::Production,
                Some(&self.manifest.dependencies),
                "dependencies",
            ),
            (
                DependencyKind::Optional,
                Some(&self.manifest.optional_dependencies),
                "optionalDependencies",
            ),
        ];
        for (kind, field, key) in fields {
            for (name, specifier) in field.into_iter().flatten() {
                declared.insert(name.as_str(), (kind, specifier.as_str(), key));
            }
        }
        declared
    }

    /// Whether a dependency may be missing from the lockfile by pnpm's own settings.
    fn may_be_left_out(&self, kind: DependencyKind, specifier: &str) -> bool {
        let links = self.lockfile.settings().exclude_links_from_lockfile == Some(true);
        let ignored = !self.lockfile.ignored_optional_dependencies().is_empty();
        (links && specifier.starts_with("link:")) || (ignored && kind == DependencyKind::Optional)
    }
}

/// Returns the dependencies of a project whose specifiers an override may have rewritten.
fn overridden<'a>(lockfile: &'a Lockfile, manifest: &PackageJson) -> BTreeSet<&'a str> {
    let selectors = lockfile
        .overrides()
        .keys()
        .map(|selector| parent_and_child(selector));
    let of_project = |parent: &str| manifest.name.as_deref() == Some(parent);
    let ours = selectors.filter(|(parent, _)| parent.is_none_or(of_project));
    ours.map(|(_, child)| child).collect()
}

/// Splits an override's selector, `parent@1>child@2`, into the packages' names.
///
/// A `>` after a space, `|` or `@` belongs to a range (pnpm's `config/parse-overrides`).
fn parent_and_child(selector: &str) -> (Option<&str>, &str) {
    let bytes = selector.as_bytes();
    let delimiter = bytes
        .windows(2)
        .position(|pair| matches!(pair, [before, b'>'] if !matches!(before, b' ' | b'|' | b'@')))
        .map(|i| i + 1);
    match delimiter.and_then(|i| Some((selector.get(..i)?, selector.get(i + 1..)?))) {
        Some((parent, child)) => (Some(name_of(parent)), name_of(child)),
        None => (None, name_of(selector)),
    }
}

/// Cuts the range off `name@range`.
fn name_of(package: &str) -> &str {
    let at = package
        .char_indices()
        .skip(1)
        .find(|(_, c)| *c == '@')
        .map(|(i, _)| i);
    at.and_then(|at| package.get(..at)).unwrap_or(package)
}

/// Whether two specifiers ask for the same. Forms of one git repository are many, and pnpm tells them apart.
fn is_same_specifier(locked: &str, declared: &str) -> bool {
    let is_git = |specifier: &str| {
        specifier.contains("git") || specifier.contains("bitbucket") || specifier.contains('#')
    };
    locked.trim() == declared.trim() || (is_git(locked) && is_git(declared))
}

/// Reports a project that the lockfile does not know, unless it has no dependencies.
fn missing(id: &str, manifest: &PackageJson, lockfile: Option<&Lockfile>) -> Option<Diagnostic> {
    let fields = [
        &manifest.dependencies,
        &manifest.dev_dependencies,
        &manifest.optional_dependencies,
    ];
    if fields.iter().all(|field| field.is_empty()) {
        return None;
    }
    let diagnostic = match lockfile {
        Some(lockfile) => {
            let name = &lockfile.file().name;
            Diagnostic::named(
                names::LOCKFILE_DRIFT,
                format!("{name} does not know the project `{id}`; {FIX}"),
            )
        }
        None => without_lockfile(id),
    };
    Some(diagnostic.at(Place::of_line(&manifest.file, 1)))
}

/// Compares the catalog entries in use with the workspace's. pnpm refuses any difference, whichever project
/// uses the entry (`allCatalogsAreUpToDate`).
fn catalogs(lockfile: &Lockfile, workspace: &PnpmWorkspace) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (catalog, entries) in lockfile.catalogs() {
        let key = if catalog == "default" && workspace.get("catalog").is_some() {
            "catalog"
        } else {
            "catalogs"
        };
        let config = match key {
            "catalog" => workspace.get("catalog"),
            _ => workspace
                .get("catalogs")
                .and_then(|catalogs| catalogs.get(catalog)),
        };
        let place = workspace.place(key);
        for (name, entry) in entries {
            let specifier = config
                .and_then(|config| config.get(name))
                .and_then(|value| value.as_str());
            if specifier.is_some_and(|specifier| specifier.trim() == entry.specifier) {
                continue;
            }
            let now = specifier.map_or("does not hold it".to_owned(), |specifier| {
                format!("says `{specifier}`")
            });
            let message = format!(
                "{} was written for `{name}` as `{}` of the catalog `{catalog}`, but {} {now}; {FIX}",
                lockfile.file().name,
                entry.specifier,
                workspace.file.name
            );
            found.push(Diagnostic::named(names::LOCKFILE_DRIFT, message).at(place.clone()));
        }
    }
    found
}

/// Compares the overrides that the lockfile was written with to the workspace's. pnpm refuses any difference.
/// What refers to a catalog is in the lockfile as what it refers to.
fn overrides(lockfile: &Lockfile, inputs: &Inputs<'_>) -> Vec<Diagnostic> {
    let (locked, now) = (lockfile.overrides(), inputs.overrides);
    let lock = &lockfile.file().name;
    let names: BTreeSet<&String> = locked.keys().chain(now.keys()).collect();
    let root = inputs.manifests.get(".");
    let place = || {
        let of_root = root.and_then(|root| {
            root.place(&["pnpm", "overrides"])
                .or_else(|| root.place(&["resolutions"]))
        });
        let in_workspace = inputs
            .workspace
            .filter(|workspace| workspace.get("overrides").is_some());
        in_workspace
            .map(|workspace| workspace.place("overrides"))
            .or(of_root)
    };
    let differs = names.into_iter().filter_map(|name| {
        let message = match (locked.get(name), now.get(name)) {
            (Some(locked), Some(now)) if now.starts_with("catalog:") || locked.trim() == now.trim() => return None,
            (Some(locked), Some(now)) => {
                format!("{lock} was written with the override `{name}` as `{locked}`, which is `{now}` now; {FIX}")
            }
            (None, Some(now)) => format!("{lock} was written without the override `{name}` (`{now}`); {FIX}"),
            (Some(locked), None) => {
                format!("{lock} was written with an override `{name}` (`{locked}`) that the workspace no longer has; {FIX}")
            }
            (None, None) => return None,
        };
        Some(at(message, place()))
    });
    differs.collect()
}

fn field_of(kind: DependencyKind) -> &'static str {
    match kind {
        DependencyKind::Production => "dependencies",
        DependencyKind::Optional => "optionalDependencies",
        DependencyKind::Development => "devDependencies",
    }
}

fn at(message: String, place: Option<Place>) -> Diagnostic {
    Diagnostic::named(names::LOCKFILE_DRIFT, message).at(place)
}

#[cfg(test)]
mod tests;
