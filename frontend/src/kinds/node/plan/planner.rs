//! The plan of one build, from the manifest and the workspace, in phases that each return what they find.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::Arguments;
use super::build_order::BuildOrder;
use super::dependencies::{self, Dependencies};
use super::input::{BuildClosure, PackageInput, PlanInput};
use super::install::Installer;
use super::layout::{self, Places};
use super::model::{Foreign, Install, Model, Product, Production, Reason};
use super::native::Surveyor;
use super::packages;
use super::runs::{self, WhatRuns};
use super::start;
use super::{
    absent_native, checks, command, foreign, healthcheck, injection, linked, local, look, names,
    node_version, of_root, root_scripts, runtime, sbom, site, toolchain, unbuilt, unreviewed, workbench,
};
use crate::diagnostic::{Diagnostics, Place};
use crate::kinds::node::pnpm::PnpmWorkspace;
use crate::kinds::node::pnpm::closure::Scope;
use crate::kinds::node::workspace::turbo::Reached;
use crate::kinds::node::workspace::{ImporterId, Project};
use crate::kinds::node::{Manager, Workspace};
use crate::manifest::tables::Run;
use crate::manifest::values::Kind;
use crate::plan::{Sbom, Stage};
use crate::warning::{Warning, rules};

/// Returns what building a service may touch.
///
/// # Errors
/// A circle of packages that no order resolves, a lockfile that does not hold together, names that no step can
/// carry, and dependencies on what lies outside of the context.
pub fn closure(workspace: &Workspace, service: &str) -> Result<BuildClosure, Diagnostics> {
    let scope = Scope::Development { include_root: false };
    let development = workspace.manager.closure(&[service.to_owned()], scope)?;
    workspace
        .manager
        .check_resolved(&development, |path| workspace.projects.get(path))?;
    let order = BuildOrder::of(&development)?;
    names::check(workspace, &order.importers)?;
    local::check(workspace, &development)?;
    Ok(BuildClosure { development, order })
}

/// Decides everything about a build, and says what does not stop it.
///
/// # Errors
/// All mistakes found, each with its place.
pub fn decide(input: &PlanInput<'_>) -> Result<(Model, Vec<Warning>), Diagnostics> {
    let project = project(input)?;
    checks::check_secrets(input.manifest, &input.workspace.manager)?;
    checks::check_hooks(input)?;
    let decided = site::decide(input.manifest, project, input.facts.looked.pages);
    let mut run = input.manifest.role(&input.target);
    let of_site = Some(&decided).filter(|decided| decided.kind == Kind::Static);
    match of_site {
        Some(decided) => {
            site::check(input.manifest, decided)?;
            run = site::run_of(input.manifest, &run);
        }
        None => site::of_node(input.manifest, &decided)?,
    }
    let (start, mut warnings) = start::decide(input, &run, project, of_site.is_some())?;
    let uncertain = decided.recognised.as_ref();
    let may_be_site = decided.is_default()
        && (start.may_be_of_site(project) || uncertain.is_some_and(|found| found.may_be_site(project)));
    let node = node_version::choose(input.manifest, input.workspace, input.service)?;
    let mut surveyor = Surveyor::new(input.workspace, &node.0);
    let runs = match of_site {
        Some(_) => WhatRuns::of_site(input, node, &mut surveyor)?,
        None => runs::of_service(input, &run, (&start, node), project, &mut surveyor)?,
    };
    warnings.extend(unapproved(input.workspace, &runs));
    let (manifest, service) = (input.manifest, input.service);
    warnings.extend(node_version::passed_over(
        manifest,
        input.workspace,
        service,
        &runs.node,
    ));
    if let Manager::Npm(npm) = &input.workspace.manager {
        let scope = Scope::Development { include_root: true };
        let development = input
            .workspace
            .manager
            .closure(&[input.service.to_owned()], scope)?;
        warnings.extend(unreviewed::find(input, npm, &development, &mut surveyor)?);
        warnings.extend(absent_native::find(input, npm, &development));
    }
    let arguments = Arguments::of(input.manifest, input.arguments, input.target.name(), input.facts);
    warnings.extend(arguments.warnings.iter().cloned());
    let reaches = reaches(&input.closure.order);
    let package_names = turbo_names(input);
    let tasks = turbo_tasks(input, &package_names);
    warnings.extend(root_scripts::find(input, &tasks));
    let places = Places::new(input, &run, &runs.closure.projects)?;
    let packages = PackageInput {
        workspace: input.workspace,
        order: input.closure.importers(),
        reaches: &reaches,
        tasks: &tasks,
        service: input.service,
        script: start.build_script,
        root_postinstall: input.manifest.build.root_postinstall(),
        production: &runs.closure.projects,
        runs_sources: start.command.runs_sources,
        whole: &input.facts.whole,
        links: &linked::of_root(input.workspace),
        any_condition: sets_conditions(&run, &start.command),
        manifest: input.manifest,
        arguments: &arguments,
        injected: &input.closure.development.injected(),
        injected_at: &injection::places(input.workspace, &runs.closure),
        places: &places,
        site: of_site,
    };
    layout::check_settings(input, project, &packages, &start.command)?;
    checks::check_writable(input, &run, &places.of(input.service))?;
    let built = packages::plan(&packages);
    checks::check_hidden(input, &built)?;
    if of_site.is_none() && input.target.stage == Stage::Runtime && run.command.is_none() {
        unbuilt::check((input.workspace, input.service), input.manifest, &start, &built)?;
    }
    let workbench = workbench::plan(input, &run, project, &packages)?;
    let installer = installer(input);
    let own = workbench.iter().map(|workbench| &workbench.package);
    let Dependencies { installs, pieces } =
        dependencies::plan(&installer, &built, own, &reaches, &mut surveyor)?;
    let toolchain = toolchain::plan(
        input.manifest,
        input.workspace,
        &runs.node,
        &runs.base,
        &runs.installs,
    );
    let sbom = bill(input, &runs)?;
    let reasons = runs.reasons(input, &start, project);
    let (product, more) = match (workbench, of_site) {
        (Some(workbench), _) => (Product::Workbench(Box::new(workbench)), Vec::new()),
        (None, Some(decided)) => {
            let (site, reasons) = site::plan(input, &run, project, decided);
            (Product::Site(Box::new(site)), reasons)
        }
        (None, None) => image(input, &run, (project, &places), &installer, &runs, start.command),
    };
    warnings.extend(without_healthcheck(input, &more));
    let npmrc = input.workspace.manager.npmrc();
    let model = Model {
        label: label(input.workspace, input.service, project),
        package: project.name(input.service),
        root: input.workspace.root.clone(),
        target: input.target.clone(),
        toolchain,
        installs,
        pieces,
        settings: settings(input.workspace),
        npmrc: npmrc.map(|npmrc| npmrc.without_secrets().text),
        unbuilt: unbuilt::why(input.workspace, input.service, start.build_script, &built),
        packages: built,
        product,
        inferred: decided.inferred,
        may_be_site,
        site_tool: of_site
            .and_then(|decided| decided.recognised.as_ref())
            .map(|found| found.tool),
        sbom,
        secrets: secrets(input.workspace),
        reasons: reasons.into_iter().chain(more).collect(),
    };
    Ok((model, warnings))
}

/// Plans the production image, and says why it is what it is.
fn image(
    input: &PlanInput<'_>,
    run: &Run,
    (project, places): (&Project, &Places<'_>),
    installer: &Installer<'_>,
    runs: &WhatRuns,
    command: command::Inferred,
) -> (Product, Vec<(String, Reason)>) {
    let (install, foreign) = production(input, installer, runs, places);
    let unchecked = look::unchecked(input);
    let checked = unchecked
        .is_none()
        .then(|| look::checked(input, &runs.closure, places));
    let (projects, listener) = (&runs.closure.projects, runs.listener);
    let base = (runs.base.clone(), &runs.native);
    let (runtime, why) = runtime::plan(input, run, project, (projects, places), base, listener, command);
    let elsewhere = input.facts.foreign().zip(foreign.as_ref());
    let elsewhere =
        elsewhere.map(|(platform, foreign)| (format!("install.{platform}"), Reason::new(&foreign.why, None)));
    let healthcheck = ("run.healthcheck".to_owned(), why);
    let product = Product::Image(Box::new(Production {
        install,
        foreign,
        runtime,
        checked,
        of_root: of_root::not_installed(input),
        complete: runs.complete.clone(),
        noted: look::notes(input, &runs.base),
        approval: input.workspace.manager.approval(),
    }));
    let unchecked = unchecked.map(|why| ("image.check".to_owned(), why));
    let reasons = elsewhere.into_iter().chain([healthcheck]).chain(unchecked);
    (product, reasons.collect())
}

/// Warns of a service that has no health check though nobody turned it off.
fn without_healthcheck(input: &PlanInput<'_>, reasons: &[(String, Reason)]) -> Option<Warning> {
    let is_unknown = reasons
        .iter()
        .any(|(key, reason)| key == "run.healthcheck" && reason.why == healthcheck::NOTHING_LISTENS);
    let message = "nothing says that the service listens, so that its image has no health check; write `port = …` into `[run]`, \
                   or `healthcheck = false` where it does not";
    let place = input.manifest.nearest_place("run.healthcheck");
    is_unknown.then(|| rules::NO_HEALTHCHECK.warn(message).at(place))
}

/// Warns of dependencies that compile when they are installed, where nothing approves that.
fn unapproved(workspace: &Workspace, runs: &WhatRuns) -> Vec<Warning> {
    if let Manager::Npm(_) = &workspace.manager {
        // Its lockfile says what has a script.
        return Vec::new();
    }
    let projects = runs
        .closure
        .projects
        .iter()
        .filter_map(|id| workspace.projects.get(id));
    let declared = projects.flat_map(|project| {
        let names = project.manifest.dependencies.keys();
        names.map(|name| (name, &project.manifest))
    });
    let found = declared.filter(|(name, _)| runs.native.unapproved.contains(*name));
    let warnings = found.map(|(name, manifest)| {
        let message = format!(
            "`{name}` compiles when it is installed, and nothing approves its script, so that it may not load; approve it \
             with `pnpm approve-builds`"
        );
        rules::UNAPPROVED_BUILD
            .warn(message)
            .at(manifest.place(&["dependencies", name]))
    });
    warnings.collect()
}

/// Returns whether a command sets conditions of `exports`, by its words or the environment.
fn sets_conditions(run: &Run, command: &command::Inferred) -> bool {
    let own = run.env.iter().map(|(name, value)| (name.as_str(), value));
    let inferred = command.env.iter().map(|(name, value)| (name.as_str(), value));
    let options = own.chain(inferred).filter(|(name, _)| *name == "NODE_OPTIONS");
    let words = options.map(|(_, value)| value).chain(&command.command.args);
    let mut words = words.flat_map(|words| words.split_whitespace());
    words.any(|word| word == "-C" || word.starts_with("--conditions") || word.starts_with("-C="))
}

/// Lists what the image may hold, where a bill of materials is asked for: of the production image what runs, of any other
/// what the service is developed with.
fn bill(input: &PlanInput<'_>, runs: &WhatRuns) -> Result<Option<Sbom>, Diagnostics> {
    let (workspace, service) = (input.workspace, input.service);
    let list = match input.target.stage {
        _ if !input.facts.sbom => return Ok(None),
        Stage::Runtime if runs.complete.is_some() => sbom::of_output(workspace, service),
        Stage::Runtime => sbom::list(workspace, service, &runs.closure),
        _ => sbom::of_workbench(workspace, service),
    };
    list.map(Some)
}

/// Returns the service's project; every project that the lockfile links to has to be there.
fn project<'a>(input: &PlanInput<'a>) -> Result<&'a Project, Diagnostics> {
    let (workspace, service) = (input.workspace, input.service);
    let project = workspace.projects.get(service).ok_or_else(|| {
        workspace
            .manager
            .without_manifest(service)
            .at(input.manifest.first_line())
    })?;
    let importers = input.closure.importers().iter();
    let absent = importers.filter(|id| !workspace.projects.contains_key(*id));
    Diagnostics::check(absent.map(|id| checks::absent_project(workspace, id)).collect())?;
    Ok(project)
}

fn installer<'a>(input: &PlanInput<'a>) -> Installer<'a> {
    let build = &input.manifest.build;
    let npmrc = input.workspace.manager.npmrc().into_iter();
    let own = build.packages.iter().flatten();
    let shared = input.manifest.shared_packages.iter();
    Installer {
        workspace: input.workspace,
        frozen: build.frozen(),
        has_hooks: checks::has_hooks(input.workspace),
        secret_env: npmrc.flat_map(|npmrc| npmrc.variables()).collect(),
        service: input.service,
        system_packages: own.map(|package| package.as_str().to_owned()).collect(),
        shared_packages: shared.map(|package| package.as_str().to_owned()).collect(),
        untrimmed: input.manifest.image.untrimmed(),
    }
}

/// Returns the settings of pnpm-workspace.yaml with which scripts run.
fn settings(workspace: &Workspace) -> Option<String> {
    match &workspace.manager {
        Manager::Pnpm(pnpm) => pnpm.workspace_file.as_ref().map(PnpmWorkspace::of_scripts),
        Manager::Npm(_) => None,
    }
}

/// Returns the lines of `.npmrc` that refer to variables, which secrets fill.
fn secrets(workspace: &Workspace) -> BTreeMap<String, Place> {
    let npmrc = workspace.manager.npmrc().into_iter();
    let places = npmrc.flat_map(|npmrc| {
        let variables = npmrc.variables().into_iter();
        variables.filter_map(|name| Some((name.clone(), npmrc.place_of(&name)?)))
    });
    places.collect()
}

/// Plans the install of what runs, and where it runs if the image is for another platform.
fn production(
    input: &PlanInput<'_>,
    installer: &Installer<'_>,
    runs: &WhatRuns,
    places: &Places<'_>,
) -> (Install, Option<Foreign>) {
    let links = injection::links(input.workspace, &runs.closure, places);
    let install = |cpu: Option<&str>| {
        let (closure, native) = (&runs.closure, &runs.installs);
        let image = (runs.base.libc, look::notes(input, &runs.base));
        installer.production(closure, native, image, &links, places.moves(), cpu)
    };
    let own = install(None);
    let foreign = input.facts.foreign();
    let foreign =
        foreign.map(|platform| foreign::plan(platform, &runs.installs, &own, |cpu| install(Some(cpu))));
    (own, foreign)
}

/// Returns the name of each package, by which Turborepo knows it.
fn turbo_names<'a>(input: &PlanInput<'a>) -> BTreeMap<&'a str, String> {
    let projects = &input.workspace.projects;
    let importers = input.closure.importers().iter();
    let named = importers.filter_map(|id| Some((id.as_str(), projects.get(id)?.name(id))));
    named.collect()
}

/// Returns the tasks of Turborepo that the builds of packages come to.
fn turbo_tasks<'a>(input: &PlanInput<'a>, package_names: &'a BTreeMap<&'a str, String>) -> Reached<'a> {
    let mut packages: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (importer, name) in package_names {
        let dependencies = input.closure.order.dependencies.get(*importer);
        let dependencies = dependencies.into_iter().flatten();
        let dependencies = dependencies.filter_map(|id| Some(package_names.get(id.as_str())?.as_str()));
        packages.entry(name).or_default().extend(dependencies);
    }
    input.workspace.tasks.reached(&packages)
}

/// Returns every package that each importer reaches, itself left out.
fn reaches(order: &BuildOrder) -> BTreeMap<ImporterId, BTreeSet<ImporterId>> {
    let mut reaches: BTreeMap<ImporterId, BTreeSet<ImporterId>> = BTreeMap::new();
    // Dependencies come first, so each is complete when it is looked up.
    for importer in &order.importers {
        let mut reached = BTreeSet::new();
        for dependency in order.dependencies.get(importer).into_iter().flatten() {
            reached.insert(dependency.clone());
            reached.extend(reaches.get(dependency).into_iter().flatten().cloned());
        }
        reaches.insert(importer.clone(), reached);
    }
    reaches
}

/// Returns the service's short name: its directory's, or for a single package that of the application or the package.
fn label(workspace: &Workspace, service: &str, project: &Project) -> String {
    let name = match &workspace.application {
        Some(application) => application.name.clone(),
        None if service == "." => project.name(service),
        None => service.to_owned(),
    };
    crate::path::base_name(&name).to_owned()
}
