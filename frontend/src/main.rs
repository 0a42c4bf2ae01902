//! The frontend's process: one build, one Return, one exit.

fn main() {}
