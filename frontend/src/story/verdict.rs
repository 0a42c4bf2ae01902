//! What a step says of what packages' scripts left: that there is nothing to make an image of, or what the user should know.

use serde::Deserialize;

use super::{make, tell};
use crate::decide::Read;
use crate::diagnostic::{Diagnostic, Diagnostics, names, shown};
use crate::gateway::{Failure, Gateway};
use crate::lower::Graph;
use crate::options::Options;
use crate::plan::{Outcome, Plan};
use crate::warning::{Warning, rules};

/// A sentence or two, which name files of the repository.
const MAX_REPORT: usize = 1 << 20;

#[derive(Debug, Deserialize)]
struct Report {
    error: Option<String>,
    key: Option<String>,
    #[serde(default)]
    warnings: Vec<Remark>,
}

#[derive(Debug, Deserialize)]
struct Remark {
    rule: String,
    key: String,
    message: String,
}

/// What the step says first of a build that has written no page (`site.cjs`).
pub(super) const NO_PAGE: &str = "the build wrote no index.html";

/// Whether a failure says that a build has written no page.
pub(super) fn is_no_page(failure: &Failure) -> bool {
    let told = failure.diagnostics().into_iter().flat_map(Diagnostics::iter);
    let mut told = told.filter(|told| told.name == names::NO_SITE);
    told.any(|told| told.message.contains(NO_PAGE))
}

/// Hears the step of a plan that has one, before the image is asked for.
///
/// # Errors
/// What the step says, at the line of the manifest that would say otherwise.
pub(super) async fn hear(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    plan: &Plan,
    graph: &Graph<'_>,
) -> Result<(), Failure> {
    let verdict = match &plan.outcome {
        Outcome::Image(image) => image.verdict.as_ref(),
        Outcome::Workbench(_) => None,
    };
    let Some(verdict) = verdict else {
        return Ok(());
    };
    let reference = make(gateway, options, graph, &verdict.report).await?;
    let report = gateway.read_file(&reference, &verdict.file, MAX_REPORT).await?;
    let report: Report = serde_json::from_slice(&report).map_err(Diagnostic::internal)?;
    let place = |key: Option<&str>| match key {
        Some(key) => read.manifest().nearest_place(key),
        None => read.manifest().first_line(),
    };
    if let Some(error) = report.error {
        // Names of files in it are the repository's.
        let message = format!("{}: {}", plan.package, shown(&error));
        return Err(Diagnostic::named(names::NO_SITE, message)
            .at(place(report.key.as_deref()))
            .into());
    }
    let warnings = report.warnings.iter().filter_map(|remark| {
        let warning = rules::named(&remark.rule)?.warn(shown(&remark.message));
        Some(warning.at(place(Some(&remark.key))))
    });
    let warnings: Vec<Warning> = warnings
        .filter(|warning| read.lint.applies(warning.rule))
        .collect();
    tell(gateway, read, &warnings).await
}
