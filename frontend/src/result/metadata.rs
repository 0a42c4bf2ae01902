//! The metadata beside the references, from which the exporter makes manifests.
//!
//! Source of the keys: `exporter/containerimage/exptypes/types.go` of BuildKit.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ImageConfig;

/// The key of the image configuration; with `/` and a platform id in a result of several platforms.
const CONFIG: &str = "containerimage.config";

/// The key of the list of platforms.
const PLATFORMS: &str = "refs.platforms";

/// Returns the metadata of a result with one reference.
pub fn single_platform(config: &ImageConfig) -> BTreeMap<String, Vec<u8>> {
    let id = config.platform_id();
    BTreeMap::from([
        (CONFIG.to_owned(), config.to_json()),
        (PLATFORMS.to_owned(), platforms([(id.as_str(), config)])),
    ])
}

/// Returns the metadata of a result with one reference a platform, keyed by the ids of the references.
pub fn multi_platform(configs: &BTreeMap<String, ImageConfig>) -> BTreeMap<String, Vec<u8>> {
    let mut metadata: BTreeMap<_, _> = configs
        .iter()
        .map(|(id, config)| (format!("{CONFIG}/{id}"), config.to_json()))
        .collect();
    let each = configs.iter().map(|(id, config)| (id.as_str(), config));
    metadata.insert(PLATFORMS.to_owned(), platforms(each));
    metadata
}

/// Returns the list of platforms in the form of BuildKit's `exptypes.Platforms`.
fn platforms<'a>(configs: impl IntoIterator<Item = (&'a str, &'a ImageConfig)>) -> Vec<u8> {
    let entry = |(id, config): (&str, &ImageConfig)| {
        // A variant that the id leaves out as implied is left out of the platform too.
        let mut platform = json!({ "architecture": config.architecture, "os": config.os });
        if let (Some(variant), Some(fields)) = (id.split('/').nth(2), platform.as_object_mut()) {
            fields.insert("variant".to_owned(), Value::from(variant));
        }
        json!({ "ID": id, "Platform": platform })
    };
    let list: Vec<Value> = configs.into_iter().map(entry).collect();
    json!({ "Platforms": list }).to_string().into_bytes()
}
