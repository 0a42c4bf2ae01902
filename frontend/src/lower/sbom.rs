//! The step that writes the image's bill of materials.

use buildkit_llb::{File, MkFile, Mount, Network, Output};
use serde_json::json;

use super::ImageRoot;
use super::steps::Steps;
use super::toolchain::{Installed, resolved};
use crate::diagnostic::Diagnostic;
use crate::plan::{SCRIPTS, Sbom, Stage, WORKSPACE};
use crate::result::rfc3339;

/// The program that writes the document.
const SCRIPT: &str = include_str!("../scripts/sbom.cjs");

/// The attestation's file in the step's output.
pub const SBOM_FILE: &str = "/sbom.spdx.json";

/// Who the document says wrote it: SPDX's `NAME-VERSION`.
const CREATOR: &str = concat!("vextrus-frontend-", env!("CARGO_PKG_VERSION"));

/// Prefix of the documents' names. SPDX asks for a URI that is the document's own, not for one that can be visited.
const NAMESPACE: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/spdx");

/// Where the programs of an image are that sets no path, as BuildKit runs them.
pub(super) const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Lists the packages of an image that is made of a base, with its system packages, and an install; nothing where the
/// plan has no bill of materials.
///
/// The step reads no build: a code change leaves it in the cache. It runs on the build platform whatever the image's
/// is, since it only reads.
pub(super) fn lower(
    steps: &Steps<'_>,
    base: &Output,
    install: &Installed,
) -> Result<Option<Output>, Diagnostic> {
    let Some(sbom) = &steps.plan.sbom else {
        return Ok(None);
    };
    let (tools, platform) = (
        resolved(steps, &steps.plan.toolchain.image, &steps.surroundings.build)?,
        &steps.surroundings.build,
    );
    let facts = facts(steps, sbom)?;
    let file = |path: &str, text: &str| MkFile::new(path, text.as_bytes()).mode(0o644).timestamp(0);
    // Apart from the scripts of builds, which stay as they are whether a document is asked for or not.
    let line = steps.name("list the packages of the image");
    let input = File::on(&Output::scratch())
        .mkfile(file("/sbom.cjs", SCRIPT))
        .mkfile(file("/facts.json", &facts));
    let input = steps
        .unshown(input)
        .name(steps.name("load what the lockfile says of the image's packages"))
        .locations(steps.key(""))
        .output();
    let command = [
        "node",
        &format!("{SCRIPTS}/sbom.cjs"),
        &format!("{SCRIPTS}/facts.json"),
        "/base",
        WORKSPACE,
        &format!("/out{SBOM_FILE}"),
    ]
    .map(str::to_owned);
    let exec = steps
        .run(
            Stage::Runtime,
            &steps.image(tools, platform, "node"),
            tools,
            command,
            platform,
        )
        .mount(Mount::bind(&input, SCRIPTS).read_only())
        .mount(Mount::bind(base, "/base").read_only().without_content_cache())
        .mount(install.mounted())
        .mount(Mount::bind(&Output::scratch(), "/out"))
        .network(Network::None)
        .name(&line)
        .progress_group(&line, &line, false)
        .locations(steps.key(""));
    Ok(exec.build().mount("/out"))
}

/// What the step cannot read from files: the closure, and what the image stands on.
fn facts(steps: &Steps<'_>, sbom: &Sbom) -> Result<String, Diagnostic> {
    let image = resolved(steps, steps.plan.base(), &steps.surroundings.target)?;
    let base = match &image.root {
        ImageRoot::Pinned { reference, .. } => reference.clone(),
        ImageRoot::Replaced(_) => format!("the build context {}", steps.plan.base()),
    };
    let base = match steps.plan.workbench.is_none() && steps.plan.runtime.base.only_node {
        true => format!("scratch, with Node from {base}"),
        false => base,
    };
    let path = image.env.iter().find(|(name, _)| name == "PATH");
    let name = sbom
        .components
        .get(&sbom.service)
        .map_or(steps.plan.package.as_str(), |component| &component.name);
    let facts = json!({
        "namespace": format!("{NAMESPACE}/{}", name.trim_start_matches('@')),
        // Times that RFC 3339 cannot write are none that a document may have.
        "created": rfc3339(steps.surroundings.timestamp).or_else(|| rfc3339(0)),
        "creator": CREATOR,
        "platform": steps.surroundings.target.to_string(),
        "base": base,
        "node": steps.plan.node(),
        "path": path.map_or(DEFAULT_PATH, |(_, path)| path.as_str()),
        "service": sbom.service,
        "components": sbom.components,
    });
    Ok(facts.to_string())
}
