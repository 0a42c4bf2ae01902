//! Whole builds and answers: from options and files to the graph, by a gateway that answers from a table of files.

mod bytes;
mod closure;
mod engine;
mod graph;
mod input;
mod paths;
mod terminal;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::Value;

use super::batch::{Target, check};
use super::told;
use super::workspace::{Files, Names};
use engine::{Request, Run};
use input::Input;

/// Anything: nothing panics, each failure says what is wrong, no graph leaves the context, no text moves a terminal.
pub(crate) const PIPELINE: Target = Target {
    name: "pipeline",
    cases: 120,
    weight: 8,
    run: |runner| check(runner, &input::anything(), |input| holds(&input)),
};

/// What an author of a workspace may expect: that it is built, with all that it reaches and nothing else.
pub(crate) const CLOSURE: Target = Target {
    name: "closure",
    cases: 60,
    weight: 6,
    run: |runner| check(runner, &input::usual(), |usual| closure::holds(&usual)),
};

/// Returns the answer to `--call=plan` for a manifest.
///
/// # Errors
/// Why it cannot be built.
pub(crate) fn plan(files: &Files, manifest: &str) -> Result<Value, String> {
    let run = engine::run(files, &Request::plan(manifest));
    let result = run.result.map_err(|failure| failure.to_string())?;
    serde_json::from_slice(&result.metadata["result.json"]).map_err(|error| error.to_string())
}

fn holds(input: &Input) -> TestCaseResult {
    let run = engine::run(&input.files(), &input.request);
    explained(&run)?;
    paths::hold(&run)?;
    terminal::holds(&run)?;
    bytes::hold(input, &run)
}

/// Checks that a failure says what is wrong with the input: the engine of the tests itself never fails.
fn explained(run: &Run) -> TestCaseResult {
    let Err(failure) = &run.result else { return Ok(()) };
    match failure.diagnostics() {
        Some(mistakes) => told::holds(mistakes),
        None => Err(TestCaseError::fail(format!("not explained: {failure}"))),
    }
}
