//! Applications without a package.json: the manifest's directory says which of them is built.

use super::*;
use crate::kinds::node::plan::PackageBuild;

const NEST: &str = r#"{ "monorepo": true, "root": "apps/api", "projects": {
    "api": { "type": "application", "root": "apps/api" },
    "worker": { "type": "application", "root": "apps/worker", "entryFile": "start" }
} }"#;

fn repository(more: &[(&str, &str)]) -> Files {
    let files = [
        (
            "package.json",
            r#"{ "name": "shop", "scripts": { "build": "nest build", "start": "node dist/apps/api/main" } }"#,
        ),
        (
            "pnpm-lock.yaml",
            "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n",
        ),
        ("apps/worker/service.toml", "# syntax=vextrus/frontend\n"),
    ];
    let files = files.iter().chain(more);
    files
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
        .collect()
}

async fn planned_of(more: &[(&str, &str)]) -> Result<(Model, Vec<String>), Failure> {
    let options = Options {
        filename: "apps/worker/service.toml".to_owned(),
        ..request("")
    };
    let (.., planned) = planned_for(engine(repository(more)), &options).await?;
    let kinds::Model::Node(model) = planned.model;
    let service: &PackageBuild = model.packages.last().unwrap();
    let scripts = service.scripts.iter().map(|script| script.command.join(" "));
    let scripts = scripts.collect();
    Ok((*model, scripts))
}

#[tokio::test]
async fn the_application_beside_the_manifest_is_built_and_started() {
    let outs = [
        r#"{ "compilerOptions": { "outDir": "../../dist/apps/api" } }"#,
        r#"{ "compilerOptions": { "outDir": "../../dist/apps/worker" } }"#,
    ];
    let nest = [
        ("nest-cli.json", NEST),
        ("apps/api/tsconfig.app.json", outs[0]),
        ("apps/worker/tsconfig.app.json", outs[1]),
    ];
    let (model, scripts) = planned_of(&nest).await.unwrap();
    assert_eq!(scripts, ["pnpm exec nest build worker"]);
    let command = &image_of(&model).runtime.command;
    assert_eq!(command.entries[0], "dist/apps/worker/start.js");
    assert_eq!(model.label, "worker");

    let nx = [
        ("nx.json", "{}"),
        (
            "apps/api/project.json",
            r#"{ "name": "api", "sourceRoot": "apps/api/src" }"#,
        ),
        (
            "apps/worker/project.json",
            r#"{ "name": "worker", "sourceRoot": "apps/worker/src" }"#,
        ),
        (
            "libs/common/project.json",
            r#"{ "name": "common", "projectType": "library" }"#,
        ),
    ];
    let (model, scripts) = planned_of(&nx).await.unwrap();
    assert_eq!(scripts, ["pnpm exec nx build worker"]);
    assert_eq!(
        image_of(&model).runtime.command.entries[0],
        "dist/apps/worker/main.js"
    );
}

#[tokio::test]
async fn a_package_that_tells_nx_how_is_built_by_nx_at_the_root() {
    let package = r#"{ "name": "@shop/worker", "nx": { "targets": { "build": { "executor": "@nx/esbuild:esbuild" } } } }"#;
    let lock = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  apps/worker: {}\n";
    let more = [
        ("apps/worker/package.json", package),
        ("pnpm-lock.yaml", lock),
        ("pnpm-workspace.yaml", "packages: ['apps/*']\n"),
    ];
    let (model, scripts) = planned_of(&more).await.unwrap();
    assert_eq!(scripts, ["pnpm exec nx build @shop/worker"]);
    assert_eq!(model.packages.last().unwrap().scripts[0].directory, "/app");
    let entries = &image_of(&model).runtime.command.entries;
    assert!(!entries.iter().any(|entry| entry.ends_with(".ts")), "{entries:?}");
}

/// Of a workspace of Nx whose projects say nothing of a build: a plugin makes the task of what lies in their directories.
#[tokio::test]
async fn what_a_plugin_of_nx_builds_is_built_and_known() {
    let nx = r#"{ "plugins": [
        "@nx/jest/plugin", { "plugin": "@nx/vite/plugin", "options": { "buildTargetName": "build" } }, "@nx/next/plugin"
    ] }"#;
    let lock = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  apps/worker: {}\n";
    let workspace = [
        ("nx.json", nx),
        ("pnpm-lock.yaml", lock),
        ("pnpm-workspace.yaml", "packages: ['apps/*']\n"),
    ];
    let of = async |package: &'static str, files: &[(&'static str, &'static str)]| {
        let more = [("apps/worker/package.json", package)];
        planned_of(&[&workspace[..], &more, files].concat())
            .await
            .unwrap()
    };
    let plain = r#"{ "name": "@shop/worker" }"#;
    let page = ("apps/worker/index.html", "<html></html>");
    let vite = ("apps/worker/vite.config.mts", "export default {}");
    let by_nx = "pnpm exec nx run-many --targets=build --projects=@shop/worker";

    let (model, scripts) = of(plain, &[vite, page]).await;
    assert_eq!(scripts, [by_nx]);
    assert!(matches!(model.product, Product::Site(_)));
    // Without a page it is a service that Vite compiles.
    let (model, scripts) = of(plain, &[vite]).await;
    assert_eq!(scripts, [by_nx]);
    assert!(
        image_of(&model)
            .runtime
            .command
            .entries
            .contains(&"dist/main.js".to_owned())
    );
    let depends = r#"{ "name": "@shop/worker", "dependencies": {} }"#;
    let (model, _) = of(depends, &[("apps/worker/next.config.js", "module.exports = {}")]).await;
    assert_eq!(image_of(&model).runtime.command.args.last().unwrap(), "start");
    // A script that runs Nx is run itself.
    let script = r#"{ "name": "@shop/worker", "scripts": { "build": "nx build", "start": "nx serve" } }"#;
    let (model, scripts) = of(script, &[vite, page]).await;
    assert_eq!(scripts, ["pnpm run build"]);
    assert!(matches!(model.product, Product::Site(_)));
    // One for tests is no build, so that what starts is a source.
    let tested = [("apps/worker/jest.config.ts", ""), ("apps/worker/index.js", "")];
    let (_, scripts) = of(plain, &tested).await;
    assert_eq!(scripts, [""; 0]);
}

#[tokio::test]
async fn an_application_of_nx_may_be_a_site() {
    let project = r#"{ "name": "worker", "projectType": "application", "targets": { "build": {
        "executor": "@angular/build:application", "options": { "outputPath": "dist/apps/worker" } } } }"#;
    let of_angular = [("nx.json", "{}"), ("apps/worker/project.json", project)];
    let (model, scripts) = planned_of(&of_angular).await.unwrap();
    assert_eq!(scripts, ["pnpm exec nx build worker"]);
    let Product::Site(site) = &model.product else {
        panic!("no site: {:?}", model.reasons.get("kind"));
    };
    assert!(
        site.options.contains(r#""dist/apps/worker/browser""#),
        "{}",
        site.options
    );
    // Vite's page lies in the application's directory, and its folder.
    let of_vite = [
        ("nx.json", r#"{ "plugins": ["@nx/vite/plugin"] }"#),
        (
            "apps/worker/project.json",
            r#"{ "name": "worker", "projectType": "application" }"#,
        ),
        ("apps/worker/vite.config.ts", "export default {}"),
        ("apps/worker/index.html", "<html></html>"),
    ];
    let (model, _) = planned_of(&of_vite).await.unwrap();
    let Product::Site(site) = &model.product else {
        panic!("no site: {:?}", model.reasons.get("kind"));
    };
    assert!(site.options.contains(r#""apps/worker/dist""#), "{}", site.options);
}

#[tokio::test]
async fn where_no_file_tells_which_it_is_the_applications_are_named() {
    let alike = [
        ("nest-cli.json", NEST),
        ("apps/api/tsconfig.app.json", "{}"),
        ("apps/worker/tsconfig.app.json", "{}"),
    ];
    for more in [&alike[..1], &alike[..]] {
        let error = planned_of(more).await.err().unwrap().to_string();
        assert!(error.contains("apps/api, apps/worker"), "{error}");
    }
    // A manifest that says both itself needs none of them.
    let whole =
        "# syntax=vextrus/frontend\n[build]\nscript = \"build\"\n[run]\ncommand = \"node dist/a.js\"\n";
    let (_, scripts) = planned_of(&[alike[0], ("apps/worker/service.toml", whole)])
        .await
        .unwrap();
    assert_eq!(scripts, ["pnpm run build"]);
    // In a repository without applications of that kind the only package is meant.
    let (_, scripts) = planned_of(&[]).await.unwrap();
    assert_eq!(scripts, ["pnpm run build"]);
}

/// The package of a tool that lies somewhere in the repository, with a lockfile of its own, is no answer.
#[tokio::test]
async fn an_application_is_of_no_other_package_where_the_root_cannot_be_read() {
    let mut more = vec![
        ("nest-cli.json", NEST),
        ("apps/worker/tsconfig.app.json", "{}"),
        ("pnpm-lock.yaml", "lockfileVersion: '5.4'\n"),
        (
            "tools/cli/package.json",
            r#"{ "name": "cli", "scripts": { "build": "tsc" } }"#,
        ),
        (
            "tools/cli/package-lock.json",
            r#"{ "name": "cli", "lockfileVersion": 3, "packages": { "": { "name": "cli" } } }"#,
        ),
    ];
    let error = planned_of(&more).await.err().unwrap().to_string();
    assert!(error.starts_with("pnpm-lock.yaml:1"), "{error}");
    // Nor of one without applications, whose only package is meant.
    more.remove(0);
    let error = planned_of(&more).await.err().unwrap().to_string();
    assert!(error.starts_with("pnpm-lock.yaml:1"), "{error}");
}
