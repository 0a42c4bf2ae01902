//! Files and directories that may be anything: what is no regular file is not opened, so that nothing waits for a pipe.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::text::by_code_units;

/// No manifest and no package database is near this, and a file that is larger is not worth the memory.
const MAX_TEXT: u64 = 64 << 20;

/// Returns a file's text, with U+FFFD in the place of what is not UTF-8; nothing for what cannot be read.
pub(super) fn text(file: &Path) -> Option<String> {
    let is_text = fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() <= MAX_TEXT);
    let mut bytes = Vec::new();
    // The length of a file of /proc is not what it says.
    is_text.then(|| File::open(file).ok()?.take(MAX_TEXT).read_to_end(&mut bytes).ok())??;
    Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// Returns the names in a directory with what they are, a link as a link.
///
/// # Errors
/// A directory that cannot be read.
pub(super) fn entries(directory: &Path) -> io::Result<Vec<(OsString, fs::FileType)>> {
    let entries = fs::read_dir(directory)?.map(|entry| {
        let entry = entry?;
        Ok((entry.file_name(), entry.file_type()?))
    });
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort_unstable_by(|(left, _), (right, _)| {
        let (left_text, right_text) = (left.to_string_lossy(), right.to_string_lossy());
        by_code_units(&left_text, &right_text).then_with(|| left.cmp(right))
    });
    Ok(entries)
}

/// Returns the directories in a directory, by name; none where it cannot be read.
pub(super) fn directories(directory: &Path) -> Vec<PathBuf> {
    let entries = entries(directory).unwrap_or_default();
    let directories = entries.into_iter().filter(|(_, kind)| kind.is_dir());
    directories.map(|(name, _)| directory.join(name)).collect()
}
