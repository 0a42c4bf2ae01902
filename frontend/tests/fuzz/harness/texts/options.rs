//! What buildx passes: in whichever order the variables come, they mean the same.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use vextrus_frontend::options::Options;

use crate::harness::batch::{Target, check};
use crate::harness::mutation::{Mutation, apply_all, mutation};
use crate::harness::told;

/// Options as buildx sends them.
const GIVEN: [&str; 46] = [
    "filename=services/a/service.toml",
    "filename=../../etc/passwd",
    "target=test",
    "platform=linux/amd64,linux/arm64",
    "platform=linux/arm/v7",
    "multi-platform=true",
    "no-cache=",
    "no-cache=build,@a/b",
    "image-resolve-mode=pull",
    "add-hosts=a=10.0.0.1,b=[::1]",
    "force-network-mode=host",
    "shm-size=134217728",
    "ulimit=nofile=1024:2048,core=0",
    "build-arg:SOURCE_DATE_EPOCH=1700000000",
    "build-arg:GIT_SHA=abc",
    "build-arg:BUILDKIT_MULTI_PLATFORM=1",
    "build-arg:BUILDKIT_SANDBOX_HOSTNAME=x",
    "build-arg:BUILDKIT_DOCKERFILE_CHECK=skip=all;error=true",
    "build-arg:BUILDKIT_ATTEST_SBOM=type=sbom",
    "build-arg:HTTP_PROXY=http://user:secret@proxy.example",
    "label:org.opencontainers.image.title=a",
    "context:node:22-alpine=docker-image://node:22-alpine@sha256:00",
    "context:deps=input:deps",
    "context:a::linux/arm64=local:a",
    "context:a=oci-layout://x@sha256:00",
    "local-sessionid:context=abc",
    "input-metadata:context={\"containerimage.config\":\"e30=\"}",
    "attest:sbom=generator=image",
    "attest:provenance=mode=max,\"builder-id=a,b\"",
    "cgroup-parent=x",
    "hostname=x",
    "cache-imports=[{\"Type\":\"registry\",\"Attrs\":{\"ref\":\"a/b\"}}]",
    "cache-from=a/b,c/d",
    "context=https://git.example/a.git#main:services",
    "context=https://a.example/a.tar.gz",
    "contextkey=context",
    "dockerfilekey=dockerfile",
    "contextsubdir=services/a",
    "requestid=frontend.outline",
    "frontend.caps=moby.buildkit.frontend.inputs",
    "source=vextrus/frontend",
    "cmdline=vextrus/frontend",
    "vcs:source=https://git.example/a.git",
    "vcs:localdir:context=.",
    "memory=1g",
    "gateway-devel=true",
];

const WORKERS: &str = r#"[{"ID":"x","Labels":{},"Platforms":[{"architecture":"amd64","os":"linux"}]}]"#;

/// A variable of the frontend's environment.
type Variable = (String, String);

pub(crate) const OPTIONS: Target = Target {
    name: "options",
    cases: 300,
    weight: 1,
    run: |runner| {
        let inputs = prop::collection::vec(variable(), 0..12);
        check(runner, &inputs, |variables| holds(&variables))
    },
};

fn variable() -> impl Strategy<Value = Variable> {
    let changes = || prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(mutation(), 1..4)];
    let change = |text: &str, changes: &[Mutation]| {
        String::from_utf8_lossy(&apply_all(text.as_bytes().to_vec(), changes)).into_owned()
    };
    prop_oneof![
        9 => (prop::sample::select(&GIVEN[..]), changes(), 0..20u8).prop_map(move |(option, changes, number)| {
            (format!("BUILDKIT_FRONTEND_OPT_{number}"), change(option, &changes))
        }),
        1 => changes().prop_map(move |changes| ("BUILDKIT_WORKERS".to_owned(), change(WORKERS, &changes))),
        1 => any::<(String, String)>(),
    ]
}

fn holds(variables: &[Variable]) -> TestCaseResult {
    // An environment has each name once, and of what sets an option twice nobody knows the last.
    let key = |(name, value): &Variable| match value.split_once('=') {
        Some((key, _)) if name.starts_with("BUILDKIT_FRONTEND_OPT_") => key.to_owned(),
        _ if name.starts_with("BUILDKIT_FRONTEND_OPT_") => value.clone(),
        _ => format!("\0{name}"),
    };
    let mut seen = std::collections::BTreeSet::new();
    let once: Vec<Variable> = variables
        .iter()
        .filter(|one| seen.insert(key(one)))
        .cloned()
        .collect();
    let read = Options::from_env(once.iter().cloned());
    prop_assert_eq!(&Options::from_env(once.iter().rev().cloned()), &read);
    match read {
        Ok(options) => {
            let targets = options.targets();
            if let Ok(targets) = targets {
                prop_assert!(!targets.is_empty(), "a build for no platform");
            }
            let _ = (options.builder(), options.session_of("context"));
            Ok(())
        }
        Err(mistakes) => told::holds(&mistakes),
    }
}
