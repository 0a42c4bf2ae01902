//! Programs that run inside of a build's steps on trees of files: one that measures an image, one that lists its
//! packages, one that takes Node or nginx out of an image.
//!
//! They are part of the frontend's own program, which such a step mounts: it is static, so that it runs on an empty root
//! file system, and for the platform of the engine, so that it runs wherever the frontend does. No image of a language
//! has to hold them. They use nothing else of the frontend.

mod elf;
mod failure;
mod files;
#[cfg(test)]
mod fixture;
mod measure;
mod packages;
mod root;
mod scratch;
mod stanza;
mod text;

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use failure::Result;

/// What wrong arguments are answered with.
const USAGE: &str = "usage: measure REPORT DIRECTORY=PATH...
       packages FACTS BASE OUT [DIRECTORY...]
       node IMAGE OUT
       nginx IMAGE OUT
       libraries IMAGE OUT BASE TREE
";

/// Runs the program that the first argument names.
///
/// `measure` writes the size of directories to REPORT, as JSON. `packages` writes the SPDX document of an image to OUT.
/// `node` copies Node and what it needs from the root IMAGE to the root OUT, `nginx` copies nginx; `libraries` what native
/// modules below TREE need beside that. Arguments are positional and without the program's own name. The environment is
/// that of the image: its programs lie in the directories of `PATH`.
///
/// Returns 0, or 1 with a sentence on standard error, or 2 with the usage where the arguments are not those of a
/// program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
    let search = std::env::var("PATH").unwrap_or_default();
    let (text, code) = match dispatch(&arguments, &search) {
        Some(Ok(())) => return ExitCode::SUCCESS,
        Some(Err(failure)) => (format!("{failure}\n"), 1),
        None => (USAGE.to_owned(), 2),
    };
    // Nobody is left to be told.
    let _ = std::io::stderr().write_all(text.as_bytes());
    ExitCode::from(code)
}

/// Runs a program; nothing where the arguments are none's.
fn dispatch(arguments: &[&OsStr], search: &str) -> Option<Result<()>> {
    let (word, rest) = arguments.split_first()?;
    match (word.to_str()?, rest) {
        ("measure", [report, pairs @ ..]) => {
            let pairs = pairs
                .iter()
                .map(|pair| measure::pair(pair))
                .collect::<Option<Vec<_>>>()?;
            Some(measure::run(Path::new(report), &pairs))
        }
        ("packages", [facts, base, out, directories @ ..]) => {
            let base = PathBuf::from(base);
            let directories: Vec<&Path> = directories.iter().map(Path::new).collect();
            let (facts, out) = (Path::new(facts), Path::new(out));
            Some(packages::run(facts, base, &directories, out, search))
        }
        ("nginx", [image, out]) => Some(scratch::nginx(image.into(), Path::new(out), search)),
        ("node", [image, out]) => Some(scratch::node(image.into(), Path::new(out), search)),
        ("libraries", [image, out, base, tree]) => Some(scratch::libraries(
            image.into(),
            Path::new(out),
            search,
            base.into(),
            Path::new(tree),
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
