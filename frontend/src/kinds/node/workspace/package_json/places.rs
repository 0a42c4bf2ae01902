//! Where the properties of a package.json, or of another file in JSON, stand.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use jsonc_parser::ast::Value;

use crate::diagnostic::{Place, SourceFile};

/// How many keys the longest path has that is asked for.
const DEPTH: usize = 4;

/// Where properties stand, by path. Only for messages: the file is read once more, with positions, when the first is
/// asked for.
#[derive(Debug, Clone, Default)]
pub(in crate::kinds::node) struct Places(Arc<OnceLock<Properties>>);

/// The properties of an object: where each stands, and what is in it. The last of several counts, as in `JSON.parse`.
#[derive(Debug, Default)]
struct Properties(BTreeMap<String, (Range<usize>, Properties)>);

impl Places {
    /// Returns the lines of the property at a path of keys.
    pub(in crate::kinds::node) fn of(&self, file: &Arc<SourceFile>, path: &[&str]) -> Option<Place> {
        let mut properties = self.0.get_or_init(|| properties(file));
        let mut range = None;
        for key in path {
            let (found, below) = properties.0.get(*key)?;
            range = Some(found.clone());
            properties = below;
        }
        Some(Place::of_range(file, range?))
    }
}

impl PartialEq for Places {
    /// They are made of the file.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

fn properties(file: &SourceFile) -> Properties {
    let text = super::text(file);
    let offset = file.text.len() - text.len();
    let parsed = jsonc_parser::parse_to_ast(text, &Default::default(), &Default::default());
    let value = parsed.ok().and_then(|parsed| parsed.value);
    value.map_or_else(Properties::default, |value| Properties::of(&value, offset, DEPTH))
}

impl Properties {
    fn of(value: &Value<'_>, offset: usize, depth: usize) -> Self {
        let Value::Object(object) = value else {
            return Self::default();
        };
        let properties = object.properties.iter().filter(|_| depth > 0).map(|property| {
            let range = property.range.start + offset..property.range.end + offset;
            let below = Self::of(&property.value, offset, depth - 1);
            (property.name.as_str().to_owned(), (range, below))
        });
        Self(properties.collect())
    }
}
