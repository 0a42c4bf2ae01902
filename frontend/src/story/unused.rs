//! Named contexts that take no one's place.

use crate::options::Options;
use crate::plan::{Plan, Stage};
use crate::source;
use crate::warning::{Warning, rules};

/// Returns a warning for each name that this build has no use for: docker/dockerfile passes over it in silence.
pub(super) fn contexts(options: &Options, plan: &Plan) -> Vec<Warning> {
    let mut images = vec![plan.toolchain.image.as_str()];
    if plan.workbench.is_none() {
        images.push(&plan.toolchain.production_image);
        images.push(&plan.runtime.base.reference);
    }
    let mut images: Vec<&str> = images.into_iter().map(source::familiar).collect();
    images.sort_unstable();
    images.dedup();
    let packages: Vec<(&str, Option<&str>)> = plan
        .packages
        .iter()
        .map(|package| (package.importer.as_str(), Some(package.name.as_str())))
        .collect();
    let listed: Vec<String> = packages
        .iter()
        .map(|(directory, name)| {
            format!(
                "{} ({directory})",
                name.unwrap_or_default().trim_start_matches('@')
            )
        })
        .collect();
    let unused = source::unused(options, &images, &packages);
    unused
        .into_iter()
        .map(|name| {
            rules::UNUSED_CONTEXT.warn(format!(
                "`--build-context {name}` takes the place of nothing; the images of this build are {}, the \
                 stages {}, and the packages, by name or directory, {}",
                images.join(", "),
                source::REPLACEABLE.map(Stage::name).join(", "),
                listed.join(", ")
            ))
        })
        .collect()
}
