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
