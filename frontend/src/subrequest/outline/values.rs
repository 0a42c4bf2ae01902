//! What the repository decides for a service, by the key that would decide otherwise.

use serde_json::{Value as Json, json};

use super::super::masked::shown;
use super::super::sources::Sources;
use super::super::text;
use super::entry;
use crate::diagnostic::Place;
use crate::plan::Value;

/// Returns a value for programs.
pub(super) fn json(value: &Value, sources: &mut Sources) -> Json {
    let location = value.place.as_ref().map(|place| sources.location(place));
    let fields = json!({ "key": value.key, "value": value.value, "reason": value.why });
    entry(fields, location)
}

/// Returns values for people.
pub(in crate::subrequest) fn table(values: &[Value]) -> String {
    let row = |value: &Value| {
        let place = value.place.as_ref().map(Place::to_string).unwrap_or_default();
        [
            value.key.clone(),
            shown(&value.key, &value.value),
            value.why.clone(),
            place,
        ]
    };
    let rows: Vec<[String; 4]> = values.iter().map(row).collect();
    text::table(3, ["KEY", "VALUE", "REASON", "FROM"], &rows)
}
