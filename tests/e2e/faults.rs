//! Builds while something goes wrong: a bounded part of `make faults`.

use vextrus_e2e::{Engine, Faults};

/// The round of seed 1 in which the disk is full. The engine's own state may not survive that (docs/reliability.md), so
/// that it is left to `make faults`.
const FULL_DISK: u64 = 11;

#[test]
fn a_build_with_a_fault_is_right_or_says_why_and_the_next_one_is_right() {
    let engine = Engine::take_beside();
    // Every other kind of fault once.
    let rounds = (0..14).filter(|round| *round != FULL_DISK);
    let report = Faults::new(&engine, 1, 3, |line| println!("{line}")).run(rounds);
    println!("{}", report.table());
    assert_eq!(report.failures(), [""; 0]);
}
