//! Builds while something goes wrong, for as many rounds as it is told, and counts how they ended.
//!
//! `cargo run -p vextrus-e2e --bin faults -- ROUNDS=20 SEED=1 FROM=0 BUILDS=14`; each may be left out. A round follows
//! from the seed and its number, so that FROM and ROUNDS=1 have one again. BUILDS is how many builds there are at once at
//! most.

use std::process::ExitCode;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use vextrus_e2e::{Docker, Faults, abort};

fn main() -> ExitCode {
    // Whoever catches a failure tells it in its place.
    std::panic::set_hook(Box::new(|_| ()));
    let mut signals = match Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        Ok(signals) => signals,
        Err(error) => {
            println!("signals cannot be received: {error}");
            return ExitCode::FAILURE;
        }
    };
    std::thread::spawn(move || {
        for _ in signals.forever() {
            eprintln!("\naborted: the engine is taken down");
            abort();
        }
    });
    let (mut rounds, mut seed, mut from, mut builds) = (20_u64, 1_u64, 0_u64, 14_u64);
    for word in std::env::args().skip(1) {
        let (key, value) = word.split_once('=').unwrap_or((&word, ""));
        let number = match key {
            "ROUNDS" => &mut rounds,
            "SEED" => &mut seed,
            "FROM" => &mut from,
            "BUILDS" => &mut builds,
            _ => return wrong(&word),
        };
        match value.parse() {
            Ok(value) => *number = value,
            Err(_) => return wrong(&word),
        }
    }
    let rounds = from..from.saturating_add(rounds);
    let run = || {
        // Taken down at the end of this.
        let mut faults = Faults::new(&Docker::default(), seed, builds.max(1), |line| println!("{line}"));
        faults.run(rounds)
    };
    let report = match std::panic::catch_unwind(run) {
        Ok(report) => report,
        Err(why) => {
            let why = why.downcast_ref::<String>().map_or("it panicked", String::as_str);
            println!("no engine for the rounds: {why}");
            return ExitCode::FAILURE;
        }
    };
    println!("\n{}", report.table());
    for failure in report.failures() {
        println!("{failure}\n");
    }
    ExitCode::from(u8::from(!report.failures().is_empty()))
}

fn wrong(word: &str) -> ExitCode {
    println!("`{word}` is not ROUNDS=, SEED=, FROM= or BUILDS= with a number");
    ExitCode::from(2)
}
