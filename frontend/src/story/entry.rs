//! The file that an inferred command starts.

use crate::diagnostic::{Diagnostic, names};
use crate::gateway::{Failure, Gateway, Reference, SolveRequest};
use crate::lower::Graph;
use crate::options::Options;
use crate::path::{is_within, join};
use crate::plan::{Entry, Plan};

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
) -> Result<String, Failure> {
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
        if found.is_some_and(|stat| !stat.is_dir) {
            return Ok(candidate.clone());
        }
    }
    let site = site(gateway, &reference, directory).await?;
    let names: Vec<&str> = entry.candidates.iter().take(4).map(String::as_str).collect();
    let first = names.first().copied().unwrap_or_default();
    let message = if let Some(page) = site {
        format!(
            "{}: the build left {page}, and nothing that starts a service ({}): write `kind = \"static\"`, and a web server \
             serves it; or write the file of a server of its own, as in `[run]` `command = \"node server.js\"`",
            plan.package, entry.why
        )
    } else if let Some(hint) = &entry.hint {
        let (package, names, why) = (&plan.package, names.join(", "), &entry.why);
        format!("{package}: the build left none of {names} ({why}); {hint}")
    } else if is_within(&join(directory, first), directory) {
        format!(
            "{}: the build left none of {} ({}); write the file that starts the service, as in `[run]` `command = \"node dist/main.js\"`",
            plan.package,
            names.join(", "),
            entry.why
        )
    } else {
        format!(
            "{}: {first} ({}) lies outside of the package, and the image holds what a build writes into its package; have \
             it write there, as by `outDir` of tsconfig.json",
            plan.package, entry.why
        )
    };
    Err(Diagnostic::named(names::NO_ENTRY, message)
        .at(entry.place.clone())
        .into())
}

/// Returns the page of a static site that a build left.
async fn site(gateway: &Gateway, reference: &Reference, directory: &str) -> Result<Option<String>, Failure> {
    const OUTPUTS: [&str; 7] = [
        "dist",
        "build",
        "out",
        "dist/client",
        "build/client",
        ".output/public",
        "www",
    ];
    for output in OUTPUTS {
        let page = join(output, "index.html");
        if gateway.stat(reference, &join(directory, &page)).await?.is_some() {
            return Ok(Some(page));
        }
    }
    Ok(None)
}
