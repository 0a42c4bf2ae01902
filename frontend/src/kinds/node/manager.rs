//! Who resolves and installs a workspace's dependencies.

use super::npm::{self, Npm};
use super::npmrc::Npmrc;
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
    /// npm.
    Npm(Box<Npm>),
}

impl Manager {
    /// Returns the name of its program.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pnpm(_) => "pnpm",
            Self::Npm(_) => "npm",
        }
    }

    /// Returns the name of its lockfile.
    pub fn lockfile(&self) -> &str {
        match self {
            Self::Pnpm(_) => "pnpm-lock.yaml",
            Self::Npm(npm) => &npm.lockfile.file().name,
        }
    }

    /// Returns the command that writes its lockfile anew.
    pub fn relock(&self) -> &'static str {
        match self {
            Self::Pnpm(_) => "pnpm install --lockfile-only",
            Self::Npm(_) => "npm install --package-lock-only",
        }
    }

    /// Returns how an install script is let run, in words.
    pub fn approval(&self) -> &'static str {
        match self {
            Self::Pnpm(_) => "approve it with `pnpm approve-builds`",
            Self::Npm(_) => {
                "see that `ignore-scripts` is not set, and with npm 12 that `allowScripts` of the root's package.json names it"
            }
        }
    }

    /// Returns `.npmrc` at the workspace's root.
    pub fn npmrc(&self) -> Option<&Npmrc> {
        match self {
            Self::Pnpm(pnpm) => pnpm.npmrc.as_ref(),
            Self::Npm(npm) => npm.npmrc.as_ref(),
        }
    }

    /// Returns what the given projects reach.
    ///
    /// # Errors
    /// A lockfile that does not hold together.
    pub fn closure(&self, start: &[ImporterId], scope: Scope<'_>) -> Result<WorkspaceClosure, Diagnostics> {
        match self {
            Self::Pnpm(pnpm) => pnpm.lockfiles.closure(start, scope),
            Self::Npm(npm) => {
                let closure = npm::Closure::of(&npm.lockfile, start, of_npm(scope))?;
                Ok(closure.into())
            }
        }
    }

    /// Has a project depend on what its files do not say, where one lockfile holds all projects.
    pub fn declare(&mut self, importer: &str, name: &str, dependency: ResolvedDependency) {
        match self {
            Self::Pnpm(pnpm) => {
                if let Lockfiles::Shared(lockfile) = &mut pnpm.lockfiles {
                    lockfile.declare(importer, name, dependency);
                }
            }
            Self::Npm(npm) => npm.lockfile.declare(importer, name, &dependency.specifier),
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
            Self::Npm(_) => Ok(()),
        }
    }

    /// Returns where the lockfile names a project, for a message about it.
    pub fn place_of(&self, importer: &str) -> Option<Place> {
        match self {
            Self::Pnpm(pnpm) => {
                let (directory, entry) = pnpm.lockfiles.of(importer);
                pnpm.lockfiles.at(directory)?.importer_place(entry)
            }
            Self::Npm(npm) => npm.lockfile.place(npm::lockfile::location_of(importer)),
        }
    }

    /// Returns the directory whose `node_modules` has the store of a project's dependencies.
    pub fn store_of<'a>(&self, importer: &'a str) -> &'a str {
        match self {
            Self::Pnpm(pnpm) => pnpm.lockfiles.of(importer).0,
            Self::Npm(_) => ".",
        }
    }

    /// Returns the importer whose closure the scripts of a package run on: its own, or the service's where pnpm hoists
    /// packages to the root. npm hoists as well, but its lockfile says where to, so that a package's own closure is a part
    /// of every tree that has it.
    pub fn installed_for<'a>(&self, importer: &'a str, service: &'a str) -> &'a str {
        match self {
            Self::Pnpm(pnpm) if pnpm.settings.hoists() => service,
            Self::Pnpm(_) | Self::Npm(_) => importer,
        }
    }

    /// Returns the words that run a script of the package in whose directory they are run.
    pub fn run<'a>(&self, script: &'a str) -> [&'a str; 3] {
        [self.name(), "run", script]
    }

    /// Returns the words that run a program of a dependency.
    pub fn exec<'a>(&self, words: &[&'a str]) -> Vec<&'a str> {
        match self {
            Self::Pnpm(_) => [&["pnpm", "exec"], words].concat(),
            // It would offer to fetch what is not there.
            Self::Npm(_) => [&["npm", "exec", "--no", "--"], words].concat(),
        }
    }

    /// Returns the words that run commands of a shell as a script of the package is run.
    pub fn shell<'a>(&self, commands: &'a str) -> Vec<&'a str> {
        match self {
            Self::Pnpm(_) => vec!["pnpm", "exec", "sh", "-c", commands],
            Self::Npm(_) => vec!["npm", "exec", "-c", commands],
        }
    }

    /// Returns the error for a service that the lockfile has and that has no package.json.
    pub fn without_manifest(&self, service: &str) -> Diagnostic {
        let message = format!("{service} is in {} but has no package.json", self.lockfile());
        Diagnostic::named(names::MISSING_PROJECT, message)
    }
}

/// Returns the same scope as npm's closures have it.
fn of_npm(scope: Scope<'_>) -> npm::closure::Scope<'_> {
    use npm::closure::OfRoot;
    match scope {
        Scope::Development { include_root } => npm::closure::Scope {
            production: None,
            root: if include_root {
                OfRoot::Tools
            } else {
                OfRoot::Nothing
            },
        },
        Scope::Production { manifests, of_root } => npm::closure::Scope {
            production: Some(manifests),
            root: match of_root.is_empty() {
                true => OfRoot::Nothing,
                false => OfRoot::Named(of_root),
            },
        },
    }
}
