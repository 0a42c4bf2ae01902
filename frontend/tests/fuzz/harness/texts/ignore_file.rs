//! Patterns of ignore files: whatever they are, they choose or do not choose, and taking back comes last.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use vextrus_frontend::pattern::chooses;

use crate::harness::batch::{Target, check};
use crate::harness::corpus::{Kind, texts};
use crate::harness::mutation::{Bytes, mutated};

const PATHS: [&str; 8] = [
    "a",
    "services/a/src/main.ts",
    "node_modules/x/index.js",
    "libs/[id]/x",
    "libs/bücher/a b.ts",
    ".env",
    "*",
    "",
];

pub(crate) const IGNORE_FILE: Target = Target {
    name: "ignore-file",
    cases: 100,
    weight: 1,
    run: |runner| check(runner, &mutated(texts(Kind::IgnoreFile)), |text| holds(&text)),
};

fn holds(text: &Bytes) -> TestCaseResult {
    let text = String::from_utf8_lossy(&text.0);
    let patterns: Vec<&str> = text.lines().collect();
    for path in PATHS {
        let chosen = chooses(&patterns, path);
        prop_assert_eq!(chooses(&patterns, path), chosen);
        for pattern in &patterns {
            let alone = chooses([*pattern], path);
            prop_assert!(
                !(alone && pattern.starts_with('!')),
                "{:?} chooses {:?}",
                pattern,
                path
            );
        }
        let all = patterns.iter().copied().chain(["**"]);
        prop_assert!(
            path.is_empty() || chooses(all, path),
            "** does not choose {:?}",
            path
        );
    }
    Ok(())
}
