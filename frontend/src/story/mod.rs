//! The story of one build, top to bottom.
//!
//! `options + source → manifest → kind reads → plan (steps as data) → lower → solve → result`

mod accounts;
mod attestations;
mod budget;
mod engine;
mod entry;
mod explain;
mod image_config;
mod images;
mod question;
mod request;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Definition, Output, Platform};
use futures_util::future::{TryFutureExt as _, try_join_all};

use crate::decide::{self, Read};
use crate::diagnostic::{Diagnostic, names};
use crate::gateway::{BuildResult, Failure, Gateway, Reference, Refs, SolveRequest};
use crate::kinds::Planned;
use crate::lower::{self, Graph, Surroundings};
use crate::options::Options;
use crate::plan::{Facts, Outcome, Plan};
use crate::result;
use crate::source::{Named, Reader};
use crate::subrequest::{self, Question};
use crate::warning::Warning;
use images::Resolved;

/// Builds what the options ask for, or answers what they ask instead.
///
/// # Errors
/// Mistakes in the build's files, each with its place, or what the engine answered, unchanged.
pub async fn build(gateway: Gateway, options: Options) -> Result<BuildResult, Failure> {
    if let Some(request) = &options.request_id {
        return answer(&gateway, &options, request).await;
    }
    let targets = options.targets()?;
    let (read, facts, planned) = decided(&gateway, &options, &targets).await?;
    for warning in &planned.warnings {
        gateway.warn(&read.vertex, warning).await?;
    }
    refuse(&read, &planned.warnings)?;

    let build = |(number, target): (usize, &Platform)| {
        let (gateway, options, read) = (&gateway, &options, &read);
        // The first is planned already.
        let first = (number == 0).then(|| (facts.clone(), planned.plan.clone()));
        let target = target.clone();
        let built = async move {
            let (facts, plan) = match first {
                Some(first) => first,
                None => plan_for(gateway, options, read, &target).await?,
            };
            build_platform(gateway, options, read, facts, plan, &target).await
        };
        built.map_err(|failure| explain::explain(failure, read.manifest()))
    };
    let made = try_join_all(targets.iter().enumerate().map(build)).await?;
    let results = targets.iter().map(ToString::to_string).zip(made).collect();
    Ok(combine(results, request::is_index(&options, targets.len())))
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
    let targets = options.targets()?;
    let answered = match question {
        Question::Graph => subrequest::graph(dumps(gateway, options, &targets).await?),
        question => match subrequest::general(question) {
            Some(answer) => answer,
            None => {
                let decided = decided(gateway, options, &targets).await;
                let decided = decided.map(|(read, _, planned)| (read, planned));
                subrequest::answer(question, options, decided)?
            }
        },
    };
    Ok(answered.into_result())
}

/// Returns the definition of each platform's image, as a build would send it before it asks a step anything.
async fn dumps(gateway: &Gateway, options: &Options, targets: &[Platform]) -> Result<String, Failure> {
    let (read, ..) = decided(gateway, options, targets).await?;
    let mut dumps = Vec::new();
    for target in targets {
        let (facts, plan) = plan_for(gateway, options, &read, target).await?;
        let (surroundings, _) = surround(gateway, options, &read, &facts, &plan, target).await?;
        let graph = lower::lower(&plan, &surroundings)?;
        dumps.push(buildkit_llb::dump(&graph.definition(plan.outcome.root())?));
    }
    Ok(dumps.join("\n"))
}

/// Reads the build's files and plans the build of the first platform.
async fn decided(
    gateway: &Gateway,
    options: &Options,
    targets: &[Platform],
) -> Result<(Read, Facts, Planned), Failure> {
    let reader = Reader::Engine(gateway.clone());
    let read = decide::read(&reader, options).await?;
    let target = targets.first().cloned().unwrap_or(options.builder()?);
    let facts = decide::facts(&reader, options, read.target.stage, &target).await?;
    let planned = read.plan(options, &facts)?;
    Ok((read, facts, planned))
}

/// Plans the build of a platform.
async fn plan_for(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    target: &Platform,
) -> Result<(Facts, Plan), Failure> {
    let reader = Reader::Engine(gateway.clone());
    let facts = decide::facts(&reader, options, read.target.stage, target).await?;
    let planned = read.plan(options, &facts)?;
    Ok((facts, planned.plan))
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

/// What a build makes for one platform.
#[derive(Debug)]
struct Made {
    image: Reference,
    config: result::ImageConfig,
    /// The output with the bill of materials, where one is asked for.
    sbom: Option<Reference>,
}

/// Builds the image of one platform.
async fn build_platform(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    facts: Facts,
    plan: Plan,
    target: &Platform,
) -> Result<Made, Failure> {
    let plan = settled(gateway, options, read, facts, plan, target).await?;
    let facts = &plan.0;
    let plan = &plan.1;
    let (surroundings, images) = surround(gateway, options, read, facts, plan, target).await?;
    let graph = lower::lower(plan, &surroundings)?;
    let outcome = &plan.outcome;
    let (size, entry) = match outcome {
        Outcome::Image(image) => (image.size.as_ref(), image.entry.as_ref()),
        Outcome::Workbench(_) => (None, None),
    };
    let measured = match size {
        Some(size) => Some((size, graph.definition(&size.report)?)),
        None => None,
    };
    // All at once: the production install needs no build, and the entry no production install.
    let (image, large, sbom, entry) = tokio::try_join!(
        make(gateway, options, &graph, outcome.root()),
        budget::check(gateway, options, read, measured),
        async {
            match outcome.bill() {
                Some(bill) => make(gateway, options, &graph, bill).await.map(Some),
                None => Ok(None),
            }
        },
        async {
            match entry {
                Some(entry) => entry::find(gateway, options, plan, &graph, entry).await.map(Some),
                None => Ok(None),
            }
        },
    )?;
    if let Some(warning) = large {
        gateway.warn(&read.vertex, &warning).await?;
        refuse(read, [&warning])?;
    }
    let base = images.get(outcome.base().index());
    let base = base.ok_or_else(|| Diagnostic::internal("the base was not resolved"))?;
    let config = image_config::of(options, outcome, &base.config, target, entry.as_deref());
    Ok(Made { image, config, sbom })
}

/// Returns the plan without a question: where it has one, its step runs, and the build is planned again with the answer.
async fn settled(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    mut facts: Facts,
    plan: Plan,
    target: &Platform,
) -> Result<(Facts, Plan), Failure> {
    let Outcome::Image(image) = &plan.outcome else {
        return Ok((facts, plan));
    };
    let Some(question) = &image.question else {
        return Ok((facts, plan));
    };
    let (surroundings, _) = surround(gateway, options, read, &facts, &plan, target).await?;
    let definition = lower::lower(&plan, &surroundings)?.definition(question)?;
    facts.install_runs_programs = Some(question::ask(gateway, options, &definition).await?);
    let planned = read.plan(options, &facts)?;
    Ok((facts, planned.plan))
}

/// Returns what the engine and the request add to a plan, and the plan's images.
async fn surround(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    facts: &Facts,
    plan: &Plan,
    target: &Platform,
) -> Result<(Surroundings, Vec<Resolved>), Failure> {
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
        exec: request::exec_options(options),
        no_cache: decide::no_cache::steps(options, read.manifest(), plan),
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
fn combine(results: BTreeMap<String, Made>, index: bool) -> BuildResult {
    let (mut references, mut configs) = (BTreeMap::new(), BTreeMap::new());
    let mut attestations = BTreeMap::new();
    for made in results.into_values() {
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
