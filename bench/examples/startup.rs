//! Measures what Node's compile cache would give to a service that starts on a read-only root file system.
//!
//! `cargo run --release -p vextrus-bench --example startup` builds services of `examples/erp`, fills a cache for each
//! by running it once, and then starts it with the cache and without it in turn. It prints the medians of the time of
//! processors until a service answers, and their ratio. It needs an engine with the frontend and the base images, as
//! `make image bases` leaves one.
//!
//! Source of the cache: <https://nodejs.org/api/module.html#module-compile-cache>.

#![expect(clippy::print_stdout, reason = "a program for people")]
#![allow(clippy::unwrap_used, reason = "a measurement that fails shows why")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

use vextrus_e2e::{Container, Docker, Image, Workspace};

/// Two services with a native module each, and one with more code than most.
const SERVICES: [&str; 3] = ["auth", "file-storage", "organization"];
/// How often a service is started with the cache, and as often without it.
const RUNS: usize = 12;
/// The time in which a service answers.
const LIVE_LIMIT: Duration = Duration::from_secs(60);

/// Writes the cache while the service runs: one that a signal ends does not.
const FLUSH: &str = "setInterval(() => require('node:module').flushCompileCache(), 500).unref();";
/// The time after which that was done.
const FLUSHED: Duration = Duration::from_secs(3);

/// Prints the milliseconds of processors that the first process took so far.
const TIME: &str = "const { readFileSync } = require('fs');
const fields = readFileSync('/proc/1/stat', 'utf8').split(') ').pop().split(' ');
console.log((Number(fields[11]) + Number(fields[12])) * 10);";

fn main() {
    let docker = Docker::default();
    let erp = Workspace::erp();
    println!("milliseconds of processors until the service answers, medians of {RUNS} starts each");
    for service in SERVICES {
        let image = docker.build(&erp).service(service).run().image;
        let cache = Workspace::empty();
        // The service has an account of its own, which the directory's owner does not know.
        fs::set_permissions(cache.root(), Permissions::from_mode(0o777)).unwrap();
        cache.write("flush.cjs", FLUSH);
        let filling =
            with_cache(&image, cache.root(), "rw").env("NODE_OPTIONS", "--require /cache/flush.cjs");
        let filling = live(filling);
        thread::sleep(FLUSHED);
        drop(filling);
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..RUNS {
            times[0].push(milliseconds(&live(image.container())));
            times[1].push(milliseconds(&live(with_cache(&image, cache.root(), "ro"))));
        }
        let [without, with] = times.map(median);
        println!(
            "{service}: {without} without, {with} with the cache of {} kB; ratio {:.2}",
            bytes(cache.root()) / 1000,
            f64::from(without) / f64::from(with)
        );
    }
}

/// Returns a service with a cache that it may read, or write as well.
fn with_cache(image: &Image, cache: &Path, mode: &str) -> Container {
    let container = image.container();
    container
        .volume(&format!("{}:/cache:{mode}", cache.display()))
        .env("NODE_COMPILE_CACHE", "/cache")
}

/// Starts a service and waits until it answers.
fn live(container: Container) -> Container {
    let container = container.volume("/app/services/file-storage/uploads").started();
    container
        .answers(&["/health/live".to_owned()], LIVE_LIMIT)
        .unwrap();
    container
}

/// Returns the time of processors that a service took so far.
fn milliseconds(container: &Container) -> u32 {
    let (ended_well, printed) = container.exec(&["node", "-e", TIME]);
    assert!(ended_well, "{printed}");
    printed.trim().parse().unwrap()
}

fn median(mut times: Vec<u32>) -> u32 {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Returns the bytes of all files below a directory.
fn bytes(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).unwrap().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes(&entry.path()),
        metadata => metadata.map_or(0, |metadata| metadata.len()),
    });
    sizes.sum()
}
