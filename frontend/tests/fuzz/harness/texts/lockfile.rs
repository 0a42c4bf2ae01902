//! A lockfile of any version: what is left of it for a closure is a lockfile with that closure.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use vextrus_frontend::kinds::node::pnpm::Lockfile;
use vextrus_frontend::kinds::node::pnpm::closure::{Closure, Scope};
use vextrus_frontend::kinds::node::pnpm::prune::prune;

use super::file;
use crate::harness::batch::{Target, check};
use crate::harness::corpus::{Kind, texts};
use crate::harness::mutation::{Bytes, mutated};
use crate::harness::told;

/// How many of a lockfile's projects are taken for the service, one after the other.
const STARTS: usize = 3;

pub(crate) const LOCKFILE: Target = Target {
    name: "lockfile",
    cases: 200,
    weight: 3,
    run: |runner| check(runner, &mutated(texts(Kind::Lockfile)), |text| holds(&text)),
};

fn holds(text: &Bytes) -> TestCaseResult {
    let lockfile = match Lockfile::parse(&file("pnpm-lock.yaml", text)) {
        Ok(lockfile) => lockfile,
        Err(mistakes) => return told::holds(&mistakes),
    };
    for path in lockfile.dep_paths() {
        let entry = lockfile.package(&path);
        let leads = lockfile.leads(&path);
        for mistakes in [entry.err(), leads.err()].into_iter().flatten() {
            told::holds(&mistakes)?;
        }
        prop_assert_eq!(
            format!("{}{}", path.without_suffix(), path.suffix()),
            path.as_str()
        );
    }
    let starts: Vec<String> = lockfile.importer_ids().take(STARTS).map(str::to_owned).collect();
    let manifests = BTreeMap::new();
    for start in starts {
        let include_root = lockfile.has_importer(".");
        for scope in [
            Scope::Development { include_root: false },
            Scope::Development { include_root },
            Scope::Production {
                manifests: &manifests,
                of_root: &BTreeSet::new(),
            },
        ] {
            pruned(&lockfile, &start, scope)?;
        }
    }
    Ok(())
}

/// Checks that the lockfile of a closure is one, with that closure and nothing else.
fn pruned(lockfile: &Lockfile, start: &String, scope: Scope<'_>) -> TestCaseResult {
    let start = std::slice::from_ref(start);
    let closure = match Closure::of(lockfile, start, scope) {
        Ok(closure) => closure,
        Err(mistakes) => return told::holds(&mistakes),
    };
    let text = prune(lockfile, &closure).text;
    let again = Lockfile::parse(&vextrus_frontend::diagnostic::SourceFile::new(
        "pruned",
        text.as_str(),
    ));
    let again = again.map_err(|mistakes| TestCaseError::fail(format!("{mistakes}\n{text}")))?;
    let kept = Closure::of(&again, start, scope);
    let kept = kept.map_err(|mistakes| TestCaseError::fail(format!("{mistakes}\n{text}")))?;
    prop_assert_eq!(&kept, &closure, "{}", text);
    prop_assert_eq!(prune(&again, &kept).text, text);
    Ok(())
}
