//! A lockfile of npm: what is left of it for a closure is a lockfile with that closure.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use vextrus_frontend::kinds::node::npm::Lockfile;
use vextrus_frontend::kinds::node::npm::closure::{Closure, OfRoot, Scope};
use vextrus_frontend::kinds::node::npm::drift::Drift;

use super::file;
use crate::harness::batch::{Target, check};
use crate::harness::corpus::{Kind, texts};
use crate::harness::mutation::{Bytes, mutated};
use crate::harness::told;

/// How many of a lockfile's projects are taken for the service, one after the other.
const STARTS: usize = 3;

pub(crate) const PACKAGE_LOCK: Target = Target {
    name: "package_lock",
    cases: 200,
    weight: 2,
    run: |runner| check(runner, &mutated(texts(Kind::PackageLock)), |text| holds(&text)),
};

fn holds(text: &Bytes) -> TestCaseResult {
    let lockfile = match Lockfile::parse(&file("package-lock.json", text)) {
        Ok(lockfile) => lockfile,
        Err(mistakes) => return told::holds(&mistakes),
    };
    let starts: Vec<String> = lockfile.importer_ids().take(STARTS).map(str::to_owned).collect();
    let (manifests, names) = (BTreeMap::new(), BTreeSet::new());
    let _ = Drift::find(&lockfile, &manifests, &names);
    for start in starts {
        for production in [None, Some(&manifests)] {
            for root in [OfRoot::Nothing, OfRoot::Tools, OfRoot::Named(&names)] {
                let scope = Scope { production, root };
                let closure = match Closure::of(&lockfile, std::slice::from_ref(&start), scope) {
                    Ok(closure) => closure,
                    Err(mistakes) => {
                        told::holds(&mistakes)?;
                        continue;
                    }
                };
                // What is kept is there, and nothing of it leads out of the workspace.
                for location in &closure.locations {
                    prop_assert!(lockfile.get(location).is_some(), "{}", location);
                    prop_assert!(!location.split('/').any(|part| part == ".."), "{}", location);
                }
                let projects: BTreeSet<&String> = closure.edges.iter().map(|edge| &edge.to).collect();
                for project in projects {
                    prop_assert!(closure.members.contains_key(project), "{}", project);
                }
            }
        }
    }
    Ok(())
}
