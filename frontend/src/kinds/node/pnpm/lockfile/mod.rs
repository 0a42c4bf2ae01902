//! `pnpm-lock.yaml` of pnpm 8 (version 6) and of pnpm 9 to 12 (version 9): what was resolved.
//!
//! [`Lockfile::parse`] only splits the text (`index`); what is asked for is parsed when asked.

mod document;
mod entry;
mod globals;
mod importer;
mod index;
mod package;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;

pub use globals::{CatalogEntry, Catalogs, LockfileSettings, PatchedDependency};
pub use importer::{Importer, ResolvedDependency};
pub use package::{Lead, PackageEntry, Resolution, Snapshot};

use document::Document;
use globals::Globals;
use index::Index;
use package::{Known, RawPackage};

use super::dep_path::{DepPath, is_package_name};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, SourceFile, names};
use crate::kinds::node::workspace::ImporterId;
use crate::secret;

/// The format of a lockfile, by its major number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockfileVersion {
    /// `6.0` and `6.1`, written by pnpm 8.
    V6,
    /// `9.0`, written by pnpm 9 to 12.
    V9,
}

/// A project's lockfile.
#[derive(Debug, Clone)]
pub struct Lockfile {
    document: Document,
    version: LockfileVersion,
    globals: Globals,
    /// What was read before: a build walks as many closures as it has packages, most of them overlapping.
    snapshots: Arc<Mutex<BTreeMap<DepPath, Arc<Known>>>>,
    /// What projects depend on beside what is written.
    declared: BTreeMap<ImporterId, BTreeMap<String, ResolvedDependency>>,
}

impl Lockfile {
    /// Reads the project's lockfile; of a file with several documents the last.
    ///
    /// # Errors
    /// Malformed YAML, merge conflicts, or a version other than 6 and 9.
    pub fn parse(file: &Arc<SourceFile>) -> Result<Self, Diagnostics> {
        let mut document = Document::parse(file)?;
        let version = version(&document)?;
        if version == LockfileVersion::V6 {
            importer::gather_single_project(&mut document)?;
        }
        let globals = Globals::parse(&document)?;
        Ok(Self {
            document,
            version,
            globals,
            snapshots: Arc::default(),
            declared: BTreeMap::new(),
        })
    }

    /// Returns the format.
    pub fn version(&self) -> LockfileVersion {
        self.version
    }

    /// Returns the file that was read.
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.document.file
    }

    /// Returns the document that the package manager keeps of its own before the project's (pnpm 11 and
    /// later): config dependencies, and its own version. With the lines that part the documents.
    pub fn env_document(&self) -> Option<&str> {
        let document = self.document.env_document.as_str();
        (!document.is_empty()).then_some(document)
    }

    /// Iterates over the projects' directories in byte order.
    pub fn importer_ids(&self) -> impl Iterator<Item = &str> {
        self.keys("importers")
    }

    /// Whether the lockfile knows the project.
    pub fn has_importer(&self, id: &str) -> bool {
        self.document.index.entry("importers", id).is_some()
    }

    /// Returns what a project depends on; `None` for a project that the lockfile does not know.
    ///
    /// # Errors
    /// A malformed entry.
    pub fn importer(&self, id: &str) -> Result<Option<Importer>, Diagnostics> {
        let mut importer: Option<Importer> = self.entry("importers", id)?;
        if let (Some(importer), Some(more)) = (&mut importer, self.declared.get(id)) {
            importer.dependencies.extend(more.clone());
        }
        let names = importer.iter().flat_map(Importer::iter).map(|(_, name, _)| name);
        self.check_names("importers", id, names)?;
        Ok(importer)
    }

    /// Has a project depend on something that its entry is without.
    pub fn declare(&mut self, id: &str, name: &str, dependency: ResolvedDependency) {
        let declared = self.declared.entry(id.to_owned()).or_default();
        declared.insert(name.to_owned(), dependency);
    }

    /// Whether a project's entry says all that it depends on.
    pub fn is_as_written(&self, id: &str) -> bool {
        !self.declared.contains_key(id)
    }

    /// Refuses names that lead out of the directory which an install joins them to.
    fn check_names<'a>(
        &self,
        section: &str,
        key: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Diagnostics> {
        let Some(name) = names.into_iter().find(|name| !is_package_name(name)) else {
            return Ok(());
        };
        let message = format!(
            "{} has `{}` as the name of a dependency, which no package can have; run `pnpm install --lockfile-only`",
            self.document.file.name,
            name.escape_debug()
        );
        let range = self.document.index.entry(section, key);
        Err(self.document.diagnostic(message, range).into())
    }

    /// Returns the line at which a project's entry begins.
    pub fn importer_place(&self, id: &str) -> Option<Place> {
        self.entry_place("importers", id)
    }

    /// Iterates over the keys of all resolved packages with their peers, in byte order.
    pub fn dep_paths(&self) -> impl Iterator<Item = DepPath> {
        self.keys(self.snapshot_section())
            .map(|key| DepPath::new(key, self.version))
    }

    /// Returns what a resolved package leads to, production dependencies first; `None` where the lockfile has no such
    /// key.
    ///
    /// # Errors
    /// A malformed entry.
    pub fn leads(&self, path: &DepPath) -> Result<Option<Arc<[Lead]>>, Diagnostics> {
        Ok(self.known(path)?.map(|known| Arc::clone(&known.leads)))
    }

    fn known(&self, path: &DepPath) -> Result<Option<Arc<Known>>, Diagnostics> {
        let mut known = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(path) {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(snapshot) = self.entry(self.snapshot_section(), path.as_str())? else {
            return Ok(None);
        };
        let read = Arc::new(Known::new(snapshot, self.version));
        let names = read.leads.iter().map(|lead| lead.alias.as_str());
        self.check_names(self.snapshot_section(), path.as_str(), names)?;
        known.insert(path.clone(), Arc::clone(&read));
        Ok(Some(read))
    }

    /// Returns all that is known of a resolved package; `None` where the lockfile has no such key.
    ///
    /// # Errors
    /// A malformed entry.
    pub fn package(&self, path: &DepPath) -> Result<Option<PackageEntry>, Diagnostics> {
        let Some(package) = self.entry("packages", self.package_key(path))? else {
            return Ok(None);
        };
        let snapshot = match self.version {
            LockfileVersion::V6 => None,
            LockfileVersion::V9 => match self.known(path)? {
                Some(known) => Some(known.snapshot.clone()),
                None => return Ok(None),
            },
        };
        let entry = PackageEntry::merge(path, package, snapshot);
        let own = Some(entry.name.as_str()).filter(|name| !name.is_empty());
        let names = path.name().into_iter().chain(own);
        self.check_names("packages", self.package_key(path), names)?;
        if let Some(mistake) = entry.resolution.mistake() {
            let (key, name) = (self.package_key(path), &self.document.file.name);
            let message = format!("{name} holds {mistake} for `{key}`; run `pnpm install --lockfile-only`");
            let range = self.document.index.entry("packages", key);
            return Err(self.document.diagnostic(message, range).into());
        }
        Ok(Some(entry))
    }

    /// Returns from where a package is downloaded that the lockfile has no integrity of: a URL, or nothing for the registry.
    /// None for every other package: a commit names its content, and what lies in the repository is as it is there.
    ///
    /// # Errors
    /// A malformed entry.
    pub fn unverified(&self, path: &DepPath) -> Result<Option<String>, Diagnostics> {
        let key = self.package_key(path);
        // Nearly all entries have one, on a line that no text of theirs can look like.
        let range = self.document.index.entry("packages", key);
        let text = range
            .and_then(|range| self.document.text.get(range))
            .unwrap_or_default();
        if text
            .lines()
            .any(|line| line.starts_with("    resolution: {integrity: "))
        {
            return Ok(None);
        }
        let package = self.entry("packages", key)?;
        Ok(package.and_then(|package: RawPackage| package.unverified()))
    }

    /// Returns whether the entry of a package, or its key, has a credential in an address.
    pub fn has_credentials(&self, path: &DepPath) -> bool {
        let key = self.package_key(path);
        let range = self.document.index.entry("packages", key);
        let text = range.and_then(|range| self.document.text.get(range));
        [key, text.unwrap_or_default()]
            .into_iter()
            .any(|text| secret::mask_forms(text) != text)
    }

    /// Returns the line at which a package's entry begins.
    pub fn package_place(&self, path: &DepPath) -> Option<Place> {
        self.entry_place("packages", self.package_key(path))
    }

    /// Returns the lockfile's own settings, those that resolution depended on.
    pub fn settings(&self) -> &LockfileSettings {
        &self.globals.settings
    }

    /// Returns the catalog entries in use, by catalog and dependency.
    pub fn catalogs(&self) -> &Catalogs {
        &self.globals.catalogs
    }

    /// Returns the overrides as resolved: `$name` references are already versions.
    pub fn overrides(&self) -> &std::collections::BTreeMap<String, String> {
        &self.globals.overrides
    }

    /// Returns the patches in force, by `name@version`, `name@range` or `name`.
    pub fn patched_dependencies(&self) -> &std::collections::BTreeMap<String, PatchedDependency> {
        &self.globals.patched_dependencies
    }

    /// Returns the checksum of the pnpmfile, where one took part in resolution.
    pub fn pnpmfile_checksum(&self) -> Option<&str> {
        self.globals.pnpmfile_checksum.as_deref()
    }

    /// Returns the checksum of the packageExtensions, where there were any.
    pub fn package_extensions_checksum(&self) -> Option<&str> {
        self.globals.package_extensions_checksum.as_deref()
    }

    /// Returns the patterns of optional dependencies that are left out.
    pub fn ignored_optional_dependencies(&self) -> &[String] {
        &self.globals.ignored_optional_dependencies
    }

    /// Returns the key of a package in `packages`: lockfile 9 keeps one entry for all peer variants.
    pub(super) fn package_key<'a>(&self, path: &'a DepPath) -> &'a str {
        match self.version {
            LockfileVersion::V6 => path.as_str(),
            LockfileVersion::V9 => path.without_suffix(),
        }
    }

    /// Whether `packages` holds the package.
    pub(super) fn has_package(&self, path: &DepPath) -> bool {
        self.document
            .index
            .entry("packages", self.package_key(path))
            .is_some()
    }

    /// Returns the document's text and its split, for pruning.
    pub(in crate::kinds::node) fn text(&self) -> (&str, &Index) {
        (&self.document.text, &self.document.index)
    }

    /// Returns an error that points at an importer's or package's entry.
    pub(super) fn error_at(&self, section: &str, key: &str, message: String) -> Diagnostic {
        let diagnostic = Diagnostic::named(names::INVALID_LOCKFILE, message);
        match self.entry_place(section, key) {
            Some(place) => diagnostic.at(place),
            None => diagnostic,
        }
    }

    /// Returns the first line of an entry: the whole of it may be hundreds.
    fn entry_place(&self, section: &str, key: &str) -> Option<Place> {
        let place = self.document.place(self.document.index.entry(section, key)?)?;
        Some(Place {
            last_line: place.first_line,
            ..place
        })
    }

    /// Returns the section whose entries hold the packages' dependencies.
    pub(super) fn snapshot_section(&self) -> &'static str {
        match self.version {
            LockfileVersion::V6 => "packages",
            LockfileVersion::V9 => "snapshots",
        }
    }

    fn keys(&self, section: &str) -> impl Iterator<Item = &str> + use<'_> {
        let entries = self
            .document
            .index
            .section(section)
            .and_then(|s| s.entries.as_ref());
        entries
            .into_iter()
            .flat_map(|entries| entries.keys().map(String::as_str))
    }

    fn entry<T: serde::de::DeserializeOwned + Default>(
        &self,
        section: &str,
        key: &str,
    ) -> Result<Option<T>, Diagnostics> {
        let Some(range) = self.document.index.entry(section, key) else {
            return Ok(None);
        };
        Ok(Some(parse_entry(&self.document, range)?))
    }
}

/// Parses one entry, which in the text is a mapping of its key alone.
fn parse_entry<T: serde::de::DeserializeOwned + Default>(
    document: &Document,
    range: Range<usize>,
) -> Result<T, Diagnostic> {
    type Entry<T> = BTreeMap<String, Option<T>>;
    let text = document.text.get(range.clone()).unwrap_or_default();
    // What does not fit is read again by the parser, whose errors know their line.
    let read = entry::read(text).and_then(|value| serde_json::from_value::<Entry<T>>(value).ok());
    let entry = match read {
        Some(entry) => entry,
        None => document.parse_range(range)?,
    };
    Ok(entry.into_values().next().flatten().unwrap_or_default())
}

/// Reads `lockfileVersion`.
fn version(document: &Document) -> Result<LockfileVersion, Diagnostic> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        lockfile_version: String,
    }
    let name = &document.file.name;
    let Some(section) = document.index.section("lockfileVersion") else {
        return Err(document.diagnostic(
            format!("{name} has no `lockfileVersion`; write it with `pnpm install --lockfile-only`"),
            document.index.sections.first().map(|s| s.range.clone()),
        ));
    };
    let head: Head = document.parse_range(section.range.clone())?;
    let error = |advice: &str| {
        let message = format!(
            "{name} is of lockfile version {}; {advice}",
            head.lockfile_version
        );
        Err(document.diagnostic(message, Some(section.range.clone())))
    };
    let major = head.lockfile_version.split(['.', '-']).next().unwrap_or_default();
    match major.parse::<u32>() {
        Ok(6) => Ok(LockfileVersion::V6),
        Ok(9) => Ok(LockfileVersion::V9),
        Ok(0..6) => error(
            "versions 6.0 and 9.0 are supported: run `pnpm install` with pnpm 8 or later and commit the result",
        ),
        Ok(_) => {
            error("versions 6.0 (pnpm 8) and 9.0 (pnpm 9 to 12) are supported: write it with one of these")
        }
        Err(_) => {
            error("a version such as '9.0' is expected: write the file with `pnpm install --lockfile-only`")
        }
    }
}

#[cfg(test)]
mod tests;
