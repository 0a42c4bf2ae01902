//! The libraries of an image, as its loader finds them.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::taking::Taking;
use crate::inspect::elf;
use crate::inspect::failure::Result;
use crate::inspect::root::Root;
use crate::inspect::text::trim;

/// Where the loader looks after its configuration. Source: ld.so(8), with Debian's directories of 64 bits; those of the two
/// architectures are compiled into Debian's loader, which finds them without any configuration.
const DIRECTORIES: [&str; 8] = [
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
];

/// The libraries that were asked for.
#[derive(Debug)]
pub(super) struct Libraries {
    pub(super) taking: Taking,
    /// What holds some of the libraries already.
    base: Option<Root>,
    /// Where the image's loader looks.
    directories: Vec<PathBuf>,
    /// What each library asks for in turn; nothing for one that the image lacks.
    known: HashMap<OsString, Option<Vec<OsString>>>,
}

impl Libraries {
    /// Takes from an image to OUT what BASE does not hold.
    pub(super) fn new(image: Root, base: Option<Root>, out: &Path) -> Self {
        let configured = configured(&image, Path::new("/etc/ld.so.conf"));
        Self {
            directories: configured
                .into_iter()
                .chain(DIRECTORIES.map(PathBuf::from))
                .collect(),
            taking: Taking::new(image, out),
            base,
            known: HashMap::new(),
        }
    }

    /// Takes libraries by their names, with all that they ask for in turn. Returns the names that were not found, each
    /// once.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub(super) fn take(&mut self, names: &[OsString]) -> Result<Vec<OsString>> {
        let mut left: Vec<OsString> = names.iter().rev().cloned().collect();
        let (mut seen, mut missing) = (HashSet::new(), Vec::new());
        while let Some(name) = left.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            if !self.known.contains_key(&name) {
                let asks = self.one(&name)?;
                self.known.insert(name.clone(), asks);
            }
            match self.known.get(&name) {
                Some(Some(asks)) => left.extend(asks.iter().rev().cloned()),
                _ => missing.push(name),
            }
        }
        Ok(missing)
    }

    /// Returns what a file of the image asks for, by its path without links.
    pub(super) fn asked_by(&self, real: Option<&Path>) -> Vec<OsString> {
        let asks = real.and_then(|real| elf::asks(&self.taking.image.outside(real)));
        asks.map(|asks| asks.names().cloned().collect())
            .unwrap_or_default()
    }

    /// Takes a library. Returns what it asks for; nothing for one that the image lacks.
    fn one(&mut self, name: &OsStr) -> Result<Option<Vec<OsString>>> {
        let candidates = match name.as_encoded_bytes().contains(&b'/') {
            true => vec![PathBuf::from(name)],
            false => self
                .directories
                .iter()
                .map(|directory| directory.join(name))
                .collect(),
        };
        for candidate in candidates {
            let Some(found) = self.taking.image.file(&candidate)? else {
                continue;
            };
            let in_base = match &self.base {
                Some(base) => base.follow(&candidate)?.is_some(),
                None => false,
            };
            if !in_base {
                self.taking.take(&candidate)?;
            }
            return Ok(Some(self.asked_by(Some(&found.real))));
        }
        Ok(None)
    }
}

/// Returns the directories that a configuration of the loader names, with those of the files that it includes. Source:
/// ldconfig(8).
fn configured(image: &Root, file: &Path) -> Vec<PathBuf> {
    let mut directories = Vec::new();
    let mut seen = HashSet::new();
    // What is left of files, the innermost last: an included file comes in the place of its line.
    let mut left = vec![lines(image, file)];
    while let Some(last) = left.last_mut() {
        let Some(line) = last.next() else {
            left.pop();
            continue;
        };
        let Some((parent, end)) = included(&line) else {
            directories.extend(line.starts_with('/').then(|| PathBuf::from(line)));
            continue;
        };
        for name in image.names(parent).into_iter().rev() {
            let file = parent.join(&name);
            // A file may include itself.
            if name.to_string_lossy().ends_with(end) && seen.insert(file.clone()) {
                left.push(lines(image, &file));
            }
        }
    }
    directories
}

/// Returns the lines of a configuration without comments.
fn lines(image: &Root, file: &Path) -> std::vec::IntoIter<String> {
    let text = image.text(file).unwrap_or_default();
    let lines = text
        .lines()
        .map(|line| trim(line.split('#').next().unwrap_or_default()).to_owned());
    lines.collect::<Vec<_>>().into_iter()
}

/// Returns the directory and the end of the names that a line includes: `include /etc/ld.so.conf.d/*.conf`.
fn included(line: &str) -> Option<(&Path, &str)> {
    let rest = line.strip_prefix("include")?;
    let pattern = rest.trim_start();
    let (parent, end) = pattern.rsplit_once("/*")?;
    let is_pattern =
        rest.len() > pattern.len() && pattern.starts_with('/') && !pattern.contains(char::is_whitespace);
    is_pattern.then_some((Path::new(parent), end))
}
