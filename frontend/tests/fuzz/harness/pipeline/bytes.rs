//! The same input gives the same bytes.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use prost::Message as _;

use super::engine::{self, Run};
use super::input::Input;

/// Checks that a second run comes to the same as the first.
pub(crate) fn hold(input: &Input, first: &Run) -> TestCaseResult {
    let second = engine::run(&input.files(), &input.request);
    prop_assert_eq!(graphs(&second), graphs(first), "another graph");
    let told = |run: &Run| {
        run.result
            .as_ref()
            .map_err(ToString::to_string)
            .map(|result| result.metadata.clone())
    };
    prop_assert_eq!(told(&second), told(first));
    let warnings =
        |run: &Run| -> Vec<Vec<u8>> { run.warnings.iter().map(|warning| warning.short.clone()).collect() };
    prop_assert_eq!(warnings(&second), warnings(first));
    Ok(())
}

/// Returns the graphs of a run: those that are solved side by side may change places.
fn graphs(run: &Run) -> BTreeSet<Vec<u8>> {
    run.solves.iter().map(|solve| solve.encode_to_vec()).collect()
}

/// Returns the steps of a run's graphs, without their names and the lines that they come from.
pub(crate) fn steps(run: &Run) -> BTreeSet<&[u8]> {
    let steps = run.solves.iter().flat_map(|solve| &solve.def);
    steps.map(Vec::as_slice).collect()
}
