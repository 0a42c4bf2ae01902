//! Files that the manifest lists: whether they are there is said before the first step, not by one that fails.

use std::collections::BTreeMap;

use buildkit_llb::{Definition, Local};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::gateway::{Failure, Gateway, SolveRequest};
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
    let source = Local::new("context")
        .session(crate::build::local_session(options, "context"))
        .include(listed.values().map(String::as_str))
        .exclude(ignore.iter().map(String::as_str))
        .shared_key_hint("vextrus-listed")
        .name("[internal] look for the files that the manifest lists")
        .output();
    let definition = Definition::of(&source)
        .map_err(crate::build::internal)?
        .to_proto();
    let reference = gateway
        .solve(SolveRequest {
            definition,
            ..SolveRequest::default()
        })
        .await?;
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
