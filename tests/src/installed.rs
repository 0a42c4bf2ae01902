//! A reader of npm's lockfile of its own, so that the frontend's is not checked by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Workspace;

/// A workspace's `package-lock.json`.
#[derive(Debug)]
pub struct PackageLock {
    packages: BTreeMap<String, Value>,
}

/// What a production install of one member has, by location.
#[derive(Debug, Default)]
pub struct Located {
    /// Versions of packages that must be there.
    pub required: BTreeMap<String, String>,
    /// Versions of packages that are there where the platform is theirs.
    pub optional: BTreeMap<String, String>,
    /// Links to members.
    pub links: BTreeSet<String>,
}

impl PackageLock {
    /// Reads the lockfile at a workspace's root.
    pub fn of(workspace: &Workspace) -> Self {
        let text = workspace.read("package-lock.json");
        let document: Value = serde_json::from_str(&text).expect("the lockfile is JSON");
        let packages = document["packages"]
            .as_object()
            .expect("the lockfile has packages");
        Self {
            packages: packages.clone().into_iter().collect(),
        }
    }

    /// Returns what production needs of a member.
    pub fn production(&self, member: &str) -> Located {
        let mut found = Located::default();
        let mut seen = BTreeSet::new();
        let mut todo = vec![(member.to_owned(), false)];
        while let Some((location, is_optional)) = todo.pop() {
            if !seen.insert((location.clone(), is_optional)) {
                continue;
            }
            let entry = &self.packages[&location];
            if location.contains("node_modules/") {
                let version = entry["version"].as_str().unwrap_or_default().to_owned();
                let list = if is_optional {
                    &mut found.optional
                } else {
                    &mut found.required
                };
                list.insert(location.clone(), version);
            }
            for (field, below) in [
                ("dependencies", is_optional),
                ("peerDependencies", is_optional),
                ("optionalDependencies", true),
            ] {
                for name in entry[field]
                    .as_object()
                    .into_iter()
                    .flat_map(|names| names.keys())
                {
                    if field == "peerDependencies" && entry["peerDependenciesMeta"][name]["optional"] == true
                    {
                        continue;
                    }
                    let Some(at) = self.find(&location, name) else {
                        assert!(below, "{location} needs {name}, which is nowhere locked");
                        continue;
                    };
                    match self.packages[&at]["link"].as_bool() {
                        Some(true) => {
                            let target = self.packages[&at]["resolved"]
                                .as_str()
                                .expect("a link leads somewhere");
                            todo.push((target.to_owned(), below));
                            found.links.insert(at);
                        }
                        _ => todo.push((at, below)),
                    }
                }
            }
        }
        found
    }

    /// Returns where Node finds a name from a location.
    fn find(&self, from: &str, name: &str) -> Option<String> {
        let mut directory = Some(from);
        while let Some(inside) = directory {
            let candidate = match inside {
                "" => format!("node_modules/{name}"),
                inside => format!("{inside}/node_modules/{name}"),
            };
            if self.packages.contains_key(&candidate) {
                return Some(candidate);
            }
            directory = match inside {
                "" => None,
                inside => Some(inside.rsplit_once('/').map_or("", |(parent, _)| parent)),
            };
        }
        None
    }
}
