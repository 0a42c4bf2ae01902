//! Who resolves and installs a workspace's dependencies.

use super::pnpm::Lockfiles;
use super::pnpm::Pnpm;
use super::pnpm::closure::Scope;
use super::pnpm::lockfile::ResolvedDependency;
use super::pnpm::lockfiles::WorkspaceClosure;
use super::workspace::{ImporterId, Project};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, names};

/// The package manager of a workspace, with what its files say.
///
/// A closed set: another one is a variant with a module beside [`super::pnpm`], and the compiler names every place that
/// has to know of it. They share what they come to (closures, installs), never how lockfiles are parsed or written, for
/// each keeps its own bytes.
#[derive(Debug, Clone)]
pub enum Manager {
    /// pnpm.
    Pnpm(Box<Pnpm>),
}

impl Manager {
    /// Returns the name of its program, which is that of the manifest's key for its version too.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pnpm(_) => "pnpm",
        }
    }

    /// Returns the version that installs, why it is that one, and the line that says so.
    pub fn version(&self) -> (String, &str, Option<&Place>) {
        match self {
            Self::Pnpm(pnpm) => {
                let version = &pnpm.version;
                (
                    version.version.to_string(),
                    &version.reason,
                    version.place.as_ref(),
                )
            }
        }
    }

    /// Returns what the given projects reach.
    ///
    /// # Errors
    /// A lockfile that does not hold together.
    pub fn closure(&self, start: &[ImporterId], scope: Scope<'_>) -> Result<WorkspaceClosure, Diagnostics> {
        match self {
            Self::Pnpm(pnpm) => pnpm.lockfiles.closure(start, scope),
        }
    }

    /// Has a project depend on what its files do not say, where one lockfile holds all projects.
    pub fn declare(&mut self, importer: &str, name: &str, dependency: ResolvedDependency) {
        let Self::Pnpm(pnpm) = self;
        if let Lockfiles::Shared(lockfile) = &mut pnpm.lockfiles {
            lockfile.declare(importer, name, dependency);
        }
    }

    /// Checks that every project of a closure is resolved, where projects have lockfiles of their own.
    ///
    /// # Errors
    /// Each project without one.
    pub fn check_resolved<'p>(
        &self,
        closure: &WorkspaceClosure,
        is_project: impl Fn(&str) -> Option<&'p Project>,
    ) -> Result<(), Diagnostics> {
        match self {
            Self::Pnpm(pnpm) => {
                let projects = closure.local_paths.iter();
                let projects = projects.filter(|path| is_project(path).is_some());
                pnpm.lockfiles.check_separate(projects)
            }
        }
    }

    /// Returns where the lockfile names a project, for a message about it.
    pub fn place_of(&self, importer: &str) -> Option<Place> {
        match self {
            Self::Pnpm(pnpm) => {
                let (directory, entry) = pnpm.lockfiles.of(importer);
                pnpm.lockfiles.at(directory)?.importer_place(entry)
            }
        }
    }

    /// Returns the directory whose `node_modules` has the store of a project's dependencies.
    pub fn store_of<'a>(&self, importer: &'a str) -> &'a str {
        match self {
            Self::Pnpm(pnpm) => pnpm.lockfiles.of(importer).0,
        }
    }

    /// Returns the importer whose closure the scripts of a package run on: its own, or the service's where packages are
    /// hoisted to the root.
    pub fn installed_for<'a>(&self, importer: &'a str, service: &'a str) -> &'a str {
        match self {
            Self::Pnpm(pnpm) if pnpm.settings.hoists() => service,
            Self::Pnpm(_) => importer,
        }
    }

    /// Returns the words that run a script of the package in whose directory they are run.
    pub fn run<'a>(&self, script: &'a str) -> [&'a str; 3] {
        match self {
            Self::Pnpm(_) => ["pnpm", "run", script],
        }
    }

    /// Returns the words that run a program of a dependency.
    pub fn exec<'a>(&self, words: &[&'a str]) -> Vec<&'a str> {
        match self {
            Self::Pnpm(_) => [&["pnpm", "exec"], words].concat(),
        }
    }

    /// Returns the error for a service that the lockfile has and that has no package.json.
    pub fn without_manifest(&self, service: &str) -> Diagnostic {
        match self {
            Self::Pnpm(_) => Diagnostic::named(
                names::MISSING_PROJECT,
                format!("{service} is in pnpm-lock.yaml but has no package.json"),
            ),
        }
    }
}
