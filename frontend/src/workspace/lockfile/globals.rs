//! The sections of a lockfile that hold for all projects.

use std::collections::BTreeMap;

use serde::Deserialize;

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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
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

/// All global sections that are looked into.
#[derive(Debug, Clone, Default)]
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
        macro_rules! read {
            ($globals:ident, $($field:ident: $key:literal),*) => {
                $(if let Some(section) = document.index.section($key) {
                    let parsed: BTreeMap<String, _> = document.parse_range(section.range.clone())?;
                    if let Some(Some(value)) = parsed.into_values().next() {
                        $globals.$field = value;
                    }
                })*
            };
        }
        let mut globals = Self::default();
        read!(globals,
            settings: "settings",
            catalogs: "catalogs",
            overrides: "overrides",
            patched_dependencies: "patchedDependencies",
            pnpmfile_checksum: "pnpmfileChecksum",
            package_extensions_checksum: "packageExtensionsChecksum",
            ignored_optional_dependencies: "ignoredOptionalDependencies"
        );
        Ok(globals)
    }
}
