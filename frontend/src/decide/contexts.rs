//! Named contexts that take no one's place.

use crate::options::Options;
use crate::plan::{Plan, Stage};
use crate::source;
use crate::warning::{Warning, rules};

/// Returns a warning for each name that this build has no use for: docker/dockerfile passes over it in silence.
pub(super) fn unused(options: &Options, plan: &Plan) -> Vec<Warning> {
    let images = plan.images.iter();
    let mut images: Vec<&str> = images.map(|image| source::familiar(&image.reference)).collect();
    images.sort_unstable();
    images.dedup();
    let packages: Vec<(&str, Option<&str>)> = plan
        .packages
        .iter()
        .map(|package| (package.directory.as_str(), Some(package.name.as_str())))
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
