//! A project of the workspace: its package.json, and what the configurations of its tools say.

use std::collections::BTreeSet;

use super::nx::NxBuild;
use super::tools::Nest;
use super::tsconfig::Scan;
use super::{PackageJson, SiteFiles};

/// One project of the workspace.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its package.json.
    pub manifest: PackageJson,
    /// What its TypeScript configuration reads.
    pub typescript: Scan,
    /// Its Prisma schema, where Prisma looks for one.
    pub prisma: Option<Prisma>,
    /// What its `nest-cli.json` says, where it has one.
    pub nest: Option<Nest>,
    /// How Nx builds it, where nothing else does; a script may run that.
    pub nx: Option<NxBuild>,
    /// What else lies in its directory, where it may be a static site that is built.
    pub site: SiteFiles,
    /// Of the files that it may start with those that the repository has, where nothing is known to build it.
    pub entries: Option<BTreeSet<String>>,
}

/// A Prisma schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prisma {
    /// Environment variables without which `prisma.config.*` does not load.
    pub variables: BTreeSet<String>,
}

impl Project {
    /// Returns a project of which nothing but the package.json is known yet.
    pub fn new(manifest: PackageJson) -> Self {
        Self {
            manifest,
            typescript: Scan::default(),
            prisma: None,
            nest: None,
            nx: None,
            site: SiteFiles::default(),
            entries: None,
        }
    }

    /// Returns the package's name; a package without one goes by its directory, and at the root by that of the image.
    pub fn name(&self, importer: &str) -> String {
        let directory = match importer {
            "." => "app",
            directory => directory,
        };
        self.manifest.name.clone().unwrap_or_else(|| directory.to_owned())
    }
}
