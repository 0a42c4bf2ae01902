//! The images that a plan names, resolved to digests in parallel.

use std::collections::BTreeMap;

use buildkit_llb::Platform;
use futures_util::future::try_join_all;

use crate::diagnostic::{Diagnostic, names};
use crate::gateway::{Failure, Gateway};
use crate::lower::{self, ImageRoot};
use crate::options::Options;
use crate::plan::{Image, Plan, Side};
use crate::result::ImageConfig;
use crate::source::{Named, NamedImage};

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
        let env = self.config.config.env.iter();
        let env = env.filter_map(|line| line.split_once('='));
        lower::ResolvedImage {
            root: self.root.clone(),
            env: env
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }
}

/// Resolves every image of a plan, in its order; a named context takes the place of the image that it is named like.
pub(super) async fn resolve(
    gateway: &Gateway,
    options: &Options,
    plan: &Plan,
    target: &Platform,
    build: &Platform,
) -> Result<Vec<Resolved>, Failure> {
    let platform = |image: &Image| match image.side {
        Side::Build => build,
        Side::Target => target,
    };
    // One that several lines ask for is looked up once.
    let wanted: BTreeMap<(&str, &Platform), &Image> = plan
        .images
        .iter()
        .rev()
        .map(|image| ((image.reference.as_str(), platform(image)), image))
        .collect();
    let resolved = wanted.iter().map(|(key, image)| async move {
        let (reference, platform) = *key;
        let found = match Named::new(gateway, options, platform).image(reference).await? {
            Some(named) => replaced(reference, named)?,
            None => resolve_one(gateway, options, image, platform).await?,
        };
        Ok::<_, Failure>((*key, found))
    });
    let resolved: BTreeMap<(&str, &Platform), Resolved> = try_join_all(resolved).await?.into_iter().collect();
    let found = |image: &Image| {
        let found = resolved.get(&(image.reference.as_str(), platform(image)));
        found
            .cloned()
            .ok_or_else(|| Diagnostic::internal(format!("{} was not resolved", image.reference)).into())
    };
    plan.images.iter().map(found).collect()
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
    image: &Image,
    platform: &Platform,
) -> Result<Resolved, Failure> {
    let reference = image.reference.as_str();
    let mode = options.image_resolve_mode;
    let log = format!("[internal] load metadata for {reference}");
    let found = gateway
        .resolve_image(reference, Some(platform.into()), mode.as_str(), &log)
        .await
        .map_err(|failure| match failure.diagnostics() {
            Some(mistakes) => mistakes.clone().at(&image.place).into(),
            None => failure.at(image.place.clone()),
        })?;
    Ok(Resolved {
        root: ImageRoot::Pinned {
            reference: found.pinned(),
            mode: mode.into(),
        },
        config: parse(reference, &found.config)?,
    })
}

fn parse(reference: &str, config: &[u8]) -> Result<ImageConfig, Diagnostic> {
    ImageConfig::parse(config).map_err(|error| {
        Diagnostic::named(
            names::INVALID_IMAGE,
            format!("{reference} has no readable image configuration: {error}"),
        )
    })
}
