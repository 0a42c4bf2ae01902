use super::*;
use crate::kinds::node::plan::build_order::BuildOrder;
use crate::kinds::node::pnpm::fixtures::{PNPM_12, ids, lockfile, manifest};

const BARE: &str = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n";

fn separate(all: &[(&str, &str)]) -> Lockfiles {
    let all = all.iter().map(|(id, text)| ((*id).to_owned(), lockfile(text)));
    Lockfiles::Separate(all.collect())
}

fn workspace() -> Lockfiles {
    let service = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      '@x/l':\n        specifier: workspace:*\n        version: link:../../libs/l\n      v:\n        specifier: file:../../vendor/v\n        version: file:../../vendor/v\n\npackages:\n\n  v@file:../../vendor/v:\n    resolution: {directory: ../../vendor/v, type: directory}\n\nsnapshots:\n\n  v@file:../../vendor/v: {}\n";
    let library = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    devDependencies:\n      react:\n        specifier: ^18\n        version: 18.3.1\n      t:\n        specifier: link:../t\n        version: link:../t\n\npackages:\n\n  react@18.3.1:\n    resolution: {integrity: x}\n\nsnapshots:\n\n  react@18.3.1: {}\n";
    separate(&[
        (".", BARE),
        ("apps/s", service),
        ("libs/l", library),
        ("libs/t", BARE),
        ("libs/other", BARE),
    ])
}

fn names(closure: &WorkspaceClosure) -> Vec<&str> {
    closure.projects.iter().map(String::as_str).collect()
}

#[test]
fn follows_links_from_lockfile_to_lockfile() {
    let workspace = workspace();
    let scope = Scope::Development { include_root: true };
    let closure = workspace.closure(&ids(&["apps/s"]), scope).unwrap();
    assert_eq!(names(&closure), [".", "apps/s", "libs/l", "libs/t"]);
    assert_eq!(closure.local_paths.iter().collect::<Vec<_>>(), ["vendor/v"]);
    // The vendored directory is a package of the lockfile, React another.
    assert_eq!(closure.package_count(), 2);
    let order = BuildOrder::of(&closure).unwrap();
    assert_eq!(order.importers, [".", "libs/t", "libs/l", "apps/s"]);
    for (id, pruned) in workspace.prune(&closure) {
        assert_eq!(pruned.text, workspace.at(&id).unwrap().text().0);
    }
}

#[test]
fn production_takes_peers_from_the_projects_own_lockfile() {
    let workspace = workspace();
    let peer = manifest(r#"{"name": "@x/l", "peerDependencies": {"react": "*"}}"#);
    let manifests = [("libs/l".to_owned(), peer)].into();
    let scope = Scope::Production {
        manifests: &manifests,
        of_root: &BTreeSet::new(),
    };
    let closure = workspace.closure(&ids(&["apps/s"]), scope).unwrap();
    assert_eq!(names(&closure), ["apps/s", "libs/l"]);
    let pruned = workspace.prune(&closure);
    assert_eq!(pruned.keys().collect::<Vec<_>>(), [".", "apps/s", "libs/l"]);
    let library = &pruned["libs/l"].importers["."];
    assert_eq!(library.dependencies["react"].version, "18.3.1");
    assert!(library.dev_dependencies.is_empty());
    assert!(matches!(closure.reduce("libs/l"), Reduce::Production(kept) if kept == library));
    assert!(matches!(closure.reduce("."), Reduce::None));
    assert!(matches!(closure.reduce("libs/t"), Reduce::None));
}

#[test]
fn an_injected_project_is_followed_through_the_copies_of_others() {
    let injecting = |alias: &str, path: &str, deeper: &str| {
        format!(
            "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      {alias}:\n        specifier: workspace:*\n        version: file:{path}\n    dependenciesMeta:\n      {alias}:\n        injected: true\n\npackages:\n\n  {alias}@file:{path}:\n    resolution: {{directory: {path}, type: directory}}\n{deeper}"
        )
    };
    let nested = "\n  deep@file:../deep:\n    resolution: {directory: ../deep, type: directory}\n\nsnapshots:\n\n  deep@file:../deep: {}\n\n  lib@file:../lib:\n    dependencies:\n      deep: file:../deep\n";
    let plain = "\nsnapshots:\n\n  deep@file:../deep: {}\n";
    let workspace = separate(&[
        ("app", &injecting("lib", "../lib", nested)),
        ("lib", &injecting("deep", "../deep", plain)),
        ("deep", BARE),
    ]);
    let scope = Scope::Production {
        manifests: &BTreeMap::new(),
        of_root: &BTreeSet::new(),
    };
    let closure = workspace.closure(&ids(&["app"]), scope).unwrap();
    let edges: Vec<_> = closure
        .edges
        .iter()
        .map(|edge| (edge.from.as_str(), edge.to.as_str(), edge.injected))
        .collect();
    assert_eq!(
        edges,
        [("app", "deep", true), ("app", "lib", true), ("lib", "deep", true)]
    );
    assert!(matches!(closure.reduce("lib"), Reduce::Injected(_)));
    assert!(matches!(closure.reduce("app"), Reduce::Production(_)));
}

#[test]
fn one_lockfile_holds_every_project() {
    let workspace = Lockfiles::Shared(Box::new(lockfile(PNPM_12)));
    let scope = Scope::Development { include_root: false };
    let closure = workspace.closure(&ids(&["apps/a"]), scope).unwrap();
    let alone = Closure::of(workspace.at(".").unwrap(), &ids(&["apps/a"]), scope).unwrap();
    assert_eq!(closure.lockfiles["."], alone);
    assert_eq!(closure.package_count(), alone.packages.len());
    assert_eq!(workspace.of("apps/a"), (".", "apps/a"));
    assert!(workspace.at("apps/a").is_none());
    assert!(matches!(closure.reduce("apps/a"), Reduce::Development));
    let pruned = workspace.prune(&closure);
    assert_eq!(pruned.keys().collect::<Vec<_>>(), ["."]);
    assert!(pruned["."].importers.contains_key("apps/a"));
}

#[test]
fn a_start_without_lockfile_is_an_error() {
    let error = workspace().closure(&ids(&["apps/x"]), Scope::Development { include_root: false });
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("`apps/x` has no pnpm-lock.yaml of its own")
    );
}
