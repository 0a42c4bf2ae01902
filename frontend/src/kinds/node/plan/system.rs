//! System packages, installed with the package manager of the image that they go into.

use std::collections::BTreeMap;

use super::base::Libc;
use super::native::Demand;
use crate::plan::Shown;

/// What node-gyp compiles with.
const COMPILERS: [&str; 3] = ["g++", "make", "python3"];

/// What Debian's slim images lack of OpenSSL; Alpine's have it, since their package manager needs it.
pub(super) const OPENSSL: &str = "openssl";

/// What clones a repository, and whose certificates it trusts.
const GIT: [&str; 2] = ["ca-certificates", "git"];

/// System packages and how they get in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemPackages {
    /// Names, sorted.
    pub names: Vec<String>,
    /// The command that installs them.
    pub command: Vec<String>,
    /// What is shown of it.
    pub shown: Vec<Shown>,
    /// Environment of that command.
    pub env: BTreeMap<String, String>,
    /// Directories of downloads that the engine keeps.
    pub caches: Vec<String>,
}

impl SystemPackages {
    /// Returns what downloading a closure needs: what the manifest asks for, and git where something is cloned.
    pub(super) fn for_download(wanted: &[String], demand: Demand, libc: Libc) -> Self {
        let git = demand.clones.then_some(GIT);
        Self::new(with(wanted, git.iter().flatten()), libc)
    }

    /// Returns what installing a closure and building with it needs: the same, compilers where something compiles, and what
    /// is looked for.
    pub(super) fn for_closure(wanted: &[String], demand: Demand, libc: Libc) -> Self {
        let git = demand.clones.then_some(GIT);
        let compilers = demand.compiles.then_some(COMPILERS);
        let openssl = (demand.openssl && libc == Libc::Gnu).then_some(OPENSSL);
        let needed = git.iter().flatten().chain(compilers.iter().flatten());
        Self::new(with(wanted, needed.chain(&openssl)), libc)
    }

    /// Returns the install of packages into an image; with no names nothing is installed.
    pub(super) fn new(names: impl IntoIterator<Item = String>, libc: Libc) -> Self {
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort();
        names.dedup();
        if names.is_empty() {
            return Self::default();
        }
        // Names come from the manifest, where they are checked, so they need no quoting.
        let list = names.join(" ");
        let (manager, script, env, caches) = match libc {
            Libc::Gnu => (
                ["apt-get", "install"],
                // Logs and the linker's cache hold times: without them equal packages are equal layers.
                format!(
                    "set -e\nrm -f /etc/apt/apt.conf.d/docker-clean\napt-get update\n\
                     apt-get install --yes --no-install-recommends {list}\n\
                     rm -rf /var/log/apt /var/log/dpkg.log /var/log/alternatives.log /var/cache/ldconfig/aux-cache"
                ),
                BTreeMap::from([("DEBIAN_FRONTEND".to_owned(), "noninteractive".to_owned())]),
                vec!["/var/cache/apt".to_owned(), "/var/lib/apt".to_owned()],
            ),
            Libc::Musl => {
                let script = format!("apk add --no-cache {list}");
                (["apk", "add"], script, BTreeMap::new(), Vec::new())
            }
        };
        let shown = manager.into_iter().chain(names.iter().map(String::as_str));
        let shown = Shown::new(&shown.collect::<Vec<_>>(), "/");
        Self {
            shown: vec![shown],
            names,
            command: vec!["/bin/sh".to_owned(), "-c".to_owned(), script],
            env,
            caches,
        }
    }
}

fn with<'a>(wanted: &[String], names: impl Iterator<Item = &'a &'a str>) -> Vec<String> {
    let wanted = wanted.iter().cloned();
    wanted.chain(names.map(|name| (*name).to_owned())).collect()
}

#[cfg(test)]
mod tests;
