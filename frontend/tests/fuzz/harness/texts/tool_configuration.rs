//! The files of other tools: TypeScript's chain of configurations ends, and none of them makes a build fail.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use vextrus_frontend::kinds::node::workspace::tools::{Nest, required_variables};
use vextrus_frontend::kinds::node::workspace::tsconfig::{Follower, Lookup, Packages};
use vextrus_frontend::kinds::node::workspace::turbo::Tasks;

use super::file;
use crate::harness::batch::{Target, check};
use crate::harness::corpus::{Kind, texts};
use crate::harness::mutation::{Bytes, mutated};

const TURBO: &str = r#"{ "tasks": { "build": { "dependsOn": ["^build", "codegen", "build", "a#build"] },
  "codegen": { "dependsOn": ["build"] }, "//#lint": {} }, "pipeline": { "build": { "dependsOn": [1, null] } } }"#;
const NEST: &str =
    r#"{ "entryFile": "main", "sourceRoot": "src", "projects": { "a": { "entryFile": "x/y" } } }"#;
const PRISMA: &str =
    "export default { url: env('DATABASE_URL'), other: process.env.OTHER, `${process.env[\"X\"]}` }";
const TSCONFIG: &str = r#"{ "extends": ["./a.json", "../../tsconfig.base.json", "@tsconfig/node22"], // comment
  "compilerOptions": { "outDir": "../../dist", "rootDirs": ["/", "../.."], "paths": { "@x/*": ["../../libs/*/src"] } },
  "references": [{ "path": "../b" }, { "path": ".." }], "include": ["../../**/*.ts", "src/*"], "files": ["/etc/x"] }"#;

/// Where the configurations of an input lie.
const PLACES: [&str; 4] = [
    "services/a/tsconfig.json",
    "services/a/a.json",
    "tsconfig.base.json",
    "services/b/tsconfig.json",
];

pub(crate) const TOOL_CONFIGURATION: Target = Target {
    name: "tool-configuration",
    cases: 200,
    weight: 1,
    run: |runner| {
        let mut given = texts(Kind::Tsconfig);
        given
            .extend([TURBO, NEST, PRISMA, TSCONFIG, TSCONFIG, TSCONFIG].map(|text| text.as_bytes().to_vec()));
        check(
            runner,
            &prop::collection::vec(mutated(given), 1..=PLACES.len()),
            |texts| holds(&texts),
        )
    },
};

fn holds(texts: &[Bytes]) -> TestCaseResult {
    let texts: BTreeMap<&str, String> = PLACES
        .into_iter()
        .zip(
            texts
                .iter()
                .map(|text| String::from_utf8_lossy(&text.0).into_owned()),
        )
        .collect();
    for text in texts.values() {
        let turbo = file("turbo.json", &Bytes(text.clone().into_bytes()));
        let mut tasks = Tasks::parse(&turbo);
        tasks.add("b", &turbo);
        let packages = BTreeMap::from([("a", BTreeSet::from(["b"])), ("b", BTreeSet::new())]);
        let reached = tasks.reached(&packages);
        for (package, task) in [("a", "build"), ("b", "build"), ("a", "codegen"), ("a", "")] {
            let around = tasks.around(package, task, &reached);
            let all: Vec<&str> = around.before.into_iter().chain(around.after).collect();
            prop_assert!(!all.contains(&task), "{} runs around itself", task);
            let once: BTreeSet<&str> = all.iter().copied().collect();
            prop_assert_eq!(once.len(), all.len(), "one runs twice");
        }
        let _ = (Nest::parse(text), required_variables(text));
    }
    // As the frontend does: each round reads what the last one did not know.
    let mut read = BTreeSet::new();
    let mut follower = Follower::new(&[PLACES[0].to_owned()]);
    loop {
        let unknown = follower.advance(&Packages::new(), |path| {
            match (read.contains(path), texts.get(path)) {
                (false, _) => Lookup::Unknown,
                (true, Some(text)) => Lookup::Text(text.clone()),
                (true, None) => Lookup::Absent,
            }
        });
        if unknown.is_empty() {
            let found = follower.finish();
            prop_assert!(
                found.is_ok_and(|found| found.configs.keys().all(|path| texts.contains_key(path.as_str())))
            );
            return Ok(());
        }
        let before = read.len();
        read.extend(unknown);
        prop_assert!(read.len() > before, "a round that reads nothing");
    }
}
