//! Install scripts that npm 12 does not run since nobody has said whether it may. It ends well all the same.

use super::input::PlanInput;
use super::native::Surveyor;
use super::place;
use crate::diagnostic::{Diagnostics, Place};
use crate::kinds::node::npm::Npm;
use crate::kinds::node::npm::lockfile::MODULES;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::warning::{Warning, rules};

/// Warns of each package of the service's development, or of what runs of it, whose scripts are left out so.
///
/// # Errors
/// All that a closure refuses.
pub(super) fn find(
    input: &PlanInput<'_>,
    npm: &Npm,
    development: &WorkspaceClosure,
    surveyor: &mut Surveyor<'_>,
) -> Result<Vec<Warning>, Diagnostics> {
    let unreviewed = surveyor.survey(development)?.unreviewed;
    let warning = |name: &String| {
        let message = format!(
            "`{name}` has an install script, which npm 12 does not run unless the root's package.json approves it; write \
             \"allowScripts\": {{ \"{name}\": true }} there, or `false` where it may be left out"
        );
        rules::UNAPPROVED_BUILD
            .warn(message)
            .at(place_of(input, npm, name))
    };
    Ok(unreviewed.iter().map(warning).collect())
}

/// Returns the line that declares a package, the service's first; else that of the lockfile.
fn place_of(input: &PlanInput<'_>, npm: &Npm, name: &str) -> Option<Place> {
    let importers = [input.service, "."].into_iter();
    let others = input.closure.importers().iter().map(String::as_str);
    let projects = importers
        .chain(others)
        .filter_map(|id| input.workspace.projects.get(id));
    let mut declared = projects.filter_map(|project| place::of_dependency(&project.manifest, name));
    declared
        .next()
        .or_else(|| npm.lockfile.place(&format!("{MODULES}{name}")))
}
