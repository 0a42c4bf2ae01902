//! Installs that take turns, as `turn.sh` has them do it.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{available_parallelism, sleep};
use std::time::{Duration, Instant};

const SCRIPT: &str = include_str!("../src/kinds/node/scripts/turn.sh");

/// Prepares a directory with the script and its turns.
fn prepare(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(directory.join("turns")).unwrap();
    fs::write(directory.join("turn.sh"), SCRIPT).unwrap();
    directory
}

/// Prepares a command that takes its turn.
fn turn(directory: &Path, quarters: &str, command: &str) -> Command {
    let mut script = Command::new("sh");
    script.arg(directory.join("turn.sh"));
    script
        .args([quarters, "sh", "-c", command])
        .current_dir(directory);
    script
}

/// Starts a command that notes when it runs and how many run beside it.
fn start(directory: &Path, quarters: &str) -> Child {
    let command = "touch running/$$; ls running | wc -l >> counts; sleep 0.3; rm running/$$";
    turn(directory, quarters, command).spawn().unwrap()
}

/// Runs three times as many commands as there are turns, and returns the most that ran at once.
fn most_at_once(quarters: &str) -> usize {
    let directory = &prepare(&format!("turns-{quarters}"));
    fs::create_dir(directory.join("running")).unwrap();
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

#[test]
fn one_of_those_that_wait_looks_for_a_turn_and_the_others_sleep() {
    const WAITING: usize = 4;
    let directory = &prepare("queue");
    let turns = available_parallelism().unwrap().get() * 2;
    let mut holding: Vec<Child> = (0..turns)
        .map(|_| {
            let mut command = turn(directory, "4", "echo; cat");
            let mut child = command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
            child
        })
        .collect();
    let told = directory.join("told");
    let log = File::create(&told).unwrap();
    let waiting: Vec<Child> = (0..WAITING)
        .map(|_| {
            let log = log.try_clone().unwrap();
            turn(directory, "4", "true").stdout(log).spawn().unwrap()
        })
        .collect();
    let sleeping = || fs::read_to_string(&told).unwrap().lines().count();
    let limit = Instant::now() + Duration::from_secs(60);
    while sleeping() < WAITING - 1 && Instant::now() < limit {
        sleep(Duration::from_millis(20));
    }
    for child in &mut holding {
        drop(child.stdin.take());
    }
    for mut child in holding.into_iter().chain(waiting) {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(sleeping(), WAITING - 1);
}

/// Puts something in the place of a lock.
type Plant = fn(&Path);

#[test]
fn what_lies_in_the_place_of_a_lock_stops_nobody_and_is_neither_followed_nor_emptied() {
    const TEXT: &str = "a program";
    let plants: [(&str, Plant); 5] = [
        ("file", |lock| fs::write(lock, TEXT).unwrap()),
        ("link", |lock| symlink("../victim", lock).unwrap()),
        ("dangling", |lock| symlink("../made", lock).unwrap()),
        ("directory", |lock| fs::create_dir(lock).unwrap()),
        ("elsewhere", |lock| symlink("..", lock).unwrap()),
    ];
    for (name, plant) in plants {
        for lock in ["queue-2", "turn-0"] {
            let directory = prepare(&format!("planted-{name}-{lock}"));
            fs::write(directory.join("victim"), TEXT).unwrap();
            plant(&directory.join("turns").join(lock));
            let status = turn(&directory, "2", "touch ran").status().unwrap();
            assert!(status.success(), "{name} as {lock}");
            assert!(directory.join("ran").exists(), "{name} as {lock}");
            assert_eq!(fs::read_to_string(directory.join("victim")).unwrap(), TEXT);
            assert!(!directory.join("made").exists(), "{name} as {lock}");
        }
    }
}

#[test]
fn without_a_directory_for_turns_a_command_runs_all_the_same() {
    let directory = prepare("none");
    fs::remove_dir(directory.join("turns")).unwrap();
    assert!(turn(&directory, "4", "touch ran").status().unwrap().success());
    assert!(directory.join("ran").exists());
}

#[test]
fn a_turn_that_is_never_given_back_is_not_awaited_for_ever() {
    let directory = prepare("held");
    let all = available_parallelism().unwrap().get() * 2;
    for lock in (0..all)
        .map(|turn| format!("turn-{turn}"))
        .chain(["queue-4".to_owned()])
    {
        fs::create_dir(directory.join("turns").join(lock)).unwrap();
    }
    let hold = |lock: &str| {
        let mut command = Command::new("flock");
        command.args([
            directory.join("turns").join(lock).to_str().unwrap(),
            "sh",
            "-c",
            "echo; cat",
        ]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        child
    };
    // The queue's lock held by others, then those of all turns.
    let queue = vec!["queue-4".to_owned()];
    let turns = (0..all).map(|turn| format!("turn-{turn}")).collect();
    for held in [queue, turns] {
        let holding: Vec<Child> = held.iter().map(|lock| hold(lock)).collect();
        let mut waiting = turn(&directory, "4", "touch ran");
        assert!(waiting.env("WAIT", "1").status().unwrap().success());
        fs::remove_file(directory.join("ran")).unwrap();
        for mut child in holding {
            drop(child.stdin.take());
            child.wait().unwrap();
        }
    }
}
