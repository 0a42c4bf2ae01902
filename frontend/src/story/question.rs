//! A question that a step answers before the plan is whole.

use super::evaluate;
use crate::gateway::{Failure, Gateway};
use crate::options::Options;
use crate::plan::ANSWER;

/// Largest answer that is read: a list of packages.
const MAX_ANSWER: usize = 1 << 20;

/// Runs the search for install scripts and returns whether it finds any.
pub(super) async fn ask(
    gateway: &Gateway,
    options: &Options,
    question: &buildkit_llb::Definition,
) -> Result<bool, Failure> {
    let reference = evaluate(gateway, options, question).await?;
    let found = gateway.read_file_if_exists(&reference, ANSWER.trim_start_matches('/'), MAX_ANSWER);
    Ok(found.await?.is_some_and(|names| !names.is_empty()))
}
