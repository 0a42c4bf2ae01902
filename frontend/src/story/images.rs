//! The images that a plan names, resolved to digests in parallel.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::Platform;
use futures_util::future::try_join_all;

use crate::diagnostic::Diagnostic;
use crate::gateway::{Failure, Gateway};
use crate::lower::{self, ImageRoot};
use crate::manifest::Manifest;
use crate::options::Options;
use crate::plan::Plan;
use crate::result::ImageConfig;
use crate::source::{Named, NamedImage};

/// Images by the reference that the plan names and the platform.
pub(super) type Images = BTreeMap<(String, Platform), Resolved>;

/// One image, resolved.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    /// Its root file system.
    pub(super) root: ImageRoot,
    /// Its configuration.
    pub(super) config: ImageConfig,
}

impl Resolved {
    pub(super) fn for_lowering(&self) -> lower::ResolvedImage {
        let env = self
            .config
            .config
            .env
            .iter()
            .filter_map(|line| line.split_once('='));
        lower::ResolvedImage {
            root: self.root.clone(),
            env: env
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }
}

/// Resolves every image that the plan names; a named context takes the place of the image that it is named like.
pub(super) async fn resolve(
    gateway: &Gateway,
    options: &Options,
    manifest: &Manifest,
    plan: &Plan,
    target: &Platform,
    build: &Platform,
) -> Result<Images, Failure> {
    let mut wanted = BTreeSet::from([(plan.toolchain.image.as_str(), build)]);
    if plan.workbench.is_none() {
        let image = plan.toolchain.production_image.as_str();
        let foreign = plan.foreign.get(&target.to_string());
        if foreign.is_some_and(|foreign| foreign.install.is_some()) {
            wanted.insert((image, build));
        }
        if foreign.is_none_or(|foreign| foreign.install.is_none() || !foreign.may_have_scripts.is_empty()) {
            wanted.insert((image, target));
        }
        wanted.insert((plan.runtime.base.reference.as_str(), target));
    }
    let resolved = try_join_all(wanted.into_iter().map(|(reference, platform)| async move {
        let image = match Named::new(gateway, options, platform).image(reference).await? {
            Some(named) => replaced(reference, named)?,
            None => resolve_one(gateway, options, manifest, plan, reference, platform).await?,
        };
        Ok::<_, Failure>(((reference.to_owned(), platform.clone()), image))
    }))
    .await?;
    Ok(resolved.into_iter().collect())
}

/// Takes a named context for an image; a tree that is no image has an empty configuration.
fn replaced(reference: &str, named: NamedImage) -> Result<Resolved, Diagnostic> {
    let config = named.config.as_deref().map_or_else(
        || Ok(ImageConfig::default()),
        |config| parse(&format!("--build-context {reference}"), config),
    )?;
    Ok(Resolved {
        root: ImageRoot::Replaced(named.root),
        config,
    })
}

async fn resolve_one(
    gateway: &Gateway,
    options: &Options,
    manifest: &Manifest,
    plan: &Plan,
    reference: &str,
    platform: &Platform,
) -> Result<Resolved, Failure> {
    let mode = options.image_resolve_mode;
    let log = format!("[internal] load metadata for {reference}");
    let image = gateway
        .resolve_image(reference, Some(platform.into()), mode.as_str(), &log)
        .await
        .map_err(|failure| {
            let is_base = reference == plan.runtime.base.reference && manifest.base.is_some();
            failure.at(manifest.nearest_place(if is_base { "base" } else { "node" }))
        })?;
    Ok(Resolved {
        root: ImageRoot::Pinned {
            reference: image.pinned(),
            mode: mode.into(),
        },
        config: parse(reference, &image.config)?,
    })
}

fn parse(reference: &str, config: &[u8]) -> Result<ImageConfig, Diagnostic> {
    ImageConfig::parse(config).map_err(|error| {
        Diagnostic::new(format!(
            "{reference} has no readable image configuration: {error}"
        ))
    })
}

/// Returns the configuration of an image that was resolved.
pub(super) fn config_of<'a>(
    images: &'a Images,
    reference: &str,
    platform: &Platform,
) -> Result<&'a ImageConfig, Diagnostic> {
    images
        .get(&(reference.to_owned(), platform.clone()))
        .map(|image| &image.config)
        .ok_or_else(|| Diagnostic::internal(format!("{reference} was not resolved")))
}
