//! The file that an inferred command starts.

use crate::diagnostic::{Diagnostic, names};
use crate::gateway::{Failure, Gateway, Reference};
use crate::plan::{Entry, Plan};

/// Returns the entry file that an inferred command means: the first of its candidates that the image holds.
///
/// So a start script that the compiler's output has moved away from is corrected, or explained, instead of found out when
/// the image runs.
///
/// # Errors
/// Where the image holds none of them, at the line that would name one.
pub(super) async fn find(
    gateway: &Gateway,
    plan: &Plan,
    image: &Reference,
    entry: &Entry,
) -> Result<String, Failure> {
    let directory = plan.outcome.run().directory.trim_start_matches('/');
    for candidate in &entry.candidates {
        let found = gateway.stat(image, &format!("{directory}/{candidate}")).await?;
        if found.is_some_and(|stat| !stat.is_dir) {
            return Ok(candidate.clone());
        }
    }
    let names: Vec<&str> = entry.candidates.iter().take(4).map(String::as_str).collect();
    let message = format!(
        "{}: the build left none of {} ({}); write the file that starts the service, as in `[run]` `command = \"node dist/main.js\"`",
        plan.package,
        names.join(", "),
        entry.why
    );
    Err(Diagnostic::named(names::NO_ENTRY, message)
        .at(entry.place.clone())
        .into())
}
