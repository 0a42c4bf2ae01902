//! What of the workspace no step sees.

use std::collections::BTreeMap;

use crate::diagnostic::Place;
use crate::kinds::node::Workspace;
use crate::kinds::node::workspace::ImporterId;
use crate::path::join;
use crate::source::Context;

/// Returns the projects of a closure of which no step sees anything.
pub(super) fn projects(
    workspace: &Workspace,
    context: &Context,
    closure: &[ImporterId],
) -> BTreeMap<ImporterId, (String, Place)> {
    let hidden = closure.iter().filter_map(|id| {
        let directory = workspace.context_path(id);
        let hiding = context.hiding(&directory).filter(|_| !directory.is_empty())?;
        Some((id.clone(), hiding))
    });
    hidden.collect()
}

/// Leaves out of what packages read the configuration that no step sees, which nobody can copy.
pub(super) fn leave_out(workspace: &mut Workspace, context: &Context) {
    let root = workspace.root.clone();
    workspace
        .root_files
        .retain(|name| !context.hides(&join(&root, name)));
    for project in workspace.projects.values_mut() {
        project.typescript.configs.retain(|path, _| !context.hides(path));
    }
}
