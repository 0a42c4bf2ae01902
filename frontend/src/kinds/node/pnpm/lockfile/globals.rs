//! The sections of a lockfile that hold for all projects.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::document::Document;
use crate::diagnostic::Diagnostic;

/// Catalog name, dependency name, entry.
pub type Catalogs = BTreeMap<String, BTreeMap<String, CatalogEntry>>;

/// One dependency of a catalog.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CatalogEntry {
    /// The range that the catalog gives.
    pub specifier: String,
    /// The version that it resolved to.
    pub version: String,
}

/// The settings that a lockfile records because resolution depends on them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LockfileSettings {
    /// Peers that nobody declares are installed, and listed as the importer's dependencies.
    pub auto_install_peers: Option<bool>,
    /// `link:` dependencies are left out of the importers.
    pub exclude_links_from_lockfile: Option<bool>,
    /// Workspace packages are copied into the virtual store instead of linked.
    pub inject_workspace_packages: Option<bool>,
    /// Length above which peer suffixes are hashed.
    pub peers_suffix_max_length: Option<u32>,
}

/// A patch in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatchedDependency {
    /// pnpm 8 to 10: the patch's hash and its file, relative to the root.
    File {
        /// Hash of the patch.
        hash: String,
        /// Path of the patch.
        path: String,
    },
    /// pnpm 11 and later: the hash alone.
    Hash(String),
}

#[derive(Deserialize)]
struct HashedFile {
    hash: String,
    path: String,
}

/// All global sections that are looked into.
#[derive(Debug, Clone)]
pub(super) struct Globals {
    pub(super) settings: LockfileSettings,
    pub(super) catalogs: Catalogs,
    pub(super) overrides: BTreeMap<String, String>,
    pub(super) patched_dependencies: BTreeMap<String, PatchedDependency>,
    pub(super) pnpmfile_checksum: Option<String>,
    pub(super) package_extensions_checksum: Option<String>,
    pub(super) ignored_optional_dependencies: Vec<String>,
}

impl Globals {
    /// Parses the global sections.
    pub(super) fn parse(document: &Document) -> Result<Self, Diagnostic> {
        Ok(Self {
            settings: read(document, "settings")?,
            catalogs: read(document, "catalogs")?,
            overrides: read(document, "overrides")?,
            patched_dependencies: patches(document)?,
            pnpmfile_checksum: read(document, "pnpmfileChecksum")?,
            package_extensions_checksum: read(document, "packageExtensionsChecksum")?,
            ignored_optional_dependencies: read(document, "ignoredOptionalDependencies")?,
        })
    }
}

/// Parses a section; the default where there is none or it is empty.
fn read<T: DeserializeOwned + Default>(document: &Document, key: &str) -> Result<T, Diagnostic> {
    let Some(section) = document.index.section(key) else {
        return Ok(T::default());
    };
    let parsed: BTreeMap<String, Option<T>> = document.parse_range(section.range.clone())?;
    Ok(parsed.into_values().next().flatten().unwrap_or_default())
}

/// Parses the patches in the form of either generation. Not by an untagged enum, which would read a hash of
/// digits as a number.
fn patches(document: &Document) -> Result<BTreeMap<String, PatchedDependency>, Diagnostic> {
    const KEY: &str = "patchedDependencies";
    if let Ok(hashes) = read::<BTreeMap<String, String>>(document, KEY) {
        return Ok(hashes
            .into_iter()
            .map(|(name, hash)| (name, PatchedDependency::Hash(hash)))
            .collect());
    }
    let files: BTreeMap<String, HashedFile> = read(document, KEY)?;
    let patch = |HashedFile { hash, path }| PatchedDependency::File { hash, path };
    Ok(files
        .into_iter()
        .map(|(name, file)| (name, patch(file)))
        .collect())
}
