//! Configuration outside of packages: whatever it is called, and not where no step sees it.

use super::*;

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
