//! The lockfile and the manifests that `npm ci` takes for one closure.
//!
//! Locations and entries of packages stay as npm wrote them. What is written anew is the root, which names the projects of
//! the closure alone, and the projects' entries without what an install does not read.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Npm;
use super::closure::Closure;
use super::lockfile::{Fields, location_of};
use crate::kinds::node::workspace::package_json::insert;
use crate::kinds::node::workspace::{ImporterId, PackageJson};

/// How deep `overrides` are followed.
const DEEPEST: usize = 64;

/// The files of an install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruned {
    /// The text of `package-lock.json`.
    pub lockfile: String,
    /// The text of each project's package.json.
    pub manifests: BTreeMap<ImporterId, String>,
}

/// Reduces a workspace to a closure. The root's package.json is always among what is written.
///
/// Scripts are left out, so that none of a project runs in an install, and `packageManager` and `devEngines`, which npm
/// refuses where they mean another version.
pub fn prune(npm: &Npm, closure: &Closure, manifests: &BTreeMap<ImporterId, &PackageJson>) -> Pruned {
    let nothing = Fields::default();
    let members = closure.members.keys().map(String::as_str).filter(|id| *id != ".");
    let members: Vec<&str> = members.collect();
    let root = closure.members.get(".").unwrap_or(&nothing);
    let mut of_root = project(root, manifests.get(".").copied());
    let workspaces: Vec<&str> = members
        .iter()
        .copied()
        .filter(|id| npm.workspaces.contain(id))
        .collect();
    if !workspaces.is_empty() {
        of_root.insert("workspaces".to_owned(), json!(workspaces));
    }
    let mut packages = Map::new();
    packages.insert(String::new(), of_root.clone().into());
    let mut written = BTreeMap::new();
    let mut entries: BTreeMap<&str, Value> = BTreeMap::new();
    for id in members {
        let fields = closure.members.get(id).unwrap_or(&nothing);
        let text = project(fields, manifests.get(id).copied());
        written.insert(id.to_owned(), pretty(text.clone()));
        entries.insert(location_of(id), text.into());
    }
    for location in &closure.locations {
        if let Some(entry) = npm.lockfile.get(location) {
            entries.insert(location, entry.raw.clone().into());
        }
    }
    packages.extend(
        entries
            .into_iter()
            .map(|(location, entry)| (location.to_owned(), entry)),
    );
    if let Some(manifest) = manifests.get(".") {
        settings_of_root(manifest, &mut of_root);
    }
    let name = of_root.get("name").cloned();
    written.insert(".".to_owned(), pretty(of_root));
    let mut lockfile = Map::new();
    lockfile.extend(name.map(|name| ("name".to_owned(), name)));
    lockfile.insert("lockfileVersion".to_owned(), 3.into());
    lockfile.insert("requires".to_owned(), true.into());
    lockfile.insert("packages".to_owned(), packages.into());
    Pruned {
        lockfile: pretty(lockfile),
        manifests: written,
    }
}

/// Returns what an install reads of a project.
fn project(fields: &Fields, manifest: Option<&PackageJson>) -> Map<String, Value> {
    let mut out = Map::new();
    let copy = |out: &mut Map<String, Value>, keys: &[&str]| {
        for key in keys {
            let value = manifest.and_then(|manifest| manifest.raw.get(*key));
            out.extend(value.map(|value| ((*key).to_owned(), value.clone())));
        }
    };
    copy(&mut out, &["name", "version", "private"]);
    insert(&mut out, "dependencies", &fields.dependencies);
    insert(&mut out, "devDependencies", &fields.development);
    insert(&mut out, "optionalDependencies", &fields.optional);
    insert(&mut out, "peerDependencies", &fields.peers);
    let optional = fields
        .optional_peers
        .iter()
        .filter(|name| fields.peers.contains_key(*name));
    let optional: Map<String, Value> = optional
        .map(|name| (name.clone(), json!({ "optional": true })))
        .collect();
    if !optional.is_empty() {
        out.insert("peerDependenciesMeta".to_owned(), optional.into());
    }
    copy(&mut out, &["bin", "directories", "engines", "os", "cpu", "libc"]);
    out
}

/// Adds the settings that npm reads of the root's package.json. Overrides that refer to what the root depends on say what
/// that is, since it may be left out.
fn settings_of_root(manifest: &PackageJson, out: &mut Map<String, Value>) {
    if let Some(overrides) = manifest.raw.get("overrides") {
        let mut overrides = overrides.clone();
        resolve_references(&mut overrides, manifest, DEEPEST);
        out.insert("overrides".to_owned(), overrides);
    }
    let scripts = manifest.raw.get("allowScripts");
    out.extend(scripts.map(|scripts| ("allowScripts".to_owned(), scripts.clone())));
}

fn resolve_references(overrides: &mut Value, manifest: &PackageJson, depth: usize) {
    match overrides {
        Value::String(text) => {
            let name = text.strip_prefix('$');
            let range = name.and_then(|name| {
                manifest
                    .specifier(name)
                    .or_else(|| manifest.peer_dependencies.get(name).map(String::as_str))
            });
            if let Some(range) = range {
                *text = range.to_owned();
            }
        }
        Value::Object(map) if depth > 0 => {
            for (_, value) in map {
                resolve_references(value, manifest, depth - 1);
            }
        }
        _ => {}
    }
}

/// Writes JSON with a stable order of keys.
fn pretty(map: Map<String, Value>) -> String {
    // Of a map of strings and values that were parsed from JSON: cannot fail.
    serde_json::to_string_pretty(&Value::Object(map)).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests;
