//! Whole builds against a gateway that answers from the files of `examples/erp`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use buildkit_llb::{Output, Platform, pb};
use pb::op::Op;
use prost::Message as _;
use serde_json::{Value, json};

use super::*;
use crate::gateway::fake::{Fake, LEFT, LLB_CAPS, State};
use crate::kinds::node::plan::{Model, NEVER_READ, Product, Production, Workbench};
use crate::kinds::{self, Planned};
use crate::options::Worker;
use crate::plan::Plan;

mod applications;
mod arguments;
mod attestations;
mod boundary;
mod budget;
mod calls;
mod check;
mod configuration;
mod contexts;
mod created;
mod culprits;
mod declared;
mod derived;
mod directory;
mod engines;
mod flags;
mod hostile;
mod invariance;
mod large;
mod layout;
mod linked;
mod lint;
mod lost;
mod names;
mod npm;
mod origins;
mod paths;
mod plans;
mod platforms;
mod progress;
mod references;
mod refusals;
mod roots;
mod samplemind;
mod scripts;
mod services;
mod sites;
mod targets;
mod tools;

/// The services of the example, by directory.
const SERVICES: [&str; 4] = ["api-gateway", "auth", "file-storage", "notification"];

/// Files that the build steps of the example would leave in the image.
const BUILT: [&str; 3] = [
    "app/services/api-gateway/dist/main.js",
    "app/services/auth/dist/main.js",
    "app/services/file-storage/dist/main.js",
];

/// Returns every service of the example, by directory.
fn all_services() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/erp/services");
    let entries = std::fs::read_dir(root).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 14, "{names:?}");
    names
}

type Files = BTreeMap<String, Vec<u8>>;

/// Returns the files of the example, and those that the engine would have of images and finished steps.
fn example() -> Files {
    example_of("erp", &BUILT)
}

/// The same of one of the examples, of which steps have built some files.
fn example_of(name: &str, built: &[&str]) -> Files {
    let mut files = Files::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples")
        .join(name);
    collect(&root, &root, &mut files);
    for path in built {
        files.insert((*path).to_owned(), Vec::new());
    }
    files.insert(
        "etc/passwd".to_owned(),
        b"root:x:0:0:root:/root:/bin/sh\n".to_vec(),
    );
    files.insert("etc/group".to_owned(), b"root:x:0:root\n".to_vec());
    files
}

/// Collects what git would track: no installed packages, no outputs.
fn collect(root: &Path, directory: &Path, files: &mut Files) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if ["node_modules", "dist", "uploads"].contains(&name) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let relative = path.strip_prefix(root).unwrap().to_str().unwrap();
            files.insert(relative.to_owned(), std::fs::read(&path).unwrap());
        }
    }
}

/// The configuration of a Node image, as Docker Hub has it.
fn node_image() -> Vec<u8> {
    json!({
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "Env": [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "NODE_VERSION=22.21.1",
            ],
            "Entrypoint": ["docker-entrypoint.sh"],
            "Cmd": ["node"],
        },
        "history": [
            { "created": "2025-10-28T20:00:00Z", "created_by": "COPY / /" },
            { "created": "2025-10-28T20:00:00Z", "created_by": "CMD [\"node\"]", "empty_layer": true },
        ],
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", "1".repeat(64))] },
    })
    .to_string()
    .into_bytes()
}

/// An engine with every capability that a build asks for, which measures an image of usual size and finds that it can load
/// what it starts.
fn engine(mut files: Files) -> State {
    for (path, text) in LEFT {
        let left = || text.as_bytes().to_vec();
        files.entry(path.to_owned()).or_insert_with(left);
    }
    let images = [
        "docker.io/library/node:22-alpine",
        "docker.io/library/node:22-bookworm-slim",
    ];
    State {
        gateway_caps: vec!["gateway.warnings"],
        llb_caps: LLB_CAPS.to_vec(),
        images: images.map(|name| (name.to_owned(), node_image())).into(),
        files,
        ..State::default()
    }
}

/// What buildx sends for `docker buildx build -f services/NAME/service.toml .`.
///
/// The path stands for the base name, so that one table of files serves both local sources.
fn request(service: &str) -> Options {
    Options {
        filename: format!("services/{service}/service.toml"),
        session_id: Some("session".to_owned()),
        workers: vec![Worker {
            platforms: vec!["linux/amd64".to_owned()],
            ..Worker::default()
        }],
        ..Options::default()
    }
}

async fn connect(state: State) -> (Gateway, Fake) {
    let fake = Fake::new(state);
    let (ours, theirs) = tokio::io::duplex(64 << 10);
    tokio::spawn(fake.clone().serve(theirs));
    let gateway = Gateway::connect(ours).await.unwrap();
    let own = buildkit_llb::Image::new("docker.io/vextrus/frontend").output();
    let own = Definition::of(&own).unwrap().to_proto();
    (gateway.with_frontend(Some(own)), fake)
}

fn platform(text: &str) -> Platform {
    Platform::parse(text).unwrap()
}

/// A build that came to its end.
#[derive(Debug)]
struct Built {
    result: BuildResult,
    /// Every graph that was solved.
    solves: Vec<pb::Definition>,
    fake: Fake,
}

impl Built {
    /// Returns the graph of the image, of several platforms' the last one's.
    fn image(&self) -> Definition {
        let reference = match &self.result.refs {
            Refs::Single(reference) => reference.as_ref().unwrap(),
            Refs::ByPlatform(references) => references.values().last().unwrap(),
        };
        let number: usize = reference.id.strip_prefix("ref-").unwrap().parse().unwrap();
        Definition::of(&Output::from_proto(&self.solves[number - 1]).unwrap()).unwrap()
    }

    fn config(&self) -> Value {
        serde_json::from_slice(&self.result.metadata["containerimage.config"]).unwrap()
    }
}

async fn run(state: State, options: Options) -> Result<Built, Failure> {
    let (gateway, fake) = connect(state).await;
    let result = build(gateway, options).await?;
    let solves = fake
        .state()
        .solves
        .iter()
        .map(|solve| solve.definition.clone().unwrap())
        .collect();
    Ok(Built { result, solves, fake })
}

async fn built(files: Files, service: &str) -> Built {
    run(engine(files), request(service)).await.unwrap()
}

/// Returns what is decided for a service, and the plan that follows.
async fn planned_for(state: State, options: &Options) -> Result<(Read, Facts, Planned), Failure> {
    let (gateway, _fake) = connect(state).await;
    let (read, mut planned) = decided(&gateway, options).await?;
    let first = planned.swap_remove(0);
    Ok((read, first.facts, first.planned))
}

async fn planned(files: Files, service: &str) -> Model {
    model_of(engine(files), &request(service)).await
}

async fn model_of(state: State, options: &Options) -> Model {
    let (.., planned) = planned_for(state, options).await.unwrap();
    let kinds::Model::Node(model) = planned.model;
    *model
}

/// Returns the production image of a model.
fn image_of(model: &Model) -> &Production {
    match &model.product {
        Product::Image(image) => image,
        Product::Site(_) | Product::Workbench(_) => panic!("no service"),
    }
}

/// Returns the workbench of a model.
fn workbench_of(model: &Model) -> &Workbench {
    match &model.product {
        Product::Workbench(workbench) => workbench,
        Product::Image(_) | Product::Site(_) => panic!("an image"),
    }
}

/// Returns the vertices of a graph by the name that the user sees, without the service's label.
fn by_name(definition: &Definition) -> BTreeMap<String, String> {
    let named = definition.vertices().filter_map(|vertex| {
        let name = vertex.metadata?.description.get("llb.customname")?;
        Some((name.split_once("] ")?.1.to_owned(), vertex.digest.to_owned()))
    });
    named.collect()
}

/// Replaces long texts by their length and digest, so that a snapshot shows what a reader can take in.
fn abbreviate(value: &mut Value) {
    match value {
        Value::String(text) if text.lines().count() > 12 => {
            let digest = <sha2::Sha256 as sha2::Digest>::digest(text.as_bytes());
            let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            *value = format!("{} lines, sha256:{digest}…", text.lines().count()).into();
        }
        Value::Array(items) => items.iter_mut().for_each(abbreviate),
        Value::Object(fields) => fields.values_mut().for_each(abbreviate),
        _ => {}
    }
}

/// Leaves of a plan's steps their names: what they do is in the graph.
fn name_steps(plan: &mut Value) {
    for step in plan["steps"].as_array_mut().unwrap() {
        *step = step["name"].take();
    }
}

#[tokio::test]
async fn the_example_is_planned_and_built() {
    let files = example();
    for service in SERVICES {
        let (.., planned) = planned_for(engine(files.clone()), &request(service))
            .await
            .unwrap();
        let mut plan = serde_json::to_value(planned.plan).unwrap();
        abbreviate(&mut plan);
        name_steps(&mut plan);
        insta::assert_json_snapshot!(format!("{service}.plan"), plan);
        let built = built(files.clone(), service).await;
        insta::assert_snapshot!(format!("{service}.graph"), buildkit_llb::dump(&built.image()));
        insta::assert_json_snapshot!(format!("{service}.config"), built.config());
    }
}

#[tokio::test]
async fn the_same_request_has_the_same_bytes() {
    for service in SERVICES {
        let (one, two) = (built(example(), service).await, built(example(), service).await);
        // Solves that run side by side may change places, and with them the names of their results.
        let solves = |built: &Built| -> BTreeSet<Vec<u8>> {
            built.solves.iter().map(pb::Definition::encode_to_vec).collect()
        };
        assert_eq!(solves(&one), solves(&two), "{service}");
        assert_eq!(one.image().to_bytes(), two.image().to_bytes(), "{service}");
        assert_eq!(one.result.metadata, two.result.metadata, "{service}");
    }
}

#[tokio::test]
async fn services_share_the_steps_of_what_they_share() {
    let mut graphs = Vec::new();
    for service in SERVICES {
        graphs.push((service, by_name(&built(example(), service).await.image())));
    }
    for name in ["@erp/shared-kernel", "@erp/shared-infrastructure", "@erp/utils"] {
        let installs = |graph: &BTreeMap<String, String>| -> BTreeSet<String> {
            let of_package = |step: &&String| {
                step.starts_with("install ") && step.ends_with(&format!("for {name}"))
                    || **step == format!("lay out dependencies of {name}")
            };
            graph
                .iter()
                .filter(|(step, _)| of_package(step))
                .map(|(_, digest)| digest.clone())
                .collect()
        };
        let found: Vec<_> = graphs
            .iter()
            .map(|(_, graph)| installs(graph))
            .filter(|found| !found.is_empty())
            .collect();
        assert!(found.len() >= 2, "{name} is in {} services", found.len());
        assert!(
            found.windows(2).all(|pair| pair[0] == pair[1]),
            "{name}: {found:?}"
        );
    }
}

#[tokio::test]
async fn warnings_reach_the_user_with_their_line() {
    let mut files = example();
    let path = "services/auth/service.toml".to_owned();
    let text = "# syntax=vextrus/frontend\n\n[build]\nfrozen = false\n";
    files.insert(path, text.as_bytes().to_vec());
    let built = built(files, "auth").await;
    let state = built.fake.state();
    let [warning] = state.warnings.as_slice() else {
        panic!("{:?}", state.warnings)
    };
    assert!(String::from_utf8_lossy(&warning.short).contains("frozen = false"));
    assert_eq!(warning.ranges[0].start.unwrap().line, 4);
    let loads: Vec<_> = built
        .solves
        .iter()
        .map(|solve| Definition::of(&Output::from_proto(solve).unwrap()).unwrap())
        .collect();
    assert!(
        loads.iter().any(|load| load.digest() == warning.digest),
        "a client drops warnings of unknown steps"
    );
}

#[tokio::test]
async fn a_secret_of_npmrc_is_in_no_graph() {
    let mut files = example();
    let text = "//npm.example.com/:_authToken=npm_secretsecret\n//npm.example.org/:_authToken=${NPM_TOKEN}\n";
    files.insert(".npmrc".to_owned(), text.as_bytes().to_vec());
    let built = built(files, "auth").await;
    for solve in &built.solves {
        let bytes = solve.encode_to_vec();
        assert!(!bytes.windows(16).any(|found| found == b"npm_secretsecret"));
    }
    let dump = buildkit_llb::dump(&built.image());
    assert!(dump.contains("NPM_TOKEN"), "{dump}");
}

#[tokio::test]
async fn the_date_of_the_commit_dates_the_image() {
    let options = Options {
        source_date_epoch: Some(1_700_000_000),
        ..request("auth")
    };
    let built = run(engine(example()), options).await.unwrap();
    assert_eq!(built.config()["created"], "2023-11-14T22:13:20Z");
    let of = |seconds: Option<i64>| async move {
        let options = Options {
            source_date_epoch: seconds,
            ..request("auth")
        };
        let built = run(engine(example()), options).await.unwrap();
        buildkit_llb::dump(&built.image())
    };
    // A commit moves no layer, unless it is older than the files.
    assert_eq!(of(Some(1_700_000_000)).await, of(None).await);
    assert!(of(Some(400_000_000)).await.contains("time 400000000"));
}

#[tokio::test]
async fn the_entry_is_the_first_that_the_build_made() {
    let mut files = example();
    let moved = files.remove("app/services/auth/dist/main.js").unwrap();
    files.insert("app/services/auth/dist/src/main.js".to_owned(), moved);
    let built = built(files, "auth").await;
    let command = built.config()["config"]["Cmd"].clone();
    assert_eq!(command.as_array().unwrap().last().unwrap(), "dist/src/main.js");
}
