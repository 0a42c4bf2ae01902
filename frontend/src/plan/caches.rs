//! The caches that steps share from one build to the next, by the ids that the engine knows them by.

use std::collections::BTreeSet;

use super::base::Libc;
use super::model::Plan;

/// What npm downloads while it sets pnpm up.
pub const NPM: &str = "npm";
/// What other tools download while they install.
pub const TOOLS: &str = "cache";
/// What Node made of the programs of installs and builds when it compiled them.
pub const COMPILED: &str = "node-compile-cache";
/// The locks of installs that run at once, of `turn.sh`.
pub const TURNS: &str = "install-turns";

/// Returns the id of pnpm's store.
pub fn store(libc: Libc) -> String {
    format!("pnpm-store-{}", libc.as_str())
}

/// Returns the id of a system package manager's downloads in a directory, for a platform.
pub fn packages(directory: &str, platform: &str) -> String {
    format!("packages{directory}-{platform}")
}

impl Plan {
    /// Returns the ids of all caches: `build` is the platform that builds run on, `target` the image's.
    pub fn caches(&self, build: &str, target: &str) -> BTreeSet<String> {
        let mut ids = BTreeSet::from([NPM, TOOLS, COMPILED, TURNS].map(str::to_owned));
        let development = self.installs.values().flat_map(|install| {
            let tools = install.tools.as_deref();
            tools.into_iter().chain([install]).map(|install| (install, build))
        });
        let production = self.workbench.is_none().then_some((&self.production, target));
        let mut system: Vec<_> = Vec::new();
        for (install, platform) in development.chain(production) {
            ids.insert(store(install.libc));
            system.push((&install.packages, platform));
        }
        if self.workbench.is_none() {
            system.push((&self.runtime.packages, target));
        }
        for (wanted, platform) in system.into_iter().filter(|(wanted, _)| !wanted.names.is_empty()) {
            let directories = wanted.caches.iter();
            ids.extend(directories.map(|directory| packages(directory, platform)));
        }
        ids
    }
}
