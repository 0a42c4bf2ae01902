//! One workspace, resolved by three majors of pnpm: services `apps/{a,b,inj}`, packages
//! `libs/{kernel,infra,ui,testkit,empty}`, with overrides, a patch, an alias, peers, an injected package, a
//! directory outside the workspace and (from pnpm 9 on) catalogs.

use std::collections::BTreeMap;

use super::lockfile::Lockfile;
use crate::diagnostic::SourceFile;
use crate::kinds::node::workspace::ImporterId;
use crate::kinds::node::workspace::package_json::PackageJson;

pub(in crate::kinds::node) const PNPM_8: &str = include_str!("fixtures/pnpm-8.yaml");
pub(in crate::kinds::node) const PNPM_9: &str = include_str!("fixtures/pnpm-9.yaml");
pub(in crate::kinds::node) const PNPM_12: &str = include_str!("fixtures/pnpm-12.yaml");
pub(in crate::kinds::node) const ALL: [&str; 3] = [PNPM_8, PNPM_9, PNPM_12];

/// A package.json with every field that a build or an install reads, some of them odd.
pub(in crate::kinds::node) const SERVICE: &str = r#"{
  "name": "@x/a",
  "version": "1.0.0",
  "scripts": {"build": "tsc", "odd": 1},
  "packageManager": "pnpm@9.15.9",
  "devEngines": {"packageManager": {"name": "pnpm"}},
  "main": "dist/main.js",
  "bin": "cli.js",
  "engines": {"node": ">=20"},
  "dependencies": {"z": "1", "a": "workspace:*"},
  "devDependencies": {"t": "^5"},
  "peerDependencies": {"p": "*", "q": "*"},
  "peerDependenciesMeta": {"q": {"optional": true}, "p": {"optional": false}},
  "dependenciesMeta": {"a": {"injected": true}, "t": {"injected": true}},
  "publishConfig": {"directory": "dist", "access": "public"},
  "resolutions": {"z": "$t"},
  "pnpm": {"overrides": {"a>b": "$z", "c": "$gone"}, "onlyBuiltDependencies": ["e"]},
  "workspaces": {"packages": ["x/*"]}
}"#;

pub(in crate::kinds::node) fn lockfile(text: &str) -> Lockfile {
    Lockfile::parse(&SourceFile::new("pnpm-lock.yaml", text)).unwrap()
}

/// Returns the messages with which a lockfile is refused.
pub(in crate::kinds::node) fn refusal(text: &str) -> String {
    Lockfile::parse(&SourceFile::new("pnpm-lock.yaml", text))
        .unwrap_err()
        .to_string()
}

pub(in crate::kinds::node) fn manifest(text: &str) -> PackageJson {
    PackageJson::parse(&SourceFile::new("package.json", text)).unwrap()
}

pub(in crate::kinds::node) fn ids(ids: &[&str]) -> Vec<ImporterId> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// The manifests of the workspace, as far as the tests need them.
pub(in crate::kinds::node) fn manifests() -> BTreeMap<ImporterId, PackageJson> {
    [
        (".", r#"{"name": "fixture"}"#),
        ("apps/a", r#"{"name": "@x/a"}"#),
        ("apps/inj", r#"{"name": "@x/inj"}"#),
        ("libs/kernel", r#"{"name": "@x/kernel"}"#),
        (
            "libs/infra",
            r#"{"name": "@x/infra", "peerDependencies": {"react": "^18", "react-dom": "*"},
                "peerDependenciesMeta": {"react-dom": {"optional": true}}}"#,
        ),
        (
            "libs/ui",
            r#"{"name": "@x/ui", "peerDependencies": {"react": "*"}}"#,
        ),
    ]
    .into_iter()
    .map(|(id, text)| (id.to_owned(), manifest(text)))
    .collect()
}

/// Returns pnpm 9 with the lockfile that it resolved.
pub(in crate::kinds::node) fn manager() -> crate::kinds::node::Manager {
    let lockfile = lockfile(PNPM_9);
    let version = super::PnpmVersion::choose(super::version::Inputs {
        requested: Some(("9.15.9", None)),
        root: None,
        workspace: None,
        lockfile: Some(&lockfile),
    });
    crate::kinds::node::Manager::Pnpm(Box::new(super::Pnpm {
        lockfiles: super::Lockfiles::Shared(Box::new(lockfile)),
        workspace_file: None,
        npmrc: None,
        version: version.unwrap(),
        settings: super::Settings::read(9, super::settings::Sources::default()),
    }))
}
