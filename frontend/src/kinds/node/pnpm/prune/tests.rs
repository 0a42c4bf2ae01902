use super::*;
use crate::kinds::node::pnpm::closure::Scope;
use crate::kinds::node::pnpm::fixtures::{ALL, PNPM_9, ids, lockfile, manifests};

const DEVELOPMENT: Scope<'_> = Scope::Development { include_root: false };

fn closure(lock: &Lockfile, start: &[&str], scope: Scope<'_>) -> Closure {
    Closure::of(lock, &ids(start), scope).unwrap()
}

fn all(lock: &Lockfile) -> Vec<&str> {
    lock.importer_ids().collect()
}

#[test]
fn all_projects_keep_everything() {
    for text in ALL {
        let lock = lockfile(text);
        assert_eq!(prune(&lock, &closure(&lock, &all(&lock), DEVELOPMENT)).text, text);
    }
}

#[test]
fn the_package_managers_document_stays() {
    let text = format!(
        "---\nlockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    configDependencies: {{}}\n\n---\n{PNPM_9}"
    );
    let lock = lockfile(&text);
    assert_eq!(prune(&lock, &closure(&lock, &all(&lock), DEVELOPMENT)).text, text);
}

#[test]
fn what_is_outside_the_closure_goes() {
    for text in ALL {
        let lock = lockfile(text);
        let pruned = prune(&lock, &closure(&lock, &["apps/b"], DEVELOPMENT)).text;
        let again = lockfile(&pruned);
        assert_eq!(all(&again), [".", "apps/b", "libs/kernel"]);
        let names: Vec<String> = again
            .dep_paths()
            .filter_map(|p| p.name().map(str::to_owned))
            .collect();
        assert_eq!(names, ["fsevents", "kind-of", "ms"]);
        assert!(pruned.contains("  .: {}\n"));
        assert_eq!(again.overrides(), lock.overrides());
        assert_eq!(again.patched_dependencies(), lock.patched_dependencies());
        assert_eq!(again.catalogs(), lock.catalogs());
    }
}

#[test]
fn kept_entries_are_pnpms_own_bytes() {
    for text in ALL {
        let lock = lockfile(text);
        let pruned = prune(&lock, &closure(&lock, &["apps/inj"], DEVELOPMENT)).text;
        for line in pruned.lines().filter(|line| *line != "  .: {}") {
            assert!(text.contains(line), "{line}");
        }
    }
}

#[test]
fn pruning_twice_changes_nothing() {
    let manifests = manifests();
    for text in ALL {
        for scope in [
            DEVELOPMENT,
            Scope::Production {
                manifests: &manifests,
                of_root: &BTreeSet::new(),
            },
        ] {
            for start in ["apps/a", "apps/b", "apps/inj", "libs/empty", "."] {
                let lock = lockfile(text);
                let once = prune(&lock, &closure(&lock, &[start], scope));
                let lock = lockfile(&once.text);
                let twice = prune(&lock, &closure(&lock, &[start], scope));
                assert_eq!(once, twice, "{start}");
            }
        }
    }
}

#[test]
fn an_unrelated_change_leaves_the_text_alone() {
    let changed = PNPM_9
        .replace("ms:\n        specifier: 2.1.3", "ms:\n        specifier: ^2.1.3")
        .replace("semver@7.6.0", "semver@7.6.1")
        .replace("version: 7.6.0", "version: 7.6.1");
    assert_ne!(changed, PNPM_9);
    let (before, after) = (lockfile(PNPM_9), lockfile(&changed));
    for scope in [
        DEVELOPMENT,
        Scope::Production {
            manifests: &manifests(),
            of_root: &BTreeSet::new(),
        },
    ] {
        assert_eq!(
            prune(&before, &closure(&before, &["apps/a"], scope)).text,
            prune(&after, &closure(&after, &["apps/a"], scope)).text
        );
    }
}

#[test]
fn production_projects_are_written_anew() {
    let lock = lockfile(PNPM_9);
    let manifests = manifests();
    let pruned = prune(
        &lock,
        &closure(
            &lock,
            &["apps/inj", "apps/a"],
            Scope::Production {
                manifests: &manifests,
                of_root: &BTreeSet::new(),
            },
        ),
    );
    let start = pruned.text.find("importers:").unwrap();
    let end = pruned.text.find("packages:").unwrap();
    insta::assert_snapshot!(&pruned.text[start..end]);
}

#[test]
fn a_single_projects_lockfile_is_pruned_too() {
    let text = "lockfileVersion: '6.0'\n\ndependencies:\n  a:\n    specifier: '1'\n    version: 1.0.0\n\ndevDependencies:\n  b:\n    specifier: '1'\n    version: 1.0.0\n\npackages:\n\n  /a@1.0.0:\n    resolution: {integrity: x}\n\n  /b@1.0.0:\n    resolution: {integrity: x}\n\ntime:\n  /a@1.0.0: '2020-01-01T00:00:00.000Z'\n  /b@1.0.0: '2020-01-01T00:00:00.000Z'\n";
    let lock = lockfile(text);
    let pruned = prune(
        &lock,
        &closure(
            &lock,
            &["."],
            Scope::Production {
                manifests: &BTreeMap::new(),
                of_root: &BTreeSet::new(),
            },
        ),
    );
    assert_eq!(
        pruned.text,
        "lockfileVersion: '6.0'\n\nimporters:\n\n  .:\n    dependencies:\n      a:\n        specifier: '1'\n        version: 1.0.0\n\npackages:\n\n  /a@1.0.0:\n    resolution: {integrity: x}\n\ntime:\n  /a@1.0.0: '2020-01-01T00:00:00.000Z'\n"
    );
}

#[test]
fn a_large_lockfile_is_pruned_to_what_is_reached() {
    let mut importers = String::new();
    let mut packages = String::new();
    let mut snapshots = String::new();
    for i in 0..40 {
        importers += &format!(
            "\n  s{i:02}:\n    dependencies:\n      p{0:04}:\n        specifier: ^1.0.0\n        version: 1.0.0\n",
            i * 100
        );
    }
    // Forty chains of a hundred packages, one a service.
    for i in 0..4_000 {
        packages +=
            &format!("\n  p{i:04}@1.0.0:\n    resolution: {{integrity: x}}\n    engines: {{node: '>=12'}}\n");
        let next = if i % 100 < 99 {
            format!("dependencies:\n      p{:04}: 1.0.0", i + 1)
        } else {
            "optional: true".into()
        };
        snapshots += &format!("\n  p{i:04}@1.0.0:\n    {next}\n");
    }
    let text = format!(
        "lockfileVersion: '9.0'\n\nimporters:\n{importers}\npackages:\n{packages}\nsnapshots:\n{snapshots}"
    );
    let lock = lockfile(&text);
    let closure = closure(&lock, &["s03", "s07", "s20", "s33"], DEVELOPMENT);
    assert_eq!(closure.packages.len(), 400);
    assert_eq!(lockfile(&prune(&lock, &closure).text).dep_paths().count(), 400);
}

#[test]
fn packages_from_git_and_from_addresses_are_kept_as_written() {
    let text = "lockfileVersion: '9.0'

importers:

  .: {}

  app:
    dependencies:
      archive:
        specifier: https://host/archive.tgz
        version: https://host/archive.tgz
      cloned:
        specifier: git+ssh://git@host/cloned.git
        version: git+ssh://git@host/cloned.git#0a1b

  other:
    dependencies:
      hosted:
        specifier: github:owner/hosted
        version: https://codeload.github.com/owner/hosted/tar.gz/2c3d

packages:

  archive@https://host/archive.tgz:
    resolution: {integrity: sha512-x, tarball: https://host/archive.tgz}
    version: 1.0.0

  cloned@git+ssh://git@host/cloned.git#0a1b:
    resolution: {commit: 0a1b, repo: ssh://git@host/cloned.git, type: git}
    version: 1.0.0

  hosted@https://codeload.github.com/owner/hosted/tar.gz/2c3d:
    resolution: {gitHosted: true, tarball: https://codeload.github.com/owner/hosted/tar.gz/2c3d}
    version: 1.0.0

snapshots:

  archive@https://host/archive.tgz: {}

  cloned@git+ssh://git@host/cloned.git#0a1b:
    dependencies:
      archive: https://host/archive.tgz

  hosted@https://codeload.github.com/owner/hosted/tar.gz/2c3d: {}
";
    let lock = lockfile(text);
    assert_eq!(
        prune(&lock, &closure(&lock, &[".", "app", "other"], DEVELOPMENT)).text,
        text
    );
    let pruned = prune(&lock, &closure(&lock, &["app"], DEVELOPMENT)).text;
    let kept: Vec<String> = lockfile(&pruned)
        .dep_paths()
        .map(|path| path.to_string())
        .collect();
    assert_eq!(
        kept,
        [
            "archive@https://host/archive.tgz",
            "cloned@git+ssh://git@host/cloned.git#0a1b"
        ]
    );
    assert!(!pruned.contains("hosted"));
}
