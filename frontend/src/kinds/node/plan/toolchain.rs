//! The images that steps run in, and pnpm in them.

use super::base::{self, BaseImage, Libc};
use super::environment;
use super::model::Toolchain;
use super::native::Native;
use super::place;
use crate::diagnostic::Place;
use crate::kinds::node::{Manager, Workspace};
use crate::manifest::Manifest;
use crate::plan::SCRIPTS;

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
    let Manager::Pnpm(pnpm) = &workspace.manager;
    let pnpm = &pnpm.version;
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
        env: environment::of_pnpm(),
        place: pnpm_place(manifest, workspace),
    }
}

/// Returns the line that names pnpm's version: the root's package.json's, where the manifest does not.
fn pnpm_place(manifest: &Manifest, workspace: &Workspace) -> Place {
    let fields: [&[&str]; 3] = [
        &["packageManager"],
        &["devEngines", "packageManager"],
        &["engines", "pnpm"],
    ];
    let root = workspace.projects.get(".").map(|root| &root.manifest);
    match root {
        Some(root) if manifest.pnpm.is_none() && fields.iter().any(|path| root.get(path).is_some()) => {
            place::of(root, &fields)
        }
        _ => manifest.nearest_place("pnpm"),
    }
}
