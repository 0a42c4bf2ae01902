//! Packages that no script of their own builds, but `tsc --build` of another one, which follows the references of its
//! configuration.
//!
//! Source: the TypeScript handbook, "Project References".

use super::contents::entries;
use crate::kinds::node::Workspace;
use crate::kinds::node::workspace::Project;
use crate::kinds::node::workspace::tsconfig::builds_by_references;
use crate::path::{is_within, join, relative};

/// Returns the configuration that another package's build makes a package by, relative to the context; none where that
/// is not so.
///
/// A reference leads to it, a script somewhere builds by references, and what the package is loaded by is written there.
pub(super) fn configuration(workspace: &Workspace, importer: &str, project: &Project) -> Option<String> {
    if importer == "." || project.nx.is_some() {
        return None;
    }
    let own = workspace.context_path(importer);
    let written = project.typescript.outputs.iter();
    let written: Vec<&String> = written
        .filter(|output| **output != own && is_within(output, &own))
        .collect();
    let entries = entries(&project.manifest);
    let mut places = entries.iter().map(|entry| join(&own, entry));
    if !places.any(|entry| written.iter().any(|output| is_within(&entry, output))) {
        return None;
    }
    let others = || workspace.projects.iter().filter(|(id, _)| *id != importer);
    let mut references = others().flat_map(|(_, other)| &other.typescript.references);
    let found = references.find(|config| is_within(config, &own))?;
    let is_built = others().any(|(_, other)| builds_by_references(&other.manifest));
    is_built.then(|| found.clone())
}

/// Returns the directory of the tool and the words that build a package by its configuration.
pub(super) fn command<'w>(
    workspace: &'w Workspace,
    importer: &'w str,
    config: &str,
) -> (&'w str, Vec<String>) {
    let has_compiler = |id: &str| {
        let project = workspace.projects.get(id);
        project.is_some_and(|project| project.manifest.specifier("typescript").is_some())
    };
    let directory = if has_compiler(importer) { importer } else { "." };
    let from = workspace.context_path(directory);
    let from = if from.is_empty() { "." } else { &from };
    let config = relative(from, config).unwrap_or_else(|| config.to_owned());
    (directory, vec!["tsc".to_owned(), "--build".to_owned(), config])
}
