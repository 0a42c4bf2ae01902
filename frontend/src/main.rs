//! The program: the gateway's other end where BuildKit starts it, the command line where arguments are given, and the
//! work of a step where a step runs it.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use vextrus_frontend::options::Options;
use vextrus_frontend::{cli, gateway, inspect, story};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().collect();
    match arguments.get(1) {
        Some(word) if word == "inspect" => inspect::run(arguments.into_iter().skip(2)),
        None if is_asked_by_buildkit() => {
            gateway::run(|gateway| async { story::build(gateway, Options::from_env(variables())?).await })
        }
        _ => cli::run(arguments),
    }
}

/// Returns whether BuildKit started the process: it says what it can do, whatever the build is.
fn is_asked_by_buildkit() -> bool {
    env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("BUILDKIT_"))
}

/// Returns the environment; a variable that is not UTF-8 is none of BuildKit's options.
fn variables() -> impl Iterator<Item = (String, String)> {
    env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
