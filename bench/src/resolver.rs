//! The real pnpm, on the manifests of a workspace.

use std::time::Duration;

use vextrus_e2e::{Docker, Workspace};

/// The time to resolve a workspace, with the metadata of all its packages.
const LIMIT: Duration = Duration::from_secs(600);

/// Runs pnpm in a container, in a workspace that holds manifests and settings.
///
/// # Errors
/// What pnpm said.
pub(crate) fn pnpm(
    docker: &Docker,
    image: &str,
    version: &str,
    workspace: &Workspace,
    arguments: &str,
) -> Result<(), String> {
    let script = format!("npm install --global --silent pnpm@{version} && pnpm {arguments}");
    let mount = format!("--volume={}:/workspace", workspace.root().display());
    let flags = [
        "run",
        "--rm",
        "--env=CI=true",
        "--workdir=/workspace",
        &mount,
        "--entrypoint=sh",
    ];
    let finished = docker
        .command(flags)
        .args([image, "-c", &script])
        .within(LIMIT)
        .finish();
    if finished.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&finished.stdout).into_owned();
    Err(format!("pnpm {arguments}:\n{said}{}", finished.stderr))
}
