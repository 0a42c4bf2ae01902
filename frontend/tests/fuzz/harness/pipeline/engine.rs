//! One request, answered by the frontend with an engine that is none.

use std::collections::BTreeMap;

use buildkit_llb::{Definition, Output, Platform, pb};
use buildkit_proto::moby::buildkit::v1::frontend::WarnRequest;
use proptest::prelude::*;
use vextrus_frontend::gateway::{BuildResult, Failure, Gateway};
use vextrus_frontend::options::{NoCache, Options, Worker};
use vextrus_frontend::story;

use crate::fake::{Fake, LLB_CAPS, State};
use crate::harness::workspace::Files;

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The manifest.
    pub(crate) filename: String,
    /// The question; none for a build.
    pub(crate) question: Option<&'static str>,
    target: Option<&'static str>,
    platforms: Vec<&'static str>,
    no_cache: Vec<&'static str>,
    argument: Option<(&'static str, &'static str)>,
    sbom: bool,
    /// Whether the engine lays trees over each other.
    merge: bool,
}

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) result: Result<BuildResult, Failure>,
    /// Every graph that was solved.
    pub(crate) solves: Vec<pb::Definition>,
    pub(crate) warnings: Vec<WarnRequest>,
    /// What the last lookup of an image is shown as.
    pub(crate) lookups: Vec<String>,
}

const QUESTIONS: [&str; 6] = [
    "outline",
    "targets",
    "lint",
    "plan",
    "graph",
    "subrequests.describe",
];

impl Request {
    /// Returns requests, of builds more than of answers.
    pub(crate) fn any() -> impl Strategy<Value = Self> {
        let select = |choices: &'static [&'static str]| prop::sample::select(choices);
        let parts = (
            prop_oneof![1 => Just(None), 1 => select(&QUESTIONS).prop_map(Some)],
            prop_oneof![
                3 => Just(None),
                1 => select(&["runtime", "test", "lint", "dev", "deps", "build", "worker", "\u{1b}[2J"]).prop_map(Some)
            ],
            prop::sample::subsequence(&["linux/amd64", "linux/arm64", "linux/arm/v7"][..], 0..3),
            prop::sample::subsequence(&["build", "deps", "@x/p1", "nothing\n"][..], 0..2),
            prop::option::of(Just(("GIT_SHA", "esc\u{1b}"))),
            any::<bool>(),
            prop_oneof![4 => Just(true), 1 => Just(false)],
        );
        parts.prop_map(
            |(question, target, platforms, no_cache, argument, sbom, merge)| Self {
                filename: String::new(),
                question,
                target,
                platforms,
                no_cache,
                argument,
                sbom,
                merge,
            },
        )
    }

    /// Returns the request for the plan of a manifest's image.
    pub(crate) fn plan(filename: &str) -> Self {
        Self {
            filename: filename.to_owned(),
            question: Some("plan"),
            target: None,
            platforms: Vec::new(),
            no_cache: Vec::new(),
            argument: None,
            sbom: false,
            merge: true,
        }
    }

    /// Asks the same of a manifest.
    pub(crate) fn of(self, filename: &str) -> Self {
        Self {
            filename: filename.to_owned(),
            ..self
        }
    }

    /// Asks for something else of the same.
    pub(crate) fn asking(&self, question: Option<&'static str>, target: Option<&'static str>) -> Self {
        Self {
            question,
            target,
            ..self.clone()
        }
    }

    fn options(&self) -> Options {
        let arguments = self.argument.iter();
        Options {
            filename: self.filename.clone(),
            request_id: self.question.map(|question| format!("frontend.{question}")),
            target: self.target.map(str::to_owned),
            platforms: self
                .platforms
                .iter()
                .map(|text| Platform::parse(text).unwrap().normalise())
                .collect(),
            no_cache: match self.no_cache.as_slice() {
                [] => NoCache::None,
                names => NoCache::Stages(names.iter().map(|name| (*name).to_owned()).collect()),
            },
            build_args: arguments
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            attestations: self
                .sbom
                .then(|| ("sbom".to_owned(), BTreeMap::new()))
                .into_iter()
                .collect(),
            session_id: Some("session".to_owned()),
            workers: vec![Worker {
                platforms: vec!["linux/amd64".to_owned()],
                ..Worker::default()
            }],
            ..Options::default()
        }
    }
}

/// Lets the frontend answer a request on files.
pub(crate) fn run(files: &Files, request: &Request) -> Run {
    let without = |cap: &&&str| request.merge || !["mergeop", "diffop"].contains(*cap);
    let fake = Fake::new(State {
        gateway_caps: vec!["gateway.warnings", "reference.attestations"],
        llb_caps: LLB_CAPS.iter().filter(without).copied().collect(),
        files: files.clone(),
        ..State::default()
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let result = runtime.block_on(async {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        tokio::spawn(fake.clone().serve(theirs));
        let gateway = Gateway::connect(ours).await.unwrap();
        let own = buildkit_llb::Image::new("docker.io/vextrus/frontend").output();
        let own = Definition::of(&own).unwrap().to_proto();
        story::build(gateway.with_frontend(Some(own)), request.options()).await
    });
    let state = fake.state();
    let solves = state.solves.iter().filter_map(|solve| solve.definition.clone());
    let solves = solves.collect();
    for solve in state.solves.iter().filter_map(|solve| solve.definition.as_ref()) {
        // What was sent is a graph.
        Output::from_proto(solve).unwrap();
    }
    Run {
        result,
        solves,
        warnings: state.warnings.clone(),
        lookups: state.resolve.iter().map(|asked| asked.log_name.clone()).collect(),
    }
}
