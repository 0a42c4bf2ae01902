//! What a change moves, and what it leaves alone: a rebuild is as small as the change.

use super::*;

/// Edits a file of the table as text.
fn edit(files: &mut Files, path: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[path].clone()).unwrap();
    assert!(text.contains(from), "{path} has no {from:?}");
    files.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
}

/// The steps of `service` that a change of the files moves, by name.
async fn moved(service: &str, files: Files) -> BTreeSet<String> {
    let (before, after) = (
        built(example(), service).await.image(),
        built(files, service).await.image(),
    );
    let old: BTreeSet<_> = before.vertices().map(|vertex| vertex.digest.to_owned()).collect();
    let new = by_name(&after)
        .into_iter()
        .filter(|(_, digest)| !old.contains(digest));
    new.map(|(name, _)| name).collect()
}

#[tokio::test]
async fn another_service_may_change_as_it_likes() {
    let mut files = example();
    edit(
        &mut files,
        "services/notification/package.json",
        "\"handlebars\": \"^4.7.8\"",
        "\"handlebars\": \"^4.7.9\"",
    );
    edit(
        &mut files,
        "pnpm-lock.yaml",
        "specifier: ^4.7.8",
        "specifier: ^4.7.9",
    );
    edit(&mut files, "services/notification/tsconfig.json", "dist", "out");
    edit(&mut files, "services/notification/service.toml", "3004", "3005");
    files.insert(
        "services/notification/src/new.ts".to_owned(),
        b"export {};\n".to_vec(),
    );
    for service in ["auth", "api-gateway", "file-storage"] {
        assert_eq!(moved(service, files.clone()).await, BTreeSet::new(), "{service}");
    }
    assert!(
        moved("notification", files)
            .await
            .iter()
            .any(|step| step.starts_with("install "))
    );
}

#[tokio::test]
async fn sources_are_not_looked_at() {
    let mut files = example();
    files.insert("shared/kernel/src/new.ts".to_owned(), b"export {};\n".to_vec());
    edit(
        &mut files,
        "services/auth/src/main.ts",
        "import",
        "// changed\nimport",
    );
    for service in SERVICES {
        assert_eq!(moved(service, files.clone()).await, BTreeSet::new(), "{service}");
    }
}

#[tokio::test]
async fn scripts_and_metadata_of_a_package_leave_installs_alone() {
    let mut files = example();
    edit(&mut files, "shared/kernel/package.json", "rimraf dist && ", "");
    edit(
        &mut files,
        "shared/kernel/package.json",
        "\"main\"",
        "\"description\": \"The kernel\",\n  \"main\"",
    );
    assert_eq!(moved("auth", files).await, BTreeSet::new());
}

#[tokio::test]
async fn a_development_dependency_leaves_production_alone() {
    let mut files = example();
    let lock = String::from_utf8(files["pnpm-lock.yaml"].clone()).unwrap();
    let at = lock.find("  services/auth:").unwrap();
    let (before, own) = lock.split_at(at);
    let own = own.replacen("specifier: ^5.0.2", "specifier: ^5.0.1", 1);
    files.insert("pnpm-lock.yaml".to_owned(), format!("{before}{own}").into_bytes());
    edit(
        &mut files,
        "services/auth/package.json",
        "\"@types/bcrypt\": \"^5.0.2\"",
        "\"@types/bcrypt\": \"^5.0.1\"",
    );
    let moved = moved("auth", files).await;
    let installs: Vec<_> = moved.iter().filter(|step| step.starts_with("install ")).collect();
    let is_service = |step: &&String| !step.contains(" for ") && !step.contains("production");
    assert!(
        installs.iter().copied().all(|step| is_service(&step)),
        "{installs:?}"
    );
    assert!(!installs.is_empty());
    assert!(!moved.contains("layer of production dependencies"), "{moved:?}");
    assert!(!moved.contains("build @erp/shared-kernel"), "{moved:?}");
}

#[tokio::test]
async fn a_port_moves_no_step() {
    let mut files = example();
    edit(
        &mut files,
        "services/api-gateway/service.toml",
        "port = 3001",
        "port = 3101",
    );
    assert_eq!(
        by_name(&built(files.clone(), "api-gateway").await.image()),
        by_name(&built(example(), "api-gateway").await.image())
    );
    assert_ne!(
        built(files, "api-gateway").await.config(),
        built(example(), "api-gateway").await.config()
    );
}
