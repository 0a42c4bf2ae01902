//! A workspace that pnpm takes is built, and what is installed is what the service reaches.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use vextrus_frontend::diagnostic::SourceFile;
use vextrus_frontend::kinds::node::pnpm::Lockfile;
use vextrus_frontend::kinds::node::pnpm::closure::{Closure, Scope};
use vextrus_frontend::kinds::node::workspace::PackageJson;

use super::bytes;
use super::engine::{self, Run};
use super::graph::written;
use super::input::{Input, Usual};
use crate::harness::workspace::{Files, Order, Reached, Workspace, within};

/// Checks the closures of a workspace, and the lockfiles of its build.
pub(crate) fn holds(usual: &Usual) -> TestCaseResult {
    let (workspace, input) = (&usual.workspace, usual.input(Order::Forwards));
    let files = input.files();
    let lockfile = read(&files["pnpm-lock.yaml"])?;
    let start = [workspace.service().to_owned()];
    let development = Scope::Development { include_root: false };
    let development = reached(&closure(&lockfile, &start, development)?);
    prop_assert_eq!(&development, &workspace.development(), "developed with");

    let manifests = manifests(workspace, &files);
    let scope = Scope::Production {
        manifests: &manifests,
        of_root: &BTreeSet::new(),
    };
    let production = closure(&lockfile, &start, scope)?;
    let expected = workspace.production();
    if production.promoted.is_empty() {
        prop_assert_eq!(&reached(&production), &expected, "runs with");
    }
    prop_assert!(
        reached(&production).holds(&expected),
        "of {:?} it runs with {:?}",
        expected,
        production
    );
    let run = installed(&input, &files, &[&development, &reached(&production)])?;
    // Whoever writes the same in another order gets the same.
    let other = usual.input(Order::Backwards);
    let other = engine::run(&other.files(), &other.request.asking(None, None));
    prop_assert_eq!(
        bytes::steps(&other),
        bytes::steps(&run),
        "another order, other steps"
    );
    Ok(())
}

/// Checks that each lockfile of a build is whole, and that there is one for each of what is to be installed.
fn installed(input: &Input, files: &Files, wanted: &[&Reached]) -> Result<Run, TestCaseError> {
    let run = engine::run(files, &input.request.asking(None, None));
    if let Err(failure) = &run.result {
        return Err(TestCaseError::fail(format!("is not built: {failure}")));
    }
    let lockfiles = written(&run)
        .into_iter()
        .filter(|(path, _)| path.ends_with("/pnpm-lock.yaml"));
    let lockfiles: BTreeSet<Vec<u8>> = lockfiles.map(|(_, text)| text).collect();
    let mut held = Vec::new();
    for text in &lockfiles {
        let lockfile = read(text)?;
        let all: Vec<String> = lockfile.importer_ids().map(str::to_owned).collect();
        let reached = reached(&closure(
            &lockfile,
            &all,
            Scope::Development { include_root: false },
        )?);
        let packages: BTreeSet<String> = lockfile
            .dep_paths()
            .map(|path| path.as_str().to_owned())
            .collect();
        prop_assert_eq!(
            &reached.projects,
            &all.into_iter().collect(),
            "a link leads out of a lockfile"
        );
        prop_assert_eq!(
            &reached.packages,
            &packages,
            "a lockfile holds what nothing needs"
        );
        held.push(reached);
    }
    for wanted in wanted {
        let is_held = held.iter().any(|held| held.holds(wanted));
        prop_assert!(is_held, "no install has all of {:?}", wanted);
    }
    Ok(run)
}

fn read(text: &[u8]) -> Result<Lockfile, TestCaseError> {
    let file = SourceFile::new("pnpm-lock.yaml", String::from_utf8(text.to_vec()).unwrap());
    Lockfile::parse(&file).map_err(|mistakes| TestCaseError::fail(format!("{mistakes}\n{}", file.text)))
}

fn closure(lockfile: &Lockfile, start: &[String], scope: Scope<'_>) -> Result<Closure, TestCaseError> {
    let closure = Closure::of(lockfile, start, scope);
    closure.map_err(|mistakes| TestCaseError::fail(format!("{mistakes}\n{}", lockfile.file().text)))
}

fn reached(closure: &Closure) -> Reached {
    Reached {
        projects: closure.importers.keys().cloned().collect(),
        packages: closure
            .packages
            .iter()
            .map(|path| path.as_str().to_owned())
            .collect(),
    }
}

fn manifests(workspace: &Workspace, files: &Files) -> BTreeMap<String, PackageJson> {
    let projects = workspace.projects.iter().map(|project| {
        let path = within(&project.directory, "package.json");
        let text = String::from_utf8(files[&path].clone()).unwrap();
        (
            project.directory.clone(),
            PackageJson::parse(&SourceFile::new(path, text)).unwrap(),
        )
    });
    projects.collect()
}
