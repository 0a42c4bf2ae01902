//! `measure REPORT DIRECTORY=PATH…`: the size of an image, and which directories take it.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::failure::{Failure, Result, reading, writing};
use super::files;

/// How many directories the report names.
const LARGEST: usize = 10;

/// What is written.
#[derive(Debug, Serialize, PartialEq)]
struct Report {
    /// Bytes of all files.
    total: u64,
    /// Paths of the image with the bytes below them, the largest first.
    largest: Vec<(String, u64)>,
}

/// Measures the files below each DIRECTORY, which is PATH of the image, and writes
/// `{"total": BYTES, "largest": [[PATH, BYTES], …]}` to REPORT.
///
/// # Errors
/// A directory that cannot be read, a report that cannot be written.
pub(super) fn run(report: &Path, pairs: &[(PathBuf, PathBuf)]) -> Result<()> {
    let text = serde_json::to_vec(&measure(pairs)?).map_err(|error| Failure(error.to_string()))?;
    fs::write(report, text).map_err(writing(report))
}

/// Takes a pair of the command apart; nothing for what is none.
pub(super) fn pair(argument: &OsStr) -> Option<(PathBuf, PathBuf)> {
    let bytes = argument.as_bytes();
    let at = bytes.iter().position(|&byte| byte == b'=')?;
    let (directory, place) = (bytes.get(..at)?, bytes.get(at + 1..)?);
    let path = |bytes| PathBuf::from(OsStr::from_bytes(bytes));
    (!directory.is_empty()).then(|| (path(directory), path(place)))
}

fn measure(pairs: &[(PathBuf, PathBuf)]) -> Result<Report> {
    let mut sizes = Sizes::default();
    let mut total = 0;
    for (directory, _) in pairs {
        total += sizes.add(directory)?;
    }
    // A directory that is nearly all one child's says nothing of its own.
    let mut largest_child = HashMap::<&Path, u64>::new();
    for (directory, size) in &sizes.found {
        if let Some(parent) = directory.parent() {
            let child = largest_child.entry(parent).or_default();
            *child = (*child).max(*size);
        }
    }
    let mut largest = Vec::new();
    let mut listed = HashSet::new();
    for (directory, size) in &sizes.found {
        // One may lie in another one that is measured as well.
        if !listed.insert(directory) {
            continue;
        }
        let child = largest_child
            .get(directory.as_path())
            .copied()
            .unwrap_or_default();
        let place = place(pairs, directory);
        // Four fifths, in numbers that do not overflow.
        if place != Path::new("/") && u128::from(child) * 5 <= u128::from(*size) * 4 {
            largest.push((place.to_string_lossy().into_owned(), *size));
        }
    }
    // Of the same size, the one that was found first.
    largest.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    largest.truncate(LARGEST);
    Ok(Report { total, largest })
}

/// Returns where the image has a directory.
fn place(pairs: &[(PathBuf, PathBuf)], directory: &Path) -> PathBuf {
    let inside = |(root, place): &(PathBuf, PathBuf)| Some(place.join(directory.strip_prefix(root).ok()?));
    let joined: PathBuf = pairs.iter().find_map(inside).unwrap_or_default();
    // Without the slash that a join with nothing leaves.
    joined.components().collect()
}

/// The bytes below directories.
#[derive(Debug, Default)]
struct Sizes {
    /// Each directory after those in it.
    found: Vec<(PathBuf, u64)>,
    /// Files with several names, which are stored once.
    seen: HashSet<(u64, u64)>,
}

/// A directory that is being measured.
struct Open {
    directory: PathBuf,
    left: std::vec::IntoIter<(OsString, fs::FileType)>,
    size: u64,
}

impl Sizes {
    /// Measures a directory and all below it.
    fn add(&mut self, directory: &Path) -> Result<u64> {
        let mut stack = vec![open(directory.to_path_buf())?];
        while let Some(last) = stack.last_mut() {
            let Some((name, kind)) = last.left.next() else {
                let Some(done) = stack.pop() else { break };
                self.found.push((done.directory, done.size));
                match stack.last_mut() {
                    Some(parent) => parent.size += done.size,
                    None => return Ok(done.size),
                }
                continue;
            };
            let file = last.directory.join(name);
            if kind.is_dir() {
                stack.push(open(file)?);
            } else if kind.is_file() {
                let found = fs::symlink_metadata(&file).map_err(reading(&file))?;
                if found.nlink() < 2 || self.seen.insert((found.dev(), found.ino())) {
                    last.size += found.len();
                }
            }
        }
        Ok(0)
    }
}

fn open(directory: PathBuf) -> Result<Open> {
    let left = files::entries(&directory)
        .map_err(reading(&directory))?
        .into_iter();
    Ok(Open {
        directory,
        left,
        size: 0,
    })
}

#[cfg(test)]
mod tests;
