use super::*;
use crate::diagnostic::SourceFile;
use crate::kinds::node::pnpm::fixtures::{ids, lockfile};

const LOCK: &str = "lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

catalogs:
  default:
    c:
      specifier: ^1.0.0
      version: 1.0.0

overrides:
  o: 2.0.0
  app>p@^1: 3.0.0
  other>q: '-'

importers:

  .: {}

  app:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0
      c:
        specifier: 'catalog:'
        version: 1.0.0
      g:
        specifier: github:x/g
        version: https://codeload.github.com/x/g/tar.gz/abc
      o:
        specifier: 2.0.0
        version: 2.0.0
      p:
        specifier: 3.0.0
        version: 3.0.0
      peer:
        specifier: '*'
        version: 1.0.0
      q:
        specifier: ^1.0.0
        version: 1.0.0
    devDependencies:
      d:
        specifier: ^1.0.0
        version: 1.0.0
";

const MANIFEST: &str = r#"{
  "name": "app",
  "dependencies": {
    "a": "^1.0.0",
    "c": "catalog:",
    "g": "https://github.com/x/g.git",
    "o": "^1.0.0",
    "p": "^1.0.0",
    "q": "^1.0.0"
  },
  "devDependencies": {
    "d": "^1.0.0"
  },
  "peerDependencies": {
    "peer": "*"
  }
}"#;

const WORKSPACE: &str = "packages: [app]\ncatalog:\n  c: ^1.0.0\n  unused: '1'\n";

fn find(lock: &str, manifest: &str, workspace: &str, needed: &[&str], has_hooks: bool) -> Drift {
    let manifest = PackageJson::parse(&SourceFile::new("app/package.json", manifest)).unwrap();
    let workspace = PnpmWorkspace::parse(&SourceFile::new("pnpm-workspace.yaml", workspace)).unwrap();
    let lockfile = lockfile(lock);
    Drift::find(Inputs {
        overrides: &lockfile.overrides().clone(),
        lockfiles: &Lockfiles::Shared(Box::new(lockfile)),
        manifests: &[("app".to_owned(), manifest)].into(),
        workspace: Some(&workspace),
        needed: &ids(needed).into_iter().collect(),
        has_hooks,
    })
}

fn errors(lock: &str, manifest: &str) -> Vec<String> {
    find(lock, manifest, WORKSPACE, &["app"], false)
        .errors
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn what_pnpm_accepts_raises_no_alarm() {
    assert_eq!(errors(LOCK, MANIFEST), [""; 0]);
}

#[test]
fn names_project_dependency_and_both_specifiers() {
    assert_eq!(
        errors(LOCK, &MANIFEST.replace(r#""a": "^1.0.0""#, r#""a": "^2.0.0""#)),
        [
            "app/package.json:4: `app` declares `a` as `^2.0.0`, but pnpm-lock.yaml was written for `^1.0.0`; run `pnpm install --lockfile-only` and commit the result; `frozen = false` of `[build]` builds without that"
        ]
    );
    assert_eq!(
        errors(LOCK, &MANIFEST.replace(r#""d": "#, r#""new": "^1.0.0", "e": "#)),
        [
            "app/package.json:12: `app` declares `e` as `^1.0.0`, which pnpm-lock.yaml does not hold; run `pnpm install --lockfile-only` and commit the result; `frozen = false` of `[build]` builds without that",
            "app/package.json:12: `app` declares `new` as `^1.0.0`, which pnpm-lock.yaml does not hold; run `pnpm install --lockfile-only` and commit the result; `frozen = false` of `[build]` builds without that",
            "pnpm-lock.yaml:21: pnpm-lock.yaml holds `d` (`^1.0.0`) in `devDependencies` of `app`, which app/package.json no longer declares; run `pnpm install --lockfile-only` and commit the result; `frozen = false` of `[build]` builds without that",
        ]
    );
    let moved = MANIFEST.replace("devDependencies", "optionalDependencies");
    assert!(
        errors(LOCK, &moved)[0]
            .contains("in `optionalDependencies`, but pnpm-lock.yaml holds it in `devDependencies`")
    );
}

#[test]
fn a_peer_that_pnpm_installs_counts_as_a_dependency() {
    let without = MANIFEST.replace("\"peer\": \"*\"", "");
    assert!(errors(LOCK, &without)[0].contains("holds `peer` (`*`)"));
    let manual = LOCK.replace("autoInstallPeers: true", "autoInstallPeers: false");
    let manual = manual.replace(
        "      peer:\n        specifier: '*'\n        version: 1.0.0\n",
        "",
    );
    assert_eq!(errors(&manual, MANIFEST), [""; 0]);
}

#[test]
fn other_projects_only_warn() {
    let changed = MANIFEST.replace(r#""a": "^1.0.0""#, r#""a": "^2.0.0""#);
    let drift = find(LOCK, &changed, WORKSPACE, &["."], false);
    assert_eq!((drift.errors.len(), drift.warnings.len()), (0, 1));
}

#[test]
fn hooks_may_say_otherwise() {
    let changed = MANIFEST.replace(r#""a": "^1.0.0""#, r#""a": "^2.0.0""#);
    assert_eq!(find(LOCK, &changed, WORKSPACE, &["app"], true), Drift::default());
    let hooked = format!("{LOCK}\npnpmfileChecksum: x\n");
    assert_eq!(
        find(&hooked, &changed, WORKSPACE, &["app"], false),
        Drift::default()
    );
}

#[test]
fn a_project_that_is_not_known() {
    let lock = "lockfileVersion: '9.0'\nimporters:\n  .: {}\n";
    assert_eq!(errors(lock, r#"{"name": "app"}"#), [""; 0]);
    assert!(
        errors(lock, MANIFEST)[0]
            .starts_with("app/package.json:1: pnpm-lock.yaml does not know the project `app`")
    );
}

#[test]
fn each_project_is_compared_with_its_own_lockfile() {
    let lock = LOCK.replace("  .: {}\n\n  app:", "  .:");
    let own = |text: &str| Lockfiles::Separate([("app".to_owned(), lockfile(text))].into());
    let parse = |name: &str, text: &str| PackageJson::parse(&SourceFile::new(name, text)).unwrap();
    let find = |lockfiles: &Lockfiles, app: &str, needed: &[&str]| {
        let manifests = [
            ("app".to_owned(), parse("app/package.json", app)),
            (
                "lib".to_owned(),
                parse("lib/package.json", r#"{"dependencies": {"a": "1"}}"#),
            ),
        ];
        Drift::find(Inputs {
            lockfiles,
            manifests: &manifests.into(),
            workspace: Some(&PnpmWorkspace::parse(&SourceFile::new("pnpm-workspace.yaml", "")).unwrap()),
            overrides: &BTreeMap::new(),
            needed: &ids(needed).into_iter().collect(),
            has_hooks: false,
        })
    };
    let drift = find(&own(&lock), MANIFEST, &["lib"]);
    assert_eq!(drift.warnings, []);
    let [error] = drift.errors.as_slice() else {
        panic!("{:?}", drift.errors)
    };
    assert!(
        error
            .to_string()
            .starts_with("lib/package.json:1: the project `lib` has no pnpm-lock.yaml")
    );
    let changed = MANIFEST.replace("\"a\": \"^1.0.0\"", "\"a\": \"^2.0.0\"");
    // The workspace has no catalogs any more, which only those who need the project learn.
    let errors = find(&own(&lock), &changed, &["app"]).errors;
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(
        told.iter()
            .any(|error| error.contains("`app` declares `a` as `^2.0.0`")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|error| error.contains("of the catalog `default`")),
        "{told:?}"
    );
}

#[test]
fn a_catalog_that_changed_fails_every_build() {
    for (workspace, want) in [
        (
            "catalog:\n  c: ^2.0.0\n",
            "pnpm-workspace.yaml:1: pnpm-lock.yaml was written for `c` as `^1.0.0` of the catalog `default`, but pnpm-workspace.yaml says `^2.0.0`",
        ),
        (
            "catalogs:\n  default:\n    d: '1'\n",
            "but pnpm-workspace.yaml does not hold it",
        ),
    ] {
        let errors = find(LOCK, MANIFEST, workspace, &[], true).errors;
        assert!(errors[0].to_string().contains(want), "{errors:?}");
    }
    assert!(
        find(
            LOCK,
            MANIFEST,
            "catalogs:\n  default:\n    c: ^1.0.0\n",
            &["app"],
            false
        )
        .errors
        .is_empty()
    );
}

#[test]
fn settings_may_leave_dependencies_out() {
    let lock = format!("{LOCK}\nignoredOptionalDependencies:\n  - fsevents\n").replace(
        "autoInstallPeers: true",
        "autoInstallPeers: true\n  excludeLinksFromLockfile: true",
    );
    let manifest = MANIFEST.replace(
        "\"devDependencies\"",
        "\"optionalDependencies\": {\"fsevents\": \"2\"}, \"devDependencies\"",
    );
    assert_eq!(
        errors(&lock, &manifest.replace("\"a\":", "\"l\": \"link:../l\", \"a\":")),
        [""; 0]
    );
    assert_eq!(errors(LOCK, &manifest).len(), 1);
}

#[test]
fn takes_selectors_apart() {
    for (selector, want) in [
        ("a", (None, "a")),
        ("@s/a@>=1 <2", (None, "@s/a")),
        ("a@1>b", (Some("a"), "b")),
        ("@s/a>@s/b@^2", (Some("@s/a"), "@s/b")),
        ("a@1 || >=2>b", (Some("a"), "b")),
        ("", (None, "")),
    ] {
        assert_eq!(parent_and_child(selector), want, "{selector}");
    }
}

#[test]
fn overrides_that_differ_are_told_at_their_line() {
    let workspace = PnpmWorkspace::parse(&SourceFile::new(
        "pnpm-workspace.yaml",
        "packages: [app]\ncatalog:\n  c: ^1.0.0\noverrides:\n  o: 2.1.0\n",
    ));
    let workspace = workspace.unwrap();
    let lockfile = lockfile(LOCK);
    let overrides = [("o", "2.1.0"), ("app>p@^1", "catalog:"), ("new", "1")];
    let drift = Drift::find(Inputs {
        overrides: &overrides
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        lockfiles: &Lockfiles::Shared(Box::new(lockfile)),
        manifests: &BTreeMap::new(),
        workspace: Some(&workspace),
        needed: &BTreeSet::new(),
        has_hooks: true,
    });
    let told: Vec<String> = drift.errors.iter().map(ToString::to_string).collect();
    let expected = [
        "pnpm-workspace.yaml:4: pnpm-lock.yaml was written without the override `new` (`1`)",
        "pnpm-workspace.yaml:4: pnpm-lock.yaml was written with the override `o` as `2.0.0`, which is `2.1.0` now",
        "pnpm-workspace.yaml:4: pnpm-lock.yaml was written with an override `other>q` (`-`) that the workspace no longer has",
    ];
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}");
    }
    assert_eq!(told.len(), 3, "{told:?}");
}
