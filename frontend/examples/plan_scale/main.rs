//! Measures what planning a large workspace takes of the process that BuildKit starts, without an engine.
//!
//! `cargo run --release --example plan_scale` plans services over 400 packages, with 5,000 published packages in the
//! lockfile, whose names are made up; `-- wide-50-300 chain-200-1500` plans other sizes. It prints the time of
//! processors and the most memory of the frontend's process until it has its answer, and the bytes of the definitions
//! that it sent. The gateway is the one of the tests, in a process of its own.

#![expect(clippy::print_stdout, reason = "a program for people")]
#![expect(clippy::print_stderr, reason = "the measured process tells the other one")]
#![allow(clippy::unwrap_used, reason = "a measurement that fails shows why")]

#[path = "../../src/gateway/fake.rs"]
mod fake;
mod lockfile;
#[path = "../../../bench/src/scale/workspace/mod.rs"]
mod workspace;

use std::fs;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitCode, Stdio};

use fake::{Fake, LEFT, LLB_CAPS, State};
use prost::Message as _;
use vextrus_frontend::options::Options;
use vextrus_frontend::{gateway, story};
use workspace::{SERVICE, Shape, Size};

/// What the process is told that is measured.
const MEASURED: &str = "measured";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == MEASURED) {
        plan();
    }
    let named: Option<Vec<Size>> = words.iter().map(|word| Size::named(word)).collect();
    let Some(mut sizes) = named else {
        eprintln!("error: write sizes such as wide-400-5000 or chain-50-300, of 2 to 999 packages");
        return ExitCode::from(2);
    };
    if sizes.is_empty() {
        sizes = Shape::ALL
            .map(|shape| Size {
                shape,
                packages: 400,
                externals: 5000,
            })
            .to_vec();
    }
    for size in sizes {
        measure(size);
    }
    ExitCode::SUCCESS
}

/// Plans as the frontend does when BuildKit starts it, and says what that took. It does not return.
fn plan() -> ! {
    let options = Options {
        filename: format!("{SERVICE}/service.toml"),
        ..Options::default()
    };
    gateway::run(|gateway| async {
        let built = story::build(gateway, options).await;
        eprintln!("{} {}", nanoseconds(), peak_kibibytes());
        built
    })
}

/// Prints what planning a workspace of a size takes.
#[tokio::main(flavor = "current_thread")]
async fn measure(size: Size) {
    let (tools, others) = lockfile::published(size);
    let importers = workspace::importers(size, &tools, &others);
    let texts = workspace::files(size, &importers).into_iter();
    let lockfile = lockfile::lockfile(size, &importers);
    let read = lockfile.len();
    let left = LEFT.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let files = texts
        .chain(left)
        .chain([
            ("pnpm-lock.yaml".to_owned(), lockfile),
            // What the steps would leave that the frontend looks at.
            (format!("app/{SERVICE}/dist/main.js"), String::new()),
        ])
        .map(|(path, text)| (path, text.into_bytes()));
    let fake = Fake::new(State {
        llb_caps: LLB_CAPS.to_vec(),
        files: files.collect(),
        ..State::default()
    });
    let (ours, theirs) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    let ours = tokio::net::UnixStream::from_std(ours).unwrap();
    tokio::spawn(fake.clone().serve(ours));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg(MEASURED)
        .stdin(OwnedFd::from(theirs.try_clone().unwrap()))
        .stdout(OwnedFd::from(theirs))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let told = tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).unwrap();
        text
    });
    let told = told.await.unwrap();
    child.wait().unwrap();
    let mut state = fake.state();
    let failure = state.returned.take().and_then(|returned| returned.error);
    let definitions: Vec<usize> = state
        .solves
        .iter()
        .filter_map(|solve| Some(solve.definition.as_ref()?.encoded_len()))
        .collect();
    let mut numbers = told
        .split_whitespace()
        .filter_map(|word| word.parse::<u64>().ok());
    let milliseconds = numbers.next().unwrap_or_default() / 1_000_000;
    let megabytes = numbers.next().unwrap_or_default() * 1024 / 1_000_000;
    println!(
        "{} (pnpm-lock.yaml: {} kB): {milliseconds} ms of processors, {megabytes} MB at most, definitions of {} kB, \
         the largest {} kB",
        size.name(),
        read / 1000,
        definitions.iter().sum::<usize>() / 1000,
        definitions.iter().max().unwrap_or(&0) / 1000,
    );
    if let Some(failure) = failure {
        println!(
            "  it failed: {}",
            failure.message.lines().next().unwrap_or_default()
        );
    }
}

/// Returns the time that the threads of this process were on a processor.
///
/// Source: Linux, `Documentation/scheduler/sched-stats.rst`.
fn nanoseconds() -> u64 {
    let threads = fs::read_dir("/proc/self/task").unwrap().flatten();
    let times = threads.map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        text.split(' ')
            .next()
            .and_then(|time| time.parse::<u64>().ok())
            .unwrap_or(0)
    });
    times.sum()
}

/// Returns the most memory that this process had at one time.
fn peak_kibibytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = peak.and_then(|peak| peak.split_whitespace().next()?.parse().ok());
    kibibytes.unwrap_or(0)
}
