//! The documentation of the keys is that of the code.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::parse;
use crate::manifest::tables::Build;
use crate::manifest::values::{Base, Layout, Network, User};
use crate::manifest::{Keys, Run, reference, tables};

#[test]
fn the_documented_defaults_are_those_of_the_code() {
    let (build, run, check, keys) = (
        Build::default(),
        Run::default(),
        tables::Healthcheck::default(),
        Keys::default(),
    );
    let seconds = |period: Duration| format!("{}s", period.as_secs());
    assert_eq!((keys.base(), build.network()), (Base::Auto, Network::Default));
    let User { uid, gid } = run.user();
    for (table, key, default) in [
        ("", "base", "auto".to_owned()),
        ("build", "network", build.network().as_str().to_owned()),
        ("build", "frozen", build.frozen().to_string()),
        ("build", "root_postinstall", build.root_postinstall().to_string()),
        ("run", "user", format!("{uid}:{gid}")),
        ("run", "layout", run.layout().as_str().to_owned()),
        ("run.healthcheck", "interval", seconds(check.interval())),
        ("run.healthcheck", "timeout", seconds(check.timeout())),
        ("run.healthcheck", "start_period", seconds(check.start_period())),
        ("run.healthcheck", "retries", check.retries().to_string()),
    ] {
        let (.., properties) = tables::all()
            .into_iter()
            .find(|(header, ..)| *header == table)
            .unwrap();
        let (_, doc, _) = properties().into_iter().find(|(name, ..)| *name == key).unwrap();
        assert!(doc.ends_with(&format!("Default: `{default}`.")), "{key}: {doc}");
    }
    assert_eq!(run.layout(), Layout::Workspace);
}

/// Returns the examples that a schema has for a key, each as it is written: in a list where the key takes one.
fn examples(schema: &Json) -> Vec<Json> {
    let own = schema.get("examples").and_then(Json::as_array).cloned();
    let items = schema.get("items").map(examples).unwrap_or_default();
    let choices = schema.get("anyOf").and_then(Json::as_array).into_iter().flatten();
    own.into_iter()
        .flatten()
        .chain(items.into_iter().map(|item| json!([item])))
        .chain(choices.flat_map(examples))
        .collect()
}

#[test]
fn each_key_takes_its_examples() {
    let mut tried = 0;
    for (header, _, properties) in tables::all() {
        let table = if header.is_empty() {
            String::new()
        } else {
            format!("{header}.")
        };
        for (key, _, schema) in properties() {
            for example in examples(&schema) {
                let text = format!("{table}{key} = {example}");
                parse(&text).unwrap_or_else(|errors| panic!("{text}: {errors}"));
                tried += 1;
            }
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn the_reference_is_up_to_date() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for (name, text) in [
        ("manifest.schema.json", reference::schema()),
        ("manifest.md", reference::page()),
    ] {
        let path = docs.join(name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(&docs).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == text,
            "docs/{name} is out of date; run UPDATE=1 cargo test -p vextrus-frontend manifest::"
        );
    }
}
