//! The plan of one build, from the manifest and the workspace.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::Arguments;
use super::foreign::ForeignPlatform;
use super::install::{self, Installer};
use super::model::{Plan, Reason};
use super::native::Surveyor;
use super::origin::Origin;
use super::packages::{self, PackageInput};
use super::{base, checks, command, equipment, foreign, node_version, runtime, sbom, toolchain, workbench};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::manifest::Manifest;
use crate::manifest::tables::Run;
use crate::manifest::targets::{Stage, Target};
use crate::warning::{Warning, rules};
use crate::workspace::build_order::BuildOrder;
use crate::workspace::closure::Scope;
use crate::workspace::lockfiles::{Lockfiles, WorkspaceClosure, without_lockfile};
use crate::workspace::{ImporterId, PackageJson, Project, Workspace};

/// The package.json of every project.
pub(super) type Manifests = BTreeMap<ImporterId, PackageJson>;

/// What a plan is made from.
#[derive(Debug)]
pub struct PlanInput<'a> {
    /// The manifest, with the workspace's defaults.
    pub manifest: &'a Manifest,
    /// The workspace.
    pub workspace: &'a Workspace,
    /// The service.
    pub service: &'a str,
    /// The service's build closure, from [`closure`].
    pub closure: &'a BuildClosure,
    /// `--build-arg`, by name.
    pub arguments: &'a BTreeMap<String, String>,
    /// What `--target` chose.
    pub target: Target,
    /// Whether a bill of materials is asked for.
    pub sbom: bool,
    /// The platforms of the image that builds do not run on.
    pub foreign: &'a [ForeignPlatform],
}

/// A plan and what the user should know of it.
#[derive(Debug)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What does not stop the build.
    pub warnings: Vec<Warning>,
    /// The places that the plan's steps come from.
    pub places: BTreeMap<Origin, Place>,
}

/// What building a service may touch.
#[derive(Debug)]
pub struct BuildClosure {
    /// The projects and packages.
    development: WorkspaceClosure,
    /// The projects' order.
    order: BuildOrder,
}

impl BuildClosure {
    /// Returns the importers, dependencies first, the service last.
    pub fn importers(&self) -> &[ImporterId] {
        &self.order.importers
    }
}

/// Returns what building a service may touch.
///
/// # Errors
/// A circle of packages that no order resolves, and a lockfile that does not hold together.
pub fn closure(workspace: &Workspace, service: &str) -> Result<BuildClosure, Diagnostics> {
    let scope = Scope::Development { include_root: false };
    let development = workspace.lockfiles.closure(&[service.to_owned()], scope)?;
    if let Lockfiles::Separate(_) = workspace.lockfiles {
        let projects = development
            .local_paths
            .iter()
            .filter(|path| workspace.projects.contains_key(*path));
        Diagnostics::check(projects.map(|id| without_lockfile(id)).collect())?;
    }
    let order = BuildOrder::of(&development)?;
    Ok(BuildClosure { development, order })
}

/// Plans a build.
///
/// # Errors
/// All mistakes found, each with its place.
pub fn plan(input: &PlanInput<'_>) -> Result<Planned, Diagnostics> {
    let (manifest, workspace, service) = (input.manifest, input.workspace, input.service);
    let project = workspace.projects.get(service).ok_or_else(|| {
        Diagnostic::new(format!("{service} is in pnpm-lock.yaml but has no package.json"))
            .at(manifest.first_line())
    })?;
    checks::refuse_unsupported(manifest)?;
    let importers = input.closure.importers();
    let absent = importers
        .iter()
        .filter(|id| !workspace.projects.contains_key(*id));
    Diagnostics::check(absent.map(|id| checks::absent_project(workspace, id)).collect())?;
    let run = manifest.role(&input.target);
    let mut reasons = BTreeMap::new();
    let manifests = install::manifests(workspace);
    let mut warnings = checks::check_drift(input, &manifests)?;

    let script = build_script(manifest, project)?;
    let start = start_command(&run, project, service);
    warnings.extend(development_programs(project, &start.programs));
    let manifests = promoted_programs(manifests, service, &start.programs);
    let scope = Scope::Production {
        manifests: &manifests,
    };
    let production = workspace.lockfiles.closure(&[service.to_owned()], scope)?;
    let mut surveyor = Surveyor::new(workspace);
    let native = surveyor.survey(&production)?;
    let (node, reason) = node_version::choose(manifest, workspace, service);
    reasons.insert("node".to_owned(), reason);
    let base = base::choose(&manifest.base(), &node, &native);
    if input.target.stage == Stage::Runtime {
        checks::check_shell(manifest, &run, &base, &start)?;
    }
    let pnpm = &workspace.pnpm;
    reasons.insert("base".to_owned(), Reason::new(&base.why, manifest.place("base")));
    reasons.insert("pnpm".to_owned(), Reason::new(&pnpm.reason, pnpm.place.clone()));
    let written = run.command.is_some();
    let written = written.then(|| manifest.role_place(&input.target, "command"));
    let command_place = written.or_else(|| start.place(&project.manifest));
    reasons.insert("run.command".to_owned(), Reason::new(&start.why, command_place));

    let BuildClosure { development, order } = input.closure;
    let reaches = reaches(order);
    let package_input = PackageInput {
        workspace,
        order: &order.importers,
        reaches: &reaches,
        service,
        script,
        root_postinstall: manifest.build.root_postinstall(),
        production: &production.projects,
        runs_sources: start.runs_sources,
        manifest_name: base_name(&manifest.file.name),
    };
    let mut built = packages::plan(&package_input);
    let mut workbench = workbench::plan(input, &run, project, &package_input)?;
    let mut arguments = Arguments::of(manifest, input.arguments, input.target.name());
    warnings.append(&mut arguments.warnings);
    let with_scripts = built.iter_mut().filter(|package| !package.scripts.is_empty());
    for package in with_scripts.chain(workbench.iter_mut().map(|workbench| &mut workbench.package)) {
        equipment::add(manifest, workspace, service, &arguments, package);
    }
    let injected = development.injected();
    for package in built
        .iter_mut()
        .chain(workbench.iter_mut().map(|workbench| &mut workbench.package))
    {
        let inputs = package.inputs.iter();
        package.injected = inputs.filter(|id| injected.contains(*id)).cloned().collect();
    }
    let links = inject(workspace, &production, &mut built);

    let installer = Installer {
        workspace,
        frozen: manifest.build.frozen(),
        secret_env: workspace
            .npmrc
            .iter()
            .flat_map(|npmrc| npmrc.variables())
            .collect(),
        service,
        system_packages: manifest
            .build
            .packages
            .iter()
            .flatten()
            .map(|p| p.as_str().to_owned())
            .collect(),
        untrimmed: manifest.image.untrimmed(),
    };
    let mut installs: BTreeMap<String, super::Install> = BTreeMap::new();
    let with_scripts = built.iter().filter(|package| !package.scripts.is_empty());
    for package in with_scripts.chain(workbench.iter().map(|workbench| &workbench.package)) {
        if installs.contains_key(&package.install) {
            continue;
        }
        let importer = install::installed_for(&workspace.settings, &package.importer, service);
        let mut install = installer.development(importer, &mut surveyor)?;
        let below = reaches.get(importer).into_iter().flatten();
        let below = below.filter_map(|id| built.iter().find(|other| other.importer == *id));
        let below =
            below.filter_map(|other| Some((installs.get(&other.install)?.package_count, &other.install)));
        install.on = below.max().map(|(_, key)| key.clone());
        installs.insert(package.install.clone(), install);
    }
    let toolchain = toolchain::plan(manifest, workspace, &node, &base, &native);
    let sbom = match (input.sbom, &workbench) {
        (false, _) => None,
        (true, None) => Some(sbom::list(workspace, service, &production)?),
        (true, Some(_)) => Some(sbom::of_workbench(workspace, service)?),
    };
    let install = |cpu: Option<&str>| installer.production(&production, &native, base.libc, &links, cpu);
    let foreign = foreign::plan(input.foreign, &native, &install(None), |cpu| install(Some(cpu)));
    for (platform, foreign) in &foreign {
        reasons.insert(format!("install.{platform}"), Reason::new(&foreign.why, None));
    }
    let production = install(None);
    let (runtime, healthcheck_reason) = runtime::plan(input, &run, project, base, start, &built);
    reasons.insert("run.healthcheck".to_owned(), healthcheck_reason);
    if !manifest.build.frozen() {
        let message = "frozen = false: dependencies may be newer than pnpm-lock.yaml, and the same sources may build another image";
        warnings.push(
            rules::UNFROZEN_LOCKFILE
                .warn(message)
                .at(manifest.place("build.frozen")),
        );
    }
    let plan = Plan {
        label: label(service, project),
        package: project.name(service),
        target: input.target.clone(),
        toolchain,
        installs,
        packages: built,
        production,
        foreign,
        runtime,
        workbench,
        sbom,
        reasons,
    };
    Ok(Planned {
        places: plan.places(workspace),
        plan,
        warnings,
    })
}

/// Returns the build script; a script that the manifest names has to exist.
fn build_script<'a>(manifest: &'a Manifest, project: &Project) -> Result<Option<&'a str>, Diagnostics> {
    let script = manifest.build.script();
    let Some(name) = script else { return Ok(None) };
    if manifest.build.script.is_some() && !project.manifest.scripts.contains_key(name) {
        let names: Vec<&str> = project.manifest.scripts.keys().map(String::as_str).collect();
        let message = format!(
            "{} has no script \"{name}\"; write one of {}, or `script = false`",
            project.manifest.file.name,
            names.join(", ")
        );
        return Err(Diagnostic::new(message)
            .at(manifest.nearest_place("build.script"))
            .into());
    }
    Ok(script)
}

fn start_command(run: &Run, project: &Project, service: &str) -> command::Inferred {
    match &run.command {
        Some(written) => command::written(written.words()),
        None => command::infer(&project.manifest, project.nest_entry.as_deref(), service),
    }
}

/// Makes the packages whose programs the command runs dependencies of the service, wherever they are declared.
fn promoted_programs(mut manifests: Manifests, service: &str, programs: &[String]) -> Manifests {
    if let Some(manifest) = manifests.get_mut(service) {
        for program in programs {
            if let Some(range) = manifest.dev_dependencies.get(program).cloned() {
                manifest.peer_dependencies.insert(program.clone(), range);
            }
        }
    }
    manifests
}

/// Warns of programs that the command runs and that only developers' machines would have.
fn development_programs(project: &Project, programs: &[String]) -> Vec<Warning> {
    let manifest = &project.manifest;
    let only_development = |name: &&String| {
        manifest.dev_dependencies.contains_key(*name)
            && !manifest.dependencies.contains_key(*name)
            && !manifest.optional_dependencies.contains_key(*name)
    };
    let found = programs.iter().filter(only_development).map(|name| {
        let message =
            format!("the command runs `{name}`, which is in `devDependencies`; move it to `dependencies`");
        rules::DEVELOPMENT_PROGRAM
            .warn(message)
            .at(manifest.place(&["devDependencies", name]))
    });
    found.collect()
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

/// Gives injected packages a place in the virtual store that the plan can know: `LINK=NAME` for `tidy.cjs`.
fn inject(
    workspace: &Workspace,
    production: &WorkspaceClosure,
    packages: &mut [super::PackageBuild],
) -> Vec<String> {
    let mut links = Vec::new();
    for (index, edge) in production.edges.iter().filter(|edge| edge.injected).enumerate() {
        let Some(package) = packages.iter_mut().find(|package| package.importer == edge.to) else {
            continue;
        };
        let entry = format!("vextrus-{index}");
        let link = format!(
            "{}/node_modules/{}",
            workspace.container_path(&edge.from),
            edge.alias
        );
        links.push(format!("{link}={entry}"));
        let (directory, _) = workspace.lockfiles.of(&edge.from);
        let store = format!("{}/node_modules/.pnpm", workspace.container_path(directory));
        package
            .injected_at
            .push(format!("{store}/{entry}/node_modules/{}", package.name));
    }
    links
}

/// Returns the service's short name: its directory's, or the package's for a single package.
fn label(service: &str, project: &Project) -> String {
    let name = if service == "." {
        project.name(service)
    } else {
        service.to_owned()
    };
    base_name(&name).to_owned()
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
