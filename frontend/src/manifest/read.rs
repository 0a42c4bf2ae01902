//! How a table of the manifest is read: every mistake is noted with its bytes, and reading goes on.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use super::words::{found, quoted, shown};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, SourceFile, names};
use crate::secret;

/// A TOML value with its byte range.
pub(super) type Item<'a> = Spanned<DeValue<'a>>;

/// What a field of a table holds: how it is read, merged and described.
pub(super) trait Field: Default {
    /// Sets the field from a value; notes what is wrong with it.
    fn read(&mut self, item: &Item<'_>, path: &str, reader: &mut Reader);
    /// Returns this field where it was set, else the fallback.
    #[must_use]
    fn or(self, fallback: Self) -> Self;
    /// Returns the JSON Schema of the field.
    fn schema() -> Json;
}

/// A value that a key can have.
pub(super) trait Value: Sized {
    /// Returns the checked value, or notes what is wrong with it.
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self>;
    /// Returns the JSON Schema of the value.
    fn schema() -> Json;
    /// Returns the value that stands where two files set the key: this one, unless the type merges.
    #[must_use]
    fn or(self, _fallback: Self) -> Self {
        self
    }
}

impl<T: Value> Field for Option<T> {
    fn read(&mut self, item: &Item<'_>, path: &str, reader: &mut Reader) {
        *self = T::read(item, path, reader);
    }

    fn or(self, fallback: Self) -> Self {
        match (self, fallback) {
            (Some(own), Some(fallback)) => Some(own.or(fallback)),
            (own, fallback) => own.or(fallback),
        }
    }

    fn schema() -> Json {
        T::schema()
    }
}

impl<K: super::values::Text + Ord, V: Value> Field for BTreeMap<K, V> {
    fn read(&mut self, item: &Item<'_>, path: &str, reader: &mut Reader) {
        let Some(table) = item.get_ref().as_table() else {
            return reader.wrong_type(item, path, "a table of names and their values");
        };
        for (key, item) in table {
            let name = key.get_ref();
            let table = path;
            let path = format!("{table}.{name}");
            reader.enter(&path, key.span(), item);
            match name.parse::<K>() {
                Ok(key) => self.extend(V::read(item, &path, reader).map(|value| (key, value))),
                Err(why) => {
                    let name = quoted(name);
                    let write = K::WRITE;
                    reader.note(
                        key.span(),
                        format!("`{table}` has the name {name}, which {why}; write {write}"),
                    );
                }
            }
        }
    }

    fn or(self, mut fallback: Self) -> Self {
        for (key, own) in self {
            let value = match fallback.remove(&key) {
                Some(other) => own.or(other),
                None => own,
            };
            fallback.insert(key, value);
        }
        fallback
    }

    fn schema() -> Json {
        json!({"type": "object", "additionalProperties": V::schema()})
    }
}

/// Returns a key's value as a message repeats it: not where its name says that it is a credential.
fn told(path: &str, value: String) -> String {
    match secret::is_name(path.rsplit('.').next().unwrap_or(path)) {
        true => "a value".to_owned(),
        false => value,
    }
}

/// Collects what reading finds: the mistakes, and where each key stands.
#[derive(Debug, Default)]
pub(super) struct Reader {
    problems: Vec<(Range<usize>, String)>,
    places: BTreeMap<String, Range<usize>>,
}

impl Reader {
    /// Notes a mistake at a byte range.
    pub(super) fn note(&mut self, range: Range<usize>, message: String) {
        self.problems.push((range, message));
    }

    /// Notes that a value has the wrong type.
    pub(super) fn wrong_type(&mut self, item: &Item<'_>, path: &str, write: &str) {
        self.note(
            item.span(),
            format!(
                "`{}` is {}; write {write}",
                shown(path),
                told(path, found(item.get_ref()))
            ),
        );
    }

    /// Notes that a text breaks the grammar of its key.
    pub(super) fn wrong_text(&mut self, item: &Item<'_>, path: &str, text: &str, why: &str, write: &str) {
        self.note(
            item.span(),
            format!(
                "`{}` is {}, which {why}; write {write}",
                shown(path),
                told(path, quoted(text))
            ),
        );
    }

    /// Notes a mistake about a key that was read.
    pub(super) fn wrong_key(&mut self, path: &str, message: &str) {
        let range = self.places.get(path).cloned().unwrap_or(0..0);
        self.note(range, message.to_owned());
    }

    /// Remembers where a key stands: with its value, but a table by its name alone.
    pub(super) fn enter(&mut self, path: &str, key: Range<usize>, item: &Item<'_>) {
        let end = if item.get_ref().is_table() {
            key.end
        } else {
            item.span().end.max(key.end)
        };
        self.places.insert(path.to_owned(), key.start..end);
    }

    /// Returns where each key stands, or the mistakes in the order of the text.
    pub(super) fn finish(
        mut self,
        file: &Arc<SourceFile>,
    ) -> Result<BTreeMap<String, Range<usize>>, Diagnostics> {
        self.problems.sort_by_key(|(range, _)| range.start);
        let told = self.problems.into_iter().map(|(range, message)| {
            Diagnostic::named(names::INVALID_MANIFEST, message).at(Place::of_range(file, range))
        });
        Diagnostics::check(told.collect())?;
        Ok(self.places)
    }
}
