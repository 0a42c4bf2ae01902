//! A directory of this machine as the engine would show it: a link leads nowhere outside of it.

use std::fs::{self, FileType};
use std::io::Read as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use super::tree::Entry;
use crate::diagnostic::{Diagnostic, names};
use crate::gateway::Kind;

/// Directories that no build reads, and that hold more files than all others together.
const PASSED_OVER: [&str; 3] = ["node_modules", ".git", ".pnpm-store"];

/// Returns where a path below a directory leads; none where nothing is there, or something outside of it.
fn inside(root: &Path, path: &str) -> Option<PathBuf> {
    let root = root.canonicalize().ok()?;
    let found = root.join(path.trim_start_matches('/')).canonicalize().ok()?;
    found.starts_with(&root).then_some(found)
}

/// Reads a regular file of at most `limit` bytes.
pub(super) fn read(root: &Path, path: &str, limit: usize) -> Result<Vec<u8>, Diagnostic> {
    let bytes = head(root, path, limit.saturating_add(1))?;
    match bytes.len() > limit {
        true => Err(refused(format!(
            "{path} is larger than {limit} bytes, the most that is read of it"
        ))),
        false => Ok(bytes),
    }
}

/// Reads the first bytes of a regular file, at most so many.
pub(super) fn head(root: &Path, path: &str, length: usize) -> Result<Vec<u8>, Diagnostic> {
    let Some(found) = inside(root, path) else {
        return Err(refused(format!("{path} is not there any more")));
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(length).unwrap_or(u64::MAX);
    let done = fs::File::open(&found).and_then(|file| file.take(most).read_to_end(&mut bytes));
    done.map_err(|error| refused(format!("{path} cannot be read: {error}")))?;
    Ok(bytes)
}

fn refused(message: String) -> Diagnostic {
    Diagnostic::named(names::UNREADABLE_FILE, message)
}

/// Lists a directory in the order of the names. Empty where there is none.
pub(super) fn list(root: &Path, path: &str) -> Result<Vec<Entry>, Diagnostic> {
    let Some(found) = inside(root, path).filter(|found| found.is_dir()) else {
        return Ok(Vec::new());
    };
    let unreadable =
        |error| Diagnostic::named(names::UNREADABLE_FILE, format!("{path} cannot be read: {error}"));
    let mut entries = Vec::new();
    for entry in fs::read_dir(&found).map_err(unreadable)? {
        // Nothing here asks for a name that is not UTF-8.
        let Ok(name) = entry.map_err(unreadable)?.file_name().into_string() else {
            continue;
        };
        if PASSED_OVER.contains(&name.as_str()) {
            continue;
        }
        let at = found.join(&name);
        // What went away meanwhile is not there.
        let Ok(metadata) = fs::symlink_metadata(&at) else {
            continue;
        };
        let target = fs::read_link(&at).ok();
        entries.push(Entry {
            name,
            kind: kind(metadata.file_type()),
            target: target
                .map(|target| target.to_string_lossy().into_owned())
                .unwrap_or_default(),
        });
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

/// Returns what a path leads to, links followed; none where nothing is there, or something outside of the directory.
pub(super) fn followed(root: &Path, path: &str) -> Option<Kind> {
    let metadata = fs::symlink_metadata(inside(root, path)?).ok()?;
    Some(kind(metadata.file_type()))
}

fn kind(found: FileType) -> Kind {
    match found {
        found if found.is_file() => Kind::File,
        found if found.is_dir() => Kind::Directory,
        found if found.is_symlink() => Kind::Link,
        found if found.is_fifo() => Kind::Special("a named pipe"),
        found if found.is_socket() => Kind::Special("a socket"),
        _ => Kind::Special("a device"),
    }
}

/// Returns whether something is at a path.
pub(super) fn exists(root: &Path, path: &str) -> bool {
    inside(root, path).is_some()
}
