//! What the repository says of the install scripts of its dependencies.
//!
//! Up to npm 11 all of them run. npm 12 runs those alone that `allowScripts` of the root's package.json names, or
//! `allow-scripts` of `.npmrc` where that has none, and ends well with the others left out. Source: npm/rfcs#868;
//! `script-allowed.js` of npm 12.

use nodejs_semver::Version;
use serde_json::Value;

use crate::kinds::node::npmrc::Npmrc;
use crate::kinds::node::workspace::PackageJson;

/// The first major that runs no script that nobody has approved.
const STRICT: u64 = 12;

/// What the repository says of install scripts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Whether none runs at all (`ignore-scripts`).
    ignores: bool,
    /// Whether all run, whoever approved them (`dangerously-allow-all-scripts`).
    allows_all: bool,
    /// Packages, and whether their scripts run.
    entries: Vec<(Key, bool)>,
}

/// Which packages an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    name: String,
    /// The exact versions; all without any.
    versions: Vec<String>,
}

/// What becomes of a package's install scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They run.
    Run,
    /// They do not run, as the repository wants it.
    Denied,
    /// They do not run, and nobody has said that they should not.
    Unreviewed,
}

impl Policy {
    /// Reads what the root's files say.
    pub fn read(root: Option<&PackageJson>, npmrc: Option<&Npmrc>) -> Self {
        let flag = |name: &str| npmrc.and_then(|npmrc| npmrc.flag(name)) == Some(true);
        let written = root
            .and_then(|root| root.raw.get("allowScripts"))
            .and_then(Value::as_object);
        let of_root = written.into_iter().flatten();
        let of_root = of_root.filter_map(|(key, value)| Some((Key::parse(key)?, value.as_bool()?)));
        let mut entries: Vec<(Key, bool)> = of_root.collect();
        if written.is_none_or(serde_json::Map::is_empty) {
            let one = npmrc
                .and_then(|npmrc| npmrc.get("allow-scripts"))
                .unwrap_or_default();
            let list = npmrc.map(|npmrc| npmrc.list("allow-scripts")).unwrap_or_default();
            let keys = one.split(',').chain(list.iter().flat_map(|item| item.split(',')));
            entries.extend(keys.filter_map(|key| Some((Key::parse(key.trim())?, true))));
        }
        Self {
            ignores: flag("ignore-scripts"),
            allows_all: flag("dangerously-allow-all-scripts"),
            entries,
        }
    }

    /// Returns what a major of npm makes of the scripts of a package. One that a package brings along has none of its own
    /// run, and is not asked for here. A refusal wins over an approval.
    pub fn verdict(&self, major: u64, name: &str, version: &str) -> Verdict {
        let mut found = self.entries.iter().filter(|(key, _)| key.is_for(name, version));
        let said: Vec<bool> = found.by_ref().map(|(_, runs)| *runs).collect();
        if self.ignores || said.contains(&false) {
            Verdict::Denied
        } else if self.allows_all || !said.is_empty() || major < STRICT {
            Verdict::Run
        } else {
            Verdict::Unreviewed
        }
    }
}

impl Key {
    /// Reads a key: `name`, `name@*`, or `name@1.0.0 || 2.0.0`. What else npm takes means no package of a registry.
    fn parse(text: &str) -> Option<Self> {
        let at = text
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '@')
            .map(|(at, _)| at);
        let (name, versions) = match at {
            Some(at) => (text.get(..at)?, text.get(at + 1..)?),
            None => (text, ""),
        };
        let versions: Vec<&str> = versions
            .split("||")
            .map(str::trim)
            .filter(|version| !["", "*"].contains(version))
            .collect();
        let is_exact = versions.iter().all(|version| Version::parse(version).is_ok());
        (!name.is_empty() && is_exact).then(|| Self {
            name: name.to_owned(),
            versions: versions.into_iter().map(str::to_owned).collect(),
        })
    }

    fn is_for(&self, name: &str, version: &str) -> bool {
        self.name == name && (self.versions.is_empty() || self.versions.iter().any(|own| own == version))
    }
}

#[cfg(test)]
mod tests;
