//! `--call=targets`: what `--target` can ask for.

use serde_json::{Value as Json, json};

use super::sources::Sources;
use super::text::table;
use super::{Answer, VERSION};
use crate::plan::{Plan, Stage};
use crate::story::Decided;

pub(super) fn answer(decided: &Decided) -> Answer {
    let mut sources = Sources::default();
    let listed = decided.manifest.targets();
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
            "base": base(&decided.planned.plan, target.target.stage),
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

/// Returns the image that a target stands on.
fn base(plan: &Plan, stage: Stage) -> &str {
    match stage {
        Stage::Runtime => &plan.runtime.base.reference,
        _ => &plan.toolchain.image,
    }
}
