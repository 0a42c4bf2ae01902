//! A workspace of npm, or a single package.

use std::collections::BTreeSet;

use super::which::NPM;
use super::{Listing, Managed, read_manifests};
use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::gateway::Failure;
use crate::kinds::node::Manager;
use crate::kinds::node::npm::scripts::Policy;
use crate::kinds::node::npm::{Lockfile, Npm, NpmVersion};
use crate::kinds::node::workspace::globs::Globs;
use crate::kinds::node::workspace::{ImporterId, PackageJson};
use crate::path::{join, relative};
use crate::source::Tree;

/// Reads what npm's files say.
///
/// # Errors
/// All mistakes of the files together, `mistakes` among them.
pub(super) async fn read(
    listing: Listing<'_>,
    lockfile: &str,
    root: Option<PackageJson>,
    mut mistakes: Vec<Diagnostic>,
) -> Result<Managed, Failure> {
    let Listing {
        tree,
        directory,
        npmrc,
        manifest,
        ..
    } = listing;
    if manifest.pnpm.is_some() {
        let message = format!(
            "`pnpm` names a version, and the workspace has npm's {lockfile}; remove the key, or make the lockfile with pnpm"
        );
        let place = manifest.nearest_place("pnpm");
        mistakes.push(Diagnostic::named(names::UNSUPPORTED_MANAGER, message).at(place));
    }
    let file = tree.read(&join(directory, lockfile)).await?;
    let parsed = file.map(|file| Lockfile::parse(&file)).transpose();
    let lockfile = parsed.unwrap_or_else(|found| {
        mistakes.extend(Vec::from(found));
        None
    });
    let importers: BTreeSet<ImporterId> = lockfile
        .iter()
        .flat_map(Lockfile::importer_ids)
        .map(str::to_owned)
        .collect();
    let manifests = read_manifests(tree, directory, importers, &mut mistakes).await?;
    let workspaces = match &root {
        Some(root) => workspaces(root).unwrap_or_else(|found| {
            mistakes.extend(found);
            Globs::default()
        }),
        None => Globs::default(),
    };
    let version = NpmVersion::read(root.as_ref());
    let version = version.unwrap_or_else(|found| {
        mistakes.extend(Vec::from(found));
        NpmVersion::default()
    });
    mistakes.extend(npmrc.iter().flat_map(isolated));
    Diagnostics::check(mistakes)?;
    let Some(lockfile) = lockfile else {
        // Its listing has it.
        return Err(Diagnostic::internal("npm's lockfile is gone").into());
    };
    Ok(Managed {
        manager: Manager::Npm(Box::new(Npm {
            lockfile,
            workspaces,
            scripts: Policy::read(root.as_ref(), npmrc.as_ref()),
            npmrc,
            version,
        })),
        manifests,
    })
}

/// Refuses the layout of npm that its lockfile does not tell of.
fn isolated(npmrc: &crate::kinds::node::npmrc::Npmrc) -> Option<Diagnostic> {
    let strategy = npmrc
        .get("install-strategy")
        .filter(|strategy| *strategy == "linked")?;
    let message = format!(
        "`install-strategy={strategy}` in {} has npm install without hoisting, which is not supported; remove the line, or \
         install with pnpm, which does it so",
        npmrc.file.name
    );
    Some(Diagnostic::named(names::UNSUPPORTED_MANAGER, message))
}

/// Compiles `workspaces` of a package.json.
fn workspaces(root: &PackageJson) -> Result<Globs, Vec<Diagnostic>> {
    let diagnostic = |why: String| {
        let diagnostic = Diagnostic::named(names::INVALID_PACKAGE_JSON, why);
        match root.place(&["workspaces"]) {
            Some(place) => diagnostic.at(place),
            None => diagnostic,
        }
    };
    Globs::compile("workspaces", &root.workspaces)
        .map_err(|wrong| wrong.into_iter().map(diagnostic).collect())
}

/// Returns whether a directory is a member of a workspace of npm at `root`.
pub(super) async fn is_member(tree: &Tree, root: &str, directory: &str) -> Result<bool, Failure> {
    let names = tree.list(root).await?;
    let has = |name: &str| names.iter().any(|other| other == name);
    if !has("package.json") || !NPM.iter().any(|name| has(name)) {
        return Ok(false);
    }
    let file = tree.read_optional(&join(root, "package.json")).await?;
    let root_manifest = file.and_then(|file| PackageJson::parse(&file).ok());
    let globs = root_manifest.and_then(|manifest| workspaces(&manifest).ok());
    let id = relative(if root.is_empty() { "." } else { root }, directory);
    Ok(globs.zip(id).is_some_and(|(globs, id)| globs.contain(&id)))
}
