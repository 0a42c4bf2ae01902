//! Images with pnpm and system packages, and the installs that run in them.
//!
//! The workspace is a tree of its own, mounted at `/app`, so that an install adds to another one's whatever
//! system packages either needs.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{
    BindMount, CacheSharing, Copy, File, Merge, MkDir, MkFile, Mount, Output, Platform, SecretEnv,
};

use crate::diagnostic::Diagnostic;

use super::ResolvedImage;
use super::steps::Steps;
use crate::plan::{Install, MANIFESTS, SCRIPTS, Stage, SystemPackages, WORKSPACE, caches};

/// What one install leaves.
#[derive(Debug, Clone)]
pub(super) struct Installed {
    /// The root file system that it ran in, with pnpm and system packages.
    pub(super) tools: Output,
    /// The workspace: manifests and `node_modules`, or of a production install `node_modules` alone.
    pub(super) tree: Output,
    /// Where in `tree` the workspace is.
    pub(super) directory: &'static str,
    /// Its line of the progress display, which a copy of the tree is shown on too.
    pub(super) line: String,
}

impl Installed {
    /// Mounts the workspace at `/app`, to be read.
    pub(super) fn mounted(&self) -> BindMount {
        Mount::bind(&self.tree, WORKSPACE)
            .selector(self.directory)
            .read_only()
            .without_content_cache()
    }
}

/// Where an install runs.
#[derive(Debug)]
enum Ground<'a> {
    /// In a tree that is the workspace, on top of what another install left there.
    On(&'a Output),
    /// In an empty root file system, so that what it leaves is a layer of an image.
    Layer,
}

/// Installs of development dependencies by key.
pub(super) type Installs = BTreeMap<String, Installed>;

/// Lowers the installs of development dependencies.
pub(super) fn development(steps: &Steps<'_>) -> Result<Installs, Diagnostic> {
    let plan = steps.plan;
    let mut lowered = Installs::new();
    // In the order of the packages an install comes after the one that it adds to.
    let workbench = plan.workbench.iter().map(|workbench| &workbench.package);
    let keys = plan
        .packages
        .iter()
        .chain(workbench)
        .map(|package| &package.install);
    for (key, install) in keys.filter_map(|key| Some((key, plan.installs.get(key)?))) {
        if lowered.contains_key(key) {
            continue;
        }
        if let Some(root) = steps.surroundings.stages.get(&Stage::Deps) {
            lowered.insert(key.clone(), replaced(steps, root));
            continue;
        }
        let below = install.on.as_ref().and_then(|below| lowered.get(below));
        let mut name = format!("install {} packages", install.package_count);
        if *key != plan.package {
            name = format!("{name} for {key}");
        }
        let ground = ground(steps, below, install, &name)?;
        lowered.insert(key.clone(), for_development(steps, install, &ground, &name)?);
    }
    Ok(lowered)
}

/// Returns what an install adds to: the install below, and over it that of the tools.
///
/// pnpm goes by the state that it finds, which is that of the tools. What the one below has beside them are packages in
/// their places that the state does not name; pnpm takes those as they are, as it does after an install that was
/// interrupted.
fn ground(
    steps: &Steps<'_>,
    below: Option<&Installed>,
    install: &Install,
    name: &str,
) -> Result<Output, Diagnostic> {
    let mut trees: Vec<Output> = below.iter().map(|below| below.tree.clone()).collect();
    // Without MergeOp both would have to be copied.
    if let Some(tools) = install.tools.as_ref().filter(|_| steps.surroundings.merge) {
        let name = format!("install {} packages of tools", tools.package_count);
        trees.push(for_development(steps, tools, &Output::scratch(), &name)?.tree);
    }
    let line = steps.name(name);
    Ok(Merge::new(trees)
        .name(format!("{line}: tools"))
        .progress_group(&line, &line, true)
        .locations(steps.at(&install.origin))
        .output())
}

fn for_development(
    steps: &Steps<'_>,
    install: &Install,
    ground: &Output,
    name: &str,
) -> Result<Installed, Diagnostic> {
    let image = &steps.plan.toolchain.image;
    let platform = &steps.surroundings.build;
    lower_install(
        steps,
        Stage::Deps,
        image,
        install,
        &Ground::On(ground),
        name,
        platform,
    )
}

/// Returns what takes the place of an install (`--build-context deps=…`).
fn replaced(steps: &Steps<'_>, root: &Output) -> Installed {
    Installed {
        tools: root.clone(),
        tree: steps.workspace_of(root, "deps"),
        directory: "/",
        line: steps.name("take dependencies from the context deps"),
    }
}

/// Lowers the install of what runs: on the image's platform, or where the plan has it run for that one.
pub(super) fn production(steps: &Steps<'_>) -> Result<Installed, Diagnostic> {
    let surroundings = steps.surroundings;
    let elsewhere = steps.foreign().and_then(|foreign| foreign.install.as_ref());
    let (install, platform) = match elsewhere.filter(|_| !surroundings.install_runs_programs) {
        Some(install) => (install, &surroundings.build),
        None => (&steps.plan.production, &surroundings.target),
    };
    let image = &steps.plan.toolchain.production_image;
    let chosen = if install.command == steps.plan.production.command {
        String::new()
    } else {
        format!(" of {}", surroundings.target)
    };
    let name = format!("install {} production packages{chosen}", install.package_count);
    lower_install(
        steps,
        Stage::Runtime,
        image,
        install,
        &Ground::Layer,
        &name,
        platform,
    )
}

/// The root file system that a production install adds to: nothing but the directory of the workspace.
pub(super) fn layer_ground(steps: &Steps<'_>) -> Output {
    steps
        .unshown(File::on(&Output::scratch()).mkdir(steps.layer_directory(WORKSPACE)))
        .name(steps.name(format!("make {WORKSPACE}")))
        .locations(steps.key(""))
        .output()
}

/// Returns a container path as the tree that is mounted at `/app` has it.
pub(super) fn in_tree(path: &str) -> &str {
    match path.strip_prefix(WORKSPACE) {
        Some("") => "/",
        Some(inside) => inside,
        None => path,
    }
}

/// Returns an image by the reference that the plan uses, and the platform that it is for.
pub(super) fn resolved<'a>(
    steps: &'a Steps<'_>,
    reference: &str,
    platform: &Platform,
) -> Result<&'a ResolvedImage, Diagnostic> {
    steps
        .surroundings
        .images
        .get(&(reference.to_owned(), platform.clone()))
        .ok_or_else(|| Diagnostic::internal(format!("{reference} was not resolved for {platform}")))
}

/// Adds system packages to a root file system with the image's own package manager.
pub(super) fn with_packages(
    steps: &Steps<'_>,
    stage: Stage,
    root: &Output,
    image: &ResolvedImage,
    packages: &SystemPackages,
    platform: &Platform,
) -> Result<Output, Diagnostic> {
    if packages.names.is_empty() {
        return Ok(root.clone());
    }
    let mut exec = steps
        .run(stage, root, image, packages.command.iter().cloned(), platform)
        .name(steps.name_on(platform, format!("install {}", packages.names.join(", "))))
        .locations(steps.key(match stage {
            Stage::Runtime => "run.packages",
            _ => "build.packages",
        }));
    for directory in &packages.caches {
        let id = steps.cache_id(&caches::packages(directory, &platform.to_string()));
        exec = exec.mount(Mount::cache(directory, id).sharing(CacheSharing::Locked));
    }
    for (name, value) in &packages.env {
        exec = exec.env(name, value);
    }
    Ok(exec.build().root())
}

fn with_pnpm(
    steps: &Steps<'_>,
    reference: &str,
    packages: &SystemPackages,
    platform: &Platform,
) -> Result<Output, Diagnostic> {
    let image = resolved(steps, reference, platform)?;
    let root = steps.image(image, platform, "node");
    let toolchain = &steps.plan.toolchain;
    let exec = steps
        .run(
            Stage::Deps,
            &root,
            image,
            toolchain.pnpm_command.iter().cloned(),
            platform,
        )
        .mount(steps.script("pnpm.sh"))
        .mount(Mount::cache("/root/.npm", steps.cache_id(caches::NPM)).sharing(CacheSharing::Shared))
        .name(steps.name_on(platform, format!("set up pnpm {}", toolchain.pnpm)))
        .locations(match &toolchain.origin {
            Some(origin) => steps.at([origin]),
            None => steps.key("pnpm"),
        });
    let root = exec.build().root();
    with_packages(steps, Stage::Deps, &root, image, packages, platform)
}

fn lower_install(
    steps: &Steps<'_>,
    stage: Stage,
    reference: &str,
    install: &Install,
    ground: &Ground<'_>,
    name: &str,
    platform: &Platform,
) -> Result<Installed, Diagnostic> {
    let image = resolved(steps, reference, platform)?;
    let tools = with_pnpm(steps, reference, &install.packages, platform)?;
    let mut manifests = match ground {
        Ground::On(below) => File::on(below),
        Ground::Layer => File::on(&Output::scratch()),
    };
    let mut directories = BTreeSet::new();
    for path in install.files.keys() {
        if let Some((directory, _)) = path.rsplit_once('/')
            && in_tree(directory) != "/"
            && directories.insert(directory)
        {
            manifests = manifests.mkdir(MkDir::new(in_tree(directory)).parents(true).mode(0o755));
        }
    }
    for (path, text) in &install.files {
        manifests = manifests.mkfile(MkFile::new(in_tree(path), text.as_bytes()).mode(0o644));
    }
    let locations = steps.at(&install.origin);
    let copied = (!install.copies.is_empty())
        .then(|| steps.load("patches and archives", install.copies.keys(), &[], &locations));
    for ((source, destination), copied) in install.copies.iter().zip(copied.iter().cycle()) {
        let copy = Copy::new(copied, format!("/{source}"), in_tree(destination));
        manifests = manifests.copy(copy.create_dest_path(true).contents_only(true));
    }
    let line = steps.name_on(platform, name);
    let manifests = steps
        .unshown(manifests)
        .name(format!("{line}: manifests"))
        .locations(locations.iter().copied())
        .output();
    let store = steps.cache_id(&caches::store(install.libc));
    let exec = steps.run(stage, &tools, image, install.command.iter().cloned(), platform);
    let mut exec = steps
        .with_compile_cache(exec)
        .cwd(WORKSPACE)
        .mount(Mount::cache(crate::plan::STORE, store).sharing(CacheSharing::Shared))
        .mount(Mount::cache("/root/.cache", steps.cache_id(caches::TOOLS)).sharing(CacheSharing::Shared))
        .mount(
            Mount::cache(format!("{SCRIPTS}/turns"), steps.cache_id(caches::TURNS))
                .sharing(CacheSharing::Shared),
        )
        .mount(Mount::secret("/root/.npmrc", "npmrc").optional(true))
        .name(&line)
        .progress_group(&line, &line, false)
        .locations(locations);
    exec = match ground {
        Ground::On(_) => exec.mount(Mount::bind(&manifests, WORKSPACE).without_content_cache()),
        Ground::Layer => exec
            .mount(Mount::bind(&layer_ground(steps), WORKSPACE).selector(WORKSPACE))
            .mount(Mount::bind(&manifests, MANIFESTS).read_only()),
    };
    for script in &install.scripts {
        exec = exec.mount(steps.script(script));
    }
    for (key, value) in &install.env {
        exec = exec.env(key, value);
    }
    for variable in &install.secret_env {
        exec = exec.secret_env(SecretEnv::new(variable).name(variable).optional(true));
    }
    let tree = exec
        .build()
        .mount(WORKSPACE)
        .ok_or_else(|| Diagnostic::internal("an install has no output"))?;
    let directory = match ground {
        Ground::On(_) => "/",
        Ground::Layer => WORKSPACE,
    };
    Ok(Installed {
        tools,
        tree,
        directory,
        line,
    })
}
