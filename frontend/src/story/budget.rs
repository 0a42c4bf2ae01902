//! The image's size against the manifest's limit, or against what an image should not reach.

use buildkit_llb::Definition;
use serde::Deserialize;

use super::evaluate;
use crate::decide::Read;
use crate::diagnostic::{Diagnostic, names};
use crate::gateway::{Failure, Gateway};
use crate::options::Options;
use crate::plan::{REPORT, Size};
use crate::warning::{Warning, rules};

/// The report names ten directories; each path may be long.
const MAX_REPORT: usize = 1 << 20;

/// What the program that measures writes.
#[derive(Deserialize)]
struct Report {
    /// Bytes of all files.
    total: u64,
    /// Directories with their bytes, the largest first.
    largest: Vec<(String, u64)>,
}

/// The size above which an image without a limit of its own is warned of, in bytes.
const LARGE: u64 = 500_000_000;

/// Measures an image: all of it where the manifest sets a limit, else its base and its production dependencies.
///
/// Returns the warning of an image without a limit that is large. It is not looked for where caches are imported: the
/// measure is no part of the image, so that no cache has it, and an engine that takes the image from there would
/// have to fetch every layer.
///
/// # Errors
/// Where it is larger than its limit, with the directories that take the most.
pub(super) async fn check(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    measured: Option<(&Size, Definition)>,
) -> Result<Option<Warning>, Failure> {
    let is_warned = options.cache_imports.is_empty() && read.lint.applies(&rules::LARGE_IMAGE);
    let measured = measured.filter(|(size, _)| size.limit.is_some() || is_warned);
    let Some((size, definition)) = measured else {
        return Ok(None);
    };
    let reference = evaluate(gateway, options, &definition).await?;
    let report = gateway.read_file(&reference, REPORT, MAX_REPORT).await?;
    let report: Report = serde_json::from_slice(&report).map_err(Diagnostic::internal)?;
    match size.limit {
        Some(limit) if report.total > limit => {
            Err(Diagnostic::named(names::IMAGE_TOO_LARGE, message(&report, limit))
                .with_lines(listed(&report))
                .at(size.place.clone())
                .into())
        }
        None if report.total > LARGE => Ok(Some(
            rules::LARGE_IMAGE
                .warn(large(&report))
                .with_lines(listed(&report)),
        )),
        _ => Ok(None),
    }
}

fn message(report: &Report, limit: u64) -> String {
    format!(
        "the image holds {}, and `max_size` allows {}; the largest directories are",
        megabytes(report.total),
        megabytes(limit)
    )
}

fn large(report: &Report) -> String {
    format!(
        "the base and the production dependencies hold {}; if that is meant, write it as `max_size`; the largest \
         directories are",
        megabytes(report.total)
    )
}

/// Returns the largest directories, a line each.
fn listed(report: &Report) -> impl Iterator<Item = String> {
    let largest = report.largest.iter();
    largest.map(|(directory, size)| format!("{:>12}  {directory}", megabytes(*size)))
}

/// Returns a size in megabytes, rounded up in the last digit: one byte too much is seen as too much.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_directories_are_named() {
        let report = Report {
            total: 300_000_001,
            largest: vec![
                ("/app/node_modules".to_owned(), 250_000_000),
                ("/usr/lib".to_owned(), 20_000),
            ],
        };
        let expected =
            "the image holds 300.1 MB, and `max_size` allows 300.0 MB; the largest directories are";
        assert_eq!(message(&report, 300_000_000), expected);
        let expected = "the base and the production dependencies hold 300.1 MB; if that is meant, write it as \
                        `max_size`; the largest directories are";
        assert_eq!(large(&report), expected);
        let lines: Vec<String> = listed(&report).collect();
        assert_eq!(
            lines,
            ["    250.0 MB  /app/node_modules", "      0.1 MB  /usr/lib"]
        );
    }
}
