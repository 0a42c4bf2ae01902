//! The date of the image.

use crate::diagnostic::{Diagnostic, names};
use crate::gateway::Failure;
use crate::manifest::Manifest;
use crate::manifest::values::Created;
use crate::options::Options;
use crate::plan::FILE_TIME;
use crate::source::{Origin, Reader, committed};

/// Returns the date of the image and its history, in seconds since 1970: the command line's, else the manifest's, else
/// one for all builds. Who has no engine builds nothing, and asks for no commit.
///
/// # Errors
/// A commit whose time cannot be told, and whatever the engine answers.
pub(super) async fn of(
    reader: &Reader,
    options: &Options,
    manifest: &Manifest,
    origin: &Origin,
) -> Result<i64, Failure> {
    if let Some(seconds) = options.source_date_epoch {
        return Ok(seconds);
    }
    let gateway = match (&manifest.image.created, reader.engine()) {
        (Some(Created::At { seconds, .. }), _) => return Ok(*seconds),
        (Some(Created::Commit), Some(gateway)) => gateway,
        (None, _) | (_, None) => return Ok(FILE_TIME),
    };
    let found = match &origin.repository {
        Some(repository) => committed(gateway, options, repository).await?,
        None => None,
    };
    let why = match &origin.repository {
        Some(_) => "git has not kept the commit where it is looked for",
        None => "the build context is no URL of a git repository",
    };
    let message = format!(
        "`created = \"commit\"` asks for the commit's time, and {why}; pass it with `--build-arg \
         SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)`"
    );
    let unknown =
        || Diagnostic::named(names::UNKNOWN_COMMIT, message).at(manifest.nearest_place("image.created"));
    Ok(found.ok_or_else(unknown)?)
}
