//! The image: the base, then one layer for each thing that changes on its own.

use std::collections::BTreeMap;

use buildkit_llb::{Copy, Diff, File, Merge, Mount, Network, Output};

use crate::diagnostic::Diagnostic;

use super::package::Package;
use super::steps::Steps;
use super::toolchain::{Installed, layer_ground, production, resolved, with_packages};
use super::{BUDGET_REPORT, Graph};
use super::{sbom, scratch};
use crate::plan::{FILE_TIME, RUNTIME_SCRIPTS, Runtime, SCRIPTS, Stage, WORKSPACE};

pub(super) fn lower(steps: &Steps<'_>, packages: &BTreeMap<String, Package>) -> Result<Graph, Diagnostic> {
    let plan = steps.plan;
    let runtime = &plan.runtime;
    let target = &steps.surroundings.target;
    let image = resolved(steps, &runtime.base.reference, target)?;
    let installed = production(steps)?;
    let mut layers = Vec::new();
    let mut history = Vec::new();
    let base = if runtime.base.only_node {
        let (node, libraries) = scratch::lower(steps, image, &installed)?;
        layers.push(libraries);
        history.extend(["Node", "libraries of native modules"].map(str::to_owned));
        node
    } else {
        if !runtime.packages.names.is_empty() {
            history.push(format!("install {}", runtime.packages.names.join(", ")));
        }
        let base = steps.image(image, target, "base");
        with_packages(steps, Stage::Runtime, &base, image, &runtime.packages, target)?
    };
    let system = join(steps, base.clone(), layers.clone());
    layers.extend([settings(steps, runtime), dependencies(steps, &installed)]);
    history.extend(
        [
            "accounts, directories and the health check",
            "production dependencies",
        ]
        .map(str::to_owned),
    );
    let mut service = Output::scratch();
    for package in &plan.packages {
        let Some((from, directory)) = packages
            .get(&package.importer)
            .and_then(|lowered| lowered.runtime.as_ref())
        else {
            continue;
        };
        let exclude = packages
            .get(&package.importer)
            .map(|lowered| lowered.exclude.clone())
            .unwrap_or_default();
        let mut layer = File::on(&Output::scratch());
        for place in std::iter::once(&package.directory).chain(&package.injected_at) {
            layer = layer.copy(steps.layer_copy(from, directory, place).exclude(exclude.clone()));
        }
        let generated = packages
            .get(&package.importer)
            .and_then(|lowered| lowered.generated.as_ref());
        if let Some((from, directory)) = generated {
            layer = layer.copy(steps.layer_copy(from, directory, WORKSPACE));
        }
        let line = line(steps);
        let layer = layer
            .name(steps.name_on(target, format!("layer {}", package.name)))
            .progress_group(&line, &line, true)
            .locations(steps.at([&package.origin]))
            .output();
        service = layer.clone();
        history.push(package.name.clone());
        layers.push(layer);
    }
    if let Some(extra) = extra_files(steps, runtime) {
        layers.push(extra);
        history.push("extra files".to_owned());
    }
    let sbom = sbom::lower(steps, &system, &installed)?;
    let image = join(steps, base, layers);
    Ok(Graph {
        sbom,
        budget: Some(budget(steps, &image, &system, &installed)?),
        image,
        service: Some(service),
        history,
    })
}

/// Accounts, the frontend's own files, directories that the user may write.
fn settings(steps: &Steps<'_>, runtime: &Runtime) -> Output {
    let mut layer = File::on(&Output::scratch());
    if let Some(accounts) = &steps.surroundings.accounts {
        layer = layer
            .mkdir(steps.layer_directory("/etc"))
            .mkfile(steps.layer_file("/etc/passwd", &accounts.passwd))
            .mkfile(steps.layer_file("/etc/group", &accounts.group));
    }
    layer = layer.mkdir(steps.layer_directory(RUNTIME_SCRIPTS));
    for (name, text) in &runtime.scripts {
        layer = layer.mkfile(steps.layer_file(&format!("{RUNTIME_SCRIPTS}/{name}"), text));
    }
    layer = layer.mkdir(steps.layer_directory(&runtime.directory));
    for directory in &runtime.writable {
        layer = layer.mkdir(
            steps
                .layer_directory(directory)
                .owner(runtime.user.uid, runtime.user.gid),
        );
    }
    let line = line(steps);
    let target = &steps.surroundings.target;
    let layer = steps
        .unshown(layer)
        .name(steps.name_on(target, "accounts and directories"))
        .locations(steps.key("run.user"))
        .output();
    // A file that is made in a directory moves the directory's time; the copy sets them all.
    File::on(&Output::scratch())
        .copy(steps.layer_copy(&layer, "/", "/"))
        .name(steps.name_on(target, "layer of accounts, directories and the health check"))
        .progress_group(&line, &line, true)
        .locations(steps.key("run.user"))
        .output()
}

/// The production install, alone in its layer: a code change never moves it.
///
/// What the install left is the layer, unless its files are to have another time.
fn dependencies(steps: &Steps<'_>, installed: &Installed) -> Output {
    let name = steps.name_on(&steps.surroundings.target, "layer of production dependencies");
    let locations = steps.at(&steps.plan.production.origin);
    if steps.surroundings.merge && steps.surroundings.timestamp == FILE_TIME {
        return Diff::new(&layer_ground(steps), &installed.tree)
            .name(name)
            .progress_group(&installed.line, &installed.line, true)
            .locations(locations)
            .output();
    }
    File::on(&Output::scratch())
        .copy(steps.layer_copy(&installed.tree, installed.directory, WORKSPACE))
        .name(name)
        .progress_group(&installed.line, &installed.line, true)
        .locations(locations)
        .output()
}

/// Files that the manifest adds with `[run] files`.
fn extra_files(steps: &Steps<'_>, runtime: &Runtime) -> Option<Output> {
    if runtime.files.is_empty() {
        return None;
    }
    let locations = steps.key("run.files");
    let files = steps.load("extra files", runtime.files.keys(), &[], &locations);
    let mut layer = File::on(&Output::scratch());
    for (source, destination) in &runtime.files {
        layer = layer.copy(steps.layer_copy(&files, &format!("/{source}"), destination));
    }
    let line = line(steps);
    let layer = layer
        .name(steps.name_on(&steps.surroundings.target, "layer of extra files"))
        .progress_group(&line, &line, true);
    Some(layer.locations(locations).output())
}

/// A step that measures the image where the manifest sets a limit. Else it measures what a source change does not move,
/// so that such a change does not wait for it: the base and the production dependencies.
fn budget(
    steps: &Steps<'_>,
    image: &Output,
    system: &Output,
    installed: &Installed,
) -> Result<Output, Diagnostic> {
    let tools = resolved(steps, &steps.plan.toolchain.image, &steps.surroundings.build)?;
    let platform = &steps.surroundings.build;
    let (what, measured) = match steps.plan.runtime.max_size {
        Some(_) => (
            "measure the image",
            vec![(Mount::bind(image, "/image"), "/image=/".to_owned())],
        ),
        None => (
            "measure the base and the dependencies",
            vec![
                (Mount::bind(system, "/base"), "/base=/".to_owned()),
                (installed.mounted(), format!("{WORKSPACE}={WORKSPACE}")),
            ],
        ),
    };
    let command = [
        "node".to_owned(),
        format!("{SCRIPTS}/budget.cjs"),
        format!("/out/{BUDGET_REPORT}"),
    ];
    let pairs = measured.iter().map(|(_, pair)| pair.clone());
    let mut exec = steps
        .run(
            Stage::Runtime,
            &steps.image(tools, platform, "node"),
            tools,
            command.into_iter().chain(pairs),
            platform,
        )
        .mount(steps.script("budget.cjs"))
        .mount(Mount::bind(&Output::scratch(), "/out"));
    for (root, _) in measured {
        exec = exec.mount(root.read_only().without_content_cache());
    }
    exec.network(Network::None)
        .name(steps.name(what))
        .locations(steps.key("image.max_size"))
        .build()
        .mount("/out")
        .ok_or_else(|| Diagnostic::internal("a step without its output"))
}

/// Returns the line of the progress display that the image and its layers share: copies that take no time of their own.
fn line(steps: &Steps<'_>) -> String {
    steps.name_on(&steps.surroundings.target, "image")
}

/// Joins layers onto the base: by MergeOp, else by copying each layer in turn.
fn join(steps: &Steps<'_>, base: Output, layers: Vec<Output>) -> Output {
    if layers.is_empty() {
        return base;
    }
    let line = line(steps);
    if steps.surroundings.merge {
        return Merge::new(std::iter::once(base).chain(layers))
            .name(&line)
            .progress_group(&line, &line, false)
            .locations(steps.key(""))
            .output();
    }
    layers.into_iter().fold(base, |image, layer| {
        File::on(&image)
            .copy(
                // The time is that of the layer's files already; older engines leave the directories above them
                // with the time of the copy.
                Copy::new(&layer, "/", "/")
                    .contents_only(true)
                    .create_dest_path(true)
                    .timestamp(steps.surroundings.timestamp),
            )
            .name(&line)
            .progress_group(&line, &line, false)
            .locations(steps.key(""))
            .output()
    })
}
