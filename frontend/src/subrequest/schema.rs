//! `--call=schema`: the JSON Schema of the manifest, for editors.

use serde_json::Value as Json;

use super::{Answer, VERSION};
use crate::manifest::reference;

pub(super) fn answer() -> Answer {
    let text = reference::schema();
    // What was written as JSON can be read as such.
    let json = serde_json::from_str(&text).unwrap_or(Json::Null);
    Answer::new(json, text, VERSION)
}
