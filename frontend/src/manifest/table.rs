//! A table with a fixed set of keys: declared once, read, merged and described by its declaration.

use serde_json::{Value as Json, json};

use super::read::{Item, Reader};
use super::tables;
use super::words::{quoted, suggest};

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

/// Puts a key's own examples in the place of those of its type, where it has some.
pub(super) fn with_examples(mut schema: Json, examples: &[&str]) -> Json {
    if let (Some(text), false) = (text_of(&mut schema), examples.is_empty()) {
        text.insert("examples".to_owned(), json!(examples));
    }
    schema
}

/// Returns the text of a value: itself, a list's item, or the first choice that is one.
fn text_of(schema: &mut Json) -> Option<&mut serde_json::Map<String, Json>> {
    if schema.get("examples").is_some() {
        return schema.as_object_mut();
    }
    if schema.get("items").is_some() {
        return text_of(schema.get_mut("items")?);
    }
    schema
        .get_mut("anyOf")?
        .as_array_mut()?
        .iter_mut()
        .find_map(text_of)
}

/// Returns the name of a key: its field's, unless it has another one.
pub(super) const fn key_of(field: &'static str, key: &[&'static str]) -> &'static str {
    match key {
        [key, ..] => key,
        [] => field,
    }
}

/// Declares a table of the manifest: each field is a key, its doc comment the key's documentation.
///
/// A key whose type's examples would mislead has its own: `#[examples("…")]`; one that no field can be called by, too:
/// `#[key("…")]`.
macro_rules! table {
    ($(#[doc = $doc:literal])* pub struct $name:ident {
        $(
            $(#[doc = $field_doc:literal])*
            $(#[examples($($example:literal),+)])?
            $(#[key($key:literal)])?
            pub $field:ident: $type:ty,
        )*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name { $($(#[doc = $field_doc])* pub $field: $type,)* }

        impl $crate::manifest::table::Table for $name {
            const KEYS: &'static [&'static str] =
                &[$($crate::manifest::table::key_of(stringify!($field), &[$($key)?])),*];

            fn set(
                &mut self,
                key: &str,
                item: &$crate::manifest::read::Item<'_>,
                path: &str,
                reader: &mut $crate::manifest::read::Reader,
            ) -> bool {
                $(if key == $crate::manifest::table::key_of(stringify!($field), &[$($key)?]) {
                    $crate::manifest::read::Field::read(&mut self.$field, item, path, reader);
                    return true;
                })*
                false
            }

            fn properties() -> Vec<(&'static str, String, serde_json::Value)> {
                vec![$((
                    $crate::manifest::table::key_of(stringify!($field), &[$($key)?]),
                    [$($field_doc),*].map(str::trim).join(" "),
                    $crate::manifest::table::with_examples(
                        <$type as $crate::manifest::read::Field>::schema(),
                        &[$($($example),+)?],
                    ),
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
                $crate::manifest::table::read_table(self, item, path, reader);
            }

            fn or(self, fallback: Self) -> Self {
                Self { $($field: $crate::manifest::read::Field::or(self.$field, fallback.$field)),* }
            }

            fn schema() -> serde_json::Value {
                $crate::manifest::table::table_schema::<Self>()
            }
        }
    };
}
pub(super) use table;
