//! The story of one build, top to bottom.
//!
//! `options + source → manifest → kind reads → plan (steps as data) → lower → solve → result`

mod accounts;
mod ahead;
mod attestations;
mod budget;
mod check;
mod engine;
mod entry;
mod explain;
mod failed;
mod image_config;
mod images;
mod missed;
mod pages;
mod platform;
mod question;
mod request;
mod said;
mod verdict;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Definition, Output};
use futures_util::future::join_all;

use crate::decide::{self, Read};
use crate::diagnostic::{Diagnostic, names};
use crate::gateway::{BuildResult, Failure, Gateway, Reference, Refs, SolveRequest};
use crate::lower::{self, Anew, Graph, Surroundings};
use crate::options::Options;
use crate::plan::{Facts, Looked};
use crate::result;
use crate::source::{Named, Reader};
use crate::subrequest::{self, Question};
use crate::warning::{Warning, rules};
use images::Resolved;
use platform::{ForPlatform, Made, build_all_of};

/// Builds what the options ask for, or answers what they ask instead.
///
/// # Errors
/// Mistakes in the build's files, each with its place, or what the engine answered, unchanged.
pub async fn build(gateway: Gateway, options: Options) -> Result<BuildResult, Failure> {
    if let Some(request) = &options.request_id {
        return answer(&gateway, &options, request).await;
    }
    engine::check_usual(&gateway).await?;
    let (read, planned) = decided(&gateway, &options).await?;
    // What there is to know of one platform is to be known of all.
    let first = planned.first().map(|first| &first.planned);
    let warnings = first.into_iter().flat_map(|first| &first.warnings);
    // Of what may turn out to be a site nobody knows yet that it is a service that lacks a check.
    let may_be_site = first.is_some_and(|first| entry::may_be_site(&first.plan));
    let waits = |warning: &&Warning| may_be_site && warning.rule == &rules::NO_HEALTHCHECK;
    let (of_service, warnings): (Vec<&Warning>, Vec<&Warning>) = warnings.partition(waits);
    tell(&gateway, &read, warnings).await?;

    let count = planned.len();
    let builds = planned
        .iter()
        .map(|platform| build_all_of(&gateway, &options, &read, platform));
    let looked = look(&gateway, &options, &read, planned.first());
    // What is begun is waited for, as in `build_platform`.
    let (made, looked) = tokio::join!(join_all(builds), looked);
    let mut made = made.into_iter().collect::<Result<Vec<Made>, Failure>>()?;
    looked?;
    // What was found of one platform, on which programs can be run, holds of the others.
    let mut looked = Looked::default();
    made.iter().for_each(|made| looked.add(&made.looked));
    for (platform, made) in planned.iter().zip(&mut made) {
        if made.looked != looked {
            let facts = Facts {
                looked: looked.clone(),
                ..platform.facts.clone()
            };
            let platform = platform.again(&options, &read, facts, platform.anew.clone())?;
            *made = build_all_of(&gateway, &options, &read, &platform).await?;
        }
    }
    if !looked.pages {
        tell(&gateway, &read, of_service).await?;
    }
    Ok(combine(made, request::is_index(&options, count)))
}

/// Looks for secrets among the sources, beside the build, which does not wait for that.
async fn look(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    platform: Option<&ForPlatform>,
) -> Result<(), Failure> {
    let Some(platform) = platform else {
        return Ok(());
    };
    let reader = Reader::Engine(gateway.clone());
    let found = decide::in_files(&reader, options, read, &platform.planned).await;
    let found = found.map_err(|failure| said::in_words(failure, None))?;
    tell(gateway, read, &found).await
}

/// Answers a question about a build (`docker buildx build --call`).
async fn answer(gateway: &Gateway, options: &Options, request: &str) -> Result<BuildResult, Failure> {
    let question = Question::named(request).ok_or_else(|| Failure::unknown_subrequest(request))?;
    // The list of targets is for whoever does not know them yet.
    let options = &match question {
        Question::Targets => Options {
            target: None,
            ..options.clone()
        },
        _ => options.clone(),
    };
    let answered = match question {
        Question::Graph => subrequest::graph(dumps(gateway, options).await?),
        question => match subrequest::general(question) {
            Some(answer) => answer,
            None => {
                let decided = decided(gateway, options).await;
                let mut decided = decided.and_then(|(read, planned)| {
                    let first = planned.into_iter().next();
                    let first = first.ok_or_else(|| Diagnostic::internal("a build for no platform"))?;
                    Ok((read, first.planned))
                });
                if let (Question::Lint, Ok((read, planned))) = (question, &mut decided) {
                    decide::check(&Reader::Engine(gateway.clone()), options, read, planned).await?;
                }
                subrequest::answer(question, options, decided)?
            }
        },
    };
    Ok(answered.into_result())
}

/// Returns the definition of each platform's image, as a build would send it before it asks a step anything.
async fn dumps(gateway: &Gateway, options: &Options) -> Result<String, Failure> {
    let (read, planned) = decided(gateway, options).await?;
    let mut dumps = Vec::new();
    for platform in planned {
        let plan = &platform.planned.plan;
        let (surroundings, _) = surround(gateway, options, &read, &platform).await?;
        let graph = lower::lower(plan, &surroundings)?;
        dumps.push(buildkit_llb::dump(&graph.definition(plan.outcome.root())?));
    }
    Ok(dumps.join("\n"))
}

/// Reads the build's files and plans the build for each platform.
async fn decided(gateway: &Gateway, options: &Options) -> Result<(Read, Vec<ForPlatform>), Failure> {
    let reader = Reader::Engine(gateway.clone());
    let read = decide::read(&reader, options).await;
    let read = read.map_err(|failure| said::in_words(failure, None))?;
    let mut planned = Vec::new();
    for target in options.targets()? {
        let facts = decide::facts(&reader, options, read.target.stage, &target).await?;
        planned.push(ForPlatform {
            planned: read.plan(options, &facts)?,
            target,
            facts,
            anew: Anew::default(),
        });
    }
    Ok((read, planned))
}

/// Shows warnings, and stops the build at them where the user asks for it.
async fn tell(
    gateway: &Gateway,
    read: &Read,
    warnings: impl IntoIterator<Item = &Warning>,
) -> Result<(), Failure> {
    let warnings: Vec<&Warning> = warnings.into_iter().collect();
    for warning in &warnings {
        gateway.warn(&read.vertex, warning).await?;
    }
    refuse(read, warnings)
}

/// Stops the build at warnings where the user asks for it with `error=true`, at the line of each.
fn refuse<'w>(read: &Read, warnings: impl IntoIterator<Item = &'w Warning>) -> Result<(), Failure> {
    let warnings: Vec<&Warning> = warnings.into_iter().collect();
    if !read.lint.is_error || warnings.is_empty() {
        return Ok(());
    }
    let rules: BTreeSet<&str> = warnings.iter().map(|warning| warning.rule.name).collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    let message = format!("lint violation found for rules: {}", rules.join(", "));
    let places = warnings
        .iter()
        .filter_map(|warning| warning.diagnostic.place.clone());
    Err(places.fold(
        Diagnostic::named(names::LINT_VIOLATION, message).into(),
        Failure::at,
    ))
}

/// Returns what the engine and the request add to a plan, and the plan's images.
async fn surround(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    platform: &ForPlatform,
) -> Result<(Surroundings, Vec<Resolved>), Failure> {
    let (target, facts, plan) = (&platform.target, &platform.facts, &platform.planned.plan);
    let build = decide::builder(options, read.target.stage, target)?;
    let images = images::resolve(gateway, options, plan, target, &build).await?;
    let surroundings = Surroundings {
        context: read.context.clone(),
        given: Named::new(gateway, options, &build).stages().await?,
        frontend: gateway
            .frontend()
            .map(Output::from_proto)
            .transpose()
            .map_err(Diagnostic::internal)?,
        target: target.clone(),
        several: facts.several,
        merge: facts.merge,
        images: images.iter().map(Resolved::for_lowering).collect(),
        accounts: accounts::with_user(gateway, options, &images, plan, target).await?,
        timestamp: request::timestamp(options),
        created: read.created,
        exec: request::exec_options(options),
        no_cache: decide::no_cache::steps(options, read.manifest(), plan),
        anew: platform.anew.clone(),
        build,
    };
    Ok((surroundings, images))
}

/// Makes a file system of a plan now rather than when it is first read.
async fn make(
    gateway: &Gateway,
    options: &Options,
    graph: &Graph<'_>,
    files: &crate::plan::Files,
) -> Result<Reference, Failure> {
    evaluate(gateway, options, &graph.definition(files)?).await
}

/// Makes a graph's output now.
async fn evaluate(
    gateway: &Gateway,
    options: &Options,
    definition: &Definition,
) -> Result<Reference, Failure> {
    engine::check(gateway, definition).await?;
    let request = SolveRequest {
        definition: definition.to_proto(),
        cache_imports: options.cache_imports.clone(),
        evaluate: true,
    };
    gateway.solve(request).await
}

/// Puts the platforms' results into one, as an index where several were asked for.
fn combine(results: Vec<Made>, index: bool) -> BuildResult {
    let (mut references, mut configs) = (BTreeMap::new(), BTreeMap::new());
    let mut attestations = BTreeMap::new();
    for made in results {
        let id = made.config.platform_id();
        if let Some(sbom) = made.sbom {
            attestations.insert(id.clone(), vec![attestations::sbom(sbom)]);
        }
        references.insert(id.clone(), made.image);
        configs.insert(id, made.config);
    }
    match (configs.values().next(), index) {
        (Some(config), false) => BuildResult {
            metadata: result::single_platform(config),
            refs: Refs::Single(references.into_values().next()),
            attestations,
        },
        _ => BuildResult {
            metadata: result::multi_platform(&configs),
            refs: Refs::ByPlatform(references),
            attestations,
        },
    }
}
