//! Files that are named one by one: whether they are there is said before the first step, not by one that fails.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Ignored, Part, Reader, Tree};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, names};
use crate::gateway::Failure;
use crate::manifest::Manifest;
use crate::options::Options;
use crate::pattern;

/// Checks that what `build.files` and `run.files` list is in the build context. `in_context` returns the pattern in the
/// context of one that is relative to the workspace's root.
///
/// # Errors
/// Each entry that is not there, at its line, and whatever the engine answers.
pub async fn check_listed(
    reader: &Reader,
    options: &Options,
    context: &Context,
    manifest: &Manifest,
    in_context: impl Fn(&str) -> String,
) -> Result<(), Failure> {
    let mut listed: BTreeMap<String, (String, Place)> = BTreeMap::new();
    for (index, (path, place)) in manifest.shared_files.iter().enumerate() {
        listed.insert(
            format!("shared[{index}]"),
            (in_context(path.as_str()), place.clone()),
        );
    }
    for (key, paths) in [
        ("build.files", &manifest.build.files),
        ("run.files", &manifest.run.files),
    ] {
        for (index, path) in paths.iter().flatten().enumerate() {
            let key = format!("{key}[{index}]");
            let place = manifest.nearest_place(&key);
            // One of the workspace's defaults is told once.
            if !manifest
                .shared_files
                .iter()
                .any(|(shared, at)| shared == path && *at == place)
            {
                listed.insert(key, (in_context(path.as_str()), place));
            }
        }
    }
    let include: Vec<String> = listed.values().map(|(path, _)| path.clone()).collect();
    let name = "[internal] look for the files that the manifest lists";
    let listing = Listing::of(reader, options, context, name, "vextrus-listed", include).await?;
    let mut missing = Vec::new();
    for (path, place) in listed.values() {
        // Of a glob only the directory in front of it has to be there; that it matches nothing is no mistake here.
        let (fixed, _) = pattern::split(path);
        let fixed = if fixed.is_empty() { ".".to_owned() } else { fixed };
        if !listing.has(&fixed).await? {
            let message = format!(
                "{path} is not in the build context; write a path from the workspace's root, and see that \
                 .dockerignore lets it through"
            );
            missing.push(Diagnostic::named(names::MISSING_FILE, message).at(place.clone()));
        }
    }
    Diagnostics::check(missing)?;
    Ok(())
}

/// Returns which of some paths are not in the build context, or seen by no step. `name` is that of the transfer, and
/// `hint` tells it from others.
///
/// # Errors
/// Whatever the engine answers.
pub async fn absent<'p>(
    reader: &Reader,
    options: &Options,
    context: &Context,
    (name, hint): (&str, &str),
    paths: impl Iterator<Item = &'p str>,
) -> Result<BTreeSet<&'p str>, Failure> {
    let paths: BTreeSet<&str> = paths.collect();
    let include = paths.iter().map(|path| pattern::literal(path)).collect();
    let listing = Listing::of(reader, options, context, name, hint, include).await?;
    let mut absent = BTreeSet::new();
    for path in paths {
        if !listing.has(path).await? {
            absent.insert(path);
        }
    }
    Ok(absent)
}

/// Files of the context as steps see them.
struct Listing<'a> {
    tree: Option<Tree>,
    /// What no step sees, which a directory of this machine has all the same: an engine does not transfer it.
    hidden: Option<&'a Ignored>,
    /// The patterns that were asked for.
    asked: Vec<String>,
}

impl<'a> Listing<'a> {
    /// Transfers what patterns choose; nothing where there are none.
    async fn of(
        reader: &Reader,
        options: &Options,
        context: &'a Context,
        name: &str,
        hint: &str,
        include: Vec<String>,
    ) -> Result<Self, Failure> {
        let hidden = Some(&context.ignored).filter(|_| reader.engine().is_none());
        if include.is_empty() {
            return Ok(Self {
                tree: None,
                hidden,
                asked: include,
            });
        }
        // The files come over with their contents, which the build needs anyway: of a transfer of metadata alone the
        // engine cannot say what is there.
        let part = context.part(&Part {
            name,
            group: None,
            hint,
            include: &include,
            exclude: &[],
            locations: &[],
        });
        let tree = Some(reader.tree(options, &part).await?);
        Ok(Self {
            tree,
            hidden,
            asked: include,
        })
    }

    async fn has(&self, path: &str) -> Result<bool, Failure> {
        let is_hidden = self
            .hidden
            .is_some_and(|ignored| ignored.hides(path, &self.asked));
        match &self.tree {
            Some(tree) if !is_hidden => tree.exists(path).await,
            _ => Ok(false),
        }
    }
}
