//! Installs that take turns, as `turn.sh` has them do it.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::available_parallelism;

const SCRIPT: &str = include_str!("../src/scripts/turn.sh");

/// Starts a command that notes when it runs and how many run beside it.
fn start(directory: &Path, quarters: &str) -> Child {
    let command = "touch running/$$; ls running | wc -l >> counts; sleep 0.3; rm running/$$";
    let mut script = Command::new("sh");
    script.arg(directory.join("turn.sh"));
    script
        .args([quarters, "sh", "-c", command])
        .current_dir(directory);
    script.spawn().unwrap()
}

/// Runs three times as many commands as there are turns, and returns the most that ran at once.
fn most_at_once(quarters: &str) -> usize {
    let directory = &Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("turns-{quarters}"));
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory).unwrap();
    fs::write(directory.join("turn.sh"), SCRIPT).unwrap();
    for name in ["turns", "running"] {
        fs::create_dir(directory.join(name)).unwrap();
    }
    let count = available_parallelism().unwrap().get() * 6;
    let children: Vec<Child> = (0..count).map(|_| start(directory, quarters)).collect();
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
fn two_a_processor_run_at_once_and_fewer_of_those_that_may_not_take_every_turn() {
    let processors = available_parallelism().unwrap().get();
    for (quarters, turns) in [
        ("4", processors * 2),
        ("3", processors * 3 / 2),
        ("2", processors),
    ] {
        let most = most_at_once(quarters);
        assert!(
            most >= 1 && most <= turns,
            "{most} of {turns} turns, {processors} processors"
        );
    }
    assert!(most_at_once("4") > 1);
}
