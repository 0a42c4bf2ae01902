//! One install: the files that it reads and the command that runs it.

mod commands;
mod culprits;
mod npm;
mod pnpm;

pub use culprits::culprit;

use std::collections::{BTreeMap, BTreeSet};

use super::base::Libc;
use super::environment;
use super::model::{FOREIGN, Install};
use super::native::{Native, Surveyor};
use super::patched::{self, Patched};
use super::place;
use super::system::SystemPackages;
use crate::diagnostic::Diagnostics;
use crate::kinds::node::npmrc::Npmrc;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::scripts::{DEPLOY, TIDY, TRIM};
use crate::kinds::node::workspace::{ImporterId, PackageJson};
use crate::kinds::node::{Manager, Workspace};
use crate::manifest::values::Untrimmed;
use crate::path::{is_within, join};
use crate::plan::{FILE_TIME, WORKSPACE};
pub(super) use commands::Last;
use commands::{Commands, Finish, Purpose};

/// What stands in for the program of a workspace package until the package is built.
const BIN_STUB: &str = "#!/usr/bin/env node\n";

/// A package manager, and what it installs.
#[derive(Debug)]
pub(super) struct Installer<'a> {
    pub(super) workspace: &'a Workspace,
    /// Whether a lockfile that does not fit is an error (`[build] frozen`).
    pub(super) frozen: bool,
    /// Whether hooks rewrite manifests. They do not run: what they made of the manifests is in the lockfile.
    pub(super) has_hooks: bool,
    /// Environment variables of the install, from secrets.
    pub(super) secret_env: Vec<String>,
    /// The service, whose manifest asks for `system_packages`.
    pub(super) service: &'a str,
    pub(super) system_packages: Vec<String>,
    /// System packages that the workspace's defaults ask for, for every package.
    pub(super) shared_packages: Vec<String>,
    /// What of the production install stays as it was published (`[image] untrimmed`).
    pub(super) untrimmed: Untrimmed,
}

impl Installer<'_> {
    /// Plans the install of a package with everything that building it may need.
    ///
    /// The root's own dependencies are part of it: scripts find their tools there. `on` is the install that it adds to.
    pub(super) fn development(
        &self,
        package: &str,
        on: Option<String>,
        closure: &WorkspaceClosure,
        surveyor: &mut Surveyor<'_>,
    ) -> Result<Install, Diagnostics> {
        // A shared package is installed and built alike for every service, so only its own closure counts, and what the
        // workspace's defaults say of all.
        let wanted = if package == self.service {
            &self.system_packages[..]
        } else {
            &self.shared_packages[..]
        };
        let install = self.to_build(package, closure, Purpose::Development, wanted, surveyor)?;
        let tools = match &self.workspace.manager {
            Manager::Pnpm(pnpm) if !pnpm.settings.hoists() => pnpm.lockfiles.tools(package)?,
            Manager::Pnpm(_) | Manager::Npm(_) => None,
        };
        let shared = &self.shared_packages[..];
        let tools = tools.map(|tools| self.to_build(package, &tools, Purpose::Tools, shared, surveyor));
        Ok(Install {
            on,
            tools: tools.transpose()?.map(Box::new),
            ..install
        })
    }

    /// Plans the install of the root's own dependencies, which is all of `closure`.
    pub(super) fn of_root(
        &self,
        closure: &WorkspaceClosure,
        surveyor: &mut Surveyor<'_>,
    ) -> Result<Install, Diagnostics> {
        let install = self.to_build(".", closure, Purpose::Tools, &self.shared_packages, surveyor)?;
        Ok(Install {
            of: Some("the root".to_owned()),
            ..install
        })
    }

    /// Plans an install for builds.
    fn to_build(
        &self,
        package: &str,
        closure: &WorkspaceClosure,
        purpose: Purpose,
        wanted: &[String],
        surveyor: &mut Surveyor<'_>,
    ) -> Result<Install, Diagnostics> {
        let native = surveyor.survey(closure)?;
        let packages = [
            SystemPackages::for_closure(wanted, native.demand(), Libc::Gnu),
            SystemPackages::for_download(wanted, native.demand(), Libc::Gnu),
        ];
        let culprits = self.culprits(package, closure);
        // What a package's own script patches, it patches where the package is built.
        let root = Some(patched::ROOT).filter(|root| self.service != *root);
        let patched = patched::of(self.workspace, root);
        let finish = Finish {
            scripts: patched::last(&patched, false).into_iter().collect(),
            platform: None,
        };
        let commands = self.commands(purpose, closure, Some(&native), &finish, culprits);
        Ok(self.install(package, closure, commands, &patched, packages))
    }

    /// Returns which of some paths are part of the context, with their places there.
    pub(super) fn copies<'p>(&self, paths: impl Iterator<Item = &'p String>) -> BTreeMap<String, String> {
        let workspace = self.workspace;
        let paths = paths.filter(|path| workspace.is_in_context(path));
        paths
            .map(|path| (workspace.context_path(path), workspace.container_path(path)))
            .collect()
    }

    /// Plans the install of what runs.
    ///
    /// `links` are the injected packages, as `tidy.cjs` takes them, and `moves` the packages that the image has elsewhere,
    /// as `deploy.cjs` does. `noted` is whether packages that do not run on the image are noted rather than refused. With
    /// `cpu`, Node's name of a processor, packages are chosen for that one, whichever the install runs on, and none of them is
    /// run.
    pub(super) fn production(
        &self,
        closure: &WorkspaceClosure,
        native: &Native,
        (libc, noted): (Libc, bool),
        links: &[String],
        moves: Vec<String>,
        cpu: Option<&str>,
    ) -> Install {
        let runtime = match cpu {
            Some(cpu) => format!("{}/{cpu}", libc.as_str()),
            None => libc.as_str().to_owned(),
        };
        let last = |script, rest: Vec<String>| Last {
            script,
            arguments: [vec![WORKSPACE.to_owned(), runtime.clone()], rest].concat(),
        };
        let time = FILE_TIME.to_string();
        let note = if noted { FOREIGN } else { "-" };
        let mut finish = vec![last(TIDY, [&[time, note.to_owned()], links].concat())];
        if !moves.is_empty() {
            let arguments = [vec![WORKSPACE.to_owned()], moves].concat();
            finish.insert(
                0,
                Last {
                    script: DEPLOY,
                    arguments,
                },
            );
        }
        if let Untrimmed::Packages(names) = &self.untrimmed {
            // Trim before tidy, which removes the manifests that trim reads.
            finish.insert(0, last(TRIM, names.iter().map(ToString::to_string).collect()));
        }
        let projects = closure.projects.iter().map(String::as_str);
        let projects: BTreeSet<&str> = projects.chain([self.service, patched::ROOT]).collect();
        let patched = patched::of(self.workspace, projects);
        if let Some(last) = patched::last(&patched, true) {
            finish.insert(0, last);
        }
        let own = if native.is_portable() { Libc::Gnu } else { libc };
        let packages = [
            SystemPackages::for_closure(&self.system_packages, native.demand(), own),
            SystemPackages::for_download(&self.system_packages, native.demand(), own),
        ];
        // What runs on another processor cannot be run here.
        let runs = cpu.is_none().then_some(native);
        let culprits = self.culprits(self.service, closure);
        let finish = Finish {
            scripts: finish,
            platform: cpu.map(|cpu| (cpu, libc)),
        };
        let commands = self.commands(Purpose::Production, closure, runs, &finish, culprits);
        let mut install = self.install(self.service, closure, commands, &patched, packages);
        if let (Some(cpu), Manager::Pnpm(pnpm)) = (cpu, &self.workspace.manager) {
            self.choose(pnpm, &mut install, (cpu, libc));
        }
        install
    }

    /// Plans the install of a package's closure.
    fn install(
        &self,
        package: &str,
        closure: &WorkspaceClosure,
        commands: Commands,
        patched: &[Patched],
        [packages, fetching]: [SystemPackages; 2],
    ) -> Install {
        let workspace = self.workspace;
        let (mut files, patches) = match &workspace.manager {
            Manager::Pnpm(pnpm) => (
                self.files_of_pnpm(pnpm, closure),
                Some(&pnpm.settings.patched_dependencies),
            ),
            Manager::Npm(npm) => (self.files_of_npm(npm, closure), None),
        };
        let npmrc = workspace.manager.npmrc().map(Npmrc::without_secrets);
        let npmrc = npmrc.map(|npmrc| {
            files.insert(workspace.container_path(".npmrc"), npmrc.text);
            npmrc.of_user
        });
        let patches = patches.into_iter().flat_map(BTreeMap::values);
        let copies = self.copies(closure.local_paths.iter().chain(patches));
        let project = workspace.projects.get(package);
        Install {
            of: project
                .filter(|_| package != self.service)
                .map(|project| project.name(package)),
            on: None,
            tools: None,
            scripts: commands.scripts,
            files,
            copies,
            patches: patched
                .iter()
                .map(|patched| (patched.pattern.clone(), patched.place.clone()))
                .collect(),
            command: commands.command,
            shown: commands.shown,
            culprits: commands.culprits,
            setup: commands.setup,
            env: self.environment(),
            caches: commands.caches,
            packages,
            fetching,
            package_count: closure.package_count(),
            projects: closure
                .projects
                .iter()
                .filter(|id| id.as_str() != ".")
                .cloned()
                .collect(),
            npmrc: npmrc.filter(|lines| !lines.is_empty()),
            secret_env: self.secret_env.clone(),
            place: project.map(|project| place::of_dependencies(&project.manifest)),
        }
    }

    /// Environment of an install: where the repository sets nothing else, a request that fails under load is tried
    /// again soon and more often than pnpm's two times, of which the second is ten seconds after the first.
    fn environment(&self) -> BTreeMap<String, String> {
        let manager = &self.workspace.manager;
        let mut env = environment::of(manager);
        let npmrc = manager.npmrc();
        let retries = [
            ("fetch-retries", "4"),
            ("fetch-retry-mintimeout", "1000"),
            ("fetch-retry-factor", "2"),
        ];
        for (setting, value) in retries {
            if npmrc.is_none_or(|npmrc| npmrc.get(setting).is_none()) {
                let name = setting.replace('-', "_");
                env.insert(format!("npm_config_{name}"), value.to_owned());
                if let Manager::Pnpm(_) = manager {
                    env.insert(format!("pnpm_config_{name}"), value.to_owned());
                }
            }
        }
        env
    }
}

/// Adds what stands in for the programs of a project: package managers link a program only where its file is, and the build
/// makes it later.
fn add_programs(files: &mut BTreeMap<String, String>, workspace: &Workspace, importer: &str) {
    let Some(project) = workspace.projects.get(importer) else {
        return;
    };
    let targets = project.manifest.bin.values().map(|target| join(importer, target));
    for target in targets.filter(|target| is_within(target, importer) && target != importer) {
        let path = workspace.container_path(&target);
        files.entry(path).or_insert_with(|| BIN_STUB.to_owned());
    }
}

/// Returns the manifests of all projects, for the closures that read peers.
pub(super) fn manifests(workspace: &Workspace) -> BTreeMap<ImporterId, PackageJson> {
    workspace
        .projects
        .iter()
        .map(|(id, project)| (id.clone(), project.manifest.clone()))
        .collect()
}
