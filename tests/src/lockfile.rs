//! A reader of pnpm's lockfile 9.0 of its own, so that the frontend's is not checked by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Workspace;

/// A workspace's lockfile and package manifests.
#[derive(Debug)]
pub struct Lockfile {
    document: Value,
    /// The package.json of each importer.
    manifests: BTreeMap<String, Value>,
}

/// What a production install of one importer has.
#[derive(Debug, Default)]
pub struct Resolved {
    /// Packages that must be there, as `name@version`.
    pub required: BTreeSet<String>,
    /// Packages that are there where the platform is theirs, as `name@version`.
    pub optional: BTreeSet<String>,
    /// Workspace packages, the service among them, by directory.
    pub importers: BTreeSet<String>,
}

impl Lockfile {
    /// Reads the lockfile at a workspace's root.
    pub fn of(workspace: &Workspace) -> Self {
        let document: Value =
            serde_saphyr::from_str(&workspace.read("pnpm-lock.yaml")).expect("the lockfile is YAML");
        assert_eq!(document["lockfileVersion"], "9.0");
        let importers = document["importers"]
            .as_object()
            .expect("the lockfile has importers");
        let manifest = |importer: &String| {
            let text = workspace.read(&format!("{importer}/package.json"));
            (
                importer.clone(),
                serde_json::from_str(&text).expect("package.json is JSON"),
            )
        };
        let manifests = importers.keys().map(manifest).collect();
        Self { document, manifests }
    }

    /// Returns what production needs of an importer: its dependencies, those of the workspace packages that it
    /// links, and all that these need. A linked package's peers come from the service, or, where it leaves one
    /// out, from what the package itself was locked with.
    pub fn production(&self, service: &str) -> Resolved {
        let mut resolved = Resolved::default();
        let mut importers = vec![service.to_owned()];
        let mut packages: Vec<(String, bool)> = Vec::new();
        while let Some(importer) = importers.pop() {
            if !resolved.importers.insert(importer.clone()) {
                continue;
            }
            for (field, optional) in [("dependencies", false), ("optionalDependencies", true)] {
                for (name, version) in self.locked(&importer, field) {
                    match version.strip_prefix("link:") {
                        Some(link) => importers.push(join(&importer, link)),
                        None => packages.push((format!("{name}@{version}"), optional)),
                    }
                }
            }
            let peers = self.manifests[&importer]["peerDependencies"].as_object();
            for name in peers.into_iter().flat_map(|peers| peers.keys()) {
                let version = self
                    .locked(service, "dependencies")
                    .remove(name)
                    .or_else(|| self.locked(&importer, "devDependencies").remove(name))
                    .unwrap_or_else(|| panic!("{importer} has the peer {name}, which is nowhere locked"));
                packages.push((format!("{name}@{version}"), false));
            }
        }
        let mut seen = BTreeSet::new();
        while let Some((key, optional)) = packages.pop() {
            if !seen.insert((key.clone(), optional)) {
                continue;
            }
            let package = key.split('(').next().unwrap_or_default().to_owned();
            if optional {
                &mut resolved.optional
            } else {
                &mut resolved.required
            }
            .insert(package);
            let snapshot = &self.document["snapshots"][&key];
            assert!(snapshot.is_object(), "the lockfile has no snapshot {key}");
            for (field, below) in [("dependencies", optional), ("optionalDependencies", true)] {
                for (name, version) in snapshot[field].as_object().into_iter().flatten() {
                    let version = version.as_str().expect("a version is text");
                    // An alias names the package that it stands for.
                    let known = &self.document["snapshots"][version];
                    let key = if known.is_object() {
                        version.to_owned()
                    } else {
                        format!("{name}@{version}")
                    };
                    packages.push((key, below));
                }
            }
        }
        resolved
    }

    /// Returns name and version of what one field of an importer was locked to.
    fn locked(&self, importer: &str, field: &str) -> BTreeMap<String, String> {
        let entries = self.document["importers"][importer][field].as_object();
        let entry = |(name, entry): (&String, &Value)| {
            (
                name.clone(),
                entry["version"].as_str().expect("a version is text").to_owned(),
            )
        };
        entries.into_iter().flatten().map(entry).collect()
    }
}

/// Returns a path relative to a directory as one relative to the root.
fn join(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = directory.split('/').collect();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
