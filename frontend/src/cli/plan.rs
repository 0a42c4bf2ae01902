//! `vextrus plan`: which steps a build has, and why each value is what it is.

use super::{Build, Told, Workspace};
use crate::gateway::Failure;
use crate::subrequest::{self, Question};

pub(super) async fn tell(context: &Workspace, file: Option<&str>, build: &Build) -> Result<Told, Failure> {
    let file = match file {
        Some(file) => context.file(file)?,
        None => context.only_manifest().await?,
    };
    let (options, read, planned) = context.decide(&file, build).await?;
    let warnings = planned.warnings.iter().map(ToString::to_string);
    let warnings: Vec<String> = warnings.collect();
    let told: Vec<String> = warnings
        .iter()
        .map(|warning| format!("\nWARNING: {warning}\n"))
        .collect();
    let answer = subrequest::answer(Question::Plan, &options, Ok((read, planned)))?;
    Ok(Told {
        text: answer.text + &told.concat(),
        json: serde_json::json!({ "version": 1, "file": file, "plan": answer.json, "warnings": warnings }),
        has_findings: false,
    })
}
