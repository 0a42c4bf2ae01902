use super::*;
use crate::diagnostic::SourceFile;
use crate::kinds::node::pnpm::fixtures::{PNPM_8, PNPM_9, PNPM_12, lockfile, manifest};

const BARE: &str = "lockfileVersion: '9.0'\n";

fn choose(
    requested: Option<&str>,
    root: &str,
    workspace: &str,
    lock: &str,
) -> Result<PnpmVersion, Diagnostics> {
    let root = manifest(root);
    let workspace = PnpmWorkspace::parse(&SourceFile::new("pnpm-workspace.yaml", workspace)).unwrap();
    let lockfile = lockfile(lock);
    PnpmVersion::choose(Inputs {
        requested: requested.map(|requested| (requested, None)),
        root: Some(&root),
        workspace: Some(&workspace),
        lockfile: Some(&lockfile),
    })
}

#[test]
fn the_first_that_says_it_decides() {
    let all = r#"{"packageManager": "pnpm@9.1.0+sha512.abc", "engines": {"pnpm": ">=10"},
        "devEngines": {"packageManager": {"name": "pnpm", "version": "^11.0.0"}}}"#;
    let version = |requested, root, lock| {
        let chosen = choose(requested, root, "", lock).unwrap();
        (chosen.version, chosen.reason)
    };
    assert_eq!(
        version(Some("12.0.1"), all, BARE),
        ("12.0.1".into(), "the build file's `pnpm`".into())
    );
    assert_eq!(
        version(Some("10"), all, BARE),
        ("10.34.9".into(), "the build file's `pnpm` is `10`".into())
    );
    assert_eq!(
        version(None, all, BARE),
        ("9.1.0".into(), "`packageManager` in package.json".into())
    );
    assert_eq!(
        choose(None, all, "", BARE).unwrap().hash.as_deref(),
        Some("sha512.abc")
    );
    let dev = r#"{"devEngines": {"packageManager": [{"name": "npm"}, {"name": "pnpm", "version": "^11.0.0"}]}, "engines": {"pnpm": "9"}}"#;
    assert_eq!(version(None, dev, BARE).0, "11.28.11");
    for (range, lock, want) in [
        (">=8", PNPM_8, "8.15.9"),
        (">=8", PNPM_9, "9.15.9"),
        (">=8", PNPM_12, "11.28.11"),
        (">=10 <11", PNPM_9, "10.34.9"),
        ("~9.4.0", PNPM_9, "9.4.0"),
        ("9.5.0", PNPM_9, "9.5.0"),
        ("*", PNPM_9, "9.15.9"),
    ] {
        let root = format!(r#"{{"engines": {{"pnpm": "{range}"}}}}"#);
        assert_eq!(choose(None, &root, "", lock).unwrap().version, want, "{range}");
    }
}

#[test]
fn else_the_files_tell_who_wrote_them() {
    let sha = format!("{BARE}pnpmfileChecksum: sha256-abc\n");
    let multi = format!("---\n{BARE}\n---\n{BARE}");
    let ten = PNPM_9.replace(
        "hash: dn5uyadxmhbzo4llkjmckx24qq",
        &format!("hash: {}", "a1".repeat(32)),
    );
    for (workspace, lock, want) in [
        ("packages: [a]\n", PNPM_8, "8.15.9"),
        ("packages: [a]\ncatalog:\n  a: '1'\n", PNPM_9, "9.15.9"),
        ("nodeLinker: hoisted\n", BARE, "10.34.9"),
        ("packages: [a]\n", BARE, "10.34.9"),
        ("", sha.as_str(), "10.34.9"),
        ("", ten.as_str(), "10.34.9"),
        ("", PNPM_12, "11.28.11"),
        ("", multi.as_str(), "11.28.11"),
    ] {
        let chosen = choose(None, "{}", workspace, lock).unwrap();
        assert_eq!(chosen.version, want, "{}", chosen.reason);
        assert!(chosen.reason.starts_with("no file names a version, and "));
        assert_eq!(Some(chosen.major), major(want));
    }
    assert_eq!(PnpmVersion::choose(Inputs::default()).unwrap().major, 10);
}

#[test]
fn what_cannot_be_is_an_error_where_it_is_said() {
    for (root, lock, want) in [
        (
            r#"{"packageManager": "yarn@4.0.0"}"#,
            BARE,
            "package.json:1: `packageManager` in package.json is `yarn@4.0.0`, but the workspace is built with pnpm",
        ),
        (r#"{"packageManager": "pnpm"}"#, BARE, "names no exact version"),
        (
            r#"{"packageManager": "pnpm@9"}"#,
            BARE,
            "names no exact version; write one such as \"pnpm@9.15.9\"",
        ),
        (
            r#"{"packageManager": "pnpm@https://x/p.tgz"}"#,
            BARE,
            "names no exact version",
        ),
        (
            "{\n\"engines\": {\n\"pnpm\": \"latest\"}}",
            BARE,
            "package.json:3: `engines.pnpm` in package.json is `latest`, which is no version",
        ),
        (
            r#"{"packageManager": "pnpm@7.33.0"}"#,
            BARE,
            "pnpm 7.33.0 (`packageManager` in package.json) is not supported; use pnpm 8 to 12, such as 10.34.9",
        ),
        (
            r#"{"packageManager": "pnpm@10.0.0"}"#,
            PNPM_8,
            "cannot read pnpm-lock.yaml; write it with `pnpm install --lockfile-only` of that version or use pnpm 8.15.9",
        ),
        (
            r#"{"packageManager": "pnpm@8.15.9"}"#,
            BARE,
            "cannot read pnpm-lock.yaml",
        ),
    ] {
        let error = choose(None, root, "", lock).unwrap_err().to_string();
        assert!(error.contains(want), "{root}: {error}");
    }
}
