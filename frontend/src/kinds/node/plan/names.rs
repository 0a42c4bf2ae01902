//! Names that steps are called by and that travel in headers.

use crate::diagnostic::{Diagnostic, Diagnostics, Place, cut, names};
use crate::kinds::node::Workspace;
use crate::kinds::node::workspace::{ImporterId, package_name};

/// The longest path that Linux takes, in bytes. Source: limits.h, `PATH_MAX`.
const LONGEST_PATH: usize = 4096;
/// How much of a name is shown, in characters.
const SHOWN: usize = 80;

/// Checks the names and directories of the projects that a build touches.
pub(super) fn check(workspace: &Workspace, importers: &[ImporterId]) -> Result<(), Diagnostics> {
    let wrong = importers.iter().flat_map(|importer| {
        let directory = directory(workspace, importer);
        directory.into_iter().chain(package(workspace, importer))
    });
    Diagnostics::check(wrong.collect())
}

fn directory(workspace: &Workspace, importer: &str) -> Option<Diagnostic> {
    let path = workspace.context_path(importer);
    let why = if path.contains(char::is_control) {
        "has a control character in its name, which no transfer of files takes".to_owned()
    } else if path.len() > LONGEST_PATH {
        format!("is longer than the {LONGEST_PATH} bytes that a path can have")
    } else {
        return None;
    };
    let message = format!(
        "the directory `{}` {why}; rename it, and run `{}`",
        cut(&path, SHOWN),
        workspace.manager.relock()
    );
    Some(at(message, workspace.manager.place_of(importer)))
}

fn package(workspace: &Workspace, importer: &str) -> Option<Diagnostic> {
    let manifest = &workspace.projects.get(importer)?.manifest;
    let name = manifest.name.as_deref()?;
    let why = package_name::wrong(name)?;
    let message = format!(
        "`name` is \"{}\", which {why}; write a name that npm takes, such as \"@scope/name\", and run `{}`",
        cut(name, SHOWN),
        workspace.manager.relock()
    );
    Some(at(message, manifest.place(&["name"])))
}

fn at(message: String, place: Option<Place>) -> Diagnostic {
    Diagnostic::named(names::INVALID_NAME, message).at(place)
}
