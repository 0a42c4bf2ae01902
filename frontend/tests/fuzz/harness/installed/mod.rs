//! What the real pnpm installs of a workspace, beside what it installs of the part that the frontend leaves.

mod author;
mod directory;
mod left;
mod pnpm;
mod tree;

use std::path::PathBuf;
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::batch::{Target, check_briefly};
use author::Author;
use directory::Directory;
use pnpm::Pnpm;
use tree::Tree;

/// Programs of pnpm, `pnpm.cjs` each, which whoever runs the target names.
pub(crate) static PROGRAMS: OnceLock<Vec<PathBuf>> = OnceLock::new();

/// Real packages in a workspace that nobody wrote. Each input takes seconds, and a registry.
pub(crate) const INSTALLED: Target = Target {
    name: "installed",
    cases: 4,
    weight: 12,
    run: |runner| {
        let programs = PROGRAMS.get().cloned().unwrap_or_default();
        check_briefly(runner, &author::workspaces(programs), |author| holds(&author))
    },
};

fn holds(author: &Author) -> TestCaseResult {
    let pnpm = Pnpm::new(&author.program);
    let whole = Directory::new(&author.files());
    // What pnpm itself refuses says nothing of the frontend.
    let refused = |_| TestCaseError::reject("pnpm refuses it");
    pnpm.run(&whole, &["install", "--lockfile-only", "--no-frozen-lockfile"])
        .map_err(refused)?;
    let files = whole.files();
    let lockfile = String::from_utf8_lossy(&files["pnpm-lock.yaml"]);
    let failed = |found: String| TestCaseError::fail(format!("{found}\n{lockfile}"));
    let left = left::of(&files, &author.manifest_path()).map_err(failed)?;
    for (scope, left) in [("--prod", left.production), ("--no-prod", left.development)] {
        let install = ["install", "--frozen-lockfile", scope];
        let theirs = whole.copy();
        pnpm.run(&theirs, &install).map_err(refused)?;
        let ours = Directory::new(&left);
        pnpm.run(&ours, &install)
            .map_err(|said| failed(format!("ours: {said}")))?;
        same(author, &theirs, &ours, scope == "--prod")
            .map_err(|error| failed(format!("{scope}: {error}")))?;
    }
    Ok(())
}

/// Checks that in both installs the service reaches the same, and that in ours there is nothing else.
fn same(author: &Author, theirs: &Directory, ours: &Directory, is_production: bool) -> TestCaseResult {
    let store = Tree::store(ours);
    let [theirs, ours] = [theirs, ours].map(|directory| Tree::of(directory, author, !is_production));
    let lacking: Vec<_> = theirs.packages.difference(&ours.packages).collect();
    prop_assert!(
        lacking.is_empty(),
        "{:#?} lacks {:?} of {:#?}",
        ours,
        lacking,
        theirs
    );
    for (link, to) in &theirs.links {
        let found = ours.links.get(link);
        prop_assert!(
            found == Some(to),
            "{} leads to {}, and ours to {:?}",
            link,
            to,
            found
        );
    }
    // A production install of ours has the peers of workspace packages too.
    if !(is_production && author.has_peers()) {
        prop_assert_eq!(&ours.packages, &theirs.packages);
        prop_assert_eq!(&ours.links, &theirs.links);
        prop_assert_eq!(
            &store,
            &ours.packages,
            "what is installed, and what is reached of it"
        );
    }
    Ok(())
}
