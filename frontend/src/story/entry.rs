//! The file that an inferred command starts.

use super::pages;
use crate::diagnostic::{Diagnostic, names};
use crate::gateway::{Failure, Gateway, Reference, SolveRequest};
use crate::lower::Graph;
use crate::options::Options;
use crate::path::{base_name, is_within, join, parent};
use crate::plan::{Entry, Outcome, Plan};
use crate::warning::{Warning, rules};

/// What was looked for among the files that a build has left.
#[derive(Debug)]
pub(super) enum Found {
    /// The file that the command starts.
    File(String),
    /// Nothing that the command would name.
    Nothing,
    /// Pages, and nothing that starts a service.
    Pages(Box<Pages>),
}

/// What is said of a build that has left pages, and nothing that starts a service.
#[derive(Debug, Clone)]
pub(super) struct Pages {
    /// That it is taken for the build of a site.
    pub(super) warning: Warning,
    /// What it lacks where it turns out to be none: the pages are the repository's.
    pub(super) otherwise: Diagnostic,
}

impl Found {
    /// Returns the file that the command starts.
    pub(super) fn file(&self) -> Option<&str> {
        match self {
            Self::File(file) => Some(file),
            Self::Nothing | Self::Pages(_) => None,
        }
    }
}

/// Returns the entry file that an inferred command means: the first of its candidates that the build made.
///
/// This runs the service's build, which the image needs anyway, before the answer; so a start script that the
/// compiler's output has moved away from is corrected, or explained, instead of found out when the image runs. It is
/// looked for among the service's own files: to look into the image, the engine would lay all of its layers over each
/// other first, which takes it as long as the files of the dependencies are many.
///
/// # Errors
/// Where the build made none of them, at the line that would name one.
pub(super) async fn find(
    gateway: &Gateway,
    options: &Options,
    plan: &Plan,
    graph: &Graph<'_>,
    entry: &Entry,
) -> Result<Found, Failure> {
    let request = SolveRequest {
        definition: graph.definition(&entry.service)?.to_proto(),
        cache_imports: options.cache_imports.clone(),
        ..SolveRequest::default()
    };
    let reference = gateway.solve(request).await?;
    let directory = plan.outcome.run().directory.trim_start_matches('/');
    for candidate in &entry.candidates {
        let path = join(directory, candidate);
        if !is_within(&path, directory) {
            continue;
        }
        let found = gateway.stat(&reference, &path).await?;
        if found.is_none_or(|stat| stat.is_dir) {
            continue;
        }
        let page = join(parent(candidate), "index.html");
        if entry.may_be_site && is_loaded_by(gateway, &reference, (directory, &page), candidate).await? {
            return Ok(of_pages(plan, entry, directory, &page));
        }
        return Ok(Found::File(candidate.clone()));
    }
    let page = pages::find(gateway, &reference, directory, entry.candidates.is_empty()).await?;
    match page {
        Some(page) if entry.may_be_site => Ok(of_pages(plan, entry, directory, &page)),
        // The command is a program, which needs no file.
        _ if entry.candidates.is_empty() => Ok(Found::Nothing),
        page => Err(nothing(plan, entry, directory, page).into()),
    }
}

/// Whether nothing says that it is a service, so that its build may turn out to be a site's.
pub(super) fn may_be_site(plan: &Plan) -> bool {
    let entry = match &plan.outcome {
        Outcome::Image(image) => image.entry.as_ref(),
        Outcome::Workbench(_) => None,
    };
    entry.is_some_and(|entry| entry.may_be_site)
}

/// Whether a page beside a script loads it: then it is one of browsers.
async fn is_loaded_by(
    gateway: &Gateway,
    reference: &Reference,
    (directory, page): (&str, &str),
    script: &str,
) -> Result<bool, Failure> {
    /// The page of an application is small; of a larger one the head tells.
    const HEAD: usize = 1 << 16;
    let path = join(directory, page);
    if gateway
        .stat(reference, &path)
        .await?
        .is_none_or(|stat| stat.is_dir)
    {
        return Ok(false);
    }
    let text = gateway.read_head(reference, &path, HEAD).await?;
    Ok(pages::loads(&String::from_utf8_lossy(&text), base_name(script)))
}

/// Says that a build is taken for that of a site.
fn of_pages(plan: &Plan, entry: &Entry, directory: &str, page: &str) -> Found {
    let message = format!(
        "the build of {} left {page}, and nothing that starts a service ({}), so that a web server serves what it wrote; \
         write kind = \"static\", so that it is built once",
        plan.package, entry.why
    );
    Found::Pages(Box::new(Pages {
        warning: rules::SITE_BY_OUTPUT.warn(message).at(entry.kind.clone()),
        otherwise: nothing(plan, entry, directory, None),
    }))
}

/// Says that a build left nothing to start, and what may be the cause.
fn nothing(plan: &Plan, entry: &Entry, directory: &str, page: Option<String>) -> Diagnostic {
    let names: Vec<&str> = entry.candidates.iter().take(4).map(String::as_str).collect();
    let first = names.first().copied().unwrap_or_default();
    let (package, why, names) = (&plan.package, &entry.why, names.join(", "));
    let message = if let Some(page) = page {
        format!(
            "{package}: the build left {page}, and nothing that starts a service ({why}): write `kind = \"static\"`, and a web \
             server serves it; or write the file of a server of its own, as in `[run]` `command = \"node server.js\"`"
        )
    } else if let Some(hint) = &entry.hint {
        format!("{package}: the build left none of {names} ({why}); {hint}")
    } else if is_within(&join(directory, first), directory) {
        format!(
            "{package}: the build left none of {names} ({why}); write the file that starts the service, as in `[run]` \
             `command = \"node dist/main.js\"`"
        )
    } else {
        format!(
            "{package}: {first} ({why}) lies outside of the package, and the image holds what a build writes into its package; \
             have it write there, as by `outDir` of tsconfig.json"
        )
    };
    Diagnostic::named(names::NO_ENTRY, message).at(entry.place.clone())
}
