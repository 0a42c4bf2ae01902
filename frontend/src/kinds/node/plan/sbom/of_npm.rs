//! The same of npm's lockfile: the packages at the locations of a closure, and what each finds from there.

use std::collections::BTreeMap;

use super::{without_userinfo, workspace_key};
use crate::kinds::node::npm::lockfile::{Entry, location_of};
use crate::kinds::node::npm::{Closure, Lockfile};
use crate::path::normalize;
use crate::plan::Component;

/// Adds what is at the locations of a closure, and what its projects depend on.
pub(super) fn add(lockfile: &Lockfile, tree: &Closure, components: &mut BTreeMap<String, Component>) {
    for (id, fields) in &tree.members {
        let around = lockfile.around(location_of(id));
        let found = fields.iter().filter_map(|(_, name, _)| around.find(name));
        let keys: Vec<String> = found.filter_map(|found| key(lockfile, tree, found)).collect();
        if let Some(component) = components.get_mut(&workspace_key(id)) {
            component.dependencies.extend(keys);
        }
    }
    for location in &tree.locations {
        let Some(entry) = lockfile.get(location).filter(|entry| entry.link.is_none()) else {
            continue;
        };
        let around = lockfile.around(location);
        let fields = [&entry.fields.dependencies, &entry.fields.optional];
        let names = fields.into_iter().flat_map(BTreeMap::keys);
        let found = names.filter_map(|name| around.find(name));
        let keys: Vec<String> = found.filter_map(|found| key(lockfile, tree, found)).collect();
        let component = components
            .entry(package_key(location, entry))
            .or_insert_with(|| Component {
                name: entry.name(location).to_owned(),
                version: entry.version.clone(),
                integrity: entry.integrity.clone(),
                location: download_location(entry),
                ..Component::default()
            });
        component.dependencies.extend(keys);
    }
}

/// Returns the key of what lies at a location of the closure.
fn key(lockfile: &Lockfile, tree: &Closure, location: &str) -> Option<String> {
    let entry = lockfile
        .get(location)
        .filter(|_| tree.locations.contains(location))?;
    Some(match &entry.link {
        Some(target) => workspace_key(&normalize(target)),
        None => package_key(location, entry),
    })
}

fn package_key(location: &str, entry: &Entry) -> String {
    format!(
        "{}@{}",
        entry.name(location),
        entry.version.as_deref().unwrap_or_default()
    )
}

/// Returns where a package comes from, unless that is the registry's usual place for it.
fn download_location(entry: &Entry) -> Option<String> {
    let address = entry
        .resolved
        .as_deref()
        .filter(|address| address.starts_with("http"))?;
    let is_of_registry = address.contains("/-/");
    (!is_of_registry).then(|| without_userinfo(address))
}
