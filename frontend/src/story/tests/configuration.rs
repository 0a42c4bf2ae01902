//! Configuration outside of packages: whatever it is called, and not where no step sees it.

use super::*;
use crate::kinds::node::plan::OutputRule;

/// Returns the patterns that steps ask the context for, with files beside those of the example, or in their place.
async fn asked(more: &[(&str, &str)]) -> Vec<String> {
    let mut files = example();
    for (path, text) in more {
        files.insert((*path).to_owned(), text.as_bytes().to_vec());
    }
    let (.., planned) = planned_for(engine(files), &request("auth")).await.unwrap();
    let parts = planned.plan.parts.into_iter();
    parts.flat_map(|part| part.include).collect()
}

#[tokio::test]
async fn what_a_configuration_extends_is_followed_whatever_it_is_called() {
    let more = [
        (
            "shared/kernel/tsconfig.json",
            r#"{ "extends": "../../config/base" }"#,
        ),
        ("config/base.json", r#"{ "extends": "./strict.jsonc" }"#),
        ("config/strict.jsonc", "{}"),
        (
            "services/auth/tsconfig.json",
            r#"{ "extends": "../../config/base.json" }"#,
        ),
    ];
    let asked = asked(&more).await;
    for path in ["config/base.json", "config/strict.jsonc"] {
        assert!(asked.iter().any(|pattern| pattern == path), "{path}: {asked:?}");
    }
}

/// What a package hands on as a configuration may itself stand on the root's.
#[tokio::test]
async fn what_a_configuration_of_a_workspace_package_extends_is_followed_out_of_the_package() {
    let kernel = String::from_utf8(example()["shared/kernel/package.json"].clone()).unwrap();
    let exporting = kernel.replace(
        "\"main\":",
        r#""exports": { ".": "./dist/index.js", "./ts/*": "./config/*.json" }, "main":"#,
    );
    let more = |package: &'static str| {
        [
            (
                "services/auth/tsconfig.json",
                r#"{ "extends": "@erp/shared-kernel/ts/strict" }"#,
            ),
            (package, r#"{ "extends": "../../../root/strictest.json" }"#),
            ("root/strictest.json", "{}"),
        ]
    };
    let is_asked = |asked: Vec<String>| asked.iter().any(|pattern| pattern == "root/strictest.json");
    let plain = more("shared/kernel/ts/strict.json");
    assert!(is_asked(asked(&plain).await));
    let exported = [
        &more("shared/kernel/config/strict.json")[..],
        &[("shared/kernel/package.json", &exporting)],
    ];
    assert!(is_asked(asked(&exported.concat()).await));

    let package = String::from_utf8(example()["services/auth/package.json"].clone()).unwrap();
    let sources = package.replace("node dist/main.js", "node --import tsx src/main.ts");
    let mut files = example();
    for (path, text) in plain
        .into_iter()
        .chain([("services/auth/package.json", sources.as_str())])
    {
        files.insert(path.to_owned(), text.as_bytes().to_vec());
    }
    let model = model_of(engine(files), &request("auth")).await;
    let settings = &model.package("services/auth").unwrap().settings;
    assert_eq!(settings.keys().collect::<Vec<_>>(), ["/app/root/strictest.json"]);
}

#[tokio::test]
async fn configuration_that_the_ignore_file_hides_is_not_asked_for() {
    let more = [
        ("tsconfig.docs.json", "{}"),
        (
            "services/auth/tsconfig.json",
            r#"{ "extends": "../../tsconfig.docs.json" }"#,
        ),
    ];
    let is_asked = |asked: &[String]| asked.iter().any(|pattern| pattern == "tsconfig.docs.json");
    assert!(is_asked(&asked(&more).await));
    let hidden = [more[0], more[1], (".dockerignore", "**/tsconfig.docs.json\n")];
    assert!(!is_asked(&asked(&hidden).await));
}

#[tokio::test]
async fn files_that_the_workspace_lists_reach_every_package_and_those_of_a_service_its_own() {
    let (defaults, manifest) = (
        "[build]\nfiles = [\"data\"]\n",
        "# syntax=vextrus/frontend\n[build]\nfiles = [\"own.json\"]\n",
    );
    let more = [
        ("vextrus.toml", defaults),
        ("services/auth/service.toml", manifest),
        ("data/schema.json", "{}"),
        ("own.json", "{}"),
    ];
    let mut files = example();
    files.extend(more.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
    let (.., planned) = planned_for(engine(files.clone()), &request("auth"))
        .await
        .unwrap();
    let kinds::Model::Node(model) = planned.model;
    let (service, shared) = model.packages.split_last().unwrap();
    let built: Vec<_> = shared
        .iter()
        .filter(|package| !package.scripts.is_empty())
        .collect();
    assert!(!built.is_empty());
    for package in built {
        assert!(package.extra_files.contains_key("data"), "{}", package.name);
        assert!(!package.extra_files.contains_key("own.json"), "{}", package.name);
    }
    assert!(service.extra_files.contains_key("own.json"));

    files.remove("data/schema.json");
    let error = planned_for(engine(files), &request("auth"))
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.starts_with("vextrus.toml:2: data is not in the build context"),
        "{error}"
    );
}

#[tokio::test]
async fn a_service_that_runs_its_sources_has_what_its_compiler_reads_of_packages() {
    let package = String::from_utf8(example()["services/auth/package.json"].clone()).unwrap();
    let sources = package.replace("node dist/main.js", "node --import tsx src/main.ts");
    let mapped =
        r#"{ "compilerOptions": { "paths": { "@erp/shared-kernel": ["../../shared/kernel/src"] } } }"#;
    let kernel = async |package: &str, configuration: &str| {
        let mut files = example();
        for (name, text) in [("package.json", package), ("tsconfig.json", configuration)] {
            files.insert(format!("services/auth/{name}"), text.as_bytes().to_vec());
        }
        let model = model_of(engine(files), &request("auth")).await;
        model.package("shared/kernel").unwrap().runtime_output
    };
    assert_eq!(kernel(&package, mapped).await, Some(OutputRule::Runtime));
    // Declarations of what is built, and the sources where the compiler is led to them.
    assert_eq!(kernel(&sources, "{}").await, Some(OutputRule::Compiled));
    assert_eq!(kernel(&sources, mapped).await, Some(OutputRule::Whole));
}
