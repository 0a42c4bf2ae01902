//! depPaths: the keys under which the lockfile keeps resolved packages, and the references to them.

use std::fmt;
use std::sync::Arc;

use super::lockfile::LockfileVersion;

/// The key of one resolved package together with the peers it was resolved with.
///
/// | | lockfile 6 | lockfile 9 |
/// |---|---|---|
/// | registry | `/react-dom@18.3.1(react@18.3.1)` | `react-dom@18.3.1(react@18.3.1)` |
/// | patched | `/is-odd@3.0.1(patch_hash=dn5u)` | `is-odd@3.0.1(patch_hash=dn5u)` |
/// | directory | `file:libs/ui(react@18.3.1)` | `@x/ui@file:libs/ui(react@18.3.1)` |
/// | tarball, git | `@codeload.github.com/a/b/tar.gz/c0ffee` | `b@https://codeload.github.com/a/b/tar.gz/c0ffee` |
///
/// The grammar is that of pnpm's `@pnpm/dependency-path` (8: `dependency-path`, 11: `deps/path`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DepPath {
    text: Arc<str>,
    version: LockfileVersion,
}

/// What a `version` in the lockfile refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A directory that is linked: relative to the importer, or to the root where a snapshot refers to it.
    Link(String),
    /// A resolved package.
    Package(DepPath),
}

impl DepPath {
    /// Returns the depPath that is written as `text` in a lockfile of `version`.
    pub fn new(text: impl Into<Arc<str>>, version: LockfileVersion) -> Self {
        Self {
            text: text.into(),
            version,
        }
    }

    /// Returns the key as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the key without peers and patch hash: lockfile 9's key in `packages`, `react-dom@18.3.1`.
    pub fn without_suffix(&self) -> &str {
        self.text.get(..suffix_start(&self.text)).unwrap_or(&self.text)
    }

    /// Returns the peers' and the patch's parentheses, such as `(patch_hash=dn5u)(react@18.3.1)`, or `""`.
    pub fn suffix(&self) -> &str {
        self.text.get(suffix_start(&self.text)..).unwrap_or_default()
    }

    /// Returns the patch's hash where the package is patched.
    pub fn patch_hash(&self) -> Option<&str> {
        groups(self.suffix()).find_map(|group| group.strip_prefix("patch_hash="))
    }

    /// Iterates over the peers of the suffix: `react@18.3.1`, a nested `a@1(b@2)`, or the hash that pnpm
    /// writes in place of a long suffix.
    pub fn peers(&self) -> impl Iterator<Item = &str> {
        groups(self.suffix()).filter(|group| !group.starts_with("patch_hash="))
    }

    /// Returns the package's name; `None` where lockfile 6 names a package by its place alone.
    pub fn name(&self) -> Option<&str> {
        self.name_and_version().map(|(name, _)| name)
    }

    /// Returns what follows the name: `18.3.1`, `file:libs/ui`, `https://...`, `work:1.0.0`; for lockfile 6's
    /// nameless keys the whole key without its suffix.
    pub fn version(&self) -> &str {
        self.name_and_version()
            .map_or_else(|| self.without_suffix(), |(_, version)| version)
    }

    /// Returns the path of a `file:` package (a directory or a tarball), relative to the workspace root.
    pub fn file(&self) -> Option<&str> {
        // Asked of every edge of a closure; hardly any key has it.
        if !self.text.contains("file:") {
            return None;
        }
        self.version().strip_prefix("file:")
    }

    fn name_and_version(&self) -> Option<(&str, &str)> {
        let key = self.without_suffix();
        let key = match self.version {
            LockfileVersion::V6 => key.strip_prefix('/')?,
            LockfileVersion::V9 => key,
        };
        // From the second character on, since a scope begins with '@' as well.
        let at = key.char_indices().skip(1).find(|(_, c)| *c == '@')?.0;
        Some((key.get(..at)?, key.get(at + 1..)?))
    }
}

impl fmt::Display for DepPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Reference {
    /// Reads the `version` of a dependency that is known as `alias` to the one that depends on it.
    pub fn parse(alias: &str, reference: &str, version: LockfileVersion) -> Self {
        if let Some(directory) = reference.strip_prefix("link:") {
            return Self::Link(directory.to_owned());
        }
        let is_dep_path = match version {
            // A version holds no slash but within its peers; depPaths do.
            LockfileVersion::V6 => {
                reference.starts_with("file:")
                    || reference
                        .get(..suffix_start(reference))
                        .is_some_and(|bare| bare.contains('/'))
            }
            // An `@` before any `(` and `:` ends a name.
            LockfileVersion::V9 => {
                reference.starts_with('@')
                    || reference
                        .find(['@', '(', ':'])
                        .is_some_and(|i| reference[i..].starts_with('@'))
            }
        };
        Self::Package(DepPath::new(
            match (is_dep_path, version) {
                (true, _) => reference.to_owned(),
                (false, LockfileVersion::V6) => format!("/{alias}@{reference}"),
                (false, LockfileVersion::V9) => format!("{alias}@{reference}"),
            },
            version,
        ))
    }
}

/// Returns where the trailing run of balanced parentheses begins; the text's length where there is none.
fn suffix_start(text: &str) -> usize {
    let mut start = text.len();
    let mut open = 0usize;
    for (i, byte) in text.bytes().enumerate().rev() {
        match byte {
            b')' => open += 1,
            b'(' if open == 0 => break,
            b'(' => {
                open -= 1;
                if open == 0 {
                    start = i;
                }
            }
            _ if open == 0 => break,
            _ => {}
        }
    }
    start
}

/// Iterates over the contents of the outermost parentheses.
fn groups(suffix: &str) -> impl Iterator<Item = &str> {
    let mut rest = suffix;
    std::iter::from_fn(move || {
        let mut open = 0usize;
        for (i, byte) in rest.bytes().enumerate() {
            match byte {
                b'(' => open += 1,
                b')' if open == 1 => {
                    let group = rest.get(1..i)?;
                    rest = rest.get(i + 1..)?;
                    return Some(group);
                }
                b')' => open = open.checked_sub(1)?,
                _ => {}
            }
        }
        None
    })
}

/// Returns whether a name is one that a package can be required by: `a` or `@a/b`. Joined to a directory, any other may
/// leave it (`../../a`), and package managers do join names from files that anybody may have written.
pub fn is_package_name(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part.contains(['/', '\\'])
            && !part.contains(char::is_control)
    };
    match name.split_once('/') {
        Some((scope, rest)) => scope.starts_with('@') && is_part(scope) && is_part(rest),
        None => is_part(name),
    }
}

#[cfg(test)]
mod tests;
