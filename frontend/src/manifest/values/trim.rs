//! What of the production dependencies is left as it was published.

use serde_json::{Value as Json, json};
use toml::de::DeValue;

use super::PackageName;
use crate::manifest::read::{Item, Reader, Value};

/// The packages that the trim of production dependencies leaves alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Untrimmed {
    /// All of them: nothing is trimmed.
    All,
    /// These, by name.
    Packages(Vec<PackageName>),
}

impl Value for Untrimmed {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        match item.get_ref() {
            DeValue::Boolean(true) => Some(Self::All),
            DeValue::Boolean(false) => Some(Self::Packages(Vec::new())),
            DeValue::Array(_) => Vec::read(item, path, reader).map(Self::Packages),
            _ => {
                reader.wrong_type(item, path, "`true` for all packages, or a list of their names");
                None
            }
        }
    }

    fn schema() -> Json {
        json!({"anyOf": [{"type": "boolean"}, Vec::<PackageName>::schema()]})
    }
}
