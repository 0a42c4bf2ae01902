//! Injected workspace packages: copies that pnpm makes in the virtual store, where links would be otherwise.

use std::collections::BTreeMap;

use super::layout::Places;
use crate::kinds::node::Workspace;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::workspace::{Edge, ImporterId};

/// Returns the injected edges to packages of the workspace, each with the name that its entry in the virtual store is
/// given: one of our own, since pnpm's is not known before the install.
fn entries<'a>(
    workspace: &'a Workspace,
    production: &'a WorkspaceClosure,
) -> impl Iterator<Item = (&'a Edge, String)> {
    let injected = production.edges.iter().filter(|edge| edge.injected).enumerate();
    let known = injected.filter(|(_, edge)| workspace.projects.contains_key(&edge.to));
    known.map(|(index, edge)| (edge, format!("vextrus-{index}")))
}

/// Returns the links that a production install points at its entries: `LINK=NAME` for `tidy.cjs`.
pub(super) fn links(
    workspace: &Workspace,
    production: &WorkspaceClosure,
    places: &Places<'_>,
) -> Vec<String> {
    let link = |(edge, entry): (&Edge, String)| {
        let modules = places.modules(&edge.from);
        format!("{modules}/{}={entry}", edge.alias)
    };
    entries(workspace, production).map(link).collect()
}

/// Returns where in the image each injected package lies, beside its own directory.
pub(super) fn places(
    workspace: &Workspace,
    production: &WorkspaceClosure,
) -> BTreeMap<ImporterId, Vec<String>> {
    let mut places: BTreeMap<ImporterId, Vec<String>> = BTreeMap::new();
    for (edge, entry) in entries(workspace, production) {
        let directory = workspace.manager.store_of(&edge.from);
        let store = format!("{}/node_modules/.pnpm", workspace.container_path(directory));
        let name = workspace
            .projects
            .get(&edge.to)
            .map(|project| project.name(&edge.to))
            .unwrap_or_default();
        let place = format!("{store}/{entry}/node_modules/{name}");
        places.entry(edge.to.clone()).or_default().push(place);
    }
    places
}
