//! The scripts that run inside of installs and builds, and in the image. Small texts in the language of the kind, mounted
//! one by one, so that a step's cache key moves with the script that it runs and with no other.

use crate::plan::RUNTIME_SCRIPTS;

/// One script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Script {
    /// The name of its file.
    pub name: &'static str,
    /// Its text; the head says how it is called and what it does.
    pub text: &'static str,
}

macro_rules! script {
    ($name:literal) => {
        Script {
            name: $name,
            text: include_str!(concat!("scripts/", $name)),
        }
    };
}

/// Collects what a package's scripts left.
pub const COLLECT: Script = script!("collect.cjs");
/// Looks for install scripts in an install.
pub const INSTALL_SCRIPTS: Script = script!("hooks.cjs");
/// Lays built files over the copies that pnpm made of workspace packages.
pub const INJECT: Script = script!("inject.cjs");
/// Sets pnpm up.
pub const PNPM: Script = script!("pnpm.sh");
/// Ends a production install.
pub const TIDY: Script = script!("tidy.cjs");
/// Removes from a production install what no program loads.
pub const TRIM: Script = script!("trim.cjs");
/// Waits until few enough other installs run.
pub const TURN: Script = script!("turn.sh");

/// In the image: the health check.
pub const HEALTHCHECK: Script = script!("healthcheck.cjs");
/// In the image: a preload that ends Node as process 1 on SIGTERM where the service does not listen itself.
pub const PRELOAD: Script = script!("init.cjs");

/// Returns where the image has the preload.
pub fn preload() -> String {
    format!("{RUNTIME_SCRIPTS}/{}", PRELOAD.name)
}

/// The scripts that steps find in one tree, in its order.
pub const OF_BUILDS: [Script; 6] = [COLLECT, INJECT, PNPM, TIDY, TRIM, TURN];
