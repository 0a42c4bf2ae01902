//! What a service reaches, by the author's account: what the frontend says of it is to be the same.

use std::collections::BTreeSet;

use super::{Kind, Named, To, Workspace};

/// Projects and packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reached {
    /// Directories.
    pub(crate) projects: BTreeSet<String>,
    /// Keys of the lockfile.
    pub(crate) packages: BTreeSet<String>,
}

impl Reached {
    /// Returns whether everything of another is in this.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        other.projects.is_subset(&self.projects) && other.packages.is_subset(&self.packages)
    }
}

impl Workspace {
    /// Returns what the service needs when it is developed: all that its dependencies name, and so on.
    pub(crate) fn development(&self) -> Reached {
        self.reached(&Kind::ALL)
    }

    /// Returns what it needs when it runs, but for the peers of its workspace packages.
    pub(crate) fn production(&self) -> Reached {
        self.reached(&[Kind::Production, Kind::Optional])
    }

    fn reached(&self, kinds: &[Kind]) -> Reached {
        let mut reached = Reached::default();
        let mut projects = vec![self.service];
        let mut packages: Vec<usize> = Vec::new();
        while let Some(project) = projects.pop() {
            if !reached.projects.insert(self.projects[project].directory.clone()) {
                continue;
            }
            for dependency in self.dependencies_of(project, kinds) {
                match dependency.to {
                    To::Project { project, .. } => projects.push(project),
                    To::Package { package, .. } => packages.push(package),
                    To::Directory(_) | To::Broken(..) => {}
                }
                if let (true, To::Project { project, .. }) = (dependency.is_injected(), &dependency.to) {
                    reached.packages.insert(self.copied(*project).0);
                }
            }
        }
        while let Some(package) = packages.pop() {
            let package = &self.packages[package];
            if reached.packages.insert(self.key(package)) {
                let needed = package.dependencies.iter().chain(&package.optional);
                packages.extend(needed.map(|Named { package, .. }| *package));
            }
        }
        reached
    }
}
