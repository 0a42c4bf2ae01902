//! A service's manifest, and the defaults of a workspace.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use vextrus_frontend::manifest::Manifest;

use crate::harness::batch::{Target, check};
use crate::harness::corpus::{Kind, texts};
use crate::harness::mutation::{Bytes, mutated};
use crate::harness::told;

/// A manifest of more mistakes says how many more there are.
const MOST_TOLD: usize = 51;

pub(crate) const MANIFEST: Target = Target {
    name: "manifest",
    cases: 200,
    weight: 2,
    run: |runner| check(runner, &mutated(texts(Kind::Manifest)), |text| holds(&text)),
};

fn holds(text: &Bytes) -> TestCaseResult {
    let file = match Manifest::decode("services/a/service.toml", &text.0) {
        Ok(file) => file,
        Err(mistakes) => return told::holds(&mistakes),
    };
    for read in [Manifest::parse, Manifest::parse_defaults] {
        match read(&file) {
            Ok(manifest) => {
                let line = manifest.nearest_place("run.healthcheck.path").first_line;
                prop_assert!(usize::try_from(line).unwrap() <= file.text.lines().count().max(1));
                let twice = manifest.clone().with_defaults(manifest.clone());
                prop_assert_eq!(&*twice, &*manifest, "a default changes what is said already");
            }
            Err(mistakes) => {
                told::holds(&mistakes)?;
                let count = mistakes.iter().count();
                prop_assert!(count <= MOST_TOLD, "{} mistakes are told", count);
            }
        }
    }
    Ok(())
}
