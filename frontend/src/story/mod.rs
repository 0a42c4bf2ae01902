//! The story of one build, top to bottom.
//!
//! `options + context → manifest → workspace → plan → lower → solve → result`

mod accounts;
mod attestations;
mod budget;
mod engine;
mod explain;
mod image_config;
mod images;
mod locations;
mod platforms;
mod request;
mod uncached;
mod unused;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Definition, Platform};
use futures_util::future::{TryFutureExt as _, try_join_all};

use crate::context;
use crate::diagnostic::Diagnostic;
use crate::gateway::{BuildResult, Failure, Gateway, Reference, Refs, SolveRequest};
use crate::lint;
use crate::lower::{self, Surroundings};
use crate::manifest::Manifest;
use crate::options::Options;
use crate::plan::{self, NEVER_READ, Plan, PlanInput, Planned};
use crate::result;
use crate::source::{self, BuildFile, Context, Named, Origin};
use crate::subrequest;
use crate::warning::{self, Warning};
use crate::workspace::Workspace;
use locations::Locations;

/// Builds what the options ask for.
///
/// # Errors
/// Mistakes in the build's files, each with its place, or what the engine answered, unchanged.
pub async fn build(gateway: Gateway, options: Options) -> Result<BuildResult, Failure> {
    if let Some(request) = &options.request_id {
        return subrequest::answer(&gateway, &options, request).await;
    }
    let decided = decide(&gateway, &options).await?;
    for warning in &decided.planned.warnings {
        gateway.warn(&decided.vertex, warning).await?;
    }
    decided.refuse(&decided.planned.warnings)?;

    let caps = gateway.ping().await?;
    let merge = caps.llb("mergeop") && caps.llb("diffop");
    let platforms = request::platforms(&options)?;
    let build = |platform| {
        let built = build_platform(&gateway, &options, &decided, platform, merge);
        built.map_err(|failure| explain::explain(failure, &decided.manifest))
    };
    let made = try_join_all(platforms.iter().map(build)).await?;
    let results = platforms.iter().map(ToString::to_string).zip(made).collect();
    Ok(combine(
        results,
        request::is_multi_platform(&options, platforms.len())?,
    ))
}

/// What a request comes to, before the engine does any work for it.
#[derive(Debug)]
pub(crate) struct Decided {
    /// The manifest, with the workspace's defaults.
    pub(crate) manifest: Manifest,
    /// The plan, and what the user should know of it as far as the user wants to.
    pub(crate) planned: Planned,
    /// The workspace.
    pub(crate) workspace: Workspace,
    /// What the user says of warnings.
    pub(crate) lint: warning::Config,
    /// The build context.
    pub(crate) context: Context,
    /// Digest of the vertex that loaded the build file, which warnings are shown with.
    pub(crate) vertex: String,
}

impl Decided {
    /// Stops the build at warnings where the user asks for it with `error=true`, at the line of each.
    fn refuse<'w>(&self, warnings: impl IntoIterator<Item = &'w Warning>) -> Result<(), Failure> {
        let warnings: Vec<&Warning> = warnings.into_iter().collect();
        if !self.lint.is_error || warnings.is_empty() {
            return Ok(());
        }
        let rules: BTreeSet<&str> = warnings.iter().map(|warning| warning.rule.name).collect();
        let rules: Vec<&str> = rules.into_iter().collect();
        let message = format!("lint violation found for rules: {}", rules.join(", "));
        let places = warnings
            .iter()
            .filter_map(|warning| warning.diagnostic.place.clone());
        Err(places.fold(Diagnostic::new(message).into(), Failure::at))
    }
}

/// Reads the build's files and plans the build.
pub(crate) async fn decide(gateway: &Gateway, options: &Options) -> Result<Decided, Failure> {
    let mut origin = Origin::find(gateway, options).await?;
    // The build file and the workspace's metadata come over at the same time.
    let (build_file, mut tree) = tokio::try_join!(
        BuildFile::load(gateway, options, &origin),
        context::metadata(gateway, options, &origin.context)
    )?;
    let manifest = Manifest::parse(&build_file.file)?;
    let argument = options.build_args.get(warning::ARGUMENT).map(String::as_str);
    let lint = warning::Config::read(&manifest.file, argument)?;
    let mut found = context::load(&tree, &build_file, manifest.clone(), &origin).await?;
    let platform = request::build_platform(options)?;
    let replaced =
        context::replace(gateway, options, &platform, &mut origin.context, &found.workspace).await?;
    if let Some(replaced) = replaced {
        tree = replaced;
        found = context::load(&tree, &build_file, manifest, &origin).await?;
    }

    context::load_configuration(gateway, options, &origin.context, &mut found.workspace).await?;

    let closure = plan::closure(&found.workspace, &found.service)?;
    context::load_projects(&tree, &mut found.workspace, closure.importers()).await?;
    origin.context.ignored = source::ignored(&origin, &build_file, &tree, &NEVER_READ).await?;
    let in_context = |path: &str| found.workspace.context_path(path);
    source::check_listed(gateway, options, &origin.context, &found.manifest, in_context).await?;
    let mut planned = plan::plan(&PlanInput {
        manifest: &found.manifest,
        workspace: &found.workspace,
        service: &found.service,
        arguments: &options.build_args,
        closure: &closure,
        target: found.manifest.target(options.target.as_deref())?,
        sbom: attestations::wants_sbom(options, &gateway.ping().await?),
        foreign: &platforms::foreign(options)?,
    })?;
    planned
        .warnings
        .extend(uncached::unknown(options, &found.manifest, &planned.plan));
    planned.warnings.extend(unused::contexts(options, &planned.plan));
    planned.warnings.extend(lint::find(lint::Input {
        manifest: &found.manifest,
        workspace: &found.workspace,
        service: &found.service,
        plan: &planned.plan,
    }));
    planned.warnings = lint.applied(planned.warnings);
    Ok(Decided {
        planned,
        lint,
        manifest: found.manifest,
        workspace: found.workspace,
        context: origin.context,
        vertex: build_file.vertex,
    })
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
    decided: &Decided,
    platform: &Platform,
    merge: bool,
) -> Result<Made, Failure> {
    let Decided {
        manifest, planned, ..
    } = decided;
    let plan = &planned.plan;
    let locations = Locations::of(manifest, &planned.places);
    // Only the production image is made on one platform for another: the rest is what one runs there.
    let build = match &plan.workbench {
        Some(_) => platform.clone(),
        None => request::build_platform(options)?,
    };
    let images = images::resolve(gateway, options, manifest, plan, platform, &build).await?;
    let base = images::config_of(&images, plan.base(), platform)?;
    let accounts = accounts::with_user(gateway, options, &images, plan, platform).await?;
    let mut surroundings = Surroundings {
        context: decided.context.clone(),
        stages: Named::new(gateway, options, &build).stages().await?,
        target: platform.clone(),
        build,
        several: options.platforms.len() > 1,
        merge,
        images: images
            .iter()
            .map(|(key, image)| (key.clone(), image.for_lowering()))
            .collect(),
        accounts,
        cache_namespace: options
            .build_args
            .get("BUILDKIT_CACHE_MOUNT_NS")
            .cloned()
            .unwrap_or_default(),
        keys: locations.keys,
        origins: locations.origins,
        timestamp: request::timestamp(options),
        exec: request::exec_options(options),
        uncached: uncached::of(options, manifest, plan),
        install_runs_programs: false,
    };
    if let Some(hooks) = lower::hooks(plan, &surroundings)? {
        surroundings.install_runs_programs = platforms::finds_any(gateway, options, &hooks).await?;
    }
    let graph = lower::lower(plan, &surroundings)?;

    // All at once: the production install needs no build, and the entry no production install.
    let (image, large, sbom, entry) = tokio::try_join!(
        evaluate(gateway, options, &graph.image),
        budget::check(gateway, options, decided, graph.budget.as_ref()),
        evaluate_if_any(gateway, options, graph.sbom.as_ref()),
        async {
            match &graph.service {
                Some(service) => find_entry(gateway, options, manifest, plan, service).await,
                None => Ok(None),
            }
        },
    )?;
    if let Some(warning) = large {
        gateway.warn(&decided.vertex, &warning).await?;
        decided.refuse([&warning])?;
    }
    let config = image_config::of(options, plan, base, platform, entry.as_deref(), &graph.history)?;
    Ok(Made { image, config, sbom })
}

/// Makes a graph's output now rather than when it is first read.
async fn evaluate(
    gateway: &Gateway,
    options: &Options,
    output: &buildkit_llb::Output,
) -> Result<Reference, Failure> {
    let definition = Definition::of(output).map_err(Diagnostic::internal)?;
    engine::check(gateway, &definition).await?;
    let request = SolveRequest {
        definition: definition.to_proto(),
        cache_imports: options.cache_imports.clone(),
        evaluate: true,
    };
    gateway.solve(request).await
}

/// Makes a graph's output now, where there is one.
async fn evaluate_if_any(
    gateway: &Gateway,
    options: &Options,
    output: Option<&buildkit_llb::Output>,
) -> Result<Option<Reference>, Failure> {
    match output {
        Some(output) => evaluate(gateway, options, output).await.map(Some),
        None => Ok(None),
    }
}

/// Returns the entry file that an inferred command means: the first of its candidates that the build made.
///
/// This runs the service's build, which the image needs anyway, before the answer; so a start script that the
/// compiler's output has moved away from is corrected, or explained, instead of found out when the image runs.
async fn find_entry(
    gateway: &Gateway,
    options: &Options,
    manifest: &Manifest,
    plan: &Plan,
    service: &buildkit_llb::Output,
) -> Result<Option<String>, Failure> {
    let candidates = &plan.runtime.command.entries;
    if candidates.is_empty() {
        return Ok(None);
    }
    let definition = Definition::of(service).map_err(Diagnostic::internal)?;
    let request = SolveRequest {
        definition: definition.to_proto(),
        cache_imports: options.cache_imports.clone(),
        ..SolveRequest::default()
    };
    let reference = gateway.solve(request).await?;
    let directory = plan.runtime.directory.trim_start_matches('/');
    for entry in candidates {
        let found = gateway.stat(&reference, &format!("{directory}/{entry}")).await?;
        if found.is_some_and(|stat| !stat.is_dir) {
            return Ok(Some(entry.clone()));
        }
    }
    let why = plan
        .reasons
        .get("run.command")
        .map(|reason| reason.why.as_str())
        .unwrap_or_default();
    let names: Vec<&str> = candidates.iter().take(4).map(String::as_str).collect();
    let message = format!(
        "{}: the build left none of {} ({why}); write the file that starts the service, as in `[run]` `command = \"node dist/main.js\"`",
        plan.package,
        names.join(", ")
    );
    Err(Diagnostic::new(message)
        .at(manifest.nearest_place("run.command"))
        .into())
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
