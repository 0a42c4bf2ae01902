//! An author who uses small real packages.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use crate::harness::workspace::{Files, way, within};

/// Packages with ranges of them: with dependencies, peers, optional ones for one platform, a program.
const PACKAGES: [(&str, &str); 24] = [
    ("ms", "2.1.3"),
    ("ms", "^2.0.0"),
    ("ms", "2.0.0"),
    ("debug", "4.3.4"),
    ("debug", "^2.6.9"),
    ("is-odd", "3.0.1"),
    ("is-number", "7.0.0"),
    ("is-number", "^6.0.0"),
    ("semver", "^7.5.0"),
    ("semver", "6.3.1"),
    ("lru-cache", "6.0.0"),
    ("react", "18.2.0"),
    ("react", "17.0.2"),
    ("react-dom", "^18.2.0"),
    ("use-sync-external-store", "1.2.0"),
    ("chokidar", "3.6.0"),
    ("ws", "8.17.0"),
    ("@sindresorhus/is", "4.6.0"),
    ("@types/ms", "0.7.34"),
    ("kind-of", "^6.0.0"),
    ("fsevents", "2.3.3"),
    ("string_decoder", "1.3.0"),
    ("supports-color", "^8.0.0"),
    ("mkdirp", "1.0.4"),
];

/// Directories of projects, each in its place; the second one is the service's.
const DIRECTORIES: [&str; 8] = [
    ".",
    "apps/service",
    "libs/kernel",
    "libs/kernel/sub",
    "libs/[id]",
    "libs/a b",
    "libs/x.y",
    "packages/deep/er",
];

/// Settings of the root, as package.json has them.
const SETTINGS: [&str; 7] = [
    r#"{ "overrides": { "ms": "2.1.2" } }"#,
    r#"{ "overrides": { "debug>ms": "2.0.0" } }"#,
    r#"{ "overrides": { "is-number": "-" } }"#,
    r#"{ "packageExtensions": { "is-odd": { "dependencies": { "kind-of": "6.0.3" } } } }"#,
    r#"{ "packageExtensions": { "ms": { "peerDependencies": { "react": "*" } } } }"#,
    r#"{ "patchedDependencies": { "is-odd@3.0.1": "patches/is-odd.patch" } }"#,
    r#"{ "allowUnusedPatches": true, "ignoredOptionalDependencies": ["fsevents"] }"#,
];

const PATCH: &str = "diff --git a/index.js b/index.js\n--- a/index.js\n+++ b/index.js\n@@ -16,3 +16,5 @@\n   }\n   return \
    false;\n };\n+\n+module.exports.patched = true;\n";

const COPY_ALL: &str = "inject-workspace-packages=true";

const NPMRC: [&str; 7] = [
    "link-workspace-packages=true",
    "auto-install-peers=false",
    "dedupe-peer-dependents=false",
    COPY_ALL,
    "dedupe-injected-deps=false",
    "shamefully-hoist=true",
    "resolution-mode=lowest-direct",
];

const FIELDS: [&str; 3] = ["dependencies", "optionalDependencies", "devDependencies"];

/// A workspace, and the pnpm that its author uses.
#[derive(Clone)]
pub(super) struct Author {
    pub(super) program: PathBuf,
    projects: Vec<Project>,
    settings: Option<&'static str>,
    npmrc: Vec<&'static str>,
    /// Whether projects are copied, or linked by their directories; pnpm writes links of copies that lead nowhere.
    copies: bool,
}

#[derive(Clone, Debug)]
struct Project {
    dependencies: Vec<Dependency>,
    is_peer: Option<Index>,
}

#[derive(Clone, Debug)]
struct Dependency {
    field: &'static str,
    to: Index,
    style: u8,
}

/// Returns workspaces of a handful of projects.
pub(super) fn workspaces(programs: Vec<PathBuf>) -> impl Strategy<Value = Author> {
    let dependency = (prop::sample::select(&FIELDS[..]), any::<Index>(), any::<u8>());
    let dependency = dependency.prop_map(|(field, to, style)| Dependency { field, to, style });
    let project = (
        prop::collection::vec(dependency, 0..6),
        prop_oneof![3 => Just(None), 1 => any::<Index>().prop_map(Some)],
    );
    let project = project.prop_map(|(dependencies, is_peer)| Project {
        dependencies,
        is_peer,
    });
    let parts = (
        prop::sample::select(programs),
        prop::collection::vec(project, 2..=DIRECTORIES.len()),
        prop_oneof![2 => Just(None), 1 => prop::sample::select(&SETTINGS[..]).prop_map(Some)],
        prop_oneof![2 => Just(Vec::new()), 1 => prop::sample::subsequence(&NPMRC[..], 1..3)],
        any::<bool>(),
    );
    parts.prop_map(|(program, projects, settings, mut npmrc, copies)| {
        npmrc.retain(|line| copies || *line != COPY_ALL);
        Author {
            program,
            projects,
            settings,
            npmrc,
            copies,
        }
    })
}

impl Author {
    /// Returns the service's directory.
    pub(super) fn service(&self) -> &'static str {
        DIRECTORIES[1]
    }

    pub(super) fn manifest_path(&self) -> String {
        within(self.service(), "service.toml")
    }

    /// Whether a project has peers.
    pub(super) fn has_peers(&self) -> bool {
        self.projects.iter().any(|project| project.is_peer.is_some())
    }

    /// Returns all files but the lockfile.
    pub(super) fn files(&self) -> Files {
        let mut files = Files::new();
        let mut add = |path: &str, text: String| _ = files.insert(path.to_owned(), text.into_bytes());
        for (number, directory) in DIRECTORIES.into_iter().enumerate().take(self.projects.len()) {
            add(
                &within(directory, "package.json"),
                format!("{:#}\n", self.package_json(number)),
            );
        }
        add(
            "pnpm-workspace.yaml",
            "packages:\n  - apps/*\n  - libs/**\n  - packages/**\n".to_owned(),
        );
        add(
            ".npmrc",
            self.npmrc.iter().map(|line| format!("{line}\n")).collect(),
        );
        add("patches/is-odd.patch", PATCH.to_owned());
        add(
            "vendor/thing/package.json",
            "{ \"name\": \"thing\", \"version\": \"1.0.0\" }\n".to_owned(),
        );
        add(&self.manifest_path(), "# syntax=vextrus/frontend\n".to_owned());
        files
    }

    /// Returns what the root is developed with.
    pub(super) fn tools(&self) -> Vec<String> {
        let root = self.package_json(0);
        let tools = root[FIELDS[2]].as_object().into_iter().flatten();
        tools.map(|(name, _)| name.clone()).collect()
    }

    /// Returns the directory of the project of that name.
    pub(super) fn directory_of(&self, wanted: &str) -> Option<&'static str> {
        let number = (0..self.projects.len()).find(|number| name(*number) == wanted)?;
        Some(DIRECTORIES[number])
    }

    fn package_json(&self, number: usize) -> Value {
        let Project {
            dependencies,
            is_peer,
        } = &self.projects[number];
        let mut json = json!({ "name": name(number), "version": "1.0.0", "private": true });
        let mut fields: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        let mut injected = Map::new();
        for dependency in dependencies {
            let (alias, specifier) = self.leads_to(number, dependency);
            if self.copies && dependency.style % 8 == 7 && specifier.starts_with("workspace:") {
                injected.insert(alias.clone(), json!({ "injected": true }));
            }
            let is_taken = fields.values().any(|field| field.contains_key(&alias));
            // What the root needs when it runs, pnpm installs for every project.
            let field = if number == 0 { FIELDS[2] } else { dependency.field };
            if !is_taken {
                fields.entry(field).or_default().insert(alias, specifier.into());
            }
        }
        if let (Some(peer), Some(field)) = (is_peer, fields.get("devDependencies")) {
            let names: Vec<&String> = field.keys().collect();
            let mut peers = Map::new();
            peers.insert((*peer.get(&names)).clone(), "*".into());
            json["peerDependencies"] = peers.into();
        }
        for (field, specifiers) in fields {
            json[field] = specifiers.into();
        }
        if !injected.is_empty() {
            json["dependenciesMeta"] = injected.into();
        }
        match number {
            0 => {
                if let Some(settings) = self.settings {
                    json["pnpm"] = serde_json::from_str(settings).unwrap();
                }
            }
            1 => json["scripts"] = json!({ "build": "tsc", "start": "node dist/main.js" }),
            _ => {}
        }
        json
    }

    /// Returns a dependency's name and specifier: a project behind this one, or a package.
    fn leads_to(&self, number: usize, dependency: &Dependency) -> (String, String) {
        let later = number + 1..self.projects.len();
        // The root has tools alone.
        if number == 0 || later.is_empty() || dependency.style.is_multiple_of(3) {
            let (name, range) = *dependency.to.get(&PACKAGES);
            return match dependency.style % 16 {
                15 => (
                    format!("{}-alias", name.replace(['@', '/'], "")),
                    format!("npm:{name}@{range}"),
                ),
                14 if number != 0 => {
                    let to = way(DIRECTORIES[number], "vendor/thing");
                    ("thing".to_owned(), format!("file:{to}"))
                }
                _ => (name.to_owned(), range.to_owned()),
            };
        }
        let to = dependency.to.index(later.len()) + later.start;
        let is_linked = self.npmrc.contains(&NPMRC[0]);
        match dependency.style % 8 {
            0 => ("other".to_owned(), format!("workspace:{}@*", name(to))),
            1 if !self.copies => (
                name(to),
                format!("link:{}", way(DIRECTORIES[number], DIRECTORIES[to])),
            ),
            2 if is_linked => (name(to), "^1.0.0".to_owned()),
            3 => (name(to), "workspace:^".to_owned()),
            _ => (name(to), "workspace:*".to_owned()),
        }
    }
}

fn name(project: usize) -> String {
    format!("@x/p{project}")
}

impl std::fmt::Debug for Author {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.program.display())?;
        for (path, text) in self.files() {
            writeln!(f, "--- {path}\n{}", String::from_utf8_lossy(&text))?;
        }
        Ok(())
    }
}
