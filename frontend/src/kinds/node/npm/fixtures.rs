//! A workspace of npm: members `apps/{api,web}` and `libs/{core,ui}`, a dependency by `file:`, an alias, what a package brings
//! along, what lies nested, optional packages of platforms, peers, and tools of the root.

use std::collections::BTreeMap;

use super::lockfile::Lockfile;
use super::scripts::Policy;
use super::{Npm, NpmVersion};
use crate::diagnostic::SourceFile;
use crate::kinds::node::workspace::globs::Globs;
use crate::kinds::node::workspace::{ImporterId, PackageJson};

pub(in crate::kinds::node) const LOCK: &str = include_str!("fixtures/package-lock.json");

pub(in crate::kinds::node) fn lockfile(text: &str) -> Lockfile {
    Lockfile::parse(&SourceFile::new("package-lock.json", text)).unwrap()
}

/// Returns the messages with which a lockfile is refused.
pub(in crate::kinds::node) fn refusal(text: &str) -> String {
    let refused = Lockfile::parse(&SourceFile::new("package-lock.json", text));
    refused.unwrap_err().to_string()
}

pub(in crate::kinds::node) fn manifest(id: &str, text: &str) -> PackageJson {
    let name = if id == "." {
        "package.json".to_owned()
    } else {
        format!("{id}/package.json")
    };
    PackageJson::parse(&SourceFile::new(name, text)).unwrap()
}

/// The manifests of the workspace.
pub(in crate::kinds::node) fn manifests() -> BTreeMap<ImporterId, PackageJson> {
    let root = r#"{"name": "w", "private": true, "workspaces": ["apps/*", "libs/*"], "scripts": {"prepare": "exit 1"},
        "packageManager": "npm@10.9.9", "devDependencies": {"tool": "^1.0.0"},
        "overrides": {"deep": "$tool", "parent": {"deep": "1.0.0"}}, "allowScripts": {"native": true}}"#;
    let api = r#"{"name": "@w/api", "version": "1.0.0", "scripts": {"build": "x", "postinstall": "exit 1"},
        "dependencies": {"@w/core": "*", "bundler": "^1.0.0", "alias": "npm:real@^2.0.0", "host": "^2.0.0"},
        "optionalDependencies": {"native": "^1.0.0"}, "devDependencies": {"tester": "^1.0.0"}}"#;
    let web = r#"{"name": "@w/web", "version": "1.0.0", "dependencies": {"@w/ui": "*", "types": "^1.0.0"}}"#;
    let core = r#"{"name": "@w/core", "version": "1.0.0", "bin": {"core": "bin/core.js"}, "dependencies": {"deep": "^2.0.0"},
        "devDependencies": {"tester": "^1.0.0"}}"#;
    let ui = r#"{"name": "@w/ui", "version": "1.0.0", "peerDependencies": {"host": "^1.0.0 || ^2.0.0"},
        "dependencies": {"local": "file:../../archives/local-1.0.0.tgz"}}"#;
    let all = [
        (".", root),
        ("apps/api", api),
        ("apps/web", web),
        ("libs/core", core),
        ("libs/ui", ui),
    ];
    all.into_iter()
        .map(|(id, text)| (id.to_owned(), manifest(id, text)))
        .collect()
}

/// npm with the lockfile.
pub(in crate::kinds::node) fn npm(text: &str) -> Npm {
    let manifests = manifests();
    let root = manifests.get(".");
    Npm {
        lockfile: lockfile(text),
        workspaces: Globs::compile("workspaces", &["apps/*".to_owned(), "libs/*".to_owned()]).unwrap(),
        npmrc: None,
        version: NpmVersion::read(root).unwrap(),
        scripts: Policy::read(root, None),
    }
}
