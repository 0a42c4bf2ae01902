//! The images that steps run in, and the package manager in them.

use super::base::{self, BaseImage, Libc};
use super::environment;
use super::model::{Tool, Toolchain};
use super::native::Native;
use super::place;
use crate::diagnostic::Place;
use crate::kinds::node::scripts::{NPM, PNPM, Script};
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
    let set_up = |script: Script, version: &str, hash: Option<String>| {
        let place = format!("{SCRIPTS}/{}", script.name);
        let words = ["/bin/sh".to_owned(), place, version.to_owned()];
        (script, words.into_iter().chain(hash).collect())
    };
    let (version, setup) = match &workspace.manager {
        Manager::Pnpm(pnpm) => {
            let version = &pnpm.version;
            let setup = set_up(PNPM, &version.version, version.hash.clone());
            (Some(version.version.clone()), Some(setup))
        }
        Manager::Npm(npm) => {
            let chosen = npm.version.choose(node);
            let setup = chosen
                .setup
                .as_ref()
                .map(|version| set_up(NPM, version, chosen.hash.clone()));
            (chosen.setup, setup)
        }
    };
    Toolchain {
        node: node.to_owned(),
        image,
        production_image,
        manager: Tool {
            name: workspace.manager.name(),
            version,
            setup,
        },
        env: environment::of(&workspace.manager),
        place: manager_place(manifest, workspace),
    }
}

/// Returns the line that names the package manager's version: the root's package.json's, where the manifest does not.
fn manager_place(manifest: &Manifest, workspace: &Workspace) -> Place {
    let name = workspace.manager.name();
    let engines = ["engines", name];
    let fields: [&[&str]; 3] = [&["packageManager"], &["devEngines", "packageManager"], &engines];
    let root = workspace.projects.get(".").map(|root| &root.manifest);
    match root {
        Some(root) if manifest.pnpm.is_none() && fields.iter().any(|path| root.get(path).is_some()) => {
            place::of(root, &fields)
        }
        _ => manifest.nearest_place("pnpm"),
    }
}
