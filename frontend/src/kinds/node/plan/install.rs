//! One install by pnpm: the files that it reads and the command that runs it.

use std::collections::{BTreeMap, BTreeSet};

use super::base::Libc;
use super::environment;
use super::model::{INSTALLED, Install, MANIFESTS, STORE, Setup};
use super::native::{Native, Surveyor};
use super::place;
use super::system::SystemPackages;
use crate::diagnostic::Diagnostics;
use crate::kinds::node::Workspace;
use crate::kinds::node::pnpm::Pnpm;
use crate::kinds::node::pnpm::architectures;
use crate::kinds::node::pnpm::closure::Scope;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::scripts::{
    COMPLETE, INSTALL, PATCHES, PREPARE, SETUP, STORE as LOOK, Script, TIDY, TRIM, TURN,
};
use crate::kinds::node::workspace::{ImporterId, PackageJson};
use crate::manifest::values::Untrimmed;
use crate::path::{is_within, join};
use crate::plan::{FILE_TIME, SCRIPTS, WORKSPACE};

/// How many packages an install may have and count as small. Those of shared packages are small, and many builds wait
/// for them; those of services, with everything that a service is developed with, are not.
const SMALL: usize = 400;

/// What stands in for the program of a workspace package until the package is built.
const BIN_STUB: &str = "#!/usr/bin/env node\n";

/// What is installed, and with that who waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// What a package is built with.
    Development,
    /// The part of that which projects have in common.
    Tools,
    /// What runs.
    Production,
}

/// One of the frontend's scripts that a production install ends with.
#[derive(Debug)]
struct Last {
    script: Script,
    arguments: Vec<String>,
}

/// The commands of an install, each with the frontend's scripts that it runs.
struct Commands {
    command: Vec<String>,
    scripts: Vec<Script>,
    setup: Option<Setup>,
}

/// pnpm, and what it installs.
#[derive(Debug)]
pub(super) struct Installer<'a> {
    pub(super) workspace: &'a Workspace,
    /// What its files say.
    pub(super) pnpm: &'a Pnpm,
    /// Whether a lockfile that does not fit is an error (`[build] frozen`).
    pub(super) frozen: bool,
    /// Whether hooks rewrite manifests. They do not run: what they made of the manifests is in the lockfile.
    pub(super) has_hooks: bool,
    /// Environment variables of the install, from secrets.
    pub(super) secret_env: Vec<String>,
    /// The service, whose manifest asks for `system_packages`.
    pub(super) service: &'a str,
    pub(super) system_packages: Vec<String>,
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
        surveyor: &mut Surveyor<'_>,
    ) -> Result<Install, Diagnostics> {
        let scope = Scope::Development { include_root: true };
        let closure = self.pnpm.lockfiles.closure(&[package.to_owned()], scope)?;
        // A shared package is installed and built alike for every service, so only its own closure counts.
        let wanted = if package == self.service {
            &self.system_packages[..]
        } else {
            &[]
        };
        let mut plan = |closure: &WorkspaceClosure, purpose, wanted: &[String]| {
            let native = surveyor.survey(closure)?;
            let packages = [
                SystemPackages::for_closure(wanted, &native, Libc::Gnu),
                SystemPackages::for_download(wanted, &native, Libc::Gnu),
            ];
            let commands = self.commands(purpose, closure.package_count(), Some(&native), &[]);
            Ok::<_, Diagnostics>(self.install(package, closure, commands, packages))
        };
        let install = plan(&closure, Purpose::Development, wanted)?;
        let tools = match self.pnpm.settings.hoists() {
            true => None,
            false => self.pnpm.lockfiles.tools(package)?,
        };
        let tools = tools.map(|tools| plan(&tools, Purpose::Tools, &[])).transpose()?;
        Ok(Install {
            on,
            tools: tools.map(Box::new),
            ..install
        })
    }

    /// Plans the install of what runs.
    ///
    /// `links` are the injected packages, as `tidy.cjs` takes them. With `cpu`, Node's name of a processor, packages
    /// are chosen for that one, whichever the install runs on, and none of them is run.
    pub(super) fn production(
        &self,
        closure: &WorkspaceClosure,
        native: &Native,
        libc: Libc,
        links: &[String],
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
        let mut finish = vec![last(TIDY, [&[time], links].concat())];
        if let Untrimmed::Packages(names) = &self.untrimmed {
            // Trim before tidy, which removes the manifests that trim reads.
            finish.insert(0, last(TRIM, names.iter().map(ToString::to_string).collect()));
        }
        let own = if native.is_portable() { Libc::Gnu } else { libc };
        let packages = [
            SystemPackages::for_closure(&self.system_packages, native, own),
            SystemPackages::for_download(&self.system_packages, native, own),
        ];
        // What runs on another processor cannot be run here.
        let runs = cpu.is_none().then_some(native);
        let commands = self.commands(Purpose::Production, closure.package_count(), runs, &finish);
        let mut install = self.install(self.service, closure, commands, packages);
        if let Some(cpu) = cpu {
            self.choose(&mut install, cpu, libc);
        }
        install
    }

    /// Has an install choose packages for another platform than the one that it runs on.
    fn choose(&self, install: &mut Install, cpu: &str, libc: Libc) {
        let workspace = self.workspace;
        let libc = match libc {
            Libc::Gnu => "glibc",
            Libc::Musl => "musl",
        };
        let chosen = architectures::chosen(&self.pnpm.settings, cpu, libc);
        let is_there = self.pnpm.workspace_file.is_some();
        let (name, write): (_, fn(Option<&str>, &_) -> String) =
            if architectures::is_in_workspace_file(&self.pnpm.settings, is_there) {
                ("pnpm-workspace.yaml", architectures::in_workspace_file)
            } else {
                ("package.json", architectures::in_manifest)
            };
        let path = workspace.container_path(name);
        let text = write(install.files.get(&path).map(String::as_str), &chosen);
        install.files.insert(path, text);
    }

    /// Plans the install of a package's closure.
    fn install(
        &self,
        package: &str,
        closure: &WorkspaceClosure,
        commands: Commands,
        [packages, fetching]: [SystemPackages; 2],
    ) -> Install {
        let workspace = self.workspace;
        let mut files = BTreeMap::new();
        let mut copies = BTreeMap::new();
        // pnpm expects the root of every workspace.
        let mut importers = BTreeSet::from([".".to_owned()]);
        let mut resolved = BTreeMap::new();
        for (directory, pruned) in self.pnpm.lockfiles.prune(closure) {
            let path = join(&directory, "pnpm-lock.yaml");
            files.insert(workspace.container_path(&path), pruned.text);
            importers.extend(pruned.importers.keys().map(|id| join(&directory, id)));
            if self.has_hooks {
                let found = pruned.importers.into_iter();
                resolved.extend(found.map(|(id, importer)| (join(&directory, &id), importer)));
            }
        }
        for importer in &importers {
            let Some(project) = workspace.projects.get(importer) else {
                continue;
            };
            let reduce = closure.reduce(importer).after_hooks(resolved.get(importer));
            let text = project.manifest.reduced(reduce, importer == ".");
            files.insert(workspace.container_path(&join(importer, "package.json")), text);
            // pnpm links a program only where its file is; the build makes it later.
            let targets = project.manifest.bin.values().map(|target| join(importer, target));
            for target in targets.filter(|target| is_within(target, importer) && target != importer) {
                let path = workspace.container_path(&target);
                files.entry(path).or_insert_with(|| BIN_STUB.to_owned());
            }
        }
        if let Some(yaml) = &self.pnpm.workspace_file {
            files.insert(
                workspace.container_path("pnpm-workspace.yaml"),
                yaml.narrowed(&importers, workspace.projects.get(".").map(|root| &root.manifest)),
            );
        }
        if let Some(npmrc) = &self.pnpm.npmrc {
            files.insert(workspace.container_path(".npmrc"), npmrc.without_secrets().text);
        }
        let patches = self.pnpm.settings.patched_dependencies.values();
        for path in closure.local_paths.iter().chain(patches) {
            if workspace.is_in_context(path) {
                copies.insert(workspace.context_path(path), workspace.container_path(path));
            }
        }
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
            command: commands.command,
            setup: commands.setup,
            env: self.environment(),
            packages,
            fetching,
            package_count: closure.package_count(),
            secret_env: self.secret_env.clone(),
            place: project.map(|project| place::of_dependencies(&project.manifest)),
        }
    }

    /// Environment of an install: where the repository sets nothing else, a request that fails under load is tried
    /// again soon and more often than pnpm's two times, of which the second is ten seconds after the first.
    fn environment(&self) -> BTreeMap<String, String> {
        let mut env = environment::of_pnpm();
        let npmrc = self.pnpm.npmrc.as_ref();
        let retries = [
            ("fetch-retries", "4"),
            ("fetch-retry-mintimeout", "1000"),
            ("fetch-retry-factor", "2"),
        ];
        for (setting, value) in retries {
            if npmrc.is_none_or(|npmrc| npmrc.get(setting).is_none()) {
                let name = setting.replace('-', "_");
                env.insert(format!("npm_config_{name}"), value.to_owned());
                env.insert(format!("pnpm_config_{name}"), value.to_owned());
            }
        }
        env
    }

    /// Returns what downloads and lays out packages, and runs nothing of them or of the repository; and apart from that,
    /// where something of `runs` has to, what runs their scripts on it and has neither the store nor credentials. `finish`
    /// are what the last of the two ends with.
    fn commands(
        &self,
        purpose: Purpose,
        packages: usize,
        runs: Option<&Native>,
        finish: &[Last],
    ) -> Commands {
        let production = purpose == Purpose::Production;
        let directory = self.workspace.container_path(".");
        // Only the image waits for production dependencies, one build waits for what a service is developed with, and
        // many builds wait for everything else.
        let quarters = match purpose {
            Purpose::Production => "2",
            Purpose::Development if packages > SMALL => "3",
            Purpose::Development | Purpose::Tools => "4",
        };
        let mut install = vec!["sh".to_owned(), place_of(TURN), quarters.to_owned()];
        install.extend([
            "sh".to_owned(),
            place_of(INSTALL),
            STORE.to_owned(),
            WORKSPACE.to_owned(),
        ]);
        install.extend(self.pnpm_install(purpose));
        install.push("--ignore-scripts".to_owned());
        let mut lines = vec![
            format!("cd {}", quoted(std::slice::from_ref(&directory))),
            quoted(&install),
        ];
        if production {
            // `tidy.cjs` removes the manifests again, so that the layer does not hold them.
            lines.insert(0, format!("cp -R {MANIFESTS}/. {WORKSPACE}"));
        }
        let finishing = finish.iter().map(|last| {
            let program = ["node".to_owned(), place_of(last.script)];
            quoted(&[&program[..], &last.arguments].concat())
        });
        let finishing: Vec<String> = finishing.collect();
        let finishers = finish.iter().map(|last| last.script);
        let mut scripts = vec![TURN, INSTALL, PATCHES, LOOK, COMPLETE];
        let Some(native) = runs.filter(|native| native.runs_scripts()) else {
            lines.extend(finishing);
            scripts.extend(finishers);
            return Commands {
                command: shell(&lines),
                scripts,
                setup: None,
            };
        };
        let command = shell(&lines);
        let mut lines = vec![format!("cd {}", quoted(&[directory]))];
        if production {
            // In a tree of its own, so that what the image gets is one layer.
            lines.insert(0, format!("cp -a {INSTALLED}/. {WORKSPACE}"));
        }
        let mut of_setup = vec![SETUP];
        if !native.prepared.is_empty() {
            let mut prepare = vec!["node".to_owned(), place_of(PREPARE), WORKSPACE.to_owned()];
            prepare.extend(native.prepared.iter().cloned());
            prepare.push("--".to_owned());
            prepare.extend(self.pnpm_install(purpose));
            // It finds everything but these packages as the lockfile has it, and is to look at them all the same.
            prepare.push("--config.optimistic-repeat-install=false".to_owned());
            lines.push(quoted(&prepare));
            of_setup.push(PREPARE);
        }
        let mut setup = vec!["sh".to_owned(), place_of(SETUP), WORKSPACE.to_owned()];
        setup.extend(["pnpm", "--recursive", "rebuild", "--pending"].map(str::to_owned));
        setup.extend(of_both());
        lines.push(quoted(&setup));
        lines.extend(finishing);
        Commands {
            command,
            scripts,
            setup: Some(Setup {
                command: shell(&lines),
                scripts: of_setup.into_iter().chain(finishers).collect(),
            }),
        }
    }

    /// Returns the command of an install, without whether scripts run.
    fn pnpm_install(&self, purpose: Purpose) -> Vec<String> {
        let frozen = if self.frozen {
            "--frozen-lockfile"
        } else {
            "--no-frozen-lockfile"
        };
        let mut install = ["pnpm", "install", frozen].map(str::to_owned).to_vec();
        if purpose == Purpose::Production {
            install.push("--prod".to_owned());
        }
        install.extend(
            [
                // The store lies on another file system than the layer, so that links and clones fail: pnpm would copy
                // in the end, after it has tried them.
                "--package-import-method=copy",
                "--ignore-pnpmfile",
                // What scripts left in a store of another build was made elsewhere.
                "--config.side-effects-cache=false",
            ]
            .map(str::to_owned),
        );
        install.extend(of_both());
        install
    }
}

/// Returns the arguments of pnpm that both halves of an install have. It remembers where the store was, and refuses
/// another one.
fn of_both() -> [String; 6] {
    [
        format!("--store-dir={STORE}"),
        // Where pnpm writes is not the repository's to say: it could name the store.
        "--config.modules-dir=node_modules".to_owned(),
        "--config.virtual-store-dir=node_modules/.pnpm".to_owned(),
        "--config.cache-dir=/root/.cache/pnpm".to_owned(),
        "--reporter=append-only".to_owned(),
        // Install scripts that the repository has not approved do not run; that is its choice, and no error.
        "--config.strict-dep-builds=false".to_owned(),
    ]
}

/// Returns where a step finds a script.
fn place_of(script: Script) -> String {
    format!("{SCRIPTS}/{}", script.name)
}

fn quoted(words: &[String]) -> String {
    let quoted: Vec<_> = words
        .iter()
        .map(|word| shlex::try_quote(word).unwrap_or_default())
        .collect();
    quoted.join(" ")
}

/// Returns the command that runs lines in a shell, up to the first one that fails.
fn shell(lines: &[String]) -> Vec<String> {
    let script = format!("set -e\n{}", lines.join("\n"));
    vec!["/bin/sh".to_owned(), "-c".to_owned(), script]
}

/// Returns the manifests of all projects, for the closures that read peers.
pub(super) fn manifests(workspace: &Workspace) -> BTreeMap<ImporterId, PackageJson> {
    workspace
        .projects
        .iter()
        .map(|(id, project)| (id.clone(), project.manifest.clone()))
        .collect()
}
