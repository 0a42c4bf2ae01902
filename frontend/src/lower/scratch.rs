//! A root file system of nothing but Node and what it and the native modules load.
//!
//! The steps read the image of Node and run on the build platform, whatever the image's is.

use buildkit_llb::{Exec, File, Mount, Network, Output, Rooted};

use super::ResolvedImage;
use super::sbom::DEFAULT_PATH;
use super::steps::Steps;
use super::toolchain::{Installed, resolved};
use crate::diagnostic::Diagnostic;
use crate::plan::{SCRIPTS, Stage, WORKSPACE};

const SCRIPT: &str = "scratch.cjs";

/// Returns the layer of Node, the same one for every service, and that of the libraries which the native modules of an
/// install load beside it.
pub(super) fn lower(
    steps: &Steps<'_>,
    image: &ResolvedImage,
    installed: &Installed,
) -> Result<(Output, Output), Diagnostic> {
    let target = &steps.surroundings.target;
    let root = steps.image(image, target, "base");
    let line = steps.name_on(target, "take Node from its image");
    let taken = take(steps, image, &root, "node", &[])?;
    let node = layer(steps, taken, &line, "layer of Node")?;

    let line = steps.name_on(target, "take the libraries of native modules");
    let taken = take(steps, image, &root, "libraries", &["/base", WORKSPACE])?
        .mount(Mount::bind(&node, "/base").read_only().without_content_cache())
        .mount(installed.mounted());
    let libraries = layer(steps, taken, &line, "layer of the libraries of native modules")?;
    Ok((node, libraries))
}

/// Starts the step that takes files from the image of Node.
fn take(
    steps: &Steps<'_>,
    image: &ResolvedImage,
    root: &Output,
    what: &str,
    rest: &[&str],
) -> Result<Exec<Rooted>, Diagnostic> {
    let platform = &steps.surroundings.build;
    let tools = resolved(steps, &steps.plan.toolchain.image, platform)?;
    let path = image.env.iter().find(|(name, _)| name == "PATH");
    let path = path.map_or(DEFAULT_PATH, |(_, path)| path.as_str());
    let script = format!("{SCRIPTS}/{SCRIPT}");
    let command = ["node", &script, what, "/image", "/out", path];
    let exec = steps
        .run(
            Stage::Runtime,
            &steps.image(tools, platform, "node"),
            tools,
            command.iter().chain(rest).copied(),
            platform,
        )
        .mount(steps.script(SCRIPT))
        .mount(Mount::bind(root, "/image").read_only().without_content_cache())
        .mount(Mount::bind(&Output::scratch(), "/out"))
        .network(Network::None);
    Ok(exec)
}

/// Ends such a step, and makes what it took a layer.
fn layer(steps: &Steps<'_>, taken: Exec<Rooted>, line: &str, name: &str) -> Result<Output, Diagnostic> {
    let locations = steps.key("base");
    let taken = taken
        .name(line)
        .progress_group(line, line, false)
        .locations(locations.iter().copied())
        .build()
        .mount("/out")
        .ok_or_else(|| Diagnostic::internal("a step without its output"))?;
    let layer = File::on(&Output::scratch())
        .copy(steps.layer_copy(&taken, "/", "/"))
        .name(steps.name_on(&steps.surroundings.target, name))
        .progress_group(line, line, true)
        .locations(locations);
    Ok(layer.output())
}
