//! Images with pnpm and system packages, and the installs that run in them.

use std::collections::BTreeMap;

use buildkit_llb::{CacheSharing, Copy, Exec, File, MkFile, Mount, Output, Platform, Rooted, SecretEnv};

use crate::diagnostic::Diagnostic;

use super::ResolvedImage;
use super::steps::Steps;
use crate::plan::{Install, SystemPackages, WORKSPACE};

/// The graph's tools: a root file system with pnpm, and one with each install.
#[derive(Debug)]
pub(super) struct Toolchain {
    /// Development installs by key.
    pub(super) installs: BTreeMap<String, Output>,
    /// The production install.
    pub(super) production: Output,
}

impl Toolchain {
    pub(super) fn lower(steps: &Steps<'_>) -> Result<Self, Diagnostic> {
        let plan = steps.plan;
        let image = &plan.toolchain.image;
        let installs = plan
            .installs
            .iter()
            .map(|(key, install)| {
                let name = format!("install {} packages for {key}", install.package_count);
                let installed = lower_install(steps, image, install, &name, &steps.surroundings.build)?;
                Ok((key.clone(), installed))
            })
            .collect::<Result<_, Diagnostic>>()?;
        let image = &plan.toolchain.production_image;
        let name = format!(
            "install {} packages for production",
            plan.production.package_count
        );
        let production = lower_install(steps, image, &plan.production, &name, &steps.surroundings.target)?;
        Ok(Self { installs, production })
    }
}

/// Returns an image by the reference that the plan uses.
pub(super) fn resolved<'a>(steps: &'a Steps<'_>, reference: &str) -> Result<&'a ResolvedImage, Diagnostic> {
    steps
        .surroundings
        .images
        .get(reference)
        .ok_or_else(|| crate::build::internal(format!("{reference} was not resolved")))
}

/// Adds system packages to a root file system with the image's own package manager.
pub(super) fn with_packages(
    steps: &Steps<'_>,
    root: &Output,
    image: &ResolvedImage,
    packages: &SystemPackages,
    key: &str,
    platform: &Platform,
) -> Result<Output, Diagnostic> {
    if packages.names.is_empty() {
        return Ok(root.clone());
    }
    let mut exec = steps
        .run(root, image, packages.command.iter().cloned(), platform)
        .name(steps.name(format!("install {}", packages.names.join(", "))));
    for directory in &packages.caches {
        let id = steps.cache_id(&format!("packages{directory}-{platform}"));
        exec = exec.mount(Mount::cache(directory, id).sharing(CacheSharing::Locked));
    }
    for (name, value) in &packages.env {
        exec = exec.env(name, value);
    }
    Ok(located(steps, exec, key).build().root())
}

fn with_pnpm(
    steps: &Steps<'_>,
    reference: &str,
    packages: &SystemPackages,
    platform: &Platform,
) -> Result<Output, Diagnostic> {
    let image = resolved(steps, reference)?;
    let root = steps.image(image, platform);
    let toolchain = &steps.plan.toolchain;
    let exec = steps
        .run(&root, image, toolchain.pnpm_command.iter().cloned(), platform)
        .mount(Mount::cache("/root/.npm", steps.cache_id("npm")).sharing(CacheSharing::Shared))
        .name(steps.name(format!("set up pnpm {}", toolchain.pnpm)));
    let root = located(steps, exec, "pnpm").build().root();
    with_packages(steps, &root, image, packages, "build.packages", platform)
}

fn lower_install(
    steps: &Steps<'_>,
    reference: &str,
    install: &Install,
    name: &str,
    platform: &Platform,
) -> Result<Output, Diagnostic> {
    let image = resolved(steps, reference)?;
    let tools = with_pnpm(steps, reference, &install.packages, platform)?;
    let mut manifests = File::on(&tools).mkdir(buildkit_llb::MkDir::new(WORKSPACE).parents(true).mode(0o755));
    let mut directories = std::collections::BTreeSet::new();
    for path in install.files.keys() {
        if let Some((directory, _)) = path.rsplit_once('/')
            && directory != WORKSPACE
            && directories.insert(directory)
        {
            manifests = manifests.mkdir(buildkit_llb::MkDir::new(directory).parents(true).mode(0o755));
        }
    }
    for (path, text) in &install.files {
        manifests = manifests.mkfile(MkFile::new(path, text.as_bytes()).mode(0o644));
    }
    for (source, destination) in &install.copies {
        manifests = manifests.copy(
            Copy::new(&steps.context, format!("/{source}"), destination)
                .create_dest_path(true)
                .contents_only(true),
        );
    }
    let manifests = manifests.name(steps.name(format!("{name}: manifests"))).output();
    let mut exec = steps
        .run(&manifests, image, install.command.iter().cloned(), platform)
        .cwd(WORKSPACE)
        .mount(
            Mount::cache(
                crate::plan::STORE,
                steps.cache_id(&format!("pnpm-store-{}", install.libc.as_str())),
            )
            .sharing(CacheSharing::Shared),
        )
        .mount(Mount::cache("/root/.cache", steps.cache_id("cache")).sharing(CacheSharing::Shared))
        .mount(Mount::secret("/root/.npmrc", "npmrc").optional(true))
        .name(steps.name(name));
    for (key, value) in &install.env {
        exec = exec.env(key, value);
    }
    for variable in &install.secret_env {
        exec = exec.secret_env(SecretEnv::new(variable).name(variable).optional(true));
    }
    Ok(located(steps, exec, "pnpm").build().root())
}

/// Points a step at the manifest line that asked for it.
pub(super) fn located(steps: &Steps<'_>, exec: Exec<Rooted>, key: &str) -> buildkit_llb::Exec {
    match steps.location(key) {
        Some(location) => exec.location(location),
        None => exec,
    }
}
