//! Inputs that nobody wrote: texts and whole workspaces, valid, odd and broken, and what holds for all of them.
//!
//! Here each target gets as many inputs as a run of the tests has time for, the same in every run. `make fuzz` goes on
//! with other ones for as long as it is told to.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test, and the gateway of the tests"
)]

#[path = "../../src/gateway/fake.rs"]
mod fake;
mod harness;

use harness::{Target, targets};

/// Runs a target on its share of inputs.
fn run(target: &Target) {
    harness::quieten();
    if let Err(found) = harness::batch(target, 0, 0, target.cases) {
        panic!("{found}");
    }
}

macro_rules! tests {
    ($($name:ident => $target:expr),* $(,)?) => {
        $(#[test]
        fn $name() {
            run(&$target);
        })*

        #[test]
        fn every_target_is_run() {
            let run = [$($target.name),*];
            let all: Vec<&str> = targets::ALL.iter().map(|target| target.name).collect();
            assert_eq!(run.as_slice(), all);
        }
    };
}

tests! {
    manifest => targets::MANIFEST,
    lockfile => targets::LOCKFILE,
    package_lock => targets::PACKAGE_LOCK,
    package_json => targets::PACKAGE_JSON,
    workspace_file => targets::WORKSPACE_FILE,
    npmrc => targets::NPMRC,
    ignore_file => targets::IGNORE_FILE,
    options => targets::OPTIONS,
    tool_configuration => targets::TOOL_CONFIGURATION,
    pipeline => targets::PIPELINE,
    closure => targets::CLOSURE,
}
