//! `.npmrc`: what leaves the repository of it has no more secrets to leave out.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use vextrus_frontend::diagnostic::SourceFile;
use vextrus_frontend::kinds::node::npmrc::Npmrc;
use vextrus_frontend::kinds::node::pnpm::{PnpmWorkspace, Settings, settings};

use super::file;
use crate::harness::batch::{Target, check};
use crate::harness::corpus::{Kind, texts};
use crate::harness::mutation::{Bytes, mutated};

/// Lines that the fixtures do not have.
const SECRETS: &str = "//r.example/:_authToken=abc\n//r.example/:_authToken=${TOKEN}\n_auth = \"x\"\n; comment\n\
    proxy=http://user:secret@proxy.example\n@a:registry=https://r.example/\n[section]\nlist[]=a\nlist[]=b\n";

pub(crate) const NPMRC: Target = Target {
    name: ".npmrc",
    cases: 300,
    weight: 1,
    run: |runner| {
        let mut given = texts(Kind::Npmrc);
        given.push(SECRETS.as_bytes().to_vec());
        check(runner, &mutated(given), |text| holds(&text))
    },
};

fn holds(text: &Bytes) -> TestCaseResult {
    let npmrc = Npmrc::parse(&file(".npmrc", text));
    let public = npmrc.without_secrets();
    let lines = u32::try_from(npmrc.file.text.lines().count()).unwrap();
    for dropped in &public.dropped {
        prop_assert!(
            (1..=lines.max(1)).contains(&dropped.place.first_line),
            "{:?}",
            dropped
        );
    }
    let again = Npmrc::parse(&SourceFile::new(".npmrc", public.text.as_str()));
    let again = again.without_secrets();
    prop_assert_eq!(&again.text, &public.text);
    prop_assert!(again.dropped.is_empty(), "{:?} is dropped late", again.dropped);
    for variable in npmrc.variables() {
        prop_assert!(npmrc.place_of(&variable).is_some(), "{} is nowhere", variable);
    }
    for major in 8..=12 {
        let _ = Settings::read(
            major,
            settings::Sources {
                root: None,
                workspace: None::<&PnpmWorkspace>,
                npmrc: Some(&npmrc),
            },
        );
    }
    Ok(())
}
