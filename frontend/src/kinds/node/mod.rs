//! Node services of a workspace of pnpm or npm, or of a single package.

mod manager;
mod model;
pub mod npm;
pub mod npmrc;
pub mod plan;
pub mod pnpm;
pub mod read;
pub mod scripts;
mod steps;
mod values;
pub mod workspace;

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostics;
use crate::plan::{Facts, Plan, Target};
use crate::warning::Warning;
use plan::{Model, PlanInput};

pub use manager::Manager;
pub use model::Workspace;

/// Plans the build of a service: decides, and writes the steps that follow.
///
/// # Errors
/// All mistakes found, each with its place.
pub fn plan(
    found: &read::Found,
    target: &Target,
    arguments: &BTreeMap<String, String>,
    facts: &Facts,
) -> Result<(Model, Plan, Vec<Warning>), Diagnostics> {
    let linked = match facts.linked.is_empty() {
        true => None,
        false => {
            let workspace = plan::declared(&found.workspace, &facts.linked);
            let closure = plan::closure(&workspace, &found.service)?;
            Some((workspace, closure))
        }
    };
    let usual = (&found.workspace, &found.closure);
    let (workspace, closure) = linked
        .as_ref()
        .map_or(usual, |(workspace, closure)| (workspace, closure));
    let (model, warnings) = plan::decide(&PlanInput {
        manifest: &found.manifest,
        workspace,
        service: &found.service,
        closure,
        arguments,
        target: target.clone(),
        facts,
    })?;
    let values = values::of(&model, &found.manifest);
    let plan = steps::write(&model, &found.manifest, facts, values)?;
    Ok((model, plan, warnings))
}
