//! One directory as the root of a workspace: who installs it, its lockfiles and projects.

mod npm;
mod pnpm;
mod which;

use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;

use futures_util::future::try_join_all;

use self::which::Which;
use super::discover::{self, Candidate, Wanted};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::gateway::Failure;
use crate::kinds::node::Manager;
use crate::kinds::node::npmrc::Npmrc;
use crate::kinds::node::pnpm::PnpmWorkspace;
use crate::kinds::node::workspace::{ImporterId, PackageJson};
use crate::manifest::Manifest;
use crate::path::{join, leaves, parent, relative};
use crate::source::Tree;

/// A workspace's root and what its files say.
#[derive(Debug)]
pub(super) struct Root {
    /// The directory in the context, empty for the context itself.
    pub(super) directory: String,
    /// The service that was looked for.
    pub(super) service: ImporterId,
    /// Whether the service's package.json is the one beside the build file to the letter.
    pub(super) is_exact: bool,
    /// The package.json of each project.
    pub(super) manifests: BTreeMap<ImporterId, PackageJson>,
    /// Who installs it.
    pub(super) manager: Manager,
    /// The manifest, with the defaults of `vextrus.toml` beside the root's lockfile.
    pub(super) manifest: Manifest,
}

impl Root {
    /// Returns the workspace that the service belongs to.
    ///
    /// The context itself comes first, then the directories below it from the outside in. Of workspaces in each
    /// other the innermost is the service's, as pnpm has it.
    ///
    /// # Errors
    /// All mistakes of the first workspace's files together; no service, or more than one that fits.
    pub(super) async fn find(tree: &Tree, wanted: &Wanted, manifest: &Manifest) -> Result<Self, Failure> {
        let mut refusal = None;
        let mut inexact = None;
        let mut attempt = |found: Result<Self, Failure>| match found {
            Ok(root) if root.is_exact => Ok(Some(root)),
            Ok(root) => {
                inexact.get_or_insert(root);
                Ok(None)
            }
            Err(failure) if failure.diagnostics().is_some() => {
                refusal.get_or_insert(failure);
                Ok(None)
            }
            Err(failure) => Err(failure),
        };
        let context = discover::is_root(&tree.list("").await?);
        let mut found = None;
        if context {
            found = attempt(Self::read(tree, String::new(), wanted, manifest).await)?;
        }
        if found.is_none() {
            for directory in discover::roots(tree, wanted).await? {
                if !wanted.may_be_in(&directory, context) || is_project(tree, &directory).await? {
                    continue;
                }
                found = attempt(Self::read(tree, directory, wanted, manifest).await)?;
                if found.is_some() {
                    break;
                }
            }
        }
        match (found.or(inexact), refusal) {
            (Some(root), _) => root.innermost(tree, wanted, manifest).await,
            (None, Some(refusal)) => Err(refusal),
            (None, None) => Err(Diagnostics::from(
                discover::no_lockfile("", discover::LOCKFILES).at(wanted.place.clone()),
            )
            .into()),
        }
    }

    /// Returns the workspace that lies between this one and the service, where there is one.
    async fn innermost(self, tree: &Tree, wanted: &Wanted, manifest: &Manifest) -> Result<Self, Failure> {
        let service = |root: &Self| join(&root.directory, &root.service);
        let found = service(&self);
        let around = successors(Some(found.as_str()), |directory| Some(parent(directory)))
            .take_while(|directory| directory.len() > self.directory.len() && *directory != ".");
        let around: Vec<&str> = around.collect();
        // Most have no such file, which the listings say, all at once.
        let listings = try_join_all(around.iter().map(|directory| tree.list(directory))).await?;
        for (directory, names) in around.into_iter().zip(listings) {
            if names.iter().any(|name| name == "pnpm-workspace.yaml") {
                // What a tool left in a package is no workspace: it has no lockfile, or another service.
                match Self::read(tree, directory.to_owned(), wanted, manifest).await {
                    Ok(root) if service(&root) == found => return Ok(root),
                    Err(failure) if failure.diagnostics().is_none() => return Err(failure),
                    _ => {}
                }
            }
        }
        Ok(self)
    }

    /// Reads a directory as a workspace's root and finds the service in it.
    async fn read(
        tree: &Tree,
        directory: String,
        wanted: &Wanted,
        manifest: &Manifest,
    ) -> Result<Self, Failure> {
        let names = ["package.json", ".npmrc", "vextrus.toml"];
        let files = tree.read_all(&names.map(|name| join(&directory, name))).await?;
        let mut files = files.into_iter();
        let mut next = || files.next().flatten();
        let (root, npmrc, defaults) = (next(), next(), next());

        let mut mistakes: Vec<Diagnostic> = Vec::new();
        let mut keep = |diagnostics: Diagnostics| mistakes.extend(Vec::from(diagnostics));
        let npmrc = npmrc.as_ref().map(Npmrc::parse);
        let defaults = defaults.and_then(|file| Manifest::parse_defaults(&file).map_err(&mut keep).ok());
        let manifest = manifest.clone();
        let manifest = match defaults {
            Some(defaults) => manifest.with_defaults(defaults),
            None => manifest,
        };
        // What is wrong with it is told where the projects are read.
        let root = root.and_then(|file| PackageJson::parse(&file).ok());
        let listing = Listing {
            tree,
            directory: &directory,
            npmrc,
            manifest: &manifest,
            wanted,
        };
        let names = tree.list(&directory).await?;
        let found = match which::manager(&names, root.as_ref(), &manifest, &listing)? {
            Which::Pnpm => pnpm::read(listing, mistakes).await?,
            Which::Npm(lockfile) => npm::read(listing, lockfile, root, mistakes).await?,
        };
        let manifests = found.manifests;
        let candidates: Vec<Candidate<'_>> = manifests
            .iter()
            .map(|(importer, manifest)| Candidate { importer, manifest })
            .collect();
        let service = discover::service(wanted, &candidates, (&directory, &found.manager))?;
        Ok(Self {
            is_exact: manifests
                .get(&service)
                .is_some_and(|manifest| discover::is_beside(wanted, manifest)),
            service,
            manager: found.manager,
            manifests,
            manifest,
            directory,
        })
    }
}

/// A directory as a workspace's root, with what is read of it whoever installs.
pub(super) struct Listing<'a> {
    pub(super) tree: &'a Tree,
    /// The directory in the context.
    pub(super) directory: &'a str,
    pub(super) npmrc: Option<Npmrc>,
    /// The manifest, with the workspace's defaults.
    pub(super) manifest: &'a Manifest,
    pub(super) wanted: &'a Wanted,
}

/// Who installs a workspace, and its projects.
pub(super) struct Managed {
    pub(super) manager: Manager,
    /// The package.json of each project.
    pub(super) manifests: BTreeMap<ImporterId, PackageJson>,
}

/// Returns whether a directory that has a lockfile is but a project of a workspace around it, as pnpm and npm have it.
async fn is_project(tree: &Tree, directory: &str) -> Result<bool, Failure> {
    let mut root = directory;
    loop {
        if root != directory && npm::is_member(tree, root, directory).await? {
            return Ok(true);
        }
        if let Some(file) = tree.read(&join(root, "pnpm-workspace.yaml")).await? {
            // A file that cannot be read is the workspace's mistake, which is reported as such.
            let id = relative(root, directory).filter(|id| id != ".");
            let contains = |id: String| PnpmWorkspace::parse(&file).map_or(true, |yaml| yaml.contains(&id));
            return Ok(id.is_some_and(contains));
        }
        if root.is_empty() {
            return Ok(false);
        }
        root = parent(root);
    }
}

/// Reads the package.json of each project, where it is still there: one that the lockfile lists but that is
/// gone is the drift check's business.
pub(super) async fn read_manifests(
    tree: &Tree,
    root: &str,
    importers: BTreeSet<ImporterId>,
    mistakes: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<ImporterId, PackageJson>, Failure> {
    // An importer outside of the context cannot be read, and may not be needed.
    let (importers, paths): (Vec<ImporterId>, Vec<String>) = importers
        .into_iter()
        .map(|id| {
            let path = join(root, &format!("{id}/package.json"));
            (id, path)
        })
        .filter(|(_, path)| !leaves(path))
        .unzip();
    let files = tree.read_all(&paths).await?;
    let mut manifests = BTreeMap::new();
    for (importer, file) in importers.into_iter().zip(files) {
        let Some(file) = file else { continue };
        match PackageJson::parse(&file) {
            Ok(manifest) => {
                manifests.insert(importer, manifest);
            }
            Err(found) => mistakes.extend(Vec::from(found)),
        }
    }
    Ok(manifests)
}
