//! A number of inputs of one target, all of which follow from a seed.

use std::fmt::Debug;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};
use sha2::{Digest as _, Sha256};

use super::quiet;

/// How often a failing input is made smaller, at most: one of the pipeline takes milliseconds.
const MAX_SHRINKS: u32 = 2000;

/// Something that takes inputs.
#[derive(Debug)]
pub(crate) struct Target {
    /// Its name, as `make fuzz TARGETS=` takes it.
    pub(crate) name: &'static str,
    /// How many inputs a run of the tests tries.
    pub(crate) cases: u32,
    /// Its share of the time of `make fuzz`, in proportion to the others'.
    pub(crate) weight: u32,
    /// Tries as many inputs as the runner says, and tells the first that fails.
    pub(crate) run: fn(&mut TestRunner) -> Result<(), String>,
}

/// Tries inputs of a target: those of the batch of that number, which follow from the seed.
///
/// # Errors
/// The first input that fails, made as small as it gets, and why it does.
pub(crate) fn batch(target: &Target, seed: u64, number: u64, cases: u32) -> Result<(), String> {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: MAX_SHRINKS,
        ..Config::default()
    };
    let seed: [u8; 32] = Sha256::digest(format!("{}/{seed}/{number}", target.name)).into();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    (target.run)(&mut TestRunner::new_with_rng(config, rng))
}

/// As [`check`], for inputs that take seconds each: one that fails is made smaller a few times only.
///
/// # Errors
/// As [`batch`].
pub(crate) fn check_briefly<S>(
    runner: &mut TestRunner,
    inputs: &S,
    holds: impl Fn(S::Value) -> TestCaseResult,
) -> Result<(), String>
where
    S: Strategy,
    S::Value: Debug,
{
    const FEW: u32 = 12;
    let config = Config {
        max_shrink_iters: FEW,
        ..runner.config().clone()
    };
    let rng = runner.new_rng();
    check(&mut TestRunner::new_with_rng(config, rng), inputs, holds)
}

/// Tries a property on the inputs of a strategy.
///
/// # Errors
/// As [`batch`].
pub(crate) fn check<S>(
    runner: &mut TestRunner,
    inputs: &S,
    holds: impl Fn(S::Value) -> TestCaseResult,
) -> Result<(), String>
where
    S: Strategy,
    S::Value: Debug,
{
    let tried = runner.run(inputs, |input| quiet::within(|| holds(input)));
    tried.map_err(|error| {
        let place = quiet::last_panic();
        let place = place.map(|place| format!("last panic at {place}\n"));
        format!("{}{error}", place.unwrap_or_default())
    })
}
