//! Installs that take turns, as `turn.sh` has them do it.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::available_parallelism;

const SCRIPT: &str = include_str!("../src/scripts/turn.sh");

/// Starts a command that notes when it runs and how many run beside it.
fn start(directory: &Path, order: &str) -> Child {
    let command = "touch running/$$; ls running | wc -l >> counts; sleep 0.3; rm running/$$";
    let mut script = Command::new("sh");
    script.arg(directory.join("turn.sh"));
    script.args([order, "sh", "-c", command]).current_dir(directory);
    script.spawn().unwrap()
}

/// Runs three times as many commands as there are turns, and returns the most that ran at once.
fn most_at_once(order: &str) -> usize {
    let directory = &Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("turns-{order}"));
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory).unwrap();
    fs::write(directory.join("turn.sh"), SCRIPT).unwrap();
    for name in ["turns", "running"] {
        fs::create_dir(directory.join(name)).unwrap();
    }
    let count = available_parallelism().unwrap().get() * 6;
    let children: Vec<Child> = (0..count).map(|_| start(directory, order)).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let counts = fs::read_to_string(directory.join("counts")).unwrap();
    assert_eq!(counts.lines().count(), count, "every command ran");
    counts
        .lines()
        .map(|line| line.trim().parse().unwrap())
        .max()
        .unwrap()
}

#[test]
fn two_a_processor_run_at_once_and_half_as_many_of_the_second_order() {
    let processors = available_parallelism().unwrap().get();
    let first = most_at_once("first");
    assert!(
        first > 1 && first <= processors * 2,
        "{first} of {processors} processors"
    );
    let second = most_at_once("second");
    assert!(second <= processors, "{second} of {processors} processors");
}
