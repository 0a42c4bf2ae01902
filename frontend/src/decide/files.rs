//! Files that a build copies, by what is in them: those that look like secrets, and sources of a site that read what nothing
//! sets. What takes a look at the context itself.

use super::Read;
use crate::gateway::Failure;
use crate::kinds::{Planned, PublicVariables};
use crate::lint::{files, site};
use crate::lower;
use crate::options::Options;
use crate::pattern::{literal, split};
use crate::plan::{Part, PartId, Plan};
use crate::source::{self, Reader, Source, Tree};
use crate::warning::{Warning, rules};

/// The files of one part of the context, which steps copy.
type Loaded<'p> = (PartId, &'p Part, Tree);

/// Returns what there is to say of files that steps copy out of the context: a warning for each one that looks like a secret,
/// and of a static site for each variable that its sources read and nothing sets. No part of the plan hangs on it, so that a
/// build need not wait; what is looked through is what the build loads anyway.
///
/// # Errors
/// Whatever the engine answers.
pub async fn in_files(
    reader: &Reader,
    options: &Options,
    read: &Read,
    planned: &Planned,
) -> Result<Vec<Warning>, Failure> {
    let looks_for_secrets = read.lint.applies(&rules::SECRET_FILE);
    let variables = planned.model.public_variables();
    let variables = variables.filter(|_| read.lint.applies(&rules::UNSET_PUBLIC_VARIABLE));
    if !looks_for_secrets && variables.is_none() {
        return Ok(Vec::new());
    }
    let plan = &planned.plan;
    let mut parts = Vec::new();
    for (id, part) in plan.parts() {
        let files = lower::load(&read.context, part, &[]);
        parts.push((id, part, reader.tree(options, &files).await?));
    }
    let mut found = Vec::new();
    if looks_for_secrets {
        found = secrets(read, plan, &parts).await?;
    }
    if let Some(variables) = variables {
        found.extend(unset_variables(read, plan, &parts, &variables).await?);
    }
    Ok(read.lint.sorted(found))
}

/// Returns a warning for each file that looks like a secret.
async fn secrets(read: &Read, plan: &Plan, parts: &[Loaded<'_>]) -> Result<Vec<Warning>, Failure> {
    // Who names a file wants it.
    let is_named = |path: &str| {
        let (parts, path) = (plan.parts.iter(), literal(path));
        parts.flat_map(|part| &part.include).any(|asked| *asked == path)
    };
    let mut found = Vec::new();
    for (id, part, tree) in parts {
        let paths = part.include.iter().map(|pattern| split(pattern).0);
        let mut paths: Vec<String> = paths.collect();
        if paths.is_empty() {
            paths.push(String::new());
        }
        // Few files are looked into, and whether a step copies one takes all steps to say.
        let is_meant = |path: &str| plan.copies(*id, path) && !is_named(path) && !read.context.hides(path);
        let rank = |path: &str| files::rank(path).filter(|_| is_meant(path));
        found.extend(source::search(tree, &paths, rank).await?);
    }
    found.sort();
    found.dedup();
    let is_directory = matches!(read.context.main, Source::Local { .. });
    let advice = |path: &str| match is_directory {
        true => {
            format!("write `{path}` into .dockerignore, and give the file to whoever needs it as a secret")
        }
        false => {
            "take it out of what is built from, and give the file to whoever needs it as a secret".to_owned()
        }
    };
    Ok(files::find(&found, &plan.package, advice))
}

/// Returns a warning for each variable that the sources of a static site read and nothing sets.
async fn unset_variables(
    read: &Read,
    plan: &Plan,
    parts: &[Loaded<'_>],
    variables: &PublicVariables,
) -> Result<Vec<Warning>, Failure> {
    let mut found = Vec::new();
    for (id, part, tree) in parts {
        // What no step sees does not count, also where somebody asks for it by its name.
        let is_seen = |path: &str| plan.copies(*id, path) && !read.context.ignored.hides(path, &part.include);
        let rank = |path: &str| site::rank(variables, path).filter(|_| is_seen(path));
        let paths = std::slice::from_ref(&variables.directory);
        found.extend(source::search(tree, paths, rank).await?);
    }
    found.sort();
    found.dedup();
    Ok(site::unset(variables, &found))
}

/// Adds to what there is to know of a plan what takes a look at the context itself.
///
/// # Errors
/// Whatever the engine answers.
pub async fn check(
    reader: &Reader,
    options: &Options,
    read: &Read,
    planned: &mut Planned,
) -> Result<(), Failure> {
    let found = in_files(reader, options, read, planned).await?;
    let told = std::mem::take(&mut planned.warnings);
    planned.warnings = read.lint.sorted(told.into_iter().chain(found));
    Ok(())
}
