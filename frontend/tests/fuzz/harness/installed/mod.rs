//! What the real pnpm installs of a workspace, beside what it installs of the part that the frontend leaves.

mod author;
mod directory;
mod left;
mod pnpm;

use std::path::PathBuf;
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::batch::{Target, check_briefly};
use author::Author;
use directory::Directory;
use pnpm::{Pnpm, Tree};

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
    // What pnpm does not resolve says nothing of the frontend.
    if pnpm
        .run(&whole, &["install", "--lockfile-only", "--no-frozen-lockfile"])
        .is_err()
    {
        return Err(TestCaseError::reject("pnpm resolves it to nothing"));
    }
    let files = whole.files();
    let lockfile = String::from_utf8_lossy(&files["pnpm-lock.yaml"]).into_owned();
    let context = |found: String| TestCaseError::fail(format!("{found}\n{lockfile}"));
    let left = left::of(&files, &author.manifest_path()).map_err(context)?;
    for (ours, scope) in [(left.production, &["--prod"][..]), (left.development, &[])] {
        let theirs = whole.copy();
        let service = format!("{}...", author::name(1));
        // Tools of the root are installed for every build.
        let tools = author::name(0);
        let root: &[&str] = if scope.is_empty() {
            &["--filter", &tools]
        } else {
            &[]
        };
        let install = ["install", "--frozen-lockfile", "--filter", &service];
        pnpm.run(&theirs, &[&install[..], root, scope].concat())
            .map_err(context)?;
        let ours = Directory::new(&ours);
        pnpm.run(&ours, &[&["install", "--frozen-lockfile"], scope].concat())
            .map_err(context)?;
        same(author, &Tree::of(&theirs), &Tree::of(&ours), scope).map_err(|error| match error {
            TestCaseError::Fail(reason) => context(reason.to_string()),
            error => error,
        })?;
    }
    Ok(())
}

/// Checks that two installs hold the same packages, and link to the same from each project that the service reaches.
fn same(author: &Author, theirs: &Tree, ours: &Tree, scope: &[&str]) -> TestCaseResult {
    // A production install of ours has the peers of workspace packages too.
    let has_more = !scope.is_empty() && author.has_peers();
    let missing: Vec<_> = theirs.packages.difference(&ours.packages).collect();
    prop_assert!(
        missing.is_empty(),
        "{:?} is missing of {:?}: {:?}",
        scope,
        missing,
        ours.packages
    );
    for (link, to) in &theirs.links {
        let found = ours.links.get(link);
        prop_assert!(
            found == Some(to),
            "{:?}: {} leads to {:?}, and ours to {:?}",
            scope,
            link,
            to,
            found
        );
    }
    if !has_more {
        prop_assert_eq!(&ours.packages, &theirs.packages, "{:?}", scope);
        prop_assert_eq!(&ours.links, &theirs.links, "{:?}", scope);
    }
    Ok(())
}
