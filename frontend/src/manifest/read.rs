//! How a table of the manifest is read: every mistake is noted with its bytes, and reading goes on.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use super::tables;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, SourceFile};

/// A TOML value with its byte range.
pub(super) type Item<'a> = Spanned<DeValue<'a>>;

/// How many mistakes are told at once. Finding the line of each costs a pass over the text.
pub(super) const MAX_PROBLEMS: usize = 50;

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

/// A table with a fixed set of keys; written with [`table!`].
pub(super) trait Table: Default {
    /// The keys, in the order of the reference page.
    const KEYS: &'static [&'static str];
    /// Reads one key; false where the table has no such key.
    fn set(&mut self, key: &str, item: &Item<'_>, path: &str, reader: &mut Reader) -> bool;
    /// Returns each key with its doc comment and its JSON Schema.
    fn properties() -> Vec<(&'static str, String, Json)>;
}

/// A table's header, its keys, and how to describe them.
pub(super) type Described = (
    &'static str,
    &'static [&'static str],
    fn() -> Vec<(&'static str, String, Json)>,
);

/// Returns the description of a table.
pub(super) fn described<T: Table>(header: &'static str) -> Described {
    (header, T::KEYS, T::properties)
}

/// Reads all keys of a table; unknown ones are mistakes.
pub(super) fn read_table<T: Table>(table: &mut T, item: &Item<'_>, path: &str, reader: &mut Reader) {
    let Some(entries) = item.get_ref().as_table() else {
        return reader.wrong_type(item, path, &format!("a table `[{path}]` with its keys below"));
    };
    for (key, item) in entries {
        let name = key.get_ref();
        let path = if path.is_empty() {
            name.to_string()
        } else {
            format!("{path}.{name}")
        };
        reader.enter(&path, key.span(), item);
        if !table.set(name, item, &path, reader) {
            reader.note(key.span(), unknown_key(&path, name, T::KEYS));
        }
    }
}

/// Returns the JSON Schema of a table.
pub(super) fn table_schema<T: Table>() -> Json {
    let properties: serde_json::Map<String, Json> = T::properties()
        .into_iter()
        .map(|(key, doc, mut schema)| {
            if let Some(object) = schema.as_object_mut() {
                object.insert("description".to_owned(), doc.into());
            }
            (key.to_owned(), schema)
        })
        .collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn unknown_key(path: &str, name: &str, keys: &[&str]) -> String {
    let known = format!("unknown key {}", quoted(path));
    let homes: Vec<String> = tables::homes_of(name)
        .map(|header| match header {
            "" => "at the top of the file, above the first table".to_owned(),
            header => format!("in `[{header}]`"),
        })
        .collect();
    if !homes.is_empty() {
        return format!("{known}; {} belongs {}", quoted(name), homes.join(" or "));
    }
    match suggest(name, keys.iter().copied()) {
        Some(near) => format!("{known}; did you mean `{near}`?"),
        None => format!("{known}; the keys here are {}", keys.join(", ")),
    }
}

/// Declares a table of the manifest: each field is a key, its doc comment the key's documentation.
macro_rules! table {
    ($(#[doc = $doc:literal])* pub struct $name:ident {
        $($(#[doc = $field_doc:literal])* pub $field:ident: $type:ty,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name { $($(#[doc = $field_doc])* pub $field: $type,)* }

        impl $crate::manifest::read::Table for $name {
            const KEYS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn set(
                &mut self,
                key: &str,
                item: &$crate::manifest::read::Item<'_>,
                path: &str,
                reader: &mut $crate::manifest::read::Reader,
            ) -> bool {
                match key {
                    $(stringify!($field) => {
                        $crate::manifest::read::Field::read(&mut self.$field, item, path, reader);
                    })*
                    _ => return false,
                }
                true
            }

            fn properties() -> Vec<(&'static str, String, serde_json::Value)> {
                vec![$((
                    stringify!($field),
                    [$($field_doc),*].map(str::trim).join(" "),
                    <$type as $crate::manifest::read::Field>::schema(),
                )),*]
            }
        }

        impl $crate::manifest::read::Field for $name {
            fn read(
                &mut self,
                item: &$crate::manifest::read::Item<'_>,
                path: &str,
                reader: &mut $crate::manifest::read::Reader,
            ) {
                $crate::manifest::read::read_table(self, item, path, reader);
            }

            fn or(self, fallback: Self) -> Self {
                Self { $($field: $crate::manifest::read::Field::or(self.$field, fallback.$field)),* }
            }

            fn schema() -> serde_json::Value {
                $crate::manifest::read::table_schema::<Self>()
            }
        }
    };
}
pub(super) use table;

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
            format!("`{}` is {}; write {write}", shown(path), found(item.get_ref())),
        );
    }

    /// Notes that a text breaks the grammar of its key.
    pub(super) fn wrong_text(&mut self, item: &Item<'_>, path: &str, text: &str, why: &str, write: &str) {
        self.note(
            item.span(),
            format!(
                "`{}` is {}, which {why}; write {write}",
                shown(path),
                quoted(text)
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
        let rest = self.problems.len().saturating_sub(MAX_PROBLEMS);
        let mut told: Vec<Diagnostic> = self
            .problems
            .into_iter()
            .take(MAX_PROBLEMS)
            .map(|(range, message)| Diagnostic::new(message).at(Place::of_range(file, range)))
            .collect();
        if rest > 0 {
            told.push(Diagnostic::new(format!(
                "and {rest} more mistakes in {}",
                file.name
            )));
        }
        Diagnostics::check(told)?;
        Ok(self.places)
    }
}

/// Returns the candidate that was probably meant.
pub(super) fn suggest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A long text is no typing mistake, and comparing costs the product of both lengths.
    if text.len() > 64 {
        return None;
    }
    let lower = text.to_lowercase().replace('-', "_");
    candidates
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).clamp(1, 3))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Returns a text fit for a message: one line, at most 60 characters.
pub(super) fn shown(text: &str) -> String {
    let mut short = String::new();
    for c in text.chars().take(60) {
        match c {
            // Quotes and backslashes stand for themselves; what cannot be seen is escaped.
            '"' | '\'' | '\\' => short.push(c),
            c => short.extend(c.escape_debug()),
        }
    }
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}

/// Returns a text in backticks, fit for a message.
pub(super) fn quoted(text: &str) -> String {
    if text.is_empty() {
        "`\"\"`".to_owned()
    } else {
        format!("`{}`", shown(text))
    }
}

fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the string {}", quoted(text)),
        DeValue::Integer(number) => format!("the number {}", quoted(&number.to_string())),
        DeValue::Float(number) => format!("the decimal number {}", quoted(number.as_str())),
        DeValue::Boolean(value) => format!("`{value}`"),
        DeValue::Datetime(value) => format!("the date `{value}`"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
