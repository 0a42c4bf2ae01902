//! The lockfile that holds one closure and nothing else.
//!
//! An install of the pruned workspace would pass with the whole lockfile too. Pruning is for the cache: the
//! text depends on the closure alone, so that a change elsewhere in the workspace leaves it as it is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::closure::Closure;
use super::lockfile::{Importer, Lockfile, ResolvedDependency};
use super::yaml;
use crate::kinds::node::workspace::ImporterId;

/// A lockfile reduced to a closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrunedLockfile {
    /// The text for `pnpm-lock.yaml`.
    pub text: String,
    /// The projects that it holds; the root is there at least as one without dependencies, which pnpm
    /// expects of every workspace.
    pub importers: BTreeMap<ImporterId, Importer>,
}

/// Reduces a lockfile to a closure.
///
/// Sections that hold for all projects (settings, catalogs, overrides, patches, checksums) stay verbatim,
/// since pnpm compares them with the workspace's settings; so do the package manager's own document, without
/// which config dependencies are refused, and the entries of packages and, for a
/// development closure, of projects. A production closure's projects are written anew.
pub fn prune(lockfile: &Lockfile, closure: &Closure) -> PrunedLockfile {
    let mut importers = closure.importers.clone();
    importers.entry(".".to_owned()).or_default();
    let (text, index) = lockfile.text();
    let packages: BTreeSet<&str> = closure
        .packages
        .iter()
        .map(|path| lockfile.package_key(path))
        .collect();
    let snapshots: BTreeSet<&str> = closure.packages.iter().map(|path| path.as_str()).collect();
    let times: BTreeSet<&str> = closure
        .packages
        .iter()
        .map(|path| path.without_suffix())
        .collect();
    let mut sections = Vec::new();
    for section in &index.sections {
        // Both are in byte order: what is kept is looked up, not what there is gone through.
        let kept = |keep: &BTreeSet<&str>| -> Vec<&str> {
            let ranges = keep.iter().filter_map(|key| section.entries.as_ref()?.get(*key));
            ranges.filter_map(|range| text.get(range.clone())).collect()
        };
        match section.key.as_str() {
            "importers" => {
                let written = importers.iter().map(|(id, importer)| {
                    let range = index
                        .entry("importers", id)
                        .filter(|_| keeps_entry(closure, id) && lockfile.is_as_written(id));
                    range
                        .and_then(|range| text.get(range))
                        .map_or_else(|| write(id, importer), str::to_owned)
                });
                sections.push(format!(
                    "importers:\n\n{}",
                    written.collect::<Vec<_>>().join("\n\n")
                ));
            }
            "packages" => push_section(&mut sections, "packages", &kept(&packages), "\n\n"),
            "snapshots" => push_section(&mut sections, "snapshots", &kept(&snapshots), "\n\n"),
            // Hooks do not run in an install, which would take their absence for a lockfile of before them.
            "pnpmfileChecksum" => {}
            "time" => push_section(&mut sections, "time", &kept(&times), "\n"),
            _ => sections.push(text.get(section.range.clone()).unwrap_or_default().to_owned()),
        }
    }
    let env = lockfile.env_document().unwrap_or_default();
    PrunedLockfile {
        text: format!("{env}{}\n", sections.join("\n\n")),
        importers,
    }
}

/// Whether a project's entry is kept as pnpm wrote it.
fn keeps_entry(closure: &Closure, id: &str) -> bool {
    closure.verbatim && closure.importers.contains_key(id) && !(id == "." && closure.root_tools)
}

/// Appends a section with entries, if there are any: pnpm writes none that is empty.
fn push_section(sections: &mut Vec<String>, key: &str, entries: &[&str], separator: &str) {
    if !entries.is_empty() {
        let gap = if separator.len() > 1 { "\n" } else { "" };
        sections.push(format!("{key}:\n{gap}{}", entries.join(separator)));
    }
}

/// Writes a project's entry as pnpm does, without the line's end.
fn write(id: &str, importer: &Importer) -> String {
    let mut fields = Map::new();
    for (key, dependencies) in [
        ("dependencies", &importer.dependencies),
        ("devDependencies", &importer.dev_dependencies),
        ("optionalDependencies", &importer.optional_dependencies),
    ] {
        if !dependencies.is_empty() {
            fields.insert(
                key.to_owned(),
                dependencies.iter().map(entry).collect::<Map<_, _>>().into(),
            );
        }
    }
    if !importer.dependencies_meta.is_empty() {
        let meta = importer.dependencies_meta.iter();
        let meta: Map<_, _> = meta.map(|(name, meta)| (name.clone(), meta.clone())).collect();
        fields.insert("dependenciesMeta".to_owned(), meta.into());
    }
    if let Some(directory) = &importer.publish_directory {
        fields.insert("publishDirectory".to_owned(), directory.clone().into());
    }
    let mut out = String::new();
    yaml::entry(&mut out, id, &Value::Object(fields), 2);
    out.truncate(out.trim_end().len());
    out
}

fn entry((name, dependency): (&String, &ResolvedDependency)) -> (String, Value) {
    (
        name.clone(),
        json!({ "specifier": dependency.specifier, "version": dependency.version }),
    )
}

#[cfg(test)]
mod tests;
