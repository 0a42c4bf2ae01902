//! `--call=outline`: what a target takes, and what was inferred for it.
//!
//! The answer is docker/dockerfile's with `values` added: every value that the repository decides, why, and where.

mod inputs;
mod values;

use serde_json::{Map, Value as Json, json};

use super::sources::Sources;
use super::text::table;
use super::{Answer, EXTENDED};
use crate::decide::Read;
use crate::kinds::Planned;
use crate::options::Options;
use inputs::Inputs;

pub(super) use values::table as table_of_values;

pub(super) fn answer(read: &Read, planned: &Planned, options: &Options) -> Answer {
    let plan = &planned.plan;
    let target = &plan.target;
    let listed = read.manifest().targets();
    let description = listed.iter().find(|listed| listed.target == *target);
    let description = description.map_or("", |listed| listed.description.as_str());
    let inputs = Inputs::of(read, plan, options);

    let mut sources = Sources::default();
    let mut json = Map::new();
    json.insert("name".to_owned(), target.name().into());
    json.insert("description".to_owned(), description.into());
    json.extend(inputs.json(&mut sources));
    let listed: Json = plan
        .values
        .iter()
        .map(|value| values::json(value, &mut sources))
        .collect();
    json.insert("values".to_owned(), listed);
    json.insert("sources".to_owned(), sources.texts());
    json.insert("sourceNames".to_owned(), sources.names());

    let mut text = format!("TARGET:      {}\nDESCRIPTION: {description}\n\n", target.name());
    text.push_str(&inputs.text());
    text.push_str(&values::table(&plan.values));
    Answer::new(Json::Object(json), text, EXTENDED)
}

/// Returns the rows of a table with a blank line below, nothing where there are none.
fn section<const COLUMNS: usize>(head: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    if rows.is_empty() {
        String::new()
    } else {
        table(3, head, rows) + "\n"
    }
}

/// Returns an entry of a list with its place.
fn entry(fields: Json, location: Option<Json>) -> Json {
    let mut entry = fields;
    if let (Some(fields), Some(location)) = (entry.as_object_mut(), location) {
        fields.insert("location".to_owned(), location);
    }
    entry
}

/// Returns a list under its name; nothing where it is empty, as Go's `omitempty` does.
fn list(name: &str, items: Vec<Json>) -> Option<(String, Json)> {
    (!items.is_empty()).then(|| (name.to_owned(), json!(items)))
}
