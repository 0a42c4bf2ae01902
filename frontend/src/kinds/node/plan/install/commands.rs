//! The commands of an install, in its two halves.

use super::{Installer, npm};
use crate::kinds::node::Manager;
use crate::kinds::node::plan::base::Libc;
use crate::kinds::node::plan::model::{INSTALLED, MANIFESTS, STORE, Setup};
use crate::kinds::node::plan::native::Native;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::scripts::{
    BLAME, COMPLETE, INSTALL, NPM_REBUILD, PATCHES, PREPARE, SETUP, STORE as LOOK, Script, TURN, UNPACK,
    WATCH,
};
use crate::plan::{Culprit, SCRIPTS, Shown, WORKSPACE};

/// How many packages an install may have and count as small. Those of shared packages are small, and many builds wait
/// for them; those of services, with everything that a service is developed with, are not.
const SMALL: usize = 400;

/// What is installed, and with that who waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// What a package is built with.
    Development,
    /// The part of that which projects have in common.
    Tools,
    /// What runs.
    Production,
}

/// One of the frontend's scripts that an install ends with.
#[derive(Debug)]
pub(in super::super) struct Last {
    pub(in super::super) script: Script,
    pub(in super::super) arguments: Vec<String>,
}

/// What an install ends with, and which platform it is for.
#[derive(Debug, Default)]
pub(super) struct Finish<'a> {
    pub(super) scripts: Vec<Last>,
    /// Node's name of a processor and the C library that packages are chosen for, whichever the install runs on.
    pub(super) platform: Option<(&'a str, Libc)>,
}

/// The caches of an install by pnpm: packages as they were published, which nothing but pnpm itself writes, and what it
/// keeps of the registry's answers.
const CACHES: [(&str, &str); 2] = [(STORE, "pnpm-packages"), ("/root/.cache/pnpm", "pnpm-metadata")];

/// The commands of an install, each with the frontend's scripts that it runs.
pub(super) struct Commands {
    pub(super) command: Vec<String>,
    pub(super) shown: Vec<Shown>,
    pub(super) culprits: Vec<Culprit>,
    pub(super) scripts: Vec<Script>,
    pub(super) caches: Vec<(&'static str, &'static str)>,
    pub(super) setup: Option<Setup>,
}

impl Installer<'_> {
    /// Returns what downloads and lays out packages, and runs nothing of them or of the repository; and apart from that,
    /// where something of `runs` has to, what runs their scripts on it and has neither the store nor credentials. `finish`
    /// are what the last of the two ends with.
    pub(super) fn commands(
        &self,
        purpose: Purpose,
        closure: &WorkspaceClosure,
        runs: Option<&Native>,
        finish: &Finish<'_>,
        culprits: Vec<Culprit>,
    ) -> Commands {
        let production = purpose == Purpose::Production;
        let directory = self.workspace.container_path(".");
        // Only the image waits for production dependencies, one build waits for what a service is developed with, and
        // many builds wait for everything else.
        let quarters = match purpose {
            Purpose::Production => "2",
            Purpose::Development if closure.package_count() > SMALL => "3",
            Purpose::Development | Purpose::Tools => "4",
        };
        let mut install = vec!["sh".to_owned(), place_of(TURN), quarters.to_owned()];
        let by_npm = matches!(self.workspace.manager, Manager::Npm(_));
        let (runner, command, around) = match by_npm {
            false => {
                let runner = [
                    "sh".to_owned(),
                    place_of(INSTALL),
                    STORE.to_owned(),
                    WORKSPACE.to_owned(),
                ];
                let mut pnpm = self.pnpm_install(purpose);
                pnpm.push("--ignore-scripts".to_owned());
                (runner.to_vec(), pnpm, of_installs().collect())
            }
            true => (npm::installing(), npm::ci(), npm::of_installs(finish)),
        };
        let shown = vec![Shown::new(&command, &directory)];
        install.extend([runner, command, around].concat());
        let install = blaming(&culprits, install);
        let mut lines = vec![
            format!("cd {}", quoted(std::slice::from_ref(&directory))),
            quoted(&install),
        ];
        if production {
            // `tidy.cjs` removes the manifests again, so that the layer does not hold them.
            lines.insert(0, format!("cp -R {MANIFESTS}/. {WORKSPACE}"));
        }
        let finishing = finish.scripts.iter().map(|last| {
            let program = ["node".to_owned(), place_of(last.script)];
            quoted(&[&program[..], &last.arguments].concat())
        });
        let before = npm::before_last(purpose).filter(|_| by_npm);
        let finishing: Vec<String> = before.into_iter().chain(finishing).collect();
        let finishers = finish.scripts.iter().map(|last| last.script);
        let (mut scripts, caches) = match by_npm {
            false => (
                vec![BLAME, TURN, INSTALL, UNPACK, PATCHES, LOOK, WATCH, COMPLETE],
                CACHES.to_vec(),
            ),
            true => ([&[BLAME, TURN], &npm::SCRIPTS[..]].concat(), vec![npm::CACHE]),
        };
        let Some(native) = runs.filter(|native| native.runs_scripts()) else {
            lines.extend(finishing);
            scripts.extend(finishers);
            return Commands {
                command: shell(&lines),
                shown,
                culprits,
                scripts,
                caches,
                setup: None,
            };
        };
        let command = shell(&lines);
        let mut lines = vec![format!("cd {}", quoted(std::slice::from_ref(&directory)))];
        if production {
            // In a tree of its own, so that what the image gets is one layer.
            lines.insert(0, format!("cp -a {INSTALLED}/. {WORKSPACE}"));
        }
        let (mut of_setup, mut shown_of_setup) = (vec![BLAME], Vec::new());
        if by_npm {
            lines.push(quoted(&blaming(&culprits, npm::rebuild(native))));
            shown_of_setup.push(Shown::new(&npm::rebuild_shown(native), &directory));
            of_setup.push(NPM_REBUILD);
        } else {
            of_setup.push(SETUP);
            if !native.prepared.is_empty() {
                let mut prepare = vec!["node".to_owned(), place_of(PREPARE), WORKSPACE.to_owned()];
                prepare.extend(native.prepared.iter().cloned());
                prepare.push("--".to_owned());
                let pnpm = self.pnpm_install(purpose);
                shown_of_setup.push(Shown::new(&pnpm, &directory));
                prepare.extend(pnpm);
                prepare.extend(of_installs());
                // It finds everything but these packages as the lockfile has it, and is to look at them all the same.
                prepare.push("--config.optimistic-repeat-install=false".to_owned());
                lines.push(quoted(&blaming(&culprits, prepare)));
                of_setup.push(PREPARE);
            }
            let mut setup = vec!["sh".to_owned(), place_of(SETUP), WORKSPACE.to_owned()];
            let pnpm = ["pnpm", "--recursive", "rebuild", "--pending"];
            shown_of_setup.push(Shown::new(&pnpm, &directory));
            setup.extend(pnpm.map(str::to_owned));
            setup.extend(of_both());
            lines.push(quoted(&blaming(&culprits, setup)));
        }
        lines.extend(finishing);
        Commands {
            command,
            shown,
            culprits,
            scripts,
            caches,
            setup: Some(Setup {
                command: shell(&lines),
                shown: shown_of_setup,
                scripts: of_setup.into_iter().chain(finishers).collect(),
            }),
        }
    }

    /// Returns the command of an install as it is shown, without whether scripts run; what only the frontend needs is
    /// [`of_installs`].
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
        install.push("--ignore-pnpmfile".to_owned());
        install
    }
}

/// Returns the arguments that every install has for what is around it.
fn of_installs() -> impl Iterator<Item = String> {
    let own = [
        // The store lies on another file system than the layer, so that links and clones fail: pnpm would copy in the
        // end, after it has tried them.
        "--config.package-import-method=copy",
        // What scripts left in a store of another build was made elsewhere.
        "--config.side-effects-cache=false",
    ];
    own.into_iter().map(str::to_owned).chain(of_both())
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
pub(super) fn place_of(script: Script) -> String {
    format!("{SCRIPTS}/{}", script.name)
}

/// Returns the command that tells by its status of which of some culprits a command has failed.
fn blaming(culprits: &[Culprit], command: Vec<String>) -> Vec<String> {
    let mut words = vec!["node".to_owned(), place_of(BLAME), WORKSPACE.to_owned()];
    words.extend(
        culprits
            .iter()
            .map(|Culprit { status, name }| format!("{status}={name}")),
    );
    words.push("--".to_owned());
    words.extend(command);
    words
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
