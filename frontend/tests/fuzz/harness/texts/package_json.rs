//! A project's package.json: what an install reads of it is a package.json with the same dependencies.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use vextrus_frontend::diagnostic::SourceFile;
use vextrus_frontend::kinds::node::pnpm::Reduce;
use vextrus_frontend::kinds::node::workspace::PackageJson;

use super::file;
use crate::harness::batch::{Target, check};
use crate::harness::corpus::{Kind, texts};
use crate::harness::mutation::{Bytes, mutated};
use crate::harness::told;

pub(crate) const PACKAGE_JSON: Target = Target {
    name: "package.json",
    cases: 300,
    weight: 1,
    run: |runner| check(runner, &mutated(texts(Kind::PackageJson)), |text| holds(&text)),
};

fn holds(text: &Bytes) -> TestCaseResult {
    let manifest = match PackageJson::parse(&file("services/a/package.json", text)) {
        Ok(manifest) => manifest,
        Err(mistakes) => return told::holds(&mistakes),
    };
    for is_root in [false, true] {
        let text = manifest.reduced(Reduce::Development, is_root);
        let reduced = PackageJson::parse(&SourceFile::new("reduced", text.as_str()));
        let reduced = reduced.map_err(|mistakes| TestCaseError::fail(format!("{mistakes}\n{text}")))?;
        let dependencies = |manifest: &PackageJson| {
            let manifest = manifest.clone();
            [
                manifest.dependencies,
                manifest.dev_dependencies,
                manifest.optional_dependencies,
                manifest.peer_dependencies,
            ]
        };
        prop_assert_eq!(dependencies(&reduced), dependencies(&manifest));
        prop_assert_eq!(&reduced.name, &manifest.name);
        prop_assert_eq!(reduced.reduced(Reduce::Development, is_root), text);
    }
    for field in ["name", "scripts", "dependencies", "pnpm"] {
        if let Some(place) = manifest.place(&[field]) {
            prop_assert!(place.first_line <= place.last_line);
        }
    }
    Ok(())
}
