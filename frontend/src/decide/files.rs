//! Files that a build copies and that look like secrets: the rule that takes a look at the context itself.

use super::Read;
use crate::gateway::Failure;
use crate::kinds::Planned;
use crate::lint::files;
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
pub async fn secret_files(
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
    Ok(read.lint.sorted(files::find(&found, &plan.package, advice)))
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
    let found = secret_files(reader, options, read, planned).await?;
    let told = std::mem::take(&mut planned.warnings);
    planned.warnings = read.lint.sorted(told.into_iter().chain(found));
    Ok(())
}
