//! Workspaces: what an author means, and the files that pnpm and the author would have written of it.

mod generate;
mod lockfile;
mod manifests;
mod names;
mod reach;
mod yaml;

use std::collections::BTreeMap;

pub(crate) use generate::{Names, workspaces};
pub(crate) use reach::Reached;

/// Files by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Who wrote the lockfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// pnpm 8: version 6.0.
    V6,
    /// pnpm 9 and 10: version 9.0.
    V9,
    /// pnpm 11 and later: the same behind a document of pnpm's own.
    Documents,
}

/// The order of keys in a file where it means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Forwards,
    Backwards,
}

/// A workspace.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    pub(crate) format: Format,
    /// What was resolved; dependencies are numbers of this list.
    pub(crate) packages: Vec<Package>,
    /// The root first.
    pub(crate) projects: Vec<Project>,
    /// The project that is built.
    pub(crate) service: usize,
    /// Lines of its manifest.
    pub(crate) manifest: Vec<&'static str>,
    /// The setting of pnpm that the lockfile was resolved with.
    pub(crate) auto_install_peers: bool,
}

/// A resolved package.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) source: Source,
    pub(crate) is_patched: bool,
    /// What it was resolved beside: packages of the list before this one, which have no peers themselves.
    pub(crate) peers: Vec<usize>,
    pub(crate) dependencies: Vec<Named>,
    pub(crate) optional: Vec<Named>,
    /// Runs an install script, and is for one platform alone.
    pub(crate) is_native: bool,
}

/// Where a package comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Registry,
    /// An archive in the repository.
    Archive,
    /// An archive of a commit.
    Remote,
}

/// A package under the name that it is required by.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) alias: String,
    pub(crate) package: usize,
}

/// A project of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// `.` of the root.
    pub(crate) directory: String,
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
    /// Peers, and whether each is optional.
    pub(crate) peers: Vec<(String, bool)>,
    pub(crate) is_built: bool,
    pub(crate) has_tsconfig: bool,
}

/// A dependency of a project.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) kind: Kind,
    pub(crate) alias: String,
    pub(crate) to: To,
}

/// The field that names a dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Production,
    Optional,
    Development,
}

/// What a dependency leads to.
#[derive(Clone, Debug)]
pub(crate) enum To {
    /// A package, asked for by a range, or in a catalog.
    Package { package: usize, by_catalog: bool },
    /// A project.
    Project { project: usize, by: By },
    /// A directory of the repository that is no project.
    Directory(String),
    /// Something that is not there, or not to be reached: specifier and version as they stand.
    Broken(&'static str, &'static str),
}

/// How a project is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// `workspace:*`
    Protocol,
    /// A range that the project satisfies.
    Range,
    /// `link:`
    Link,
    /// `workspace:*`, copied instead of linked.
    Injected,
}

impl Order {
    /// Returns what was written forwards in this order.
    pub(crate) fn of<T>(self, forwards: impl IntoIterator<Item = T>) -> Vec<T> {
        let mut all: Vec<T> = forwards.into_iter().collect();
        if self == Self::Backwards {
            all.reverse();
        }
        all
    }
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Production, Self::Optional, Self::Development];

    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Production => "dependencies",
            Self::Optional => "optionalDependencies",
            Self::Development => "devDependencies",
        }
    }
}

impl Workspace {
    /// Returns all files.
    pub(crate) fn files(&self) -> Files {
        self.ordered(Order::Forwards)
    }

    /// Returns all files with what has no order in one.
    pub(crate) fn ordered(&self, order: Order) -> Files {
        let mut files = self.manifests(order);
        files.insert("pnpm-lock.yaml".to_owned(), self.lockfile(order).into_bytes());
        files
    }

    /// Returns the service's directory.
    pub(crate) fn service(&self) -> &str {
        &self.projects[self.service].directory
    }

    /// Returns the manifest's path.
    pub(crate) fn manifest_path(&self) -> String {
        within(self.service(), "service.toml")
    }

    /// Returns the dependencies of some kinds, as one walks them.
    pub(crate) fn dependencies_of(
        &self,
        project: usize,
        kinds: &[Kind],
    ) -> impl Iterator<Item = &Dependency> {
        let dependencies = self.projects[project].dependencies.iter();
        dependencies.filter(move |dependency| kinds.contains(&dependency.kind))
    }
}

/// Returns the path of a file in a directory.
pub(crate) fn within(directory: &str, name: &str) -> String {
    if directory == "." {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}

/// Returns the way from a directory to another, both normal.
pub(crate) fn way(from: &str, to: &str) -> String {
    vextrus_frontend::path::relative(from, to).unwrap()
}
