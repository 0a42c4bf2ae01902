//! Measures the frontend's own time: from the options to the image's definition, without an engine.
//!
//! `cargo run --release --example plan_time` prints medians of many builds, of `examples/erp` and of a
//! workspace with a lockfile of over 40,000 lines. The gateway is the one of the tests, in this process, so
//! the numbers hold what gRPC costs, but no transfer of files and no step.

#![expect(clippy::print_stdout, reason = "a program for people")]
#![allow(clippy::unwrap_used, reason = "a measurement that fails shows why")]

#[path = "../../src/gateway/fake.rs"]
mod fake;
mod monorepo;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use buildkit_llb::{Definition, Platform, ResolveMode};
use fake::{Fake, LEFT, LLB_CAPS, State};
use vextrus_frontend::decide;
use vextrus_frontend::gateway::Gateway;
use vextrus_frontend::lower::{self, Anew, ExecOptions, ImageRoot, ResolvedImage, Surroundings};
use vextrus_frontend::options::Options;
use vextrus_frontend::plan::Plan;
use vextrus_frontend::source::{Context, Reader, Source};

/// Builds that are measured, after as many that are not.
const RUNS: usize = 15;

type Files = BTreeMap<String, Vec<u8>>;

/// The stages, in their order.
const STAGES: [&str; 4] = ["read", "plan", "lower", "encode"];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let small = measure("examples/erp, auth", example(), "services/auth").await;
    let large = measure("40,000 lines, s0", monorepo::files(), "services/s0").await;
    println!("ratio {:.1}", large.as_secs_f64() / small.as_secs_f64());
}

/// Prints the medians of one workspace and returns that of the whole build.
async fn measure(title: &str, mut files: Files, service: &str) -> Duration {
    // What the steps would leave that the frontend looks at.
    files.insert(format!("app/{service}/dist/main.js"), Vec::new());
    let left = LEFT.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    files.extend(left);
    let lines = files["pnpm-lock.yaml"]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count();
    let (mut whole, mut stages) = (Vec::new(), vec![Vec::new(); STAGES.len()]);
    let options = Options {
        filename: format!("{service}/service.toml"),
        ..Options::default()
    };
    for run in 0..2 * RUNS {
        let fake = Fake::new(State {
            llb_caps: LLB_CAPS.to_vec(),
            files: files.clone(),
            ..State::default()
        });
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        tokio::spawn(fake.serve(theirs));
        let gateway = Gateway::connect(ours).await.unwrap();
        gateway.ping().await.unwrap();
        let start = Instant::now();
        vextrus_frontend::story::build(gateway.clone(), options.clone())
            .await
            .unwrap();
        let taken = start.elapsed();
        let each = staged(&gateway, &options).await;
        if run >= RUNS {
            whole.push(taken);
            stages.iter_mut().zip(each).for_each(|(all, one)| all.push(one));
        }
    }
    let fastest = whole.iter().min().copied().unwrap_or_default();
    let whole = median(whole);
    println!(
        "{title} (pnpm-lock.yaml: {lines} lines): {:.1} ms, at best {:.1} ms",
        milliseconds(whole),
        milliseconds(fastest)
    );
    for (name, taken) in STAGES.iter().zip(stages) {
        println!("  {name:<16}{:7.2} ms", milliseconds(median(taken)));
    }
    whole
}

/// Walks the stages of one build and returns what each took.
async fn staged(gateway: &Gateway, options: &Options) -> Vec<Duration> {
    let target = options.builder().unwrap();
    let reader = Reader::Engine(gateway.clone());
    let start = Instant::now();
    let read = decide::read(&reader, options).await.unwrap();
    let facts = decide::facts(&reader, options, read.target.stage, &target)
        .await
        .unwrap();
    let reading = start.elapsed();

    let start = Instant::now();
    let plan = read.plan(options, &facts).unwrap().plan;
    let planning = start.elapsed();

    let surroundings = surroundings(&plan, &target);
    let start = Instant::now();
    let graph = lower::lower(&plan, &surroundings).unwrap();
    let root = graph.output(plan.outcome.root()).unwrap();
    let lowering = start.elapsed();

    let start = Instant::now();
    Definition::of(&root).unwrap().to_bytes();
    vec![reading, planning, lowering, start.elapsed()]
}

fn surroundings(plan: &Plan, platform: &Platform) -> Surroundings {
    let images = plan.images.iter().map(|image| ResolvedImage {
        root: ImageRoot::Pinned {
            reference: image.reference.clone(),
            mode: ResolveMode::Default,
        },
        env: Vec::new(),
    });
    Surroundings {
        given: BTreeMap::new(),
        context: Context::new(Source::Local {
            name: "context".to_owned(),
            session: String::new(),
        }),
        frontend: None,
        target: platform.clone(),
        build: platform.clone(),
        several: false,
        merge: true,
        images: images.collect(),
        accounts: None,
        timestamp: 0,
        created: 0,
        exec: ExecOptions::default(),
        no_cache: BTreeSet::new(),
        anew: Anew::Nothing,
    }
}

fn median(mut taken: Vec<Duration>) -> Duration {
    taken.sort();
    taken[taken.len() / 2]
}

fn milliseconds(taken: Duration) -> f64 {
    taken.as_secs_f64() * 1000.0
}

/// Returns the files of the example workspace, without what installs and builds leave there.
fn example() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/erp");
    let mut files = Files::new();
    let mut todo = vec![root.clone()];
    while let Some(directory) = todo.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("node_modules") && !path.ends_with("dist") {
                    todo.push(path);
                }
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}
