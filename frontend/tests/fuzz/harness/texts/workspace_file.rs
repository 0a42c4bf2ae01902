//! `pnpm-workspace.yaml`: narrowed to some directories it is a workspace of those, with the same settings.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use vextrus_frontend::diagnostic::SourceFile;
use vextrus_frontend::kinds::node::pnpm::PnpmWorkspace;

use super::file;
use crate::harness::batch::{Target, check};
use crate::harness::corpus::{Kind, texts};
use crate::harness::mutation::{Bytes, mutated};
use crate::harness::told;

/// Directories, some of them with characters that mean something in a pattern.
const DIRECTORIES: [&str; 9] = [
    "apps/a",
    "libs/[id]",
    "libs/{a,b}",
    "libs/a b",
    "libs/*",
    "libs/!x",
    "a\\b",
    "libs/bücher",
    "../outside",
];

pub(crate) const WORKSPACE_FILE: Target = Target {
    name: "pnpm-workspace.yaml",
    cases: 300,
    weight: 1,
    run: |runner| {
        let directories = prop::sample::subsequence(DIRECTORIES.to_vec(), 0..=DIRECTORIES.len());
        let inputs = (mutated(texts(Kind::WorkspaceFile)), directories);
        check(runner, &inputs, |(text, directories)| holds(&text, &directories))
    },
};

fn holds(text: &Bytes, directories: &[&str]) -> TestCaseResult {
    let workspace = match PnpmWorkspace::parse(&file("pnpm-workspace.yaml", text)) {
        Ok(workspace) => workspace,
        Err(mistakes) => return told::holds(&mistakes),
    };
    let kept: Vec<String> = directories
        .iter()
        .map(|directory| (*directory).to_owned())
        .collect();
    let text = workspace.narrowed(&kept, None);
    let narrowed = PnpmWorkspace::parse(&SourceFile::new("narrowed", text.as_str()));
    let narrowed = narrowed.map_err(|mistakes| TestCaseError::fail(format!("{mistakes}\n{text}")))?;
    for directory in DIRECTORIES.into_iter().chain(["apps", "libs/a"]) {
        let is_kept = directories.contains(&directory);
        prop_assert_eq!(narrowed.contains(directory), is_kept, "{}: {}", directory, text);
    }
    // What holds a credential is left out, whole or in part, and is then known to hold none.
    let credentials = workspace.credentials();
    prop_assert_eq!(narrowed.credentials(), Vec::<String>::new(), "{}", text);
    let settings = |workspace: &PnpmWorkspace| {
        let mut settings = workspace.raw.clone();
        settings.retain(|key, _| !credentials.contains(key));
        settings.shift_remove("packages");
        // What is left of a workspace may lack packages that it has patches for.
        settings.shift_remove("allowUnusedPatches");
        settings
    };
    prop_assert_eq!(settings(&narrowed), settings(&workspace), "{}", text);
    let has_patches = workspace.raw.contains_key("patchedDependencies");
    let may_be_unused = narrowed.raw.get("allowUnusedPatches");
    prop_assert_eq!(
        may_be_unused.is_some_and(|value| value == true),
        has_patches,
        "{}",
        text
    );
    prop_assert_eq!(narrowed.narrowed(&kept, None), text);
    Ok(())
}
