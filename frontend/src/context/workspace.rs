//! Reads the workspace that the build file's service belongs to.

use std::collections::BTreeSet;

use buildkit_llb::{Output, Platform};
use futures_util::future::try_join_all;

use super::discover;

use super::root::Root;
use super::tools::{nest_entry, prisma, tasks_before};
use crate::diagnostic::Diagnostic;
use crate::gateway::{Failure, Gateway};
use crate::source::{BuildFile, Context, Named, NamedPackage, Origin, Part, Tree, solve};

use crate::manifest::Manifest;
use crate::options::Options;
use crate::path::join;
use crate::plan::{CHECK_CONFIGURATION, NEVER_READ, ROOT_CONFIGURATION};
use crate::workspace::tsconfig::{Lookup, Scan, scan};
use crate::workspace::{ImporterId, Project, Workspace};

/// What the workspace says of itself; no sources.
///
/// The client tries each pattern on every file of the context. With a wildcard behind `**/` it is a regular expression,
/// which takes longer than to find the file: a third of a build without a change, where a context has 20,000 files
/// and thirty such patterns. So names are written out where they are known.
const METADATA: [&str; 20] = [
    "**/package.json",
    "**/pnpm-lock.yaml",
    "**/pnpm-workspace.yaml",
    "**/nest-cli.json",
    "**/.npmrc",
    "**/.nvmrc",
    "**/.node-version",
    "**/turbo.json",
    "**/tsconfig*.json",
    "**/*.prisma",
    "**/prisma.config.cjs",
    "**/prisma.config.cts",
    "**/prisma.config.js",
    "**/prisma.config.mjs",
    "**/prisma.config.mts",
    "**/prisma.config.ts",
    // A setting may name another one.
    "**/.pnpmfile.*js",
    "**/pnpmfile.*js",
    "**/vextrus.toml",
    ".dockerignore",
];
/// What is read of the context itself, if it is there, whatever the workspace is like.
const LOOKED_AT: [&str; 9] = [
    ".dockerignore",
    ".node-version",
    ".npmrc",
    ".nvmrc",
    "package.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "turbo.json",
    "vextrus.toml",
];
/// Where no metadata of the workspace lies, and much else.
const NEVER: [&str; 3] = ["**/node_modules", "**/.git", "**/.pnpm-store"];

/// A workspace, the service that the build file is for, and what was read on the way.
#[derive(Debug)]
pub struct Found {
    /// The workspace.
    pub workspace: Workspace,
    /// The service.
    pub service: ImporterId,
    /// The manifest, with the defaults of `vextrus.toml` at the workspace's root.
    pub manifest: Manifest,
}

/// Transfers the workspace's metadata.
///
/// # Errors
/// Whatever the engine answers.
pub async fn metadata(gateway: &Gateway, options: &Options, context: &Context) -> Result<Tree, Failure> {
    let metadata = METADATA.map(str::to_owned).into_iter();
    let include: Vec<String> = metadata.chain(configuration_in("")).collect();
    let name = "[internal] load workspace manifests";
    let part = part(context, name, "vextrus-metadata", &include);
    let tree = Tree::new(gateway, solve(gateway, options, &part).await?);
    tree.look_ahead("", &LOOKED_AT).await;
    Ok(tree)
}

/// Adds the configuration of compilers and checks that lies at the workspace's root, where that is not the context,
/// of which [`metadata`] has it.
///
/// # Errors
/// Whatever the engine answers.
pub async fn load_configuration(
    gateway: &Gateway,
    options: &Options,
    context: &Context,
    workspace: &mut Workspace,
) -> Result<(), Failure> {
    if workspace.root.is_empty() {
        return Ok(());
    }
    let include: Vec<String> = configuration_in(&workspace.root).collect();
    let name = "[internal] load workspace configuration";
    let part = part(context, name, "vextrus-configuration", &include);
    let tree = Tree::new(gateway, solve(gateway, options, &part).await?);
    let mut names: BTreeSet<String> = workspace.root_files.drain(..).collect();
    names.extend(files_of(&tree, &workspace.root).await?);
    workspace.root_files = names.into_iter().collect();
    Ok(())
}

/// Returns the patterns of the configuration in a directory.
fn configuration_in(directory: &str) -> impl Iterator<Item = String> {
    let names = ROOT_CONFIGURATION.into_iter().chain(CHECK_CONFIGURATION);
    names.map(move |name| join(directory, name))
}

/// Returns a part of the context without what tools installed.
fn part(context: &Context, name: &str, hint: &str, include: &[String]) -> Output {
    context.metadata(&Part {
        name,
        group: None,
        hint,
        include,
        exclude: &NEVER.map(str::to_owned),
        locations: &[],
    })
}

/// Returns the names of the files in a directory.
async fn files_of(tree: &Tree, directory: &str) -> Result<Vec<String>, Failure> {
    let mut names = tree.list(directory).await?;
    names.retain(|name| !name.ends_with('/'));
    Ok(names)
}

/// Puts named contexts in the place of the packages that they are named like, and returns the workspace's metadata
/// with them; none where no package has such a name.
///
/// # Errors
/// A context that is not understood or has no package.json, and whatever the engine answers.
pub async fn replace(
    gateway: &Gateway,
    options: &Options,
    build: &Platform,
    context: &mut Context,
    workspace: &Workspace,
) -> Result<Option<Tree>, Failure> {
    let packages = workspace.projects.iter().map(|(importer, project)| NamedPackage {
        id: importer,
        name: project.manifest.name.as_deref(),
        directory: workspace.context_path(importer),
    });
    let packages: Vec<NamedPackage<'_>> = packages.collect();
    let named = Named::new(gateway, options, build);
    context.replaced = named.packages(&packages, &NEVER_READ).await?;
    if context.replaced.is_empty() {
        return Ok(None);
    }
    let tree = metadata(gateway, options, context).await?;
    for (directory, replacement) in &context.replaced {
        if tree.read(&join(directory, "package.json")).await?.is_none() {
            let message = format!(
                "--build-context {} has no package.json; it takes the place of the package in {directory}",
                replacement.name
            );
            return Err(Diagnostic::new(message).into());
        }
    }
    Ok(Some(tree))
}

/// Loads the workspace of the service that the build file names or lies beside.
///
/// # Errors
/// All mistakes of the workspace's files together; no service, or more than one that fits.
pub async fn load(
    tree: &Tree,
    build_file: &BuildFile,
    manifest: Manifest,
    origin: &Origin,
) -> Result<Found, Failure> {
    let wanted = discover::wanted(build_file, &manifest, origin.directory.as_deref())?;
    let root = Root::find(tree, &wanted, &manifest).await?;
    let service = root.service;
    let turbo = tree.read(&join(&root.directory, "turbo.json")).await?;

    let mut workspace = Workspace {
        lockfiles: root.lockfiles,
        projects: root
            .manifests
            .into_iter()
            .map(|(importer, manifest)| (importer, Project::new(manifest)))
            .collect(),
        pnpm_workspace: root.pnpm_workspace,
        npmrc: root.npmrc,
        pnpm: root.pnpm,
        settings: root.settings,
        node_version_files: Vec::new(),
        tasks_before: turbo.as_deref().map(tasks_before).unwrap_or_default(),
        root_files: files_of(tree, &root.directory).await?,
        existing: BTreeSet::new(),
        root: root.directory,
    };
    for path in workspace
        .settings
        .pnpmfiles
        .iter()
        .map(|path| workspace.context_path(path))
        .collect::<Vec<_>>()
    {
        if tree.read(&path).await?.is_some() {
            workspace.existing.insert(path);
        }
    }
    workspace.node_version_files = node_version_files(tree, &workspace, &service).await?;
    Ok(Found {
        workspace,
        service,
        manifest: root.manifest,
    })
}

/// Reads what only the projects of the closure need: TypeScript's and Nest's configuration.
///
/// # Errors
/// Whatever the engine answers.
pub async fn load_projects(
    tree: &Tree,
    workspace: &mut Workspace,
    closure: &[ImporterId],
) -> Result<(), Failure> {
    let scans = closure
        .iter()
        .filter(|id| workspace.projects.contains_key(*id))
        .map(|importer| {
            let directory = workspace.context_path(importer);
            async move {
                // Its listing tells which of the files that are looked for are not there.
                let names = tree.list(&directory).await?;
                let (typescript, nest_entry, prisma) = tokio::try_join!(
                    typescript(tree, &directory, &names),
                    nest_entry(tree, &directory),
                    prisma(tree, &directory),
                )?;
                Ok::<_, Failure>((importer.clone(), typescript, nest_entry, prisma))
            }
        });
    for (importer, typescript, nest_entry, prisma) in try_join_all(scans).await? {
        workspace.existing.extend(typescript.configs.iter().cloned());
        if let Some(project) = workspace.projects.get_mut(&importer) {
            project.typescript = typescript;
            project.nest_entry = nest_entry;
            project.prisma = prisma;
        }
    }
    Ok(())
}

/// Follows the TypeScript configurations of one project, reading what turns up on the way.
async fn typescript(tree: &Tree, directory: &str, names: &[String]) -> Result<Scan, Failure> {
    let below = |name: &str| {
        if directory.is_empty() {
            name.to_owned()
        } else {
            format!("{directory}/{name}")
        }
    };
    let start: Vec<String> = names
        .iter()
        .filter(|name| name.starts_with("tsconfig") && name.ends_with(".json"))
        .map(|name| below(name))
        .collect();
    loop {
        let scanned = scan(&start, |path| match tree.known(path) {
            Some(Some(file)) => Lookup::Text(file.text.clone()),
            Some(None) => Lookup::Absent,
            None => Lookup::Unknown,
        });
        if scanned.unknown.is_empty() {
            return Ok(scanned);
        }
        // Each round reads at least one file that was not read before, and a chain has an end.
        let unknown: Vec<String> = scanned.unknown.iter().cloned().collect();
        let inside: Vec<String> = unknown
            .iter()
            .filter(|path| !path.starts_with(".."))
            .cloned()
            .collect();
        tree.read_all(&inside).await?;
        for outside in unknown.iter().filter(|path| path.starts_with("..")) {
            tree.note_absent(outside);
        }
    }
}

async fn node_version_files(
    tree: &Tree,
    workspace: &Workspace,
    service: &str,
) -> Result<Vec<(String, String)>, Failure> {
    let mut paths: Vec<String> = Vec::new();
    for importer in [service, "."] {
        for name in [".nvmrc", ".node-version"] {
            let path = workspace.context_path(&join(importer, name));
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    let files = tree.read_all(&paths).await?;
    Ok(files
        .into_iter()
        .flatten()
        .map(|file| (file.name.clone(), file.text.clone()))
        .collect())
}
