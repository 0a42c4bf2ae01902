//! The scripts that run inside of installs and builds, and in the image. Small texts in the language of the kind, mounted
//! one by one, so that a step's cache key moves with the script that it runs and with no other.

use crate::plan::RUNTIME_SCRIPTS;

/// One script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Script {
    /// The name of its file.
    pub name: &'static str,
    /// Its text; the head says what it does.
    pub text: &'static str,
}

impl Script {
    /// Returns how it is called, as its head says; a preload is not called.
    pub fn usage(&self) -> Option<&'static str> {
        let head = self.text.lines().take_while(|line| line.starts_with(['#', '/']));
        head.filter_map(|line| line.split_once("usage: "))
            .next()
            .map(|(_, usage)| usage)
    }
}

macro_rules! script {
    ($name:literal) => {
        Script {
            name: $name,
            text: include_str!(concat!("scripts/", $name)),
        }
    };
}

/// Tells which dependency or patch an install has failed of.
pub const BLAME: Script = script!("blame.cjs");
/// Looks whether an image can load what it starts.
pub const CHECK: Script = script!("check.cjs");
/// Collects what a package's scripts left.
pub const COLLECT: Script = script!("collect.cjs");
/// Fails where an install left something out.
pub const COMPLETE: Script = script!("complete.cjs");
/// Lays a production install out as `pnpm deploy` does.
pub const DEPLOY: Script = script!("deploy.cjs");
/// Gathers what the build of a site wrote.
pub const GATHER: Script = script!("gather.cjs");
/// Installs from a store that it looks at, and looks at what was installed.
pub const INSTALL: Script = script!("install.sh");
/// Looks for install scripts in an install.
pub const INSTALL_SCRIPTS: Script = script!("hooks.cjs");
/// Lays built files over the copies that pnpm made of workspace packages.
pub const INJECT: Script = script!("inject.cjs");
/// Refuses patches that lead out of their package.
pub const PATCHES: Script = script!("patches.cjs");
/// Applies the patches that `patch-package` would.
pub const PATCHED: Script = script!("patched.cjs");
/// Cuts out of an install what packages add to those below them.
pub const PIECES: Script = script!("pieces.cjs");
/// Has packages that come from repositories fetched and built once more.
pub const PREPARE: Script = script!("prepare.cjs");
/// Sets pnpm up.
pub const PNPM: Script = script!("pnpm.sh");
/// Runs scripts of packages as pnpm does.
pub const RUN: Script = script!("run.cjs");
/// Makes what the build of a site wrote ready to be served.
pub const SITE: Script = script!("site.cjs");
/// Runs the install scripts that an install left to be run.
pub const SETUP: Script = script!("setup.sh");
/// Sets npm up.
pub const NPM: Script = script!("npm.sh");
/// Installs by npm, and looks at what was installed.
pub const NPM_CI: Script = script!("ci.sh");
/// Fails where an install by npm is not as the lockfile says.
pub const NPM_INSTALLED: Script = script!("installed.cjs");
/// Runs the install scripts of packages that npm installed.
pub const NPM_REBUILD: Script = script!("rebuild.cjs");
/// Cuts locations out of an install by npm.
pub const NPM_CUT: Script = script!("cut.cjs");
/// Removes from pnpm's store what is not as a lockfile says.
pub const STORE: Script = script!("store.cjs");
/// Ends a production install.
pub const TIDY: Script = script!("tidy.cjs");
/// Removes from a production install what no program loads.
pub const TRIM: Script = script!("trim.cjs");
/// Waits until few enough other installs run.
pub const TURN: Script = script!("turn.sh");
/// Unpacks what an install reads.
pub const UNPACK: Script = script!("unpack.cjs");
/// Ends an install that has fallen silent.
pub const WATCH: Script = script!("watch.cjs");

/// In the image: the health check.
pub const HEALTHCHECK: Script = script!("healthcheck.cjs");
/// In the image: a preload that ends Node as process 1 on SIGTERM where the service does not listen itself.
pub const PRELOAD: Script = script!("init.cjs");

/// Returns where the image has the preload.
pub fn preload() -> String {
    format!("{RUNTIME_SCRIPTS}/{}", PRELOAD.name)
}

/// The scripts that steps find in one tree, in its order.
pub const OF_BUILDS: [Script; 18] = [
    BLAME, CHECK, COLLECT, COMPLETE, INJECT, INSTALL, PATCHES, PIECES, PNPM, PREPARE, RUN, SETUP, STORE,
    TIDY, TRIM, TURN, UNPACK, WATCH,
];

/// Every script.
pub const ALL: [Script; 30] = [
    BLAME,
    CHECK,
    COLLECT,
    COMPLETE,
    DEPLOY,
    GATHER,
    HEALTHCHECK,
    INJECT,
    INSTALL,
    INSTALL_SCRIPTS,
    NPM,
    NPM_CI,
    NPM_CUT,
    NPM_INSTALLED,
    NPM_REBUILD,
    PATCHED,
    PATCHES,
    PIECES,
    PNPM,
    PRELOAD,
    PREPARE,
    RUN,
    SETUP,
    SITE,
    STORE,
    TIDY,
    TRIM,
    TURN,
    UNPACK,
    WATCH,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_script_is_in_the_registry_and_says_how_it_is_called() {
        let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kinds/node/scripts");
        let files = std::fs::read_dir(directory).unwrap();
        let files: BTreeSet<String> = files
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(files, ALL.map(|script| script.name.to_owned()).into());
        for script in ALL {
            match script.usage() {
                Some(usage) => assert!(usage.contains(script.name), "{usage}"),
                None => assert_eq!(script, PRELOAD),
            }
        }
    }
}
