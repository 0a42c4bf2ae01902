//! A directory of this machine as the engine would show it: a link leads nowhere outside of it.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, names};

/// Directories that no build reads, and that hold more files than all others together.
const PASSED_OVER: [&str; 3] = ["node_modules", ".git", ".pnpm-store"];

/// Returns where a path below a directory leads; none where nothing is there, or something outside of it.
fn inside(root: &Path, path: &str) -> Option<PathBuf> {
    let root = root.canonicalize().ok()?;
    let found = root.join(path.trim_start_matches('/')).canonicalize().ok()?;
    found.starts_with(&root).then_some(found)
}

/// Reads a file of at most `limit` bytes; none where there is none.
pub(super) fn read(root: &Path, path: &str, limit: usize) -> Result<Option<Vec<u8>>, Diagnostic> {
    let Some(found) = inside(root, path) else {
        return Ok(None);
    };
    if !found.is_file() {
        return match found.is_dir() {
            true => Err(Diagnostic::named(
                names::UNREADABLE_FILE,
                format!("{path} is a directory, and no file"),
            )),
            false => Ok(None),
        };
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let done = fs::File::open(&found).and_then(|file| file.take(most).read_to_end(&mut bytes));
    match done {
        Ok(_) if bytes.len() > limit => Err(Diagnostic::named(
            names::UNREADABLE_FILE,
            format!("{path} is larger than {limit} bytes, the most that is read of it"),
        )),
        Ok(_) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Diagnostic::named(
            names::UNREADABLE_FILE,
            format!("{path} cannot be read: {error}"),
        )),
    }
}

/// Lists a directory: names of files, and of directories with a `/` behind them. Empty where there is none.
pub(super) fn list(root: &Path, path: &str) -> Result<Vec<String>, Diagnostic> {
    let Some(found) = inside(root, path).filter(|found| found.is_dir()) else {
        return Ok(Vec::new());
    };
    let unreadable =
        |error| Diagnostic::named(names::UNREADABLE_FILE, format!("{path} cannot be read: {error}"));
    let mut names = Vec::new();
    for entry in fs::read_dir(&found).map_err(unreadable)? {
        // Nothing here asks for a name that is not UTF-8.
        let Ok(name) = entry.map_err(unreadable)?.file_name().into_string() else {
            continue;
        };
        if PASSED_OVER.contains(&name.as_str()) {
            continue;
        }
        // A link is listed as a file even where it leads to a directory, as the engine lists it.
        let is_directory = fs::symlink_metadata(found.join(&name)).is_ok_and(|found| found.is_dir());
        names.push(if is_directory { format!("{name}/") } else { name });
    }
    names.sort();
    Ok(names)
}

/// Returns whether something is at a path.
pub(super) fn exists(root: &Path, path: &str) -> bool {
    inside(root, path).is_some()
}
