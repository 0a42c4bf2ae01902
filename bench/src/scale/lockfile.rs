//! The lockfile of a workspace, as the real pnpm writes it.
//!
//! What the packages need is named by ranges, so what a registry gives for them changes. pnpm prefers the versions that
//! a lockfile has already: it is given one with every package of the closure and no importer, and what it makes of that
//! is checked against the closure. Source: pnpm 9, `@pnpm/lockfile.preferred-versions`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use vextrus_e2e::{Docker, Workspace, repository};

use super::closure::Closure;
use super::workspace::{PNPM, Size};
use crate::manager::Manager;

/// The image that pnpm runs in.
const IMAGE: &str = "node:22-bookworm-slim";
/// Where lockfiles are kept, each with what it was made of.
const KEPT: &str = "target/bench/scale";

/// Returns the lockfile of a workspace's files: the one that an earlier run made of the same, else a new one.
///
/// # Errors
/// What pnpm said, or what it resolved otherwise than the closure has it.
pub(crate) fn lockfile(
    docker: &Docker,
    size: Size,
    files: &BTreeMap<String, String>,
    closure: &Closure,
) -> Result<String, String> {
    let seed = seed(&closure.all);
    let read = files
        .iter()
        .filter(|(file, _)| file.ends_with("package.json") || *file == "pnpm-workspace.yaml");
    let read: Vec<(&String, &String)> = read.collect();
    let made_of = format!("pnpm {PNPM}\n{seed}{read:?}\n");
    let kept = repository().join(KEPT).join(size.name());
    let (key, value) = (kept.join("made-of"), kept.join("pnpm-lock.yaml"));
    if fs::read_to_string(&key).is_ok_and(|earlier| earlier == made_of)
        && let Ok(lockfile) = fs::read_to_string(&value)
    {
        return Ok(lockfile);
    }
    let scratch = Workspace::empty();
    scratch.write("pnpm-lock.yaml", seed);
    for (file, text) in read {
        scratch.write(file, text);
    }
    Manager::Pnpm(PNPM.to_owned()).run(
        docker,
        IMAGE,
        &scratch,
        "pnpm install --lockfile-only --ignore-scripts --no-frozen-lockfile",
    )?;
    let lockfile = scratch.read("pnpm-lock.yaml");
    check(&lockfile, &closure.all).map_err(|why| format!("{}: {why}", size.name()))?;
    // The key last: what is written in part is made again.
    fs::create_dir_all(&kept)
        .and_then(|()| fs::write(&value, &lockfile))
        .and_then(|()| fs::write(&key, &made_of))
        .map_err(|error| format!("{}: {error}", kept.display()))?;
    Ok(lockfile)
}

/// Returns a lockfile that knows versions alone.
fn seed(all: &BTreeSet<&str>) -> String {
    let mut text = "lockfileVersion: '9.0'\n\nimporters: {}\n\npackages:\n".to_owned();
    for package in all {
        // Writing to a string does not fail. No package is installed by this integrity.
        let _ = write!(
            text,
            "\n  '{package}':\n    resolution: {{integrity: sha512-unknown}}\n"
        );
    }
    text.push_str("\nsnapshots:\n");
    for package in all {
        let _ = write!(text, "\n  '{package}': {{}}\n");
    }
    text
}

/// Compares the packages of a lockfile with those that it is to have.
fn check(lockfile: &str, all: &BTreeSet<&str>) -> Result<(), String> {
    let packages = lockfile.split("\npackages:\n").nth(1).unwrap_or_default();
    let packages = packages.split("\nsnapshots:\n").next().unwrap_or_default();
    let keys = packages
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.trim().trim_end_matches(':').trim_matches('\''));
    let found: BTreeSet<&str> = keys.collect();
    if found == *all {
        return Ok(());
    }
    let list = |one: &BTreeSet<&str>, other: &BTreeSet<&str>| {
        let names: Vec<&str> = one.difference(other).copied().collect();
        names.join(", ")
    };
    Err(format!(
        "pnpm resolved other packages than bench/src/scale/externals.txt has: [{}] in the place of [{}]",
        list(&found, all),
        list(all, &found)
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{check, seed};

    #[test]
    fn a_lockfile_has_the_packages_of_the_closure_and_no_other() {
        let closure = BTreeSet::from(["@types/node@22.0.0", "ms@2.1.3"]);
        let lockfile = seed(&closure);
        assert_eq!(check(&lockfile, &closure), Ok(()));
        assert_eq!(
            check(&lockfile.replace("ms@2.1.3", "ms@2.1.4"), &closure).unwrap_err(),
            "pnpm resolved other packages than bench/src/scale/externals.txt has: [ms@2.1.4] in the place of [ms@2.1.3]"
        );
        assert!(check("lockfileVersion: '9.0'\n", &closure).is_err());
    }
}
