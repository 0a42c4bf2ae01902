//! Names that steps are called by and that travel in headers.

use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::kinds::node::Workspace;
use crate::kinds::node::workspace::ImporterId;

/// The longest path that Linux takes, in bytes. Source: limits.h, `PATH_MAX`.
const LONGEST_PATH: usize = 4096;

/// Checks the directories of the projects that a build touches.
pub(super) fn check(workspace: &Workspace, importers: &[ImporterId]) -> Result<(), Diagnostics> {
    let wrong = importers.iter().filter_map(|importer| {
        let path = workspace.context_path(importer);
        let why = if path.contains(char::is_control) {
            "has a control character in its name, which no transfer of files takes".to_owned()
        } else if path.len() > LONGEST_PATH {
            format!("is longer than the {LONGEST_PATH} bytes that a path can have")
        } else {
            return None;
        };
        let message =
            format!("the directory `{path}` {why}; rename it, and run `pnpm install --lockfile-only`");
        let diagnostic = Diagnostic::named(names::INVALID_NAME, message);
        Some(match workspace.manager.place_of(importer) {
            Some(place) => diagnostic.at(place),
            None => diagnostic,
        })
    });
    Diagnostics::check(wrong.collect())
}
