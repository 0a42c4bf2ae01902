//! The workspace as an image: tools, dependencies, and as much of the rest as the target holds.

use std::collections::BTreeMap;

use buildkit_llb::{File, Output};

use crate::diagnostic::Diagnostic;

use super::Graph;
use super::package::{Package, equipped, shell, tree_copy, with_sources};
use super::sbom;
use super::steps::Steps;
use super::toolchain::{Installs, resolved};
use crate::plan::{Contents, WORKSPACE, Workbench};

pub(super) fn lower(
    steps: &Steps<'_>,
    installs: &Installs,
    packages: &BTreeMap<String, Package>,
    workbench: &Workbench,
) -> Result<Graph, Diagnostic> {
    let package = &workbench.package;
    let install = installs
        .get(&package.install)
        .ok_or_else(|| Diagnostic::internal(format!("{} has no install", package.name)))?;
    let mut history = vec![format!("pnpm {}", steps.plan.toolchain.pnpm)];
    let packages_of = steps
        .plan
        .installs
        .get(&package.install)
        .map(|install| &install.packages.names);
    if let Some(names) = packages_of.filter(|names| !names.is_empty()) {
        history.push(format!("install {}", names.join(", ")));
    }
    history.push("dependencies".to_owned());
    // The root of each step is that of the one before, so that a change of sources moves no dependency.
    let mut image = File::on(&install.tools)
        .copy(tree_copy(&install.tree, "/", WORKSPACE))
        .name(steps.name("layer of dependencies"))
        .progress_group(&install.line, &install.line, true)
        .locations(
            steps.at(steps
                .plan
                .installs
                .get(&package.install)
                .and_then(|install| install.origin.as_ref())),
        )
        .output();
    let line = steps.name(format!("{} {}", workbench.stage.verb(), package.name));
    if workbench.contents != Contents::Dependencies {
        image = with_sources(steps, packages, package, File::on(&image), WORKSPACE)?
            .name(steps.name(format!("sources of {} in the image", package.name)))
            .progress_group(&line, &line, true)
            .locations(steps.at([&package.origin]))
            .output();
        history.push(format!("sources of {}", package.name));
    }
    let commands = package.commands(steps);
    if workbench.contents != Contents::Dependencies && !commands.is_empty() {
        image = run(steps, workbench, &image, &commands, &line)?;
        history.push(format!("{} {}", workbench.stage.verb(), package.name));
    }
    if workbench.contents == Contents::Built
        && let Some(built) = with_build(steps, packages, workbench, &image, &line)
    {
        image = built;
        history.push(package.name.clone());
    }
    Ok(Graph {
        image,
        service: None,
        budget: None,
        sbom: sbom::lower(steps, &install.tools, install)?,
        history,
    })
}

/// Runs the service's scripts in the image, which keeps what they leave.
fn run(
    steps: &Steps<'_>,
    workbench: &Workbench,
    image: &Output,
    commands: &[String],
    line: &str,
) -> Result<Output, Diagnostic> {
    let package = &workbench.package;
    let tools = resolved(steps, &steps.plan.toolchain.image, &steps.surroundings.build)?;
    let exec = steps
        .run(
            workbench.stage,
            image,
            tools,
            shell(commands),
            &steps.surroundings.build,
        )
        .cwd(&package.directory)
        .name(line)
        .progress_group(line, line, false);
    Ok(equipped(steps, exec, package).build().root())
}

/// Lays what the service's build made over its sources; nothing where it has no build.
fn with_build(
    steps: &Steps<'_>,
    packages: &BTreeMap<String, Package>,
    workbench: &Workbench,
    image: &Output,
    line: &str,
) -> Option<Output> {
    let service = &workbench.package;
    let built = packages.get(&service.importer)?;
    let (from, directory) = built.whole.as_ref()?;
    let layer = File::on(image).copy(tree_copy(from, directory, &service.directory));
    let layer = built
        .with_generated(layer, WORKSPACE)
        .name(steps.name(format!("layer {}", service.name)))
        .progress_group(line, line, false)
        .locations(steps.at([&service.origin]));
    Some(layer.output())
}
