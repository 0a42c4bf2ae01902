//! The end-to-end tests: plain `docker buildx` on a real engine, and what comes out of it.
//!
//! `make test` prepares the engine and runs them. Each test has its own copy of the workspace, and the engine for
//! itself while it runs, or engines of its own; what one builds, the next finds in the engine's cache.

mod attestations;
mod bad_input;
mod buildx_flags;
mod cache;
mod calls;
mod composing;
mod contexts;
mod engines;
mod exported_cache;
mod faults;
mod fixtures;
mod flags;
mod frontend_image;
mod image;
mod layout;
mod loads;
mod mistakes;
mod npm;
mod outputs;
mod platforms;
mod registries;
mod reliability;
mod repositories;
mod reproducible;
mod runtime_tree;
mod samplemind;
mod scratch;
mod secrets;
mod services;
mod sites;
mod starters;
mod targets;
mod trim;
mod writes;

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

/// Returns a number that no earlier run had: what it goes into is in no cache.
fn never_before() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()
}

/// A file that no line above names would be compiled by nobody, and its tests would silently not run.
#[test]
fn every_file_is_listed() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/e2e");
    let files: BTreeSet<String> = std::fs::read_dir(directory)
        .unwrap()
        .filter_map(|entry| {
            entry
                .unwrap()
                .file_name()
                .into_string()
                .unwrap()
                .strip_suffix(".rs")
                .map(str::to_owned)
        })
        .filter(|name| name != "main")
        .collect();
    let listed: BTreeSet<String> = include_str!("main.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    assert_eq!(files, listed);
}
