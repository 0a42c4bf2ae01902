//! What the frontend leaves of a workspace for the installs of a service.

use serde_json::Value;
use vextrus_frontend::path::is_within;

use crate::harness::pipeline::plan;
use crate::harness::workspace::Files;

/// The files of a service's installs.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) production: Files,
    pub(super) development: Files,
}

/// Plans the build of a manifest.
///
/// # Errors
/// Why it cannot be built.
pub(super) fn of(files: &Files, manifest: &str) -> Result<Left, String> {
    let plan = plan(files, manifest)?;
    let steps: Vec<&Value> = plan["steps"].as_array().into_iter().flatten().collect();
    let of = |is_meant: &dyn Fn(&str) -> bool| {
        let step = steps
            .iter()
            .find(|step| step["name"].as_str().is_some_and(is_meant));
        step.map(|step| written(step, files))
            .ok_or_else(|| format!("no install among {steps:#?}"))
    };
    let is_install = |name: &str| name.contains("install ") && name.ends_with(": manifests");
    let is_shared = |name: &str| name.contains(" for ") || name.contains(" of tools");
    Ok(Left {
        production: of(&|name| is_install(name) && name.contains(" production packages"))?,
        development: of(&|name| is_install(name) && !name.contains(" production ") && !is_shared(name))?,
    })
}

/// Returns the files that a step writes, with those that it copies of the context.
fn written(step: &Value, context: &Files) -> Files {
    let mut files = Files::new();
    let text = |value: &Value| {
        value
            .as_str()
            .unwrap_or_default()
            .trim_start_matches('/')
            .to_owned()
    };
    for action in step["does"]["tree"]["actions"].as_array().into_iter().flatten() {
        if let Some(file) = action.get("file") {
            files.insert(
                text(&file["path"]),
                file["text"].as_str().unwrap_or_default().into(),
            );
        }
        if let Some(copy) = action.get("copy") {
            let (from, to) = (text(&copy["from"]), text(&copy["to"]));
            for (path, bytes) in context {
                let rest = path.strip_prefix(&from).filter(|_| is_within(path, &from));
                if let Some(rest) = rest {
                    files.insert(format!("{to}{rest}"), bytes.clone());
                }
            }
        }
    }
    files
}
