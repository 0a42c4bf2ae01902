//! The caches that steps share from one build to the next, by the ids that the engine knows them by.

use std::collections::BTreeSet;

use super::{Facts, Mount, Plan, Verb};

/// Returns the id of a cache: under the frontend's name, so that no Dockerfile's cache is meant by accident.
pub fn id(facts: &Facts, name: &str) -> String {
    match facts.cache_namespace.as_str() {
        "" => format!("vextrus/{name}"),
        namespace => format!("{namespace}/vextrus/{name}"),
    }
}

/// Returns the name of the cache of a system package manager's downloads in a directory, for a platform. An image that a
/// repository names has one of its own, for its programs are the repository's choice.
pub fn packages(directory: &str, platform: &str, named: Option<&str>) -> String {
    match named {
        Some(image) => format!("packages{directory}-{platform}-{image}"),
        None => format!("packages{directory}-{platform}"),
    }
}

impl Plan {
    /// Returns the ids of all caches that steps have mounted.
    pub fn caches(&self) -> BTreeSet<&str> {
        let mounts = self.steps.iter().flat_map(|step| match &step.does {
            Verb::Run(run) => run.mounts.as_slice(),
            _ => &[],
        });
        let ids = mounts.filter_map(|mount| match mount {
            Mount::Cache { id, .. } => Some(id.as_str()),
            _ => None,
        });
        ids.collect()
    }
}
