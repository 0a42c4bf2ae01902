//! Files that a build copies and that look like secrets: the rule that takes a look at the context itself.

use super::Read;
use crate::gateway::Failure;
use crate::kinds::Planned;
use crate::lint::{files, site};
use crate::lower;
use crate::options::Options;
use crate::pattern::{literal, split};
use crate::source::{self, Reader, Source};
use crate::warning::{Warning, rules};

/// Returns a warning for each file that looks like a secret, of those that steps copy out of the context. No part of the
/// plan hangs on it, so that a build need not wait; what is looked through is what the build loads anyway.
///
/// # Errors
/// Whatever the engine answers.
async fn secret_files(
    reader: &Reader,
    options: &Options,
    read: &Read,
    planned: &Planned,
) -> Result<Vec<Warning>, Failure> {
    if !read.lint.applies(&rules::SECRET_FILE) {
        return Ok(Vec::new());
    }
    let plan = &planned.plan;
    // Who names a file wants it.
    let is_named = |path: &str| {
        let (parts, path) = (plan.parts.iter(), literal(path));
        parts.flat_map(|part| &part.include).any(|asked| *asked == path)
    };
    let mut found = Vec::new();
    for (id, part) in plan.parts() {
        let tree = reader
            .tree(options, &lower::load(&read.context, part, &[]))
            .await?;
        let paths = part.include.iter().map(|pattern| split(pattern).0);
        let mut paths: Vec<String> = paths.collect();
        if paths.is_empty() {
            paths.push(String::new());
        }
        let rank = |path: &str| {
            let is_meant = plan.copies(id, path) && !is_named(path) && !read.context.hides(path);
            files::rank(path).filter(|_| is_meant)
        };
        found.extend(source::search(&tree, &paths, rank).await?);
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
///
/// # Errors
/// Whatever the engine answers.
async fn unset_variables(
    reader: &Reader,
    options: &Options,
    read: &Read,
    planned: &Planned,
) -> Result<Vec<Warning>, Failure> {
    let variables = planned.model.public_variables();
    let Some(variables) = variables.filter(|_| read.lint.applies(&rules::UNSET_PUBLIC_VARIABLE)) else {
        return Ok(Vec::new());
    };
    let plan = &planned.plan;
    let mut found = Vec::new();
    for (id, part) in plan.parts() {
        let tree = reader
            .tree(options, &lower::load(&read.context, part, &[]))
            .await?;
        let is_seen = |path: &str| plan.copies(id, path) && !hides(read, &part.include, path);
        let rank = |path: &str| site::rank(&variables, path).filter(|_| is_seen(path));
        found.extend(source::search(&tree, std::slice::from_ref(&variables.directory), rank).await?);
    }
    found.sort();
    found.dedup();
    Ok(site::unset(&variables, &found))
}

/// Whether no step sees a file, also where somebody asks for it by its name.
fn hides(read: &Read, include: &[String], path: &str) -> bool {
    read.context.ignored.hides(path, include)
}

/// Returns what there is to say of files that a build copies: see [`secret_files`]; and of a static site the variables that
/// its sources read and nothing sets.
///
/// # Errors
/// Whatever the engine answers.
pub async fn in_files(
    reader: &Reader,
    options: &Options,
    read: &Read,
    planned: &Planned,
) -> Result<Vec<Warning>, Failure> {
    let mut found = secret_files(reader, options, read, planned).await?;
    found.extend(unset_variables(reader, options, read, planned).await?);
    Ok(read.lint.sorted(found))
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
