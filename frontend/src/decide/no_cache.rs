//! `--no-cache` and `--no-cache-filter`: the steps that run again whatever the cache holds.

use std::collections::BTreeSet;

use crate::diagnostic::plain;
use crate::manifest::{Manifest, suggest};
use crate::options::{NoCache, Options};
use crate::path::base_name;
use crate::plan::{Plan, Stage, Step, StepId, Verb};
use crate::warning::{Warning, rules};

/// What a name of `--no-cache-filter` stands for.
enum Named<'a> {
    /// A stage of this build.
    Stage(Stage),
    /// The steps of one workspace package.
    Package(&'a str),
    /// A target that this build is not for: nothing of it runs.
    Elsewhere,
}

/// Returns the steps that run again: those of a stage, or those that run the scripts of a package.
pub fn steps(options: &Options, manifest: &Manifest, plan: &Plan) -> BTreeSet<StepId> {
    let is_meant = |step: &Step, named: &Named<'_>| match named {
        Named::Stage(stage) => step.stage == *stage,
        Named::Package(name) => step.package.as_deref() == Some(*name),
        Named::Elsewhere => false,
    };
    let named: Vec<Named<'_>> = match &options.no_cache {
        NoCache::None => return BTreeSet::new(),
        NoCache::All => Stage::ALL.into_iter().map(Named::Stage).collect(),
        NoCache::Stages(names) => names
            .iter()
            .filter_map(|name| named(name, manifest, plan))
            .collect(),
    };
    let runs = plan.steps().filter(|(_, step)| matches!(step.does, Verb::Run(_)));
    let meant = runs.filter(|(_, step)| named.iter().any(|named| is_meant(step, named)));
    meant.map(|(id, _)| id).collect()
}

/// Returns a warning for each name that stands for nothing: docker/dockerfile passes over it in silence.
pub(super) fn unknown(options: &Options, manifest: &Manifest, plan: &Plan) -> Vec<Warning> {
    let NoCache::Stages(names) = &options.no_cache else {
        return Vec::new();
    };
    let targets = manifest.targets();
    let targets: Vec<&str> = targets.iter().map(|listed| listed.target.name()).collect();
    let packages: Vec<&str> = plan
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let unknown = names.iter().filter(|name| named(name, manifest, plan).is_none());
    unknown
        .map(|name| {
            let near = match suggest(name, targets.iter().chain(&packages).copied()) {
                Some(near) => format!("did you mean `{}`? The", plain(near)),
                None => "the".to_owned(),
            };
            rules::UNKNOWN_STAGE.warn(format!(
                "`--no-cache-filter` names `{name}`, which is no stage of this build; {near} stages are {}, and each \
                 package is one by its name: {}",
                targets.join(", "),
                packages.join(", ")
            ))
        })
        .collect()
}

/// Finds what a name stands for. Its case does not matter, as with docker/dockerfile.
fn named<'a>(name: &str, manifest: &Manifest, plan: &'a Plan) -> Option<Named<'a>> {
    if let Some(stage) = Stage::named(name) {
        return Some(Named::Stage(stage));
    }
    if let Ok(target) = manifest.target(Some(name)) {
        return Some(if target == plan.target {
            Named::Stage(target.stage)
        } else {
            Named::Elsewhere
        });
    }
    let mut packages = plan.packages.iter();
    let package = packages.find(|package| {
        let directory = base_name(&package.directory);
        package.name.eq_ignore_ascii_case(name) || directory.eq_ignore_ascii_case(name)
    });
    package.map(|package| Named::Package(&package.name))
}
