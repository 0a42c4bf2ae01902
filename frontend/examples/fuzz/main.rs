//! Goes on with what `tests/fuzz` tries in every run of the tests, for as long as it is told to.
//!
//! `cargo run --example fuzz -- MINUTES=10 SEED=1 TARGETS=lockfile,pipeline FROM=0 BATCHES=4 PNPM=pnpm.cjs`; each may be left out.
//! All inputs follow from the seed, which is printed, and from the number of their batch, which a failure names. With
//! programs of pnpm, what they install is compared with what they install of the part that the frontend leaves.

#![expect(clippy::print_stdout, reason = "a program for people")]
#![allow(clippy::unwrap_used, reason = "the gateway of the tests")]

mod arguments;
#[path = "../../src/gateway/fake.rs"]
mod fake;
#[path = "../../tests/fuzz/harness/mod.rs"]
mod harness;
mod share;

use std::process::ExitCode;

use arguments::Arguments;
use share::Run;

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(wrong) => {
            println!("{wrong}");
            return ExitCode::from(2);
        }
    };
    println!("SEED={}", arguments.seed);
    harness::quieten();
    harness::PROGRAMS.get_or_init(|| arguments.pnpm);
    let run = Run::new(
        arguments.seed,
        arguments.from,
        arguments.batches,
        &arguments.targets,
    );
    run.go_on(arguments.time);
    println!("{}", run.table());
    let failures = run.failures();
    for failure in &failures {
        println!("\n{failure}");
    }
    ExitCode::from(u8::from(!failures.is_empty()))
}
