//! Where the image has the packages of the workspace.

use super::*;

const DEPLOY: &str = "# syntax=vextrus/frontend\n[run]\nlayout = \"deploy\"\n";

/// Returns the example with the service laid out as `pnpm deploy` does, and with other files.
fn deployed(more: &[(&str, &str)]) -> State {
    let mut files = example();
    files.insert("app/dist/main.js".to_owned(), Vec::new());
    for (path, text) in [("services/auth/service.toml", DEPLOY)].iter().chain(more) {
        files.insert((*path).to_owned(), text.as_bytes().to_vec());
    }
    engine(files)
}

async fn refusal(more: &[(&str, &str)]) -> String {
    let planned = planned_for(deployed(more), &request("auth")).await;
    planned
        .map(|_| ())
        .unwrap_err()
        .diagnostics()
        .unwrap()
        .to_string()
}

#[tokio::test]
async fn what_lies_elsewhere_is_installed_and_built_as_before() {
    let usual = by_name(&built(example(), "auth").await.image());
    let moved = run(deployed(&[]), request("auth")).await.unwrap();
    let differ = by_name(&moved.image()).into_iter();
    let differ = differ.filter(|(name, digest)| usual.get(name) != Some(digest));
    let names: Vec<String> = differ.map(|(name, _)| name).collect();
    insta::assert_snapshot!(names.join("\n"), @r#"
    accounts and directories
    check what the image loads
    files of the image
    image
    layer @erp/auth-service
    layer @erp/shared-infrastructure
    layer @erp/shared-kernel
    layer @erp/transactions
    layer @erp/utils
    layer of accounts, directories and the health check
    layer of production dependencies
    layer of what the check has found
    load deploy.cjs
    run install scripts of 290 production packages
    "#);
    assert_eq!(moved.config()["config"]["WorkingDir"], "/app");
}

#[tokio::test]
async fn the_service_is_the_root_and_what_it_uses_is_in_the_store() {
    let model = model_of(deployed(&[]), &request("auth")).await;
    let places = model
        .packages
        .iter()
        .filter(|package| package.runtime_output.is_some());
    let places = places.map(|package| format!("{}: {}", package.importer, package.image_directory));
    let places: Vec<String> = places.collect();
    insta::assert_snapshot!(places.join("\n"), @r#"
    shared/kernel: /app/node_modules/.pnpm/@erp+shared-kernel@workspace+shared+kernel/node_modules/@erp/shared-kernel
    shared/infrastructure: /app/node_modules/.pnpm/@erp+shared-infrastructure@workspace+shared+infrastructure/node_modules/@erp/shared-infrastructure
    shared/transactions: /app/node_modules/.pnpm/@erp+transactions@workspace+shared+transactions/node_modules/@erp/transactions
    shared/utils: /app/node_modules/.pnpm/@erp+utils@workspace+shared+utils/node_modules/@erp/utils
    services/auth: /app
    "#);
    // Another stage has the workspace as it is.
    let mut options = request("auth");
    options.target = Some("test".to_owned());
    let model = model_of(deployed(&[]), &options).await;
    let moved = model
        .packages
        .iter()
        .find(|package| package.image_directory != package.directory);
    assert!(moved.is_none(), "{moved:?}");
}

#[tokio::test]
async fn files_of_the_service_are_found_where_it_lies() {
    let text = "[run]\nlayout = \"deploy\"\nwritable = [\"uploads\"]\nfiles = [\"services/auth/data/**\", \"shared/kernel/x.json\", \"docs/a\"]\n";
    let more = [
        ("services/auth/service.toml", text),
        ("services/auth/data/a", ""),
        ("shared/kernel/x.json", ""),
        ("docs/a", ""),
    ];
    let model = model_of(deployed(&more), &request("auth")).await;
    let runtime = &image_of(&model).runtime;
    assert_eq!(runtime.writable, ["/app/uploads"]);
    let places: Vec<&str> = runtime.files.values().map(String::as_str).collect();
    let kernel =
        "/app/node_modules/.pnpm/@erp+shared-kernel@workspace+shared+kernel/node_modules/@erp/shared-kernel";
    assert_eq!(
        places,
        ["/app/docs/a", "/app/data/**", &format!("{kernel}/x.json")]
    );
}

#[tokio::test]
async fn what_is_missing_is_told_by_the_repositorys_paths() {
    let told = async |missing: Value| {
        let text = json!({ "missing": missing }).to_string();
        let built = run(
            deployed(&[("usr/lib/vextrus/loaded.json", &text)]),
            request("auth"),
        )
        .await;
        built.map(|_| ()).map_err(|failure| failure.to_string())
    };
    let kernel =
        "/app/node_modules/.pnpm/@erp+shared-kernel@workspace+shared+kernel/node_modules/@erp/shared-kernel";
    let cases = [
        json!({ "kind": "module", "name": "ms", "from": "/app/dist/main.js" }),
        json!({ "kind": "module", "name": "pg", "from": format!("{kernel}/dist/index.js") }),
        json!({ "kind": "module", "name": "tslib", "from": "/app/node_modules/.pnpm/@x+y@1.0.0/node_modules/@x/y/index.js" }),
        json!({ "kind": "file", "name": "/app/service.toml" }),
    ];
    let mut lines = Vec::new();
    for case in cases {
        lines.push(told(case).await.unwrap_err());
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    services/auth/package.json:15: the image has no `ms`, which /app/dist/main.js loads: `@erp/auth-service` does not declare `ms`; add it to `dependencies` of services/auth/package.json
    shared/kernel/package.json:2: the image has no `pg`, which /app/node_modules/.pnpm/@erp+shared-kernel@workspace+shared+kernel/node_modules/@erp/shared-kernel/dist/index.js loads: `@erp/shared-kernel` does not declare `pg`; add it to `dependencies` of shared/kernel/package.json
    services/auth/package.json:15: the image has no `tslib`, which /app/node_modules/.pnpm/@x+y@1.0.0/node_modules/@x/y/index.js loads; `@x/y` does not declare it: add `tslib` to `dependencies` of the package that uses `@x/y`, or to those of `@x/y` by `packageExtensions`
    services/auth/service.toml:2: the image has no `services/auth/service.toml`, which the service opens at its start; write `files = ["services/auth/service.toml"]` into `[run]`
    "#);
    told(json!({ "kind": "file", "name": "/app/config.json" }))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_workspace_whose_packages_cannot_be_moved_says_so() {
    let mut lines = vec![refusal(&[(".npmrc", "node-linker=hoisted\n")]).await];
    let mut manifest: Value = serde_json::from_slice(&example()["services/auth/package.json"]).unwrap();
    manifest["scripts"]["start:prod"] = "node --import tsx src/main.ts".into();
    let manifest = manifest.to_string();
    lines.push(refusal(&[("services/auth/package.json", &manifest)]).await);
    let compiled = manifest.replace(
        "--import tsx src/main.ts",
        "-r tsconfig-paths/register dist/main.js",
    );
    lines.push(refusal(&[("services/auth/package.json", &compiled)]).await);
    let writable = "# syntax=vextrus/frontend\n[run]\nlayout = \"deploy\"\nwritable = [\"./\"]\n";
    lines.push(refusal(&[("services/auth/service.toml", writable)]).await);
    insta::assert_snapshot!(lines.join("\n"), @r#"
    services/auth/service.toml:3: `layout = "deploy"` is not for this workspace: pnpm installs without links here (`nodeLinker: hoisted`), and what it lays flat cannot be moved; write `layout = "workspace"`
    services/auth/service.toml:3: `layout = "deploy"` is not for this workspace: the service runs its sources, and its tsconfig.json extends tsconfig.base.json, which stays behind; write `layout = "workspace"`
    services/auth/service.toml:3: `layout = "deploy"` is not for this workspace: `tsconfig-paths` reads the service's settings where it runs, and its tsconfig.json extends tsconfig.base.json, which stays behind; write `layout = "workspace"`
    services/auth/service.toml:4: `.` of `writable` is /app, which holds the whole workspace; write a directory of its own, such as `data`
    "#);
}
