//! What is known of the packages that an image may hold, for its bill of materials.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Platform;

/// The service's closure as a bill of materials lists it: the production image's, or that of development.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sbom {
    /// Key of the service among the components.
    pub service: String,
    /// Workspace packages by `workspace:DIRECTORY`, external packages by `NAME@VERSION`. One entry stands for all
    /// peer variants of a package: the files are the same.
    pub components: BTreeMap<String, Component>,
}

/// One package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Component {
    /// The package's own name.
    pub name: String,
    /// Its version, where it has one.
    pub version: Option<String>,
    /// Whether the workspace holds it.
    pub workspace: bool,
    /// `license` as a workspace package's package.json has it; an external one's is read from its files.
    pub license: Option<Value>,
    /// Subresource integrity of its archive, such as `sha512-…`.
    pub integrity: Option<String>,
    /// Where its archive or repository is, where the lockfile says so, in the form of SPDX.
    pub location: Option<String>,
    /// Keys of the components that it depends on.
    pub dependencies: BTreeSet<String>,
}

/// Who the document says wrote it: SPDX's `NAME-VERSION`.
const CREATOR: &str = concat!("vextrus-frontend-", env!("CARGO_PKG_VERSION"));

/// Prefix of the documents' names. SPDX asks for a URI that is the document's own, not for one that can be visited.
const NAMESPACE: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/spdx");

impl Sbom {
    /// Returns what the program that writes the document cannot read from the image's files. `package` is the service's
    /// name where it is no component, `program` the one that runs it: a path, or a name that the environment finds.
    pub fn facts(&self, package: &str, platform: &Platform, program: &str) -> Map<String, Value> {
        let component = self.components.get(&self.service);
        let name = component.map_or(package, |component| &component.name);
        let facts = [
            (
                "namespace",
                json!(format!("{NAMESPACE}/{}", name.trim_start_matches('@'))),
            ),
            ("creator", json!(CREATOR)),
            ("platform", json!(platform.to_string())),
            ("program", json!(program)),
            ("service", json!(self.service)),
            ("components", json!(self.components)),
        ];
        facts
            .map(|(key, value)| (key.to_owned(), value))
            .into_iter()
            .collect()
    }
}
