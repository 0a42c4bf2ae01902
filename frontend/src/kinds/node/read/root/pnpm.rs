//! A workspace of pnpm, or a single package.

use std::collections::{BTreeMap, BTreeSet};

use super::{Listing, Managed, read_manifests};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::gateway::Failure;
use crate::kinds::node::Manager;
use crate::kinds::node::pnpm::{
    Lockfile, Lockfiles, Pnpm, PnpmVersion, PnpmWorkspace, Settings, settings, version,
};
use crate::kinds::node::read::discover;
use crate::kinds::node::workspace::ImporterId;
use crate::path::{join, relative};
use crate::source::Tree;

/// Reads what pnpm's files say.
///
/// # Errors
/// All mistakes of the files together, `mistakes` among them.
pub(super) async fn read(listing: Listing<'_>, mut mistakes: Vec<Diagnostic>) -> Result<Managed, Failure> {
    let Listing {
        tree,
        directory,
        npmrc,
        manifest,
        wanted,
    } = listing;
    let names = ["pnpm-lock.yaml", "pnpm-workspace.yaml"];
    let files = tree.read_all(&names.map(|name| join(directory, name))).await?;
    let mut files = files.into_iter();
    let mut next = || files.next().flatten();
    let (lock, yaml) = (next(), next());
    let mut keep = |diagnostics: Diagnostics| mistakes.extend(Vec::from(diagnostics));
    let lockfile = lock.and_then(|file| Lockfile::parse(&file).map_err(&mut keep).ok());
    let pnpm_workspace = yaml.and_then(|file| PnpmWorkspace::parse(&file).map_err(&mut keep).ok());

    let sources = settings::Sources {
        root: None,
        workspace: pnpm_workspace.as_ref(),
        npmrc: npmrc.as_ref(),
    };
    let separate = match &pnpm_workspace {
        Some(yaml) if Settings::any_separates_lockfiles(sources) => {
            let projects = projects(tree, directory, yaml).await?;
            read_lockfiles(tree, directory, projects, &mut mistakes).await?
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
    let mut manifests = read_manifests(tree, directory, importers, &mut mistakes).await?;
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
        None => {
            return Err(discover::no_lockfile(directory, discover::OF_PNPM)
                .at(wanted.place.clone())
                .into());
        }
    };
    Ok(Managed {
        manager: Manager::Pnpm(Box::new(Pnpm {
            lockfiles,
            workspace_file: pnpm_workspace,
            npmrc,
            version: pnpm,
            settings,
        })),
        manifests,
    })
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
