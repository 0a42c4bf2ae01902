//! The images that a plan names, resolved to digests in parallel.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Platform, ResolveMode};
use futures_util::future::try_join_all;

use super::internal;
use crate::diagnostic::Diagnostic;
use crate::gateway::{Failure, Gateway};
use crate::lower;
use crate::manifest::Manifest;
use crate::options::{self, Options};
use crate::plan::Plan;
use crate::result::ImageConfig;

/// Images by the reference that the plan names and the platform.
pub(super) type Images = BTreeMap<(String, Platform), Resolved>;

/// One image, resolved.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    /// Reference with its digest.
    pub(super) pinned: String,
    /// Its configuration.
    pub(super) config: ImageConfig,
}

impl Resolved {
    pub(super) fn for_lowering(&self, options: &Options) -> lower::ResolvedImage {
        let env = self
            .config
            .config
            .env
            .iter()
            .filter_map(|line| line.split_once('='));
        lower::ResolvedImage {
            reference: self.pinned.clone(),
            mode: match options.image_resolve_mode {
                options::ResolveMode::Default => ResolveMode::Default,
                options::ResolveMode::ForcePull => ResolveMode::ForcePull,
                options::ResolveMode::PreferLocal => ResolveMode::PreferLocal,
            },
            env: env
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }
}

/// Resolves every image that the plan names.
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
    let mode = match options.image_resolve_mode {
        options::ResolveMode::Default => "default",
        options::ResolveMode::ForcePull => "pull",
        options::ResolveMode::PreferLocal => "local",
    };
    let resolved = try_join_all(wanted.into_iter().map(|(reference, platform)| async move {
        let log = format!("[internal] load metadata for {reference}");
        let image = gateway
            .resolve_image(reference, Some(platform.into()), mode, &log)
            .await
            .map_err(|failure| {
                let is_base = reference == plan.runtime.base.reference && manifest.base.is_some();
                failure.at(manifest.nearest_place(if is_base { "base" } else { "node" }))
            })?;
        let pinned = match (image.reference.contains('@'), image.digest.is_empty()) {
            (false, false) => format!("{}@{}", image.reference, image.digest),
            _ => image.reference.clone(),
        };
        let config = ImageConfig::parse(&image.config).map_err(|error| {
            Diagnostic::new(format!(
                "{reference} has no readable image configuration: {error}"
            ))
        })?;
        let key = (reference.to_owned(), platform.clone());
        Ok::<_, Failure>((key, Resolved { pinned, config }))
    }))
    .await?;
    Ok(resolved.into_iter().collect())
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
        .ok_or_else(|| internal(format!("{reference} was not resolved")))
}
