//! What is read of an installed package's package.json.

use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::inspect::files;

/// A package.json. Fields of another type than npm's are as if they were not there.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    license: Option<Value>,
    licenses: Option<Value>,
}

impl Manifest {
    /// Reads the package.json of a directory; nothing where there is none, or one that is no JSON object.
    pub(super) fn read(directory: &Path) -> Option<Self> {
        serde_json::from_str(&files::text(&directory.join("package.json"))?).ok()
    }

    /// Returns the licence, as packages write it that are older than SPDX too.
    pub(super) fn license(&self) -> Option<&Value> {
        self.license.as_ref().or(self.licenses.as_ref())
    }
}

impl<'de> Deserialize<'de> for Manifest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

/// Reads the fields, the last of a name as JavaScript does, and passes over all else however deep it is.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Manifest;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Manifest, A::Error> {
        let mut manifest = Manifest::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "name" => manifest.name = text(map.next_value()?),
                "version" => manifest.version = text(map.next_value()?),
                "license" => manifest.license = map.next_value()?,
                "licenses" => manifest.licenses = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(manifest)
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_javascript_reads_them() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let text =
            format!(r#"{{"name":"a","deep":{deep},"version":1,"license":null,"licenses":["X"],"name":"b"}}"#);
        let manifest: Manifest = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (manifest.name.as_deref(), manifest.version.as_deref()),
            (Some("b"), None)
        );
        assert_eq!(manifest.license(), Some(&serde_json::json!(["X"])));
        for none in ["[]", "null", "{", ""] {
            assert!(serde_json::from_str::<Manifest>(none).is_err(), "{none}");
        }
    }
}
