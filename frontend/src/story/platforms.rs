//! Builds for platforms that the engine's machine is not.

use super::{evaluate, request};
use crate::diagnostic::Diagnostics;
use crate::gateway::{Failure, Gateway};
use crate::lower::HOOKS_FILE;
use crate::options::Options;
use crate::plan::ForeignPlatform;

/// Largest list of packages with install scripts that is read.
const MAX_HOOKS: usize = 1 << 20;

/// Returns the platforms asked for whose processor is not that of the platform that builds run on.
pub(super) fn foreign(options: &Options) -> Result<Vec<ForeignPlatform>, Diagnostics> {
    let build = request::build_platform(options)?;
    let mut platforms = request::platforms(options)?;
    platforms.retain(|platform| platform.architecture != build.architecture);
    let platforms = platforms.into_iter().map(|platform| ForeignPlatform {
        id: platform.to_string(),
        architecture: platform.architecture,
    });
    Ok(platforms.collect())
}

/// Runs the search for install scripts and returns whether it finds any.
pub(super) async fn finds_any(
    gateway: &Gateway,
    options: &Options,
    hooks: &buildkit_llb::Output,
) -> Result<bool, Failure> {
    let reference = evaluate(gateway, options, hooks).await?;
    let found = gateway.read_file_if_exists(&reference, HOOKS_FILE.trim_start_matches('/'), MAX_HOOKS);
    Ok(found.await?.is_some_and(|names| !names.is_empty()))
}
