//! Looks for the file that a service starts, where nothing builds it: then it is there before a build, or not at all.

use std::collections::{BTreeMap, BTreeSet};

use super::part;
use crate::gateway::Failure;
use crate::kinds::node::Workspace;
use crate::kinds::node::plan;
use crate::manifest::Manifest;
use crate::options::Options;
use crate::path::{base_name, join, leaves, parent};
use crate::pattern::literal;
use crate::source::{Context, Reader};

/// Notes which of the files that the service may start with the repository has.
///
/// # Errors
/// Whatever the engine answers.
pub(super) async fn load(
    reader: &Reader,
    options: &Options,
    context: &Context,
    (workspace, service, manifest): (&mut Workspace, &str, &Manifest),
) -> Result<(), Failure> {
    let Some(entries) = plan::entries_without_build(workspace, service, manifest) else {
        return Ok(());
    };
    let directory = workspace.context_path(service);
    let paths = entries.iter().map(|entry| (join(&directory, entry), entry));
    let paths: Vec<(String, &String)> = paths.filter(|(path, _)| !leaves(path)).collect();
    let include: Vec<String> = paths.iter().map(|(path, _)| literal(path)).collect();
    let name = "[internal] look for the file that the service starts";
    let tree = reader
        .tree(options, &part(context, name, "vextrus-entries", &include))
        .await?;
    let mut below: BTreeMap<&str, Vec<(&str, &String)>> = BTreeMap::new();
    for (path, entry) in &paths {
        below
            .entry(parent(path))
            .or_default()
            .push((base_name(path), entry));
    }
    // A listing tells of many files at once.
    let mut found = BTreeSet::new();
    for (directory, files) in below {
        let names: BTreeSet<String> = tree.list(directory).await?.into_iter().collect();
        let there = files.into_iter().filter(|(name, _)| names.contains(*name));
        found.extend(there.map(|(_, entry)| entry.clone()));
    }
    if let Some(project) = workspace.projects.get_mut(service) {
        project.entries = Some(found);
    }
    Ok(())
}
