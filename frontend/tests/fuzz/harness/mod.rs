//! What is fuzzed, and how: used by the tests, and by `make fuzz` (`examples/fuzz`).

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, of which each of the two users takes its part"
)]

mod batch;
mod corpus;
mod installed;
mod mutation;
mod pipeline;
mod quiet;
pub(crate) mod targets;
mod texts;
mod told;
mod workspace;

pub(crate) use batch::{Target, batch};
pub(crate) use installed::PROGRAMS;
pub(crate) use quiet::quieten;
