//! What a look at the finished image takes: whether there is one, and whose code it may load.

use super::base::BaseImage;
use super::input::PlanInput;
use super::layout::Places;
use super::model::Reason;
use super::place;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::plan::Checked;

/// Returns why nobody looks whether the image can load what it starts.
pub(super) fn unchecked(input: &PlanInput<'_>) -> Option<Reason> {
    if input.manifest.image.check == Some(false) {
        let place = input.manifest.place("image.check");
        return Some(Reason::new("the manifest sets it", place));
    }
    let platform = input.facts.foreign()?;
    let why = format!("builds run on {}, and not on {platform}", input.facts.build);
    Some(Reason::new(why, None))
}

/// Returns whether what does not run on an image is noted for whoever looks at it, instead of refused.
pub(super) fn notes(input: &PlanInput<'_>, base: &BaseImage) -> bool {
    base.is_hoped && input.manifest.image.check != Some(false)
}

/// Returns the packages of the workspace whose code may be loaded, the service at the end.
pub(super) fn checked(input: &PlanInput<'_>, runs: &WorkspaceClosure, places: &Places<'_>) -> Vec<Checked> {
    let workspace = input.workspace;
    let others = runs.projects.iter().filter(|id| *id != input.service);
    let projects = others.map(String::as_str).chain([input.service]);
    let projects = projects.filter_map(|id| Some((id, workspace.projects.get(id)?)));
    let checked = projects.map(|(id, project)| {
        let manifest = &project.manifest;
        let tools = manifest.dev_dependencies.keys().filter_map(|name| {
            let place = manifest.place(&["devDependencies", name])?;
            Some((name.clone(), place))
        });
        let place = manifest.place(&["dependencies"]);
        Checked {
            name: project.name(id),
            directory: places.of(id),
            source: id.to_owned(),
            file: manifest.file.name.clone(),
            place: place.unwrap_or_else(|| place::of(manifest, &[])),
            tools: tools.collect(),
        }
    });
    checked.collect()
}
