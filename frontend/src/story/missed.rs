//! A build that misses a file gets it: narrow and fast is what is hoped for, and never the reason for a failure.

use super::failed::Failed;
use crate::decide::Read;
use crate::plan::{Facts, Package, Plan};
use crate::warning::{Warning, rules};

/// The status with which a step ends that has not found a file (`run.cjs`).
const NOT_FOUND: &str = "exit code: 117";

/// Returns the package whose scripts have failed since they did not find something, unless they had everything.
pub(super) fn package<'p>(plan: &'p Plan, facts: &Facts, failed: &Failed) -> Option<&'p Package> {
    if !failed.failure.to_string().ends_with(NOT_FOUND) {
        return None;
    }
    let name = plan.step(failed.step?)?.package.as_ref()?;
    let package = plan.packages.iter().find(|package| package.name == *name)?;
    (!facts.whole.contains(&package.directory)).then_some(package)
}

/// Returns the warning of a package that is built once more with everything.
pub(super) fn warning(read: &Read, package: &Package) -> Warning {
    let manifest = read.manifest();
    rules::MISSED_FILES
        .warn(format!(
            "the build of {} did not find a file, and is run once more with every file of the workspace, of which any change \
             runs it again; write those that it reads into `files` of `[build]`",
            package.name
        ))
        .at(manifest.nearest_place("build.files"))
}
