//! What npm's files say of a workspace.

use super::scripts::Policy;
use super::{Lockfile, NpmVersion};
use crate::kinds::node::npmrc::Npmrc;
use crate::kinds::node::workspace::globs::Globs;

/// What npm's files say of a workspace, or of a single package.
#[derive(Debug, Clone)]
pub struct Npm {
    /// `package-lock.json`, or `npm-shrinkwrap.json`, which npm takes first.
    pub lockfile: Lockfile,
    /// `workspaces` of the root's package.json.
    pub(in crate::kinds::node) workspaces: Globs,
    /// `.npmrc` at the root.
    pub npmrc: Option<Npmrc>,
    /// The version that is asked for.
    pub version: NpmVersion,
    /// Which install scripts run.
    pub scripts: Policy,
}
