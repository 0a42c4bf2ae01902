//! The files that the author wrote.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use vextrus_frontend::kinds::node::pnpm::version::DEFAULTS;

use super::lockfile::archive;
use super::yaml::scalar;
use super::{Files, Format, Kind, Order, Package, Project, Source, To, Workspace, within};

/// Files that every workspace has.
const FILES: [(&str, &str); 6] = [
    ("tsconfig.base.json", "{ \"compilerOptions\": {} } // comment\n"),
    (".nvmrc", "22\n"),
    (
        ".npmrc",
        "//r.example/:_authToken=${NPM_TOKEN}\nregistry=https://r.example/\n",
    ),
    (".dockerignore", "# comment\n**/dist\n!libs/*/dist\n"),
    (
        "turbo.json",
        "{ \"tasks\": { \"build\": { \"dependsOn\": [\"^build\", \"gen\"] } } }",
    ),
    ("vendor/directory/package.json", "{ \"name\": \"directory\" }\n"),
];

impl Workspace {
    /// Returns all files but the lockfile.
    pub(crate) fn manifests(&self, order: Order) -> Files {
        let mut files = Files::new();
        let mut add = |path: &str, text: &str| _ = files.insert(path.to_owned(), text.into());
        for (path, text) in FILES {
            add(path, text);
        }
        for (number, project) in self.projects.iter().enumerate() {
            // What lies outside of the context is in no transfer.
            if project.directory.starts_with("..") {
                continue;
            }
            let json = ordered(self.package_json(number, project), order);
            add(
                &within(&project.directory, "package.json"),
                &format!("{json:#}\n"),
            );
            if project.has_tsconfig {
                let base = super::way(&project.directory, "tsconfig.base.json");
                let json = json!({ "extends": format!("./{base}"), "compilerOptions": { "outDir": "dist" } });
                add(&within(&project.directory, "tsconfig.json"), &json.to_string());
            }
        }
        add("pnpm-workspace.yaml", &self.workspace_file());
        let manifest = order.of(self.manifest.iter().copied());
        let lines = ["# syntax=vextrus/frontend"].into_iter().chain(manifest);
        add(&self.manifest_path(), &lines.collect::<Vec<_>>().join("\n"));
        let archives = self
            .packages
            .iter()
            .filter(|package| package.source == Source::Archive);
        for package in archives {
            add(&archive(package)[5..], "");
        }
        for path in self.patched().values() {
            add(path, "");
        }
        files
    }

    fn package_json(&self, number: usize, project: &Project) -> Value {
        let mut json = json!({ "name": project.name, "version": "1.0.0", "private": true });
        let mut scripts = Map::new();
        if project.is_built {
            scripts.insert("build".to_owned(), "tsc".into());
            scripts.insert("gen".to_owned(), "node gen.js".into());
        }
        if number == self.service {
            for (name, script) in [
                ("start", "node dist/main.js"),
                ("test", "node --test"),
                ("lint", "eslint ."),
                ("dev", "tsc -w"),
            ] {
                scripts.insert(name.to_owned(), script.into());
            }
        }
        json["scripts"] = scripts.into();
        let mut meta = Map::new();
        for kind in Kind::ALL {
            let mut specifiers = Map::new();
            for dependency in self.dependencies_of(number, &[kind]) {
                let specifier = match dependency.to {
                    // Found by its range.
                    To::Package { by_catalog: true, .. } => "catalog:".to_owned(),
                    _ => self.resolved(project, dependency).0,
                };
                specifiers.insert(dependency.alias.clone(), specifier.into());
                if dependency.is_injected() {
                    meta.insert(dependency.alias.clone(), json!({ "injected": true }));
                }
            }
            if !specifiers.is_empty() {
                json[kind.field()] = specifiers.into();
            }
        }
        if !meta.is_empty() {
            json["dependenciesMeta"] = meta.into();
        }
        if !project.peers.is_empty() {
            let peers = project.peers.iter();
            let ranges: Map<String, Value> = peers
                .clone()
                .map(|(name, _)| (name.clone(), "*".into()))
                .collect();
            let optional = peers.filter(|(_, is_optional)| *is_optional);
            let optional: Map<String, Value> = optional
                .map(|(name, _)| (name.clone(), json!({ "optional": true })))
                .collect();
            json["peerDependencies"] = ranges.into();
            json["peerDependenciesMeta"] = optional.into();
        }
        if project.directory == "." {
            json["packageManager"] = format!("pnpm@{}", self.pnpm()).into();
            let patched = self.patched();
            if !patched.is_empty() && self.format != Format::Documents {
                json["pnpm"] = json!({ "patchedDependencies": patched });
            }
        }
        json
    }

    fn workspace_file(&self) -> String {
        let mut text = "packages:\n  - '**'\n".to_owned();
        let catalog = self.catalog();
        if !catalog.is_empty() {
            text.push_str("catalog:\n");
        }
        for (name, version) in catalog {
            text += &format!("  {}: {}\n", scalar(&name), scalar(&format!("^{version}")));
        }
        let patched = self.patched();
        if !patched.is_empty() && self.format == Format::Documents {
            text.push_str("patchedDependencies:\n");
            for (package, path) in patched {
                text += &format!("  {}: {}\n", scalar(&package), scalar(&path));
            }
        }
        text
    }

    /// Returns the pnpm that wrote the lockfile.
    fn pnpm(&self) -> &'static str {
        match self.format {
            Format::V6 => DEFAULTS[0],
            Format::V9 => DEFAULTS[1],
            Format::Documents => DEFAULTS[3],
        }
    }

    /// Returns the versions of the catalog.
    pub(crate) fn catalog(&self) -> BTreeMap<String, String> {
        let dependencies = self.projects.iter().flat_map(|project| &project.dependencies);
        let used = dependencies.filter_map(|dependency| match dependency.to {
            To::Package {
                package,
                by_catalog: true,
            } => Some(package),
            _ => None,
        });
        let used: BTreeSet<usize> = used.collect();
        let used = used.into_iter().map(|package| &self.packages[package]);
        used.map(|package| (package.name.clone(), package.version.clone()))
            .collect()
    }

    /// Returns the patches of packages, by name and version.
    pub(crate) fn patched(&self) -> BTreeMap<String, String> {
        let packages = self
            .packages
            .iter()
            .enumerate()
            .filter(|(_, package)| package.is_patched);
        packages
            .map(|(number, Package { name, version, .. })| {
                (format!("{name}@{version}"), format!("patches/{number}.patch"))
            })
            .collect()
    }
}

/// Returns a package.json with its fields, and what each names, in an order; values that pnpm compares stay as they are.
fn ordered(json: Value, order: Order) -> Value {
    let Value::Object(fields) = json else { return json };
    let fields = order.of(fields).into_iter().map(|(field, value)| match value {
        Value::Object(named) if !field.ends_with("Meta") && field != "pnpm" => {
            (field, Value::Object(order.of(named).into_iter().collect()))
        }
        value => (field, value),
    });
    Value::Object(fields.collect())
}
