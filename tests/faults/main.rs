//! Builds while something goes wrong, for as many rounds as it is told, and counts how they ended.
//!
//! `cargo run -p vextrus-e2e --bin faults -- ROUNDS=20 SEED=1 FROM=0 BUILDS=14`; each may be left out. A round follows
//! from the seed and its number, so that FROM and ROUNDS=1 have one again. BUILDS is how many builds there are at once at
//! most.

use std::process::ExitCode;

use vextrus_e2e::{Docker, Faults, abort_on_signals};

fn main() -> ExitCode {
    if let Err(error) = abort_on_signals("the engine is taken down") {
        println!("signals cannot be received: {error}");
        return ExitCode::FAILURE;
    }
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
