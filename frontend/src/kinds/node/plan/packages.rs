//! The workspace packages of a service's closure: what each reads, runs and hands on.

use std::collections::{BTreeMap, BTreeSet};

use super::command::{build_script, downloads_programs, reads_declarations};
use super::contents::{OutputRule, Reads, exposes_sources, is_compiled_against, is_styled};
use super::equipment::equipped;
use super::generator;
use super::input::PackageInput;
use super::lifecycle;
use super::linked;
use super::model::{PackageBuild, Script};
use super::outside::{self, CHECK_CONFIGURATION, ROOT_CONFIGURATION};
use super::{place, referenced, site};
use crate::kinds::node::workspace::{ImporterId, Project};
use crate::path::{is_within, join, leaves};
use crate::pattern::literal;

/// Outputs and caches that a build makes itself. What the context holds of them is left over from a build elsewhere.
const STALE: [&str; 7] = [
    "dist", "out-tsc", ".next", ".nuxt", ".output", ".turbo", "coverage",
];

/// Plans the packages in build order.
pub(super) fn plan(input: &PackageInput<'_>) -> Vec<PackageBuild> {
    let read_as_sources = read_as_sources(input);
    input
        .order
        .iter()
        .filter_map(|importer| Some((importer, input.workspace.projects.get(importer)?)))
        .map(|(importer, project)| {
            let package = plan_one(input, importer, project, &read_as_sources);
            match package.scripts.as_slice() {
                [] => package,
                _ => equipped(input, package),
            }
        })
        .collect()
}

fn plan_one(
    input: &PackageInput<'_>,
    importer: &str,
    project: &Project,
    read_as_sources: &BTreeSet<ImporterId>,
) -> PackageBuild {
    let workspace = input.workspace;
    let is_service = importer == input.service;
    let scripts = scripts(input, importer, project, built_by(input, importer));
    let has_scripts = !scripts.is_empty();
    let sources_are_entries = exposes_sources(&project.manifest, has_scripts, input.any_condition);
    let is_read_as_sources = read_as_sources.contains(importer) || is_compiled_against(&project.manifest);
    let build_output = if sources_are_entries || is_read_as_sources || !has_scripts {
        OutputRule::Whole
    } else {
        OutputRule::Compiled
    };
    // A service that runs its TypeScript sources has a compiler with it, which reads those of other packages where types or
    // mapped paths lead there, and the declarations of what is built.
    let runs_as_sources = match is_service {
        true => input.runs_sources,
        false => sources_are_entries || input.runs_sources && is_read_as_sources,
    };
    let rule = match (runs_as_sources || !has_scripts, input.runs_sources) {
        (true, _) => OutputRule::Whole,
        (false, true) => OutputRule::Compiled,
        (false, false) => OutputRule::Runtime,
    };
    let runtime_output = input.production.contains(importer).then_some(rule);
    let sources = project.typescript.sources.iter();
    let mapped = sources.flat_map(|source| packages_at(input, importer, source));
    let position = |id: &str| input.order.iter().position(|other| other == id);
    let own = position(importer);
    // Only packages that are built earlier have an output to read. Circles that stop a build were reported before.
    let mapped: BTreeSet<ImporterId> = mapped.filter(|id| position(id) < own).collect();
    let reached = input.reaches.get(importer).into_iter().flatten();
    let inputs: BTreeSet<&ImporterId> = reached.chain(&mapped).collect();
    let inputs = inputs.into_iter().cloned().collect();
    let compiles = has_scripts && compiles_alone(input, importer, project, &scripts);
    PackageBuild {
        importer: importer.to_owned(),
        name: project.name(importer),
        place: place::of(&project.manifest, &[]),
        source: workspace.context_path(importer),
        directory: workspace.container_path(importer),
        image_directory: input.places.of(importer),
        exclude: exclude(input, importer),
        stale: if has_scripts {
            stale_outputs(input, importer, project)
        } else {
            Vec::new()
        },
        install: if has_scripts {
            install_key(input, importer)
        } else {
            String::new()
        },
        extra_files: if has_scripts {
            outside::configuration(input, importer, project, &ROOT_CONFIGURATION)
        } else {
            BTreeMap::new()
        },
        optional_files: if has_scripts {
            named(input, importer, project)
        } else {
            BTreeMap::new()
        },
        is_whole: has_scripts && input.whole.contains(importer),
        links: match has_scripts {
            true => linked::missed(input.links, importer, project),
            false => Vec::new(),
        },
        // From where packages have moved to, nothing leads there.
        settings: if is_service && !input.places.is_moved() {
            outside::settings(input, project)
        } else {
            BTreeMap::new()
        },
        scripts,
        inputs,
        env: if has_scripts {
            generator::environment(project)
        } else {
            BTreeMap::new()
        },
        platform_env: BTreeMap::new(),
        secrets: Vec::new(),
        ssh: Vec::new(),
        network: None,
        is_offline: compiles && !downloads_programs(&project.manifest),
        // One that has missed a file, which may be code, is given all.
        reads: match compiles && !input.whole.contains(importer) {
            true => Reads::Declarations,
            false if scans_sources(input, importer, project) => Reads::Sources,
            false => Reads::Code,
        },
        build_output,
        runtime_output,
        generates: has_scripts && generator::is_used(project),
        injected: Vec::new(),
        injected_at: input.injected_at.get(importer).cloned().unwrap_or_default(),
    }
}

/// Plans the service with its sources in the tree of its install: what is run in it besides building.
///
/// `script` is run after all that the task runner puts in front of it.
pub(super) fn workbench(input: &PackageInput<'_>, script: Option<&str>) -> Option<PackageBuild> {
    let importer = input.service;
    let project = input.workspace.projects.get(importer)?;
    let package = plan_one(input, importer, project, &read_as_sources(input));
    let mut globs = ROOT_CONFIGURATION.to_vec();
    globs.extend(script.iter().flat_map(|_| CHECK_CONFIGURATION));
    let package = PackageBuild {
        scripts: scripts(input, importer, project, script),
        install: install_key(input, importer),
        stale: stale_outputs(input, importer, project),
        extra_files: outside::configuration(input, importer, project, &globs),
        optional_files: named(input, importer, project),
        env: generator::environment(project),
        injected_at: Vec::new(),
        is_offline: false,
        reads: package.reads.max(Reads::Code),
        ..package
    };
    Some(equipped(input, package))
}

/// Returns the project whose install the scripts of a package run on. By its directory, since names may be taken twice.
fn install_key(input: &PackageInput<'_>, importer: &str) -> String {
    let manager = &input.workspace.manager;
    manager.installed_for(importer, input.service).to_owned()
}

/// Whether a package's scripts do nothing but compile by types: they read what the packages below declare, and none of their
/// code.
fn compiles_alone(input: &PackageInput<'_>, importer: &str, project: &Project, scripts: &[Script]) -> bool {
    let directory = input.workspace.container_path(importer);
    let is_known = |script: &Script| {
        let name = script
            .command
            .last()
            .filter(|_| script.is_named && script.directory == directory);
        name.is_some_and(|name| reads_declarations(&project.manifest, project.nest.as_ref(), name))
    };
    scripts.iter().all(is_known)
}

/// Whether a build may look for names of classes in the text of the packages below it: by what it depends on, itself or by
/// way of these, or the root for all.
fn scans_sources(input: &PackageInput<'_>, importer: &str, project: &Project) -> bool {
    let reached = input.reaches.get(importer).into_iter().flatten();
    let others = reached.map(String::as_str).chain(["."]);
    let others = others.filter_map(|id| input.workspace.projects.get(id));
    std::iter::once(project)
        .chain(others)
        .any(|project| is_styled(&project.manifest))
}

/// Returns the name of the script that builds a package.
fn built_by<'a>(input: &PackageInput<'a>, importer: &str) -> Option<&'a str> {
    if importer == input.service {
        return input.script;
    }
    build_script(&input.workspace.projects.get(importer)?.manifest)
}

/// The scripts of a package up to `last`, in the order in which pnpm would come to them.
///
/// `install` and `postinstall` of the package itself run here and not in the install, because what they do as a rule is
/// generate code from sources, which an install does not have. So does `prepare`, as [`lifecycle`] says; it builds a
/// package that has no build script.
fn scripts(input: &PackageInput<'_>, importer: &str, project: &Project, last: Option<&str>) -> Vec<Script> {
    let own = &project.manifest.scripts;
    let directory = input.workspace.container_path(importer);
    let build = built_by(input, importer);
    let is_built_by_name = importer == input.service && input.manifest.build.script.is_none();
    let application = input.workspace.application.as_ref().filter(|_| is_built_by_name);
    // In the task runner's configuration the build is called `build`, whatever script the manifest names for it.
    let is_build = last.is_none() || last == build;
    let task = if is_build {
        "build"
    } else {
        last.unwrap_or("build")
    };
    let name = project.name(importer);
    let around = input.workspace.tasks.around(&name, task, input.tasks);
    let own_script = |task| match task {
        "build" => build,
        task => own.contains_key(task).then_some(task),
    };
    let before: Vec<&str> = around.before.into_iter().filter_map(own_script).collect();
    let after: Vec<&str> = around.after.into_iter().filter_map(own_script).collect();
    // The lifecycle scripts of the root are about the whole workspace, unless the root itself is the service.
    let hooks: &[&str] = match application {
        _ if importer == "." && importer != input.service => &[],
        Some(_) => &["install", "postinstall"],
        None => &["install", "postinstall", "prepare"],
    };
    let is_built = build.filter(|build| is_build || before.contains(build));
    let manager = &input.workspace.manager;
    let hooks = lifecycle::around(manager, &project.manifest, (hooks, is_built), &directory);
    let mut names: Vec<&str> = before.into_iter().chain(last).collect();
    names.retain(|name| !hooks.names.contains(name));
    let prepares = hooks.names.contains(&"prepare");
    let all: Vec<&str> = hooks.names.iter().chain(&names).chain(&after).copied().collect();
    let generator = generator::command(manager, project, &all, &directory);
    let mut scripts: Vec<Script> = Vec::new();
    if let Some(root) = input.workspace.projects.get(".")
        && input.root_postinstall
        && (generator.is_some() || application.is_some() || !all.is_empty())
    {
        let directory = input.workspace.container_path(".");
        let script = (&["postinstall"][..], None);
        scripts.extend(lifecycle::around(manager, &root.manifest, script, &directory).before);
    }
    scripts.extend(generator);
    scripts.extend(hooks.before);
    let run = |name| Script::run(manager, &project.manifest, name, &directory);
    scripts.extend(names.into_iter().map(run));
    let exec = |words: &[&str], directory: &str| {
        let place = place::of(&project.manifest, &[]);
        Script::new(&manager.exec(words), directory, place)
    };
    match application {
        _ if !is_build || build.is_some() => {}
        Some(application) => {
            let words = application.build.each_ref().map(String::as_str);
            scripts.push(exec(&words, &directory));
        }
        None if importer == input.service && !is_built_by_name => {}
        None => {
            let workspace = input.workspace;
            // Nx is a tool of the root, where its targets' paths begin.
            let root = workspace.container_path(".");
            scripts.extend(project.nx.as_ref().map(|nx| {
                let words = nx.words();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let place = place::of_nx(&project.manifest, nx);
                Script::new(&manager.exec(&words), &root, place)
            }));
            let config = referenced::configuration(workspace, importer, project);
            if let Some(config) = config.filter(|_| !prepares) {
                let (directory, words) = referenced::command(workspace, importer, &config);
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                scripts.push(exec(&words, &workspace.container_path(directory)));
            }
        }
    }
    scripts.extend(hooks.after);
    scripts.extend(after.into_iter().map(run));
    scripts
}

/// Packages whose sources another package's TypeScript configuration maps to or refers to.
fn read_as_sources(input: &PackageInput<'_>) -> BTreeSet<ImporterId> {
    let mut found = BTreeSet::new();
    for importer in input.order {
        let Some(project) = input.workspace.projects.get(importer) else {
            continue;
        };
        for source in &project.typescript.sources {
            found.extend(packages_at(input, importer, source));
        }
    }
    found
}

/// Returns the packages of the closure, other than `importer`, that a path lies in or spans.
fn packages_at(input: &PackageInput<'_>, importer: &str, path: &str) -> Vec<ImporterId> {
    let own = input.workspace.context_path(importer);
    if is_within(path, &own) {
        return Vec::new();
    }
    // Of nested packages the innermost one is meant.
    let innermost = |directory: &str| {
        let around = input
            .order
            .iter()
            .filter(|id| is_within(directory, &input.workspace.context_path(id)));
        around.max_by_key(|id| id.len()).cloned()
    };
    let spanned = input
        .order
        .iter()
        .filter(|id| is_within(&input.workspace.context_path(id), path))
        .cloned();
    let mut found: Vec<ImporterId> = spanned.chain(innermost(path)).collect();
    found.retain(|id| id != importer && id != ".");
    found
}

/// Patterns, relative to the package, that no step sees.
fn exclude(input: &PackageInput<'_>, importer: &str) -> Vec<String> {
    let own = input.workspace.context_path(importer);
    let mut patterns = vec![
        literal(crate::path::base_name(&input.manifest.file.name)),
        "Dockerfile*".to_owned(),
        "*.dockerignore".to_owned(),
    ];
    // A package inside another is a package of its own.
    let inside = match importer {
        "." => String::new(),
        importer => format!("{importer}/"),
    };
    let others = input.workspace.projects.range(inside.clone()..);
    let others = others.map(|(id, _)| id).take_while(|id| id.starts_with(&inside));
    for other in others.filter(|id| *id != importer) {
        let directory = input.workspace.context_path(other);
        if own.is_empty() && !directory.is_empty() {
            patterns.push(literal(&directory));
        } else if let Some(inside) = directory.strip_prefix(&format!("{own}/")) {
            patterns.push(literal(inside));
        }
    }
    patterns
}

/// Returns files outside of packages that scripts and settings name; and what else the build of a site reads: the
/// environment of its directory, which no step sees that does not ask for it by name, and what git ignores, by which tools
/// tell sources from what is none.
fn named(input: &PackageInput<'_>, importer: &str, project: &Project) -> BTreeMap<String, String> {
    let mut files = outside::named(input, importer, project);
    if importer == input.service && input.site.is_some() {
        let workspace = input.workspace;
        let own = [join(importer, ".env"), ".gitignore".to_owned()];
        files.extend(own.map(|path| (workspace.context_path(&path), workspace.container_path(&path))));
    }
    files
}

/// Patterns, relative to the context, of what an earlier build of a package left there.
fn stale_outputs(input: &PackageInput<'_>, importer: &str, project: &Project) -> Vec<String> {
    let directory = input.workspace.context_path(importer);
    let below = STALE.map(|name| literal(&join(&directory, name)));
    let mut patterns: BTreeSet<String> = below.into_iter().collect();
    let site = input.site.filter(|_| importer == input.service);
    let site = site
        .into_iter()
        .flat_map(|decided| site::stale(input.manifest, decided));
    let inside = site
        .map(|folder| join(&directory, &folder))
        .filter(|path| !leaves(path));
    patterns.extend(inside.map(|path| literal(&path)));
    for output in &project.typescript.outputs {
        let inside = is_within(output, &directory) && *output != directory && output != ".";
        let holds_sources = project
            .typescript
            .sources
            .iter()
            .any(|source| is_within(source, output));
        if inside && !holds_sources {
            patterns.insert(literal(output));
        }
    }
    patterns.into_iter().collect()
}
