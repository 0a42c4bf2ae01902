//! What the targets beside the production image hold: the workspace as developers have it, with tools and all
//! dependencies.

use std::collections::BTreeMap;

use super::input::{PackageInput, PlanInput};
use super::model::{Contents, Workbench};
use super::packages;
use super::{environment, runtime};
use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::kinds::node::Manager;
use crate::kinds::node::workspace::Project;
use crate::manifest::Manifest;
use crate::manifest::tables::Run;
use crate::manifest::targets::Stage;

/// What a container of a target without a script of its own starts.
const SHELL: &str = "/bin/sh";

/// Plans the image of a target; none where the target is the production image.
///
/// # Errors
/// Where the target's script does not exist.
pub(super) fn plan(
    input: &PlanInput<'_>,
    run: &Run,
    project: &Project,
    packages: &PackageInput<'_>,
) -> Result<Option<Workbench>, Diagnostics> {
    let stage = input.target.stage;
    let script = script(input.manifest, project, stage)?;
    let (contents, runs) = match stage {
        Stage::Runtime => return Ok(None),
        Stage::Deps => (Contents::Dependencies, None),
        Stage::Build => (Contents::Built, None),
        // No step runs the development script: the container does, and the image holds what it needs.
        Stage::Dev => (Contents::Sources, None),
        Stage::Test | Stage::Lint => (Contents::Sources, script),
    };
    let Some(mut package) = packages::workbench(packages, runs) else {
        return Ok(None);
    };
    if contents != Contents::Sources {
        package.scripts.clear();
    }
    let mut workbench = Workbench {
        stage,
        contents,
        command: match script {
            Some(name) => input.workspace.manager.run(name).map(str::to_owned).to_vec(),
            None => vec![SHELL.to_owned()],
        },
        env: environment(&input.workspace.manager),
        ports: Vec::new(),
        volumes: Vec::new(),
        labels: runtime::labels(input, project),
        stop_signal: None,
        package,
    };
    if stage == Stage::Dev {
        develop(input, run, &mut workbench);
    }
    Ok(Some(workbench))
}

/// Environment of a container: scripts run as they do in the build, and nothing is installed before.
fn environment(manager: &Manager) -> BTreeMap<String, String> {
    let mut env = environment::of(manager);
    env.retain(|name, _| name == "CI" || name.starts_with("npm_") || name.starts_with("pnpm_"));
    env
}

/// Makes an image in which the service is developed: it runs as `[run]` says, and a directory that is mounted
/// over a package leaves the package's links to its dependencies in place.
fn develop(input: &PlanInput<'_>, run: &Run, workbench: &mut Workbench) {
    let env = &mut workbench.env;
    env.remove("CI");
    env.insert("NODE_ENV".to_owned(), "development".to_owned());
    let own = run.env.iter();
    env.extend(own.map(|(name, value)| (name.as_str().to_owned(), value.clone())));
    workbench.ports = run.port.iter().flat_map(|ports| ports.all()).copied().collect();
    workbench.stop_signal = run.stop_signal.as_ref().map(|signal| signal.as_str().to_owned());
    let importers = input.closure.importers().iter().filter(|importer| {
        let project = input.workspace.projects.get(*importer);
        project.is_some_and(|project| has_dependencies(&project.manifest))
    });
    workbench.volumes = importers
        .map(|importer| format!("{}/node_modules", input.workspace.container_path(importer)))
        .collect();
}

fn has_dependencies(manifest: &crate::kinds::node::workspace::PackageJson) -> bool {
    let fields = [
        &manifest.dependencies,
        &manifest.dev_dependencies,
        &manifest.optional_dependencies,
    ];
    fields.iter().any(|field| !field.is_empty())
}

/// Returns the script of a target: the manifest's, else the first usual one that the package has; none for a
/// target that runs none.
fn script<'a>(
    manifest: &'a Manifest,
    project: &Project,
    stage: Stage,
) -> Result<Option<&'a str>, Diagnostics> {
    let build = &manifest.build;
    let (written, usual): (_, &[&str]) = match stage {
        Stage::Test => (&build.test, &["test"]),
        Stage::Lint => (&build.lint, &["lint"]),
        Stage::Dev => (&build.dev, &["start:dev", "dev"]),
        Stage::Deps | Stage::Build | Stage::Runtime => return Ok(None),
    };
    let scripts = &project.manifest.scripts;
    let written = written.as_ref().map(|name| name.as_str());
    let candidates: Vec<&str> = written.map_or_else(|| usual.to_vec(), |name| vec![name]);
    if let Some(found) = candidates.iter().find(|name| scripts.contains_key(**name)) {
        return Ok(Some(*found));
    }
    let target = stage.name();
    let names: Vec<String> = candidates.iter().map(|name| format!("\"{name}\"")).collect();
    let known: Vec<&str> = scripts.keys().map(String::as_str).collect();
    let known = match known.as_slice() {
        [] => String::new(),
        known => format!("; its scripts are {}", known.join(", ")),
    };
    let message = format!(
        "`--target {target}` runs the script {}, which {} does not have; add it to `scripts`, or name another one \
         in the manifest: `[build]` `{target} = \"NAME\"`{known}",
        names.join(" or "),
        project.manifest.file.name,
    );
    let place = match written {
        Some(_) => Some(manifest.nearest_place(stage.key())),
        None => project.manifest.place(&["scripts"]),
    };
    let place = place.unwrap_or_else(|| crate::diagnostic::Place::of_line(&project.manifest.file, 1));
    Err(Diagnostic::named(names::UNKNOWN_SCRIPT, message).at(place).into())
}
