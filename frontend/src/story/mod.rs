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
mod question;
mod request;
mod said;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Definition, Output, Platform};
use futures_util::future::join_all;

use crate::decide::{self, Read};
use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::gateway::{BuildResult, Failure, Gateway, Reference, Refs, SolveRequest};
use crate::kinds::Planned;
use crate::lower::{self, Anew, Graph, Surroundings};
use crate::options::Options;
use crate::plan::{Facts, Outcome};
use crate::result;
use crate::source::{Named, Reader};
use crate::subrequest::{self, Question};
use crate::warning::Warning;
use failed::Failed;
use images::Resolved;
use missed::Missed;

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
    let warnings = planned.first().map_or(&[][..], |first| &first.planned.warnings);
    for warning in warnings {
        gateway.warn(&read.vertex, warning).await?;
    }
    refuse(&read, warnings)?;

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
    let of_root: BTreeSet<String> = made.iter().flat_map(|made| made.of_root.clone()).collect();
    for (platform, made) in planned.iter().zip(&mut made) {
        if made.of_root != of_root {
            let facts = Facts {
                of_root: of_root.clone(),
                ..platform.facts.clone()
            };
            let platform = platform.again(&options, &read, facts, platform.anew.clone())?;
            *made = build_all_of(&gateway, &options, &read, &platform).await?;
        }
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
    let found = decide::secret_files(&reader, options, read, &platform.planned).await;
    let found = found.map_err(|failure| said::in_words(failure, None))?;
    for warning in &found {
        gateway.warn(&read.vertex, warning).await?;
    }
    refuse(read, &found)
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

/// The plan for one platform, and the facts that it is made from.
#[derive(Debug)]
struct ForPlatform {
    target: Platform,
    facts: Facts,
    planned: Planned,
    anew: Anew,
}

impl ForPlatform {
    /// Plans once more, by other facts.
    fn again(&self, options: &Options, read: &Read, facts: Facts, anew: Anew) -> Result<Self, Diagnostics> {
        Ok(Self {
            planned: read.plan(options, &facts)?,
            target: self.target.clone(),
            facts,
            anew,
        })
    }
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
    /// What it has of the root's dependencies beside those that packages declare.
    of_root: BTreeSet<String>,
    /// What it lacks.
    lacks: check::Lacks,
}

/// Builds the image of one platform: once more where a package's scripts did not find a file, which then get every file
/// of the workspace, where the image lacks what another plan gives it, and where the engine has lost what its cache says that
/// it has.
async fn build_all_of(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    platform: &ForPlatform,
) -> Result<Made, Failure> {
    let mut again: Option<ForPlatform> = None;
    loop {
        let platform = again.as_ref().unwrap_or(platform);
        let (mut facts, mut anew) = (platform.facts.clone(), platform.anew.clone());
        let failed = match build_platform(gateway, options, read, platform).await {
            Err(failed) => failed,
            Ok(made) if made.lacks.is_nothing() => return Ok(made),
            Ok(made) => {
                let warnings = made.lacks.of_root.values();
                let warnings: Vec<&Warning> = warnings.filter(|one| read.lint.applies(one.rule)).collect();
                for warning in &warnings {
                    gateway.warn(&read.vertex, warning).await?;
                }
                refuse(read, warnings)?;
                facts.of_root.extend(made.lacks.of_root.into_keys());
                facts.incomplete |= made.lacks.dependencies;
                again = Some(platform.again(options, read, facts, anew)?);
                continue;
            }
        };
        if let Some(more) = failed.anew(&anew) {
            anew = more;
        } else if let Some(missed) = Missed::of(&platform.planned.plan, &facts, &failed) {
            let warning = missed.warning(read);
            if read.lint.applies(warning.rule) {
                gateway.warn(&read.vertex, &warning).await?;
                refuse(read, [&warning])?;
            }
            missed.note(&mut facts);
        } else {
            return Err(explain::explain(failed, read, &platform.planned.plan));
        }
        again = Some(platform.again(options, read, facts, anew)?);
    }
}

/// Builds the image of one platform.
async fn build_platform(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    platform: &ForPlatform,
) -> Result<Made, Failed> {
    let settled = settled(gateway, options, read, platform).await?;
    let platform = settled.as_ref().unwrap_or(platform);
    let (surroundings, images) = surround(gateway, options, read, platform).await?;
    let graph = lower::lower(&platform.planned.plan, &surroundings)?;
    let made = build_graph(gateway, options, read, platform, &graph, &images).await;
    made.map_err(|failure| Failed::of(failure, &graph))
}

/// Builds what a graph makes.
async fn build_graph(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    platform: &ForPlatform,
    graph: &Graph<'_>,
    images: &[Resolved],
) -> Result<Made, Failure> {
    let plan = &platform.planned.plan;
    let outcome = &plan.outcome;
    let (size, entry) = match outcome {
        Outcome::Image(image) => (image.size.as_ref(), image.entry.as_ref()),
        Outcome::Workbench(_) => (None, None),
    };
    let measured = match size {
        Some(size) => Some((size, graph.definition(&size.report)?)),
        None => None,
    };
    ahead::build(gateway, options, graph, plan).await?;
    // All at once: the production install needs no build, and the entry no production install. What is begun is waited
    // for, though something else has failed: an engine that is interrupted while it commits a large layer can lose it, and
    // fails every later build that needs it. Source: moby/buildkit, `cache/refs.go`, `finalize`.
    let (image, large, sbom, entry, looked) = tokio::join!(
        make(gateway, options, graph, outcome.root()),
        budget::check(gateway, options, read, measured),
        async {
            match outcome.bill() {
                Some(bill) => make(gateway, options, graph, bill).await.map(Some),
                None => Ok(None),
            }
        },
        async {
            match entry {
                Some(entry) => entry::find(gateway, options, plan, graph, entry).await.map(Some),
                None => Ok(None),
            }
        },
        check::check(gateway, options, read, plan, graph),
    );
    let (image, entry, large, sbom) = (image?, entry?, large?, sbom?);
    let lacks = looked?.of_entry(outcome, entry.as_deref());
    if let Some(warning) = large {
        gateway.warn(&read.vertex, &warning).await?;
        refuse(read, [&warning])?;
    }
    let base = images.get(outcome.base().index());
    let base = base.ok_or_else(|| Diagnostic::internal("the base was not resolved"))?;
    let config = image_config::of(
        options,
        outcome,
        (&base.config, &platform.target),
        read.created,
        entry.as_deref(),
    );
    Ok(Made {
        image,
        config,
        sbom,
        of_root: platform.facts.of_root.clone(),
        lacks,
    })
}

/// Returns the plan without its question, where it has one: its step runs, and the build is planned again with the answer.
async fn settled(
    gateway: &Gateway,
    options: &Options,
    read: &Read,
    platform: &ForPlatform,
) -> Result<Option<ForPlatform>, Failure> {
    let question = match &platform.planned.plan.outcome {
        Outcome::Image(image) => image.question.as_ref(),
        Outcome::Workbench(_) => None,
    };
    let Some(question) = question else {
        return Ok(None);
    };
    let (surroundings, _) = surround(gateway, options, read, platform).await?;
    let definition = lower::lower(&platform.planned.plan, &surroundings)?.definition(question)?;
    let facts = Facts {
        install_runs_programs: Some(question::ask(gateway, options, &definition).await?),
        ..platform.facts.clone()
    };
    Ok(Some(platform.again(
        options,
        read,
        facts,
        platform.anew.clone(),
    )?))
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
