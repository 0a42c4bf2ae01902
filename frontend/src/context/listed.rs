//! Files that the manifest lists: whether they are there is said before the first step, not by one that fails.

use std::collections::BTreeMap;

use super::origin::solve;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::gateway::{Failure, Gateway};
use crate::lower::{Context, Part};
use crate::manifest::Manifest;
use crate::options::Options;
use crate::workspace::Workspace;

/// Checks that what `build.files` and `run.files` list is in the build context.
///
/// # Errors
/// Each entry that is not there, at its line, and whatever the engine answers.
pub async fn check_listed(
    gateway: &Gateway,
    options: &Options,
    context: &Context,
    manifest: &Manifest,
    workspace: &Workspace,
    ignore: &[String],
) -> Result<(), Failure> {
    let mut listed: BTreeMap<String, String> = BTreeMap::new();
    for (key, paths) in [
        ("build.files", &manifest.build.files),
        ("run.files", &manifest.run.files),
    ] {
        for (index, path) in paths.iter().flatten().enumerate() {
            listed.insert(format!("{key}[{index}]"), workspace.context_path(path.as_str()));
        }
    }
    if listed.is_empty() {
        return Ok(());
    }
    // With their contents, which the build wants anyway: of a transfer of metadata alone the engine serves no files.
    let include: Vec<String> = listed.values().cloned().collect();
    let part = context.part(&Part {
        name: "[internal] look for the files that the manifest lists",
        group: None,
        hint: "vextrus-listed",
        include: &include,
        ignore,
        exclude: &[],
        locations: &[],
    });
    let reference = solve(gateway, options, &part).await?;
    let mut missing = Vec::new();
    for (key, path) in &listed {
        // Of a glob the directory before it has to be there; what it matches is the build's to want.
        let fixed: Vec<&str> = path
            .split('/')
            .take_while(|part| !part.contains(['*', '?', '[']))
            .collect();
        let fixed = if fixed.is_empty() {
            ".".to_owned()
        } else {
            fixed.join("/")
        };
        if gateway.stat(&reference, &fixed).await?.is_none() {
            let message = format!(
                "{path} is not in the build context; write a path from the workspace's root, and see that \
                 .dockerignore lets it through"
            );
            missing.push(Diagnostic::new(message).at(manifest.nearest_place(key)));
        }
    }
    Diagnostics::check(missing)?;
    Ok(())
}
