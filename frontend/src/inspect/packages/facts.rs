//! What cannot be read from an image's files.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The closure of the service, and what the image stands on.
#[derive(Debug, Deserialize)]
pub(super) struct Facts {
    /// Prefix of the document's name.
    pub(super) namespace: String,
    /// The document's time, as RFC 3339 has it.
    pub(super) created: String,
    /// Who writes it: `NAME-VERSION`.
    pub(super) creator: String,
    /// The image's platform.
    pub(super) platform: String,
    /// The base image.
    pub(super) base: String,
    /// The program that runs the service: a path, or a name that the image's environment finds.
    pub(super) program: String,
    /// Key of the service among the components.
    pub(super) service: String,
    /// The lockfile's packages and the workspace's, by key, each a [`Component`], in the order of the file.
    #[serde(deserialize_with = "components")]
    pub(super) components: Vec<(String, Component)>,
}

/// One package.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Component {
    pub(super) name: String,
    #[serde(default)]
    pub(super) version: Option<String>,
    /// Whether the workspace holds it.
    #[serde(default)]
    pub(super) workspace: bool,
    /// `license` of a workspace package's package.json.
    #[serde(default)]
    pub(super) license: Option<Value>,
    #[serde(default)]
    pub(super) integrity: Option<String>,
    /// Where its archive or repository is, as SPDX writes it.
    #[serde(default)]
    pub(super) location: Option<String>,
    /// Keys of the components that it depends on.
    #[serde(default)]
    pub(super) dependencies: Vec<String>,
}

fn components<'de, D>(deserializer: D) -> Result<Vec<(String, Component)>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    let found = Map::deserialize(deserializer)?;
    let components = found.into_iter().map(|(key, value)| {
        let component = serde_json::from_value(value).map_err(serde::de::Error::custom)?;
        Ok((key, component))
    });
    components.collect()
}
