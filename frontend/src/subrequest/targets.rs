//! `--call=targets`: what `--target` can ask for.

use serde_json::{Value as Json, json};

use super::sources::Sources;
use super::text::table;
use super::{Answer, VERSION};
use crate::decide::Read;
use crate::kinds::Planned;

pub(super) fn answer(read: &Read, planned: &Planned) -> Answer {
    let mut sources = Sources::default();
    let listed = read.manifest().targets();
    let mut rows = Vec::new();
    let mut targets: Vec<Json> = Vec::new();
    for target in &listed {
        let name = target.target.name();
        let default = target.is_default();
        let shown = if default {
            format!("{name} (default)")
        } else {
            name.to_owned()
        };
        rows.push([shown, target.description.clone()]);
        let mut json = json!({
            "name": name,
            "description": target.description,
            "base": planned.model.base(target.target.stage),
            "location": sources.location(&target.place),
        });
        if default && let Some(fields) = json.as_object_mut() {
            fields.insert("default".to_owned(), true.into());
        }
        targets.push(json);
    }
    let json = json!({ "targets": targets, "sources": sources.texts() });
    Answer::new(json, table(1, ["TARGET", "DESCRIPTION"], &rows), VERSION)
}
