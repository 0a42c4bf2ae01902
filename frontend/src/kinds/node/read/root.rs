//! One directory as the root of a pnpm workspace: its settings, lockfiles and projects.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;

use futures_util::future::try_join_all;

use super::discover::{self, Candidate, Wanted};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::gateway::Failure;
use crate::kinds::node::pnpm::{
    Lockfile, Lockfiles, Npmrc, Pnpm, PnpmVersion, PnpmWorkspace, Settings, settings, version,
};
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
    /// What pnpm's files say.
    pub(super) pnpm: Pnpm,
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
                if is_project(tree, &directory).await? {
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
            (None, None) => Err(Diagnostics::from(discover::no_lockfile("").at(wanted.place.clone())).into()),
        }
    }

    /// Returns the workspace that lies between this one and the service, where there is one.
    async fn innermost(self, tree: &Tree, wanted: &Wanted, manifest: &Manifest) -> Result<Self, Failure> {
        let service = |root: &Self| join(&root.directory, &root.service);
        let found = service(&self);
        let around = successors(Some(found.as_str()), |directory| Some(parent(directory)))
            .take_while(|directory| directory.len() > self.directory.len() && *directory != ".");
        let around: Vec<&str> = around.collect();
        let files: Vec<String> = around
            .iter()
            .map(|directory| format!("{directory}/pnpm-workspace.yaml"))
            .collect();
        // Most have none, which the listings say, all at once.
        try_join_all(around.iter().map(|directory| tree.list(directory))).await?;
        let files = tree.read_all(&files).await?;
        for (directory, file) in around.into_iter().zip(files) {
            if file.is_some() {
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
        let names = ["pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc", "vextrus.toml"];
        let files = tree.read_all(&names.map(|name| join(&directory, name))).await?;
        let mut files = files.into_iter();
        let mut next = || files.next().flatten();
        let (lock, yaml, npmrc, defaults) = (next(), next(), next(), next());

        let mut mistakes: Vec<Diagnostic> = Vec::new();
        let mut keep = |diagnostics: Diagnostics| mistakes.extend(Vec::from(diagnostics));
        let lockfile = lock.and_then(|file| Lockfile::parse(&file).map_err(&mut keep).ok());
        let pnpm_workspace = yaml.and_then(|file| PnpmWorkspace::parse(&file).map_err(&mut keep).ok());
        let npmrc = npmrc.as_ref().map(Npmrc::parse);
        let defaults = defaults.and_then(|file| Manifest::parse_defaults(&file).map_err(&mut keep).ok());
        let manifest = manifest.clone();
        let manifest = match defaults {
            Some(defaults) => manifest.with_defaults(defaults),
            None => manifest,
        };

        let sources = settings::Sources {
            root: None,
            workspace: pnpm_workspace.as_ref(),
            npmrc: npmrc.as_ref(),
        };
        let separate = match &pnpm_workspace {
            Some(yaml) if Settings::any_separates_lockfiles(sources) => {
                let projects = projects(tree, &directory, yaml).await?;
                read_lockfiles(tree, &directory, projects, &mut mistakes).await?
            }
            _ => BTreeMap::new(),
        };
        let mut importers: BTreeSet<ImporterId> = separate.keys().cloned().collect();
        importers.extend(
            lockfile
                .iter()
                .flat_map(Lockfile::importer_ids)
                .map(str::to_owned),
        );
        importers.insert(".".to_owned());
        let mut manifests = read_manifests(tree, &directory, importers, &mut mistakes).await?;
        Diagnostics::check(mistakes)?;

        let requested = manifest.place("pnpm");
        let pnpm = PnpmVersion::choose(version::Inputs {
            requested: manifest
                .pnpm
                .as_ref()
                .map(|version| (version.as_str(), requested.as_ref())),
            root: manifests.get("."),
            workspace: pnpm_workspace.as_ref(),
            lockfile: lockfile.as_ref().or(separate.values().flatten().next()),
        })?;
        let root = manifests.get(".");
        let settings = Settings::read(pnpm.major, settings::Sources { root, ..sources });
        let lockfiles = match lockfile {
            _ if !settings.shared_workspace_lockfile && separate.values().any(Option::is_some) => {
                manifests.retain(|id, _| id == "." || separate.contains_key(id));
                let all = separate.into_iter();
                Lockfiles::Separate(all.filter_map(|(id, lockfile)| Some((id, lockfile?))).collect())
            }
            Some(lockfile) => {
                manifests.retain(|id, _| id == "." || lockfile.has_importer(id));
                Lockfiles::Shared(Box::new(lockfile))
            }
            None => return Err(discover::no_lockfile(&directory).at(wanted.place.clone()).into()),
        };
        let candidates: Vec<Candidate<'_>> = manifests
            .iter()
            .map(|(importer, manifest)| Candidate { importer, manifest })
            .collect();
        let service = discover::service(wanted, &candidates, &directory)?;
        Ok(Self {
            is_exact: manifests
                .get(&service)
                .is_some_and(|manifest| discover::is_beside(wanted, manifest)),
            directory,
            service,
            pnpm: Pnpm {
                lockfiles,
                workspace_file: pnpm_workspace,
                npmrc,
                version: pnpm,
                settings,
            },
            manifests,
            manifest,
        })
    }
}

/// Returns whether a directory that has a lockfile is but a project of a workspace around it, as pnpm has it.
async fn is_project(tree: &Tree, directory: &str) -> Result<bool, Failure> {
    let mut root = directory;
    loop {
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

/// Returns the directories that are projects of a workspace, by its patterns.
async fn projects(tree: &Tree, root: &str, yaml: &PnpmWorkspace) -> Result<Vec<ImporterId>, Failure> {
    let reaches_out = |pattern: &String| pattern.starts_with("../");
    let start = if yaml.packages.iter().flatten().any(reaches_out) {
        ""
    } else {
        root
    };
    let mut found = Vec::new();
    for (directory, names) in discover::walk(tree, start, usize::MAX).await? {
        let id = relative(root, &directory).filter(|id| yaml.contains(id));
        if let Some(id) = id.filter(|_| names.iter().any(|name| name == "package.json")) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Reads the lockfile of each project, where it has one.
async fn read_lockfiles(
    tree: &Tree,
    root: &str,
    projects: Vec<ImporterId>,
    mistakes: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<ImporterId, Option<Lockfile>>, Failure> {
    let path = |id: &ImporterId| join(root, &format!("{id}/pnpm-lock.yaml"));
    let files = tree
        .read_all(&projects.iter().map(path).collect::<Vec<_>>())
        .await?;
    let mut lockfiles = BTreeMap::new();
    for (id, file) in projects.into_iter().zip(files) {
        let lockfile = match file.as_ref().map(Lockfile::parse) {
            Some(Ok(lockfile)) => Some(lockfile),
            Some(Err(found)) => {
                mistakes.extend(Vec::from(found));
                None
            }
            None => None,
        };
        lockfiles.insert(id, lockfile);
    }
    Ok(lockfiles)
}

/// Reads the package.json of each project, where it is still there: one that the lockfile lists but that is
/// gone is the drift check's business.
async fn read_manifests(
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
