//! The JSON Schema and the reference page, both made of [`super::tables`].

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::read::Field;
use super::tables::{self, Keys};

/// Returns the JSON Schema (draft 2020-12) of a manifest, and of `vextrus.toml`, as indented text.
///
/// It serves editors: the frontend itself checks more than a schema can say.
pub fn schema() -> String {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The manifest of a vextrus/frontend build",
    });
    if let (Some(head), Json::Object(keys)) = (schema.as_object_mut(), Keys::schema()) {
        head.extend(keys);
    }
    // The alternate form is indented.
    format!("{schema:#}\n")
}

/// Returns the reference page in Markdown: a table of the keys for each table of the manifest.
pub fn page() -> String {
    let mut page = String::from(
        "# The manifest\n\n\
         A file whose first line is `# syntax=vextrus/frontend` is a manifest, in TOML. That line alone is a\n\
         complete one: every key is optional, and an unknown key is an error that says what was meant.\n\n\
         `vextrus.toml` at the workspace root holds the same keys, `package` excepted, as defaults for every\n\
         service. What the service's manifest sets wins, key by key: tables are merged, lists are not.\n\n\
         Comments at the head of the file may hold a line `# check=`, which chooses [lint rules](rules/README.md).\n\n\
         This page and [`manifest.schema.json`](manifest.schema.json) are generated from the code that reads\n\
         the manifest.\n",
    );
    for (header, _, properties) in tables::all() {
        let title = if header.is_empty() {
            "Top of the file".to_owned()
        } else {
            format!("`[{header}]`")
        };
        // Writing into a String cannot fail.
        let _ = write!(
            page,
            "\n## {title}\n\n| key | type | meaning | default |\n|---|---|---|---|\n"
        );
        for (key, doc, schema) in properties() {
            let (meaning, default) = doc.split_once("Default: ").unwrap_or((doc.as_str(), "–"));
            let kind = kind(&schema).replace('|', "\\|");
            let _ = writeln!(
                page,
                "| `{key}` | {kind} | {} | {} |",
                meaning.trim_end(),
                default.trim_end_matches('.'),
            );
        }
    }
    page
}

/// Returns the type of a value in words.
fn kind(schema: &Json) -> String {
    let get = |name: &str| schema.get(name);
    let code = |value: &Json| format!("`{value}`");
    if let Some(words) = get("enum").and_then(Json::as_array) {
        return words.iter().map(code).collect::<Vec<_>>().join(", ");
    }
    if let Some(constant) = get("const") {
        return code(constant);
    }
    if let Some(choices) = get("anyOf").and_then(Json::as_array) {
        return choices.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    if get("$ref").is_some() {
        return "tables with the keys of `[run]`".to_owned();
    }
    match get("type").and_then(Json::as_str) {
        Some("array") => format!("list of {}", get("items").map(kind).unwrap_or_default()),
        Some("object") => match get("additionalProperties") {
            Some(values @ Json::Object(_)) => format!("table of {}", kind(values)),
            _ => "table".to_owned(),
        },
        Some("string") => match get("examples").and_then(|examples| examples.get(0)) {
            Some(example) => format!("text, as {}", code(example)),
            None => "text".to_owned(),
        },
        Some("integer") => "number".to_owned(),
        Some(other) => other.to_owned(),
        None => String::new(),
    }
}
