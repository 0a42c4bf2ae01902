//! Dependencies of projects, whoever resolves them.

use super::ImporterId;
use crate::path;

/// The fields of package.json that name dependencies to install.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DependencyKind {
    /// `dependencies`
    Production,
    /// `optionalDependencies`
    Optional,
    /// `devDependencies`
    Development,
}

/// One project's dependency on another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The project that depends.
    pub from: ImporterId,
    /// The project that it depends on.
    pub to: ImporterId,
    /// The field that names it.
    pub kind: DependencyKind,
    /// The name under which `from` requires it.
    pub alias: String,
    /// Whether it is copied into the virtual store instead of linked.
    pub injected: bool,
}

impl Edge {
    /// Returns the dependency on the project that `to` is, or on the one that it lies in: what is linked may be a directory
    /// that the build of a project makes (`publishConfig.directory`, `workspace:../x/dist`). A copy of a directory is of what
    /// the repository has.
    pub(in crate::kinds::node) fn to_project(&self, is_project: impl Fn(&str) -> bool) -> Option<Self> {
        let mut to = self.to.as_str();
        // What lies in the root lies in no package of the workspace.
        while !is_project(to) {
            to = path::parent(to);
            if to.is_empty() || to == self.from || self.injected {
                return None;
            }
        }
        Some(Self {
            to: to.to_owned(),
            ..self.clone()
        })
    }
}
