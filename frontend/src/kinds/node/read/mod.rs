//! Reads the workspace that the build file's service belongs to: manifests, lockfile, settings, no sources.

mod applications;
mod discover;
mod entries;
mod hidden;
mod nx;
mod projects;
mod root;
mod site;

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::Output;

use self::root::Root;
use super::plan::{
    self, BuildClosure, CHECK_CONFIGURATION, LocalFile, NEVER_READ, NODE_VERSION_FILES, ROOT_CONFIGURATION,
};
use super::workspace::turbo::Tasks;
use super::workspace::{ImporterId, Project};
use super::{Manager, Workspace};
use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::gateway::Failure;
use crate::manifest::Manifest;
use crate::options::Options;
use crate::path::join;
use crate::pattern::literal;
use crate::source::{self, BuildFile, Context, Named, NamedPackage, Origin, Part, Reader, Tree};

/// What the workspace says of itself; no sources.
///
/// The client tries each pattern on every file of the context. With a wildcard behind `**/` it is a regular expression,
/// which takes longer than to find the file: a third of a build without a change, where a context has 20,000 files
/// and thirty such patterns. So names are written out where they are known.
const METADATA: [&str; 30] = [
    "**/package.json",
    "**/project.json",
    "**/nx.json",
    "**/pnpm-lock.yaml",
    "**/pnpm-workspace.yaml",
    "**/package-lock.json",
    "**/npm-shrinkwrap.json",
    // Only to say that they are not read.
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
    "**/nest-cli.json",
    "**/.npmrc",
    "**/.nvmrc",
    "**/.node-version",
    "**/.tool-versions",
    "**/mise.toml",
    "**/.mise.toml",
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
const LOOKED_AT: [&str; 10] = [
    ".dockerignore",
    ".node-version",
    ".npmrc",
    ".nvmrc",
    "package-lock.json",
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
    /// What building the service may touch.
    pub closure: BuildClosure,
}

/// What is read before what building the service may touch is known.
struct Loaded {
    workspace: Workspace,
    service: ImporterId,
    manifest: Manifest,
    /// The build file's directory in the context, where it is known by now.
    directory: Option<String>,
}

/// Reads the workspace, and with named contexts in the place of packages reads it again. From then on the context knows
/// what no step sees of it.
///
/// # Errors
/// All mistakes of the workspace's files together; no service, or more than one that fits.
pub async fn read(
    reader: &Reader,
    options: &Options,
    (origin, build_file, mut tree): (&mut Origin, &BuildFile, Tree),
    manifest: Manifest,
) -> Result<Found, Failure> {
    let mut loaded = load(&tree, build_file, manifest.clone(), origin).await?;
    if let Some(replaced) = replace(reader, options, &mut origin.context, &loaded.workspace).await? {
        tree = replaced;
        loaded = load(&tree, build_file, manifest, origin).await?;
    }
    let Loaded {
        mut workspace,
        service,
        manifest,
        directory,
    } = loaded;
    origin.directory = directory;
    let manifest = manifest.at(&origin.path());
    load_configuration(reader, options, &origin.context, &mut workspace).await?;
    let closure = plan::closure(&workspace, &service)?;
    let more = async |paths: &[String]| {
        let include: Vec<String> = paths.iter().map(|path| literal(path)).collect();
        let name = "[internal] load configuration of compilers";
        let part = part(&origin.context, name, "vextrus-extended", &include);
        reader.tree(options, &part).await
    };
    let linked = plan::linked_importers(&workspace);
    let needed: BTreeSet<ImporterId> = closure.importers().iter().cloned().chain(linked).collect();
    projects::load(&tree, more, &mut workspace, &needed).await?;
    note_idle(&mut workspace);
    let of_nx = (service.as_str(), closure.importers());
    nx::load(reader, options, (&origin.context, &tree), &mut workspace, of_nx).await?;
    let of_site = (&mut workspace, service.as_str(), &manifest);
    site::load(reader, options, &origin.context, of_site).await?;
    if let Some(project) = workspace.projects.get_mut(&service) {
        project.manifest.built_by = plan::site::generated_by(project);
    }
    let of_service = (&mut workspace, service.as_str(), &manifest);
    entries::load(reader, options, &origin.context, of_service).await?;
    workspace.passed_over = tree.passed_over();
    origin.context.ignored = source::ignored(origin, build_file, &tree, &NEVER_READ).await?;
    workspace.hidden = hidden::projects(&workspace, &origin.context, closure.importers());
    hidden::leave_out(&mut workspace, &origin.context);
    let in_context = |path: &str| workspace.context_pattern(path);
    source::check_listed(reader, options, &origin.context, &manifest, in_context).await?;
    check_local(
        reader,
        options,
        &origin.context,
        plan::local_files(&workspace, &closure),
    )
    .await?;
    Ok(Found {
        workspace,
        service,
        manifest,
        closure,
    })
}

/// Notes the scripts of each package that build nothing, as the files beside its package.json say.
fn note_idle(workspace: &mut Workspace) {
    let has_task = workspace.tasks.has("build");
    let ids: Vec<ImporterId> = workspace.projects.keys().cloned().collect();
    for id in ids {
        let directory = workspace.context_path(&id);
        if let Some(project) = workspace.projects.get_mut(&id) {
            project.manifest.idle = plan::idle(&project.manifest, &project.typescript, &directory, has_task);
        }
    }
}

/// Checks that what installs read beside projects is in the context.
async fn check_local(
    reader: &Reader,
    options: &Options,
    context: &Context,
    files: Vec<LocalFile>,
) -> Result<(), Failure> {
    let transfer = (
        "[internal] look for local dependencies and patches",
        "vextrus-local",
    );
    let paths = files.iter().map(|file| file.path.as_str());
    let absent = source::absent(reader, options, context, transfer, paths).await?;
    let missing = files.iter().filter(|file| absent.contains(file.path.as_str()));
    Ok(Diagnostics::check(
        missing.map(|file| file.missing.clone()).collect(),
    )?)
}

/// Transfers the workspace's metadata.
///
/// # Errors
/// Whatever the engine answers.
pub async fn metadata(reader: &Reader, options: &Options, context: &Context) -> Result<Tree, Failure> {
    let metadata = METADATA.map(str::to_owned).into_iter();
    let include: Vec<String> = metadata.chain(configuration_in("")).collect();
    let name = "[internal] load workspace manifests";
    let part = part(context, name, "vextrus-metadata", &include);
    let tree = reader.tree(options, &part).await?;
    tree.look_ahead("", &LOOKED_AT).await;
    Ok(tree)
}

/// Returns the directory in the context where the build file lies, by the package.json beside it.
///
/// # Errors
/// Whatever the engine answers.
pub async fn directory(tree: &Tree, build_file: &BuildFile) -> Result<Option<String>, Failure> {
    if build_file.package_json.is_none() {
        return Ok(None);
    }
    let mut found = Vec::new();
    for (directory, names) in discover::walk(tree, "", discover::MAX_DIRECTORIES).await? {
        if names.iter().any(|name| name == "package.json") {
            let file = tree.read_optional(&join(&directory, "package.json")).await?;
            found.extend(file.map(|file| (directory, file)));
        }
    }
    let texts = found
        .iter()
        .map(|(directory, file)| (directory.clone(), file.text.as_str()));
    Ok(discover::directory(build_file, texts))
}

/// Adds the configuration of compilers and checks that lies at the workspace's root, where that is not the context,
/// of which [`metadata`] has it.
///
/// # Errors
/// Whatever the engine answers.
async fn load_configuration(
    reader: &Reader,
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
    let tree = reader.tree(options, &part).await?;
    let mut names: BTreeSet<String> = workspace.root_files.drain(..).collect();
    names.extend(files_of(&tree, &workspace.root).await?);
    workspace.root_files = names.into_iter().collect();
    Ok(())
}

/// Returns the patterns of the configuration in a directory.
fn configuration_in(directory: &str) -> impl Iterator<Item = String> {
    let names = ROOT_CONFIGURATION.into_iter().chain(CHECK_CONFIGURATION);
    let directory = literal(directory);
    names.map(move |name| join(&directory, name))
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
async fn replace(
    reader: &Reader,
    options: &Options,
    context: &mut Context,
    workspace: &Workspace,
) -> Result<Option<Tree>, Failure> {
    let Some(gateway) = reader.engine().filter(|_| !options.contexts.is_empty()) else {
        return Ok(None);
    };
    let build = options.builder()?;
    let packages = workspace.projects.iter().map(|(importer, project)| NamedPackage {
        id: importer,
        name: project.manifest.name.as_deref(),
        directory: workspace.context_path(importer),
    });
    let packages: Vec<NamedPackage<'_>> = packages.collect();
    let named = Named::new(gateway, options, &build);
    context.replaced = named.packages(&packages, &NEVER_READ).await?;
    if context.replaced.is_empty() {
        return Ok(None);
    }
    let tree = metadata(reader, options, context).await?;
    for (directory, replacement) in &context.replaced {
        if tree.read(&join(directory, "package.json")).await?.is_none() {
            let message = format!(
                "--build-context {} has no package.json; it takes the place of the package in {directory}",
                replacement.name
            );
            return Err(Diagnostic::named(names::INVALID_BUILD_CONTEXT, message).into());
        }
    }
    Ok(Some(tree))
}

/// Loads the workspace of the service that the build file names or lies beside.
///
/// # Errors
/// All mistakes of the workspace's files together; no service, or more than one that fits.
async fn load(
    tree: &Tree,
    build_file: &BuildFile,
    manifest: Manifest,
    origin: &Origin,
) -> Result<Loaded, Failure> {
    let directory = origin.directory.as_deref();
    let application = applications::find(tree, build_file, &manifest, directory).await?;
    let place = application
        .as_ref()
        .map(|application| application.directory.as_str());
    let mut wanted = discover::wanted(build_file, &manifest, directory.or(place))?;
    wanted.is_of_root = application.is_some();
    let root = Root::find(tree, &wanted, &manifest).await?;
    let directory = directory
        .map(str::to_owned)
        .or_else(|| Some(application.as_ref()?.directory.clone()))
        .or_else(|| {
            let manifests = root.manifests.iter();
            let texts = manifests
                .map(|(importer, manifest)| (join(&root.directory, importer), manifest.file.text.as_str()));
            discover::directory(build_file, texts)
        });
    let service = root.service;
    let turbo = tree.read_optional(&join(&root.directory, "turbo.json")).await?;

    let mut workspace = Workspace {
        application,
        projects: root
            .manifests
            .into_iter()
            .map(|(importer, manifest)| (importer, Project::new(manifest)))
            .collect(),
        manager: root.manager,
        node_version_files: Vec::new(),
        tasks: turbo.as_deref().map(Tasks::parse).unwrap_or_default(),
        root_files: files_of(tree, &root.directory).await?,
        existing: BTreeSet::new(),
        hidden: BTreeMap::new(),
        passed_over: Vec::new(),
        root: root.directory,
    };
    let pnpmfiles = match &workspace.manager {
        Manager::Pnpm(pnpm) => pnpm.settings.pnpmfiles.iter(),
        Manager::Npm(_) => [].iter(),
    };
    for path in pnpmfiles
        .map(|path| workspace.context_path(path))
        .collect::<Vec<_>>()
    {
        if tree.read(&path).await?.is_some() {
            workspace.existing.insert(path);
        }
    }
    workspace.node_version_files = node_version_files(tree, &workspace, &service).await?;
    Ok(Loaded {
        workspace,
        service,
        manifest: root.manifest,
        directory,
    })
}

async fn node_version_files(
    tree: &Tree,
    workspace: &Workspace,
    service: &str,
) -> Result<Vec<(String, String)>, Failure> {
    let mut paths: Vec<String> = Vec::new();
    for importer in [service, "."] {
        for name in NODE_VERSION_FILES {
            let path = workspace.context_path(&join(importer, name));
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    let files = tree.read_all_optional(&paths).await?;
    Ok(files
        .into_iter()
        .flatten()
        .map(|file| (file.name.clone(), file.text.clone()))
        .collect())
}
