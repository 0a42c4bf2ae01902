//! Entries of the lockfile that do not say which bytes are meant.

use super::*;

/// Returns the small workspace whose service depends on `x` as a lockfile entry of this key and resolution.
pub(super) fn entry(version: &str, resolution: &str) -> Files {
    let manifest = String::from_utf8(small()["services/app/package.json"].clone()).unwrap();
    let own = "\"@t/lib\": \"workspace:*\"";
    let manifest = manifest.replace(own, &format!("{own}, \"x\": \"{version}\""));
    let dependency = format!("      x:\n        specifier: {version}\n        version: {version}\n");
    let lockfile = LOCKFILE.replace("\n  libs/lib", &format!("{dependency}\n  libs/lib"));
    let packages =
        format!("\npackages:\n\n  x@{version}:\n    resolution: {resolution}\n    version: 1.0.0\n");
    let lockfile = format!("{lockfile}{packages}\nsnapshots:\n\n  x@{version}: {{}}\n");
    with([
        ("services/app/package.json", manifest),
        ("pnpm-lock.yaml", lockfile),
    ])
}

#[tokio::test]
async fn what_is_downloaded_without_an_integrity_is_warned_of() {
    let url = "https://example.com/x.tgz";
    for (version, resolution, from) in [
        (url, "{tarball: https://example.com/x.tgz}", url),
        (url, "\n      tarball: https://example.com/x.tgz", url),
        (
            url,
            "{tarball: 'HTTP://example.com/{integrity: x}'}",
            "HTTP://example.com/{integrity: x}",
        ),
        ("1.0.0", "{}", "the registry"),
    ] {
        let (_, warnings) = decided_of(entry(version, resolution)).await.unwrap();
        let said =
            format!("MissingIntegrity: pnpm-lock.yaml holds `x@{version}` from {from} without an integrity");
        assert!(
            warnings.len() == 1 && warnings[0].starts_with(&said),
            "{resolution}: {warnings:?}"
        );
        assert!(warnings[0].ends_with("(pnpm-lock.yaml:20)"), "{warnings:?}");
    }
}

#[tokio::test]
async fn what_is_known_by_its_content_is_not() {
    for (version, resolution) in [
        ("1.0.0", "{integrity: sha512-x}"),
        (
            "https://example.com/x.tgz",
            "{integrity: sha512-x, tarball: https://example.com/x.tgz}",
        ),
        (
            "https://example.com/x.tgz",
            "{tarball: https://example.com/x.tgz, integrity: sha512-x}",
        ),
        (
            "https://codeload.github.com/a/x/tar.gz/0123456789012345678901234567890123456789",
            "{tarball: https://codeload.github.com/a/x/tar.gz/0123456789012345678901234567890123456789}",
        ),
        (
            "git+https://example.com/x.git#a123456789012345678901234567890123456789",
            "{commit: a123456789012345678901234567890123456789, repo: https://example.com/x.git, type: git}",
        ),
    ] {
        let (_, warnings) = decided_of(entry(version, resolution)).await.unwrap();
        assert_eq!(warnings, Vec::<String>::new(), "{resolution}");
    }
    let mut files = entry("file:vendor/x", "{directory: vendor/x, type: directory}");
    files.insert("vendor/x/package.json".to_owned(), b"{}".to_vec());
    assert_eq!(decided_of(files).await.unwrap().1, Vec::<String>::new());
}
