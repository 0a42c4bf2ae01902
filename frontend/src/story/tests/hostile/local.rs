//! Dependencies on directories and archives, and patches.

use super::*;

/// Returns the small workspace whose service depends on `x` beside its own, by a specifier that was resolved to a
/// version.
fn dependency(specifier: &str, version: &str) -> Files {
    let manifest = String::from_utf8(small()["services/app/package.json"].clone()).unwrap();
    let own = "\"@t/lib\": \"workspace:*\"";
    let manifest = manifest.replace(own, &format!("{own},\n    \"x\": \"{specifier}\""));
    let entry =
        format!("      x:\n        specifier: {specifier}\n        version: {version}\n\n  libs/lib: {{}}\n");
    let mut lockfile = LOCKFILE.replace("\n  libs/lib: {}\n", &entry);
    if let Some(directory) = version.strip_prefix("file:") {
        let resolution = format!("    resolution: {{directory: {directory}, type: directory}}\n");
        lockfile +=
            &format!("\npackages:\n\n  x@{version}:\n{resolution}\nsnapshots:\n\n  x@{version}: {{}}\n");
    }
    with([
        ("services/app/package.json", manifest),
        ("pnpm-lock.yaml", lockfile),
    ])
}

#[tokio::test]
async fn a_dependency_outside_of_the_context_is_refused() {
    for (specifier, version, from) in [
        ("file:../../../../etc", "file:../../etc", "../../etc"),
        ("file:../../..", "file:..", ".."),
        ("file:/root", "file:/root", "/root"),
        ("link:/etc", "link:/etc", "/etc"),
        ("link:../../../x", "link:../../../x", "../x"),
    ] {
        let told = refusal(dependency(specifier, version)).await;
        let said = format!(
            "services/app/package.json:5: `services/app` takes `x` from `{from}`, which is outside of the build context;"
        );
        assert!(told.starts_with(&said), "{told}");
    }
}

#[tokio::test]
async fn a_dependency_that_the_lockfile_lacks_is_looked_at_too() {
    let lock = String::from_utf8(small()["pnpm-lock.yaml"].clone()).unwrap();
    for specifier in [
        "file:../../../../etc",
        "portal:/etc",
        "link:~/x",
        "../../../x.tgz",
        "file:///etc",
    ] {
        let mut files = dependency(specifier, "link:x");
        files.insert("pnpm-lock.yaml".to_owned(), lock.clone().into_bytes());
        files.insert(
            "services/app/service.toml".to_owned(),
            b"[build]\nfrozen = false\n".to_vec(),
        );
        let told = refusal(files).await;
        let said = format!(
            "services/app/package.json:5: `services/app` declares `x` as `{specifier}`, which is outside"
        );
        assert!(told.starts_with(&said), "{told}");
    }
}

#[tokio::test]
async fn a_dependency_of_the_context_that_is_missing_is_told() {
    for (specifier, version, path) in [
        ("link:../../vendor/x", "link:../../vendor/x", "vendor/x"),
        ("file:../../vendor/x", "file:vendor/x", "vendor/x"),
        ("link:../../..vendor/x", "link:../../..vendor/x", "..vendor/x"),
    ] {
        let told = refusal(dependency(specifier, version)).await;
        let said = format!(
            "services/app/package.json:5: `services/app` takes `x` from `{path}`, and {path} is not in the build context;"
        );
        assert!(told.starts_with(&said), "{told}");
        let mut files = dependency(specifier, version);
        files.insert(format!("{path}/package.json"), b"{\"name\": \"x\"}".to_vec());
        decided_of(files).await.unwrap();
    }
}

#[tokio::test]
async fn patches_are_looked_for() {
    let yaml =
        |path: &str| format!("packages: ['services/*', 'libs/*']\npatchedDependencies:\n  x@1.0.0: {path}\n");
    let ten = r#"{"packageManager": "pnpm@10.34.9", "engines": {"node": ">=22"}}"#;
    for (path, why) in [
        ("../x.patch", "which is outside of the build context"),
        ("/etc/passwd", "which is outside of the build context"),
        (
            "patches/x.patch",
            "and patches/x.patch is not in the build context",
        ),
    ] {
        let files = with([
            ("pnpm-workspace.yaml", yaml(path)),
            ("package.json", ten.to_owned()),
        ]);
        let told = refusal(files).await;
        let said = format!("pnpm-workspace.yaml:3: the patch of `x@1.0.0` is `{path}`, {why}");
        assert!(told.starts_with(&said), "{told}");
    }
    let files = with([
        ("pnpm-workspace.yaml", yaml("patches/[x] 1.patch")),
        ("package.json", ten.to_owned()),
        ("patches/[x] 1.patch", String::new()),
    ]);
    decided_of(files).await.unwrap();
}
