//! `--call=plan`: which steps the build has, and why each value is what it is.

use serde_json::{Value as Json, json};

use super::outline::table_of_values;
use super::text::table;
use super::{Answer, VERSION};
use crate::diagnostic::{Diagnostic, Place};
use crate::plan::{Outcome, Plan, Run, Shown, Step};

/// The largest plan that is told whole, in bytes: an answer has to fit into a message of 16 MiB, twice.
const MAX_BYTES: usize = 6 << 20;

/// # Errors
/// Where the plan cannot be written as JSON, which is a mistake of ours.
pub(super) fn answer(plan: &Plan, file: &str) -> Result<Answer, Diagnostic> {
    let mut json = serde_json::to_value(plan).map_err(Diagnostic::internal)?;
    if json.to_string().len() > MAX_BYTES {
        shorten(&mut json);
    }
    let mut text = format!(
        "PLAN:   {}, target {}\nFILE:   {file}\n\n",
        plan.package,
        plan.target.name(),
    );
    text.push_str(&table_of_values(&plan.values));
    text.push('\n');
    text.push_str(&table(3, ["STEP", "FROM", "RUNS"], &rows(plan)));
    Ok(Answer::new(json, text, VERSION))
}

/// Replaces the texts of written files by their sizes.
fn shorten(json: &mut Json) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(shorten),
        Json::Object(fields) => {
            let file = fields.get_mut("file").and_then(Json::as_object_mut);
            if let Some(text) = file.and_then(|file| file.get_mut("text")) {
                *text = json!({ "bytes": text.as_str().map_or(0, str::len) });
            }
            fields.values_mut().for_each(shorten);
        }
        _ => {}
    }
}

/// Returns the steps that run a program, in the order in which they could run one by one, and what they come to.
fn rows(plan: &Plan) -> Vec<[String; 3]> {
    let mut rows: Vec<[String; 3]> = plan.runs().map(|(step, run)| row(step, run)).collect();
    let base = plan.image(plan.outcome.base());
    let base = base.map(|image| image.reference.as_str()).unwrap_or_default();
    let on = match &plan.outcome {
        Outcome::Image(image) if image.is_scratch => format!("layers on scratch, with files of {base}"),
        _ => format!("layers on {base}"),
    };
    rows.push(["image".to_owned(), String::new(), on]);
    rows
}

fn row(step: &Step, run: &Run) -> [String; 3] {
    let places: Vec<String> = step.places.iter().map(Place::to_string).collect();
    let shown: Vec<String> = run.shown.iter().map(Shown::to_string).collect();
    [step.name.clone(), places.join(", "), shown.join("; ")]
}
