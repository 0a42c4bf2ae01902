//! Questions about a build (`docker buildx build --call`), answered without running any of its steps.

use crate::gateway::{BuildResult, Failure};

/// Answers a subrequest.
///
/// # Errors
/// A request that is not known here.
pub fn answer(request: &str) -> Result<BuildResult, Failure> {
    Err(Failure::unknown_subrequest(request))
}
