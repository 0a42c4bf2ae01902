use super::*;
use crate::diagnostic::SourceFile;
use crate::kinds::node::pnpm::fixtures::{ALL, PNPM_8, PNPM_9, ids, lockfile, manifest, manifests};
use crate::kinds::node::pnpm::prune::prune;

const DEVELOPMENT: Scope<'_> = Scope::Development { include_root: false };

fn names(closure: &Closure) -> Vec<&str> {
    closure.importers.keys().map(String::as_str).collect()
}

fn packages(closure: &Closure) -> Vec<String> {
    let strip = |path: &DepPath| {
        path.as_str()
            .trim_start_matches('/')
            .replace("@x/ui@", "")
            .replace("thing@", "")
    };
    let mut packages: Vec<String> = closure.packages.iter().map(strip).collect();
    packages.sort();
    packages
}

fn edges(closure: &Closure) -> Vec<String> {
    let edge = |e: &Edge| {
        let injected = if e.injected { " injected" } else { "" };
        format!("{} {:?} {}{injected}", e.from, e.kind, e.to)
    };
    closure.edges.iter().map(edge).collect()
}

fn outside(closure: &Closure) -> BTreeSet<&str> {
    closure.outside.iter().map(|edge| edge.to.as_str()).collect()
}

#[test]
fn follows_links_and_development_dependencies_of_every_project() {
    for text in ALL {
        let closure = Closure::of(&lockfile(text), &ids(&["apps/a"]), DEVELOPMENT).unwrap();
        assert_eq!(
            names(&closure),
            ["apps/a", "libs/infra", "libs/kernel", "libs/testkit"]
        );
        assert_eq!(
            edges(&closure),
            [
                "apps/a Production libs/infra",
                "apps/a Production libs/kernel",
                "apps/a Development libs/testkit",
                "libs/infra Production libs/kernel",
                "libs/testkit Development libs/infra",
                "libs/testkit Production libs/kernel",
            ]
        );
        assert_eq!(outside(&closure), ["vendor/thing"].into());
        let packages = packages(&closure);
        for want in [
            "is-number@7.0.0",
            "is-odd@0.1.2",
            "typescript@5.4.5",
            "kind-of@2.0.0",
            "file:vendor/thing",
        ] {
            assert!(packages.iter().any(|p| p == want), "{want}: {packages:?}");
        }
        assert!(
            !packages
                .iter()
                .any(|p| p.starts_with("ms@") || p.starts_with("semver@"))
        );
    }
}

#[test]
fn includes_the_root_when_asked() {
    let lock = lockfile(PNPM_9);
    let closure = Closure::of(
        &lock,
        &ids(&["libs/kernel"]),
        Scope::Development { include_root: true },
    )
    .unwrap();
    assert_eq!(names(&closure), [".", "libs/kernel"]);
    assert!(packages(&closure).contains(&"semver@7.6.0".to_owned()));
}

#[test]
fn reaches_injected_projects() {
    for text in ALL {
        let closure = Closure::of(&lockfile(text), &ids(&["apps/inj"]), DEVELOPMENT).unwrap();
        assert_eq!(names(&closure), ["apps/inj", "libs/kernel", "libs/ui"]);
        assert_eq!(
            edges(&closure),
            [
                "apps/inj Production libs/ui injected",
                "libs/ui Production libs/kernel",
            ]
        );
        assert!(packages(&closure).contains(&"file:libs/ui(react@18.3.1)".to_owned()));
        assert!(closure.outside.is_empty());
    }
}

#[test]
fn production_takes_peers_from_the_service() {
    let manifests = manifests();
    for text in ALL {
        let scope = Scope::Production {
            manifests: &manifests,
            of_root: &BTreeSet::new(),
        };
        let closure = Closure::of(&lockfile(text), &ids(&["apps/a"]), scope).unwrap();
        assert_eq!(names(&closure), ["apps/a", "libs/infra", "libs/kernel"]);
        let infra = &closure.importers["libs/infra"];
        assert_eq!(infra.dependencies["react"].version, "18.2.0");
        assert_eq!(closure.promoted["libs/infra"]["react"].specifier, "18.2.0");
        assert!(infra.dev_dependencies.is_empty());
        // An optional peer that pnpm installed by itself is the project's own dependency.
        assert_eq!(infra.dependencies["react-dom"].version, "18.3.1(react@18.3.1)");
        assert!(!packages(&closure).contains(&"typescript@5.4.5".to_owned()));
    }
}

#[test]
fn production_falls_back_to_the_packages_own_peer() {
    let manifests = manifests();
    let scope = Scope::Production {
        manifests: &manifests,
        of_root: &BTreeSet::new(),
    };
    let closure = Closure::of(&lockfile(PNPM_8), &ids(&["libs/infra"]), scope).unwrap();
    assert_eq!(
        closure.importers["libs/infra"].dependencies["react"].version,
        "18.3.1"
    );
}

#[test]
fn a_peer_that_is_a_project_is_linked_from_where_it_is_used() {
    let lock = lockfile(
        "lockfileVersion: '9.0'\nimporters:\n  .: {}\n  s:\n    dependencies:\n      k:\n        specifier: workspace:*\n        version: link:p/k\n      l:\n        specifier: '1'\n        version: link:../libs/l\n      o:\n        specifier: link:../o\n        version: link:../o\n  s/p/k: {}\n  libs/l:\n    devDependencies:\n      t:\n        specifier: '1'\n        version: 1.0.0\npackages:\n  t@1.0.0:\n    resolution: {integrity: x}\nsnapshots:\n  t@1.0.0: {}\n",
    );
    let peers = r#"{"peerDependencies": {"k": "*", "o": "*", "t": "*", "gone": "*"}, "peerDependenciesMeta": {"t": {"optional": true}}}"#;
    let manifests = [("libs/l".to_owned(), manifest(peers))].into();
    let closure = Closure::of(
        &lock,
        &ids(&["s"]),
        Scope::Production {
            manifests: &manifests,
            of_root: &BTreeSet::new(),
        },
    )
    .unwrap();
    let l = &closure.importers["libs/l"].dependencies;
    assert_eq!(l["k"].version, "link:../../s/p/k");
    assert_eq!(
        (l["o"].specifier.as_str(), l["o"].version.as_str()),
        ("link:../../o", "link:../../o")
    );
    assert_eq!(
        l.len(),
        2,
        "neither an optional peer that only tests use nor one that nobody has: {l:?}"
    );
    assert_eq!(outside(&closure), ["o"].into());
}

#[test]
fn production_holds_what_is_asked_for_of_the_root_at_the_lockfiles_version() {
    let lock = lockfile(
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n        version: 1.0.0\n      l:\n        specifier: workspace:*\n        version: link:l\n    devDependencies:\n      b:\n        specifier: ^2\n        version: 2.0.0\n      c:\n        specifier: ^3\n        version: 3.0.0\n  l: {}\n  s: {}\npackages:\n  a@1.0.0:\n    resolution: {integrity: x}\n  b@2.0.0:\n    resolution: {integrity: x}\n  c@3.0.0:\n    resolution: {integrity: x}\nsnapshots:\n  a@1.0.0: {}\n  b@2.0.0: {}\n  c@3.0.0: {}\n",
    );
    let root = r#"{"name": "root", "dependencies": {"a": "^1", "l": "workspace:*"}, "devDependencies": {"b": "^2", "c": "^3"}}"#;
    let manifests = [(".".to_owned(), manifest(root))].into();
    let of = |names: &[&str]| {
        let of_root = names.iter().map(|name| (*name).to_owned()).collect();
        let scope = Scope::Production {
            manifests: &manifests,
            of_root: &of_root,
        };
        Closure::of(&lock, &ids(&["s"]), scope).unwrap()
    };
    assert_eq!(names(&of(&[])), ["s"]);
    let closure = of(&["b", "l", "unknown"]);
    assert_eq!(names(&closure), [".", "l", "s"]);
    assert_eq!(packages(&closure), ["b@2.0.0"]);
    let written = prune(&lock, &closure).text;
    let expected = "  .:\n    dependencies:\n      b:\n        specifier: ^2\n        version: 2.0.0\n      l:\n        specifier: workspace:*\n        version: link:l\n";
    assert!(written.contains(expected), "{written}");
    // What the lockfile does not have of the root is not declared either, or pnpm would not take it as it is.
    let reduced = manifests["."].reduced(closure.reduce("."), true);
    let reduced: serde_json::Value = serde_json::from_str(&reduced).unwrap();
    assert_eq!(
        reduced["dependencies"],
        serde_json::json!({ "b": "^2", "l": "workspace:*" })
    );
    assert_eq!(reduced.get("devDependencies"), None);
}

#[test]
fn a_link_into_a_project_is_a_dependency_on_it_and_a_copy_of_a_directory_is_not() {
    let lock = lockfile(
        "lockfileVersion: '9.0'\nimporters:\n  .: {}\n  a/s:\n    dependencies:\n      l:\n        specifier: workspace:^\n        version: link:../../p/l/dist\n      m:\n        specifier: workspace:../../p/m/build/out\n        version: link:../../p/m/build/out\n      own:\n        specifier: link:vendor/own\n        version: link:vendor/own\n      other:\n        specifier: link:../../vendor/other\n        version: link:../../vendor/other\n      f:\n        specifier: file:../../p/l/copied\n        version: file:p/l/copied\n  p/l: {}\n  p/m: {}\npackages:\n  f@file:p/l/copied:\n    resolution: {directory: p/l/copied, type: directory}\nsnapshots:\n  f@file:p/l/copied: {}\n",
    );
    let closure = Closure::of(&lock, &ids(&["a/s"]), DEVELOPMENT).unwrap();
    assert_eq!(edges(&closure), ["a/s Production p/l", "a/s Production p/m"]);
    assert_eq!(
        outside(&closure),
        ["a/s/vendor/own", "p/l/copied", "vendor/other"].into()
    );
}

#[test]
fn what_leads_nowhere_is_an_error() {
    let lock = lockfile(
        "lockfileVersion: '9.0'\nimporters:\n  a:\n    dependencies:\n      x:\n        specifier: '1'\n        version: 1.0.0\n",
    );
    let error = Closure::of(&lock, &ids(&["a"]), DEVELOPMENT)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("pnpm-lock.yaml:3: `a` leads to `x@1.0.0`"),
        "{error}"
    );
    let error = Closure::of(&lock, &ids(&["b", "c"]), DEVELOPMENT).unwrap_err();
    assert_eq!(error.iter().count(), 2);
}

#[test]
fn the_root_brings_its_tools_and_not_the_projects_that_it_links() {
    let text = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    devDependencies:\n      '@x/b':\n        specifier: workspace:*\n        version: link:b\n      ms:\n        specifier: ^2.0.0\n        version: 2.1.3\n\n  a: {}\n\n  b: {}\n\npackages:\n\n  ms@2.1.3:\n    resolution: {integrity: sha512-x}\n\nsnapshots:\n\n  ms@2.1.3: {}\n";
    let lockfile = Lockfile::parse(&SourceFile::new("pnpm-lock.yaml", text)).unwrap();
    let scope = Scope::Development { include_root: true };
    let closure = Closure::of(&lockfile, &["a".to_owned()], scope).unwrap();
    assert_eq!(closure.importers.keys().collect::<Vec<_>>(), [".", "a"]);
    assert_eq!(closure.packages.len(), 1);
    let pruned = crate::kinds::node::pnpm::prune::prune(&lockfile, &closure);
    assert!(
        pruned.text.contains("ms@2.1.3") && !pruned.text.contains("link:b"),
        "{}",
        pruned.text
    );
    // Built for itself, the root is a project like any other.
    let itself = Closure::of(&lockfile, &[".".to_owned()], scope).unwrap();
    assert!(itself.importers.contains_key("b"));
}
