//! The image's size against the manifest's limit.

use std::fmt::Write as _;

use buildkit_llb::Output;
use serde::Deserialize;

use super::{evaluate, internal};
use crate::diagnostic::Diagnostic;
use crate::gateway::{Failure, Gateway};
use crate::lower::BUDGET_REPORT;
use crate::manifest::Manifest;
use crate::options::Options;

/// The report names ten directories; each path may be long.
const MAX_REPORT: usize = 1 << 20;

/// What `scripts/budget.cjs` writes.
#[derive(Deserialize)]
struct Report {
    /// Bytes of all files.
    total: u64,
    /// Directories with their bytes, the largest first.
    largest: Vec<(String, u64)>,
}

/// Measures an image that has a limit.
///
/// # Errors
/// Where it is larger, with the directories that take the most.
pub(super) async fn check(
    gateway: &Gateway,
    options: &Options,
    manifest: &Manifest,
    limit: Option<u64>,
    measured: Option<&Output>,
) -> Result<(), Failure> {
    let (Some(limit), Some(measured)) = (limit, measured) else {
        return Ok(());
    };
    let reference = evaluate(gateway, options, measured).await?;
    let report = gateway.read_file(&reference, BUDGET_REPORT, MAX_REPORT).await?;
    let report: Report = serde_json::from_slice(&report).map_err(internal)?;
    if report.total <= limit {
        return Ok(());
    }
    let place = manifest.nearest_place("image.max_size");
    Err(Diagnostic::new(message(&report, limit)).at(place).into())
}

fn message(report: &Report, limit: u64) -> String {
    let mut message = format!(
        "the image holds {}, and `max_size` allows {}; the largest directories are",
        megabytes(report.total),
        megabytes(limit)
    );
    for (directory, size) in &report.largest {
        // A string takes whatever is written.
        let _ = write!(message, "\n{:>12}  {directory}", megabytes(*size));
    }
    message
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
        let expected = "the image holds 300.1 MB, and `max_size` allows 300.0 MB; the largest directories are\
                        \n    250.0 MB  /app/node_modules\n      0.1 MB  /usr/lib";
        assert_eq!(message(&report, 300_000_000), expected);
    }
}
