//! Why a program ends without having done what it is for.

use std::fmt;
use std::io;
use std::path::Path;

/// One sentence, which the build's log shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure(pub(super) String);

/// What a program of this module gives.
pub(super) type Result<T> = std::result::Result<T, Failure>;

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Returns what makes a sentence of a file that cannot be read.
pub(super) fn reading(file: &Path) -> impl FnOnce(io::Error) -> Failure {
    move |error| Failure(format!("cannot read {}: {error}", file.display()))
}

/// Returns what makes a sentence of a file that cannot be written.
pub(super) fn writing(file: &Path) -> impl FnOnce(io::Error) -> Failure {
    move |error| Failure(format!("cannot write {}: {error}", file.display()))
}
