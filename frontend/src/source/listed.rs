//! Files that the manifest lists: whether they are there is said before the first step, not by one that fails.

use std::collections::BTreeMap;

use super::{Context, Part, Reader};
use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::gateway::Failure;
use crate::manifest::Manifest;
use crate::options::Options;
use crate::pattern;

/// Checks that what `build.files` and `run.files` list is in the build context. `in_context` returns the context path of
/// one that is relative to the workspace's root.
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
    let mut listed: BTreeMap<String, String> = BTreeMap::new();
    for (key, paths) in [
        ("build.files", &manifest.build.files),
        ("run.files", &manifest.run.files),
    ] {
        for (index, path) in paths.iter().flatten().enumerate() {
            listed.insert(format!("{key}[{index}]"), in_context(path.as_str()));
        }
    }
    if listed.is_empty() {
        return Ok(());
    }
    // The files come over with their contents, which the build needs anyway: of a transfer of metadata alone the engine
    // cannot say what is there.
    let include: Vec<String> = listed.values().cloned().collect();
    let part = context.part(&Part {
        name: "[internal] look for the files that the manifest lists",
        group: None,
        hint: "vextrus-listed",
        include: &include,
        exclude: &[],
        locations: &[],
    });
    let tree = reader.tree(options, &part).await?;
    let mut missing = Vec::new();
    for (key, path) in &listed {
        // Of a glob only the directory in front of it has to be there; that it matches nothing is no mistake here.
        let fixed: Vec<&str> = path
            .split('/')
            .take_while(|part| !part.contains(['*', '?', '[']))
            .collect();
        let fixed = if fixed.is_empty() {
            ".".to_owned()
        } else {
            fixed.join("/")
        };
        // An engine does not transfer what no step sees.
        let is_hidden = reader.engine().is_none() && pattern::chooses(&context.ignored, &fixed);
        if is_hidden || !tree.exists(&fixed).await? {
            let message = format!(
                "{path} is not in the build context; write a path from the workspace's root, and see that \
                 .dockerignore lets it through"
            );
            missing.push(Diagnostic::named(names::MISSING_FILE, message).at(manifest.nearest_place(key)));
        }
    }
    Diagnostics::check(missing)?;
    Ok(())
}
