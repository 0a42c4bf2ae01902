//! The images that steps run in, and pnpm in them.

use super::base::{self, BaseImage, Libc};
use super::model::{SCRIPTS, Toolchain};
use super::native::Native;
use super::origin::Origin;
use crate::manifest::Manifest;
use crate::workspace::Workspace;

/// Returns the images and tools of a build whose production dependencies are known.
pub(super) fn plan(
    manifest: &Manifest,
    workspace: &Workspace,
    node: &str,
    base: &BaseImage,
    production: &Native,
) -> Toolchain {
    let image = base::debian(node);
    // A closure without machine code is the same tree on every libc, so one toolchain serves both.
    let musl = base.libc == Libc::Musl && !production.is_portable();
    let production_image = if musl { base::alpine(node) } else { image.clone() };
    let pnpm = &workspace.pnpm;
    let mut pnpm_command = vec![
        "/bin/sh".to_owned(),
        format!("{}/pnpm.sh", SCRIPTS),
        pnpm.version.to_string(),
    ];
    pnpm_command.extend(pnpm.hash.clone());
    Toolchain {
        node: node.to_owned(),
        image,
        production_image,
        pnpm: pnpm.version.to_string(),
        pnpm_command,
        origin: pnpm_origin(manifest, workspace),
    }
}

/// Returns the line of the root's package.json that names pnpm's version, where the manifest does not.
fn pnpm_origin(manifest: &Manifest, workspace: &Workspace) -> Option<Origin> {
    let fields: [&[&str]; 3] = [
        &["packageManager"],
        &["devEngines", "packageManager"],
        &["engines", "pnpm"],
    ];
    let root = &workspace.projects.get(".")?.manifest;
    let named = manifest.pnpm.is_none() && fields.iter().any(|path| root.get(path).is_some());
    named.then(|| Origin::of(root, &fields))
}
