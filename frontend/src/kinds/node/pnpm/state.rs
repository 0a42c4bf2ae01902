//! What pnpm's files say of a workspace.

use super::{Lockfiles, PnpmVersion, PnpmWorkspace, Settings};
use crate::kinds::node::npmrc::Npmrc;

/// What pnpm's files say of a workspace.
#[derive(Debug, Clone)]
pub struct Pnpm {
    /// The lockfile, or those of the projects.
    pub lockfiles: Lockfiles,
    /// `pnpm-workspace.yaml`; none for a single package.
    pub workspace_file: Option<PnpmWorkspace>,
    /// `.npmrc` at the root.
    pub npmrc: Option<Npmrc>,
    /// The version that installs.
    pub version: PnpmVersion,
    /// Its settings, from wherever its major reads them.
    pub settings: Settings,
}

impl Pnpm {
    /// Whether an install has each published package in a directory of its own of one virtual store, which links lead to:
    /// then what one project reaches can be told from the rest.
    pub fn has_one_store(&self) -> bool {
        matches!(self.lockfiles, Lockfiles::Shared(_)) && !self.settings.hoists()
    }
}
