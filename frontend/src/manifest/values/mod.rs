//! The values that keys can have: one type for each grammar.

mod build;
mod choice;
mod command;
mod created;
mod image;
mod names;
mod path;
mod process;
mod quantity;
pub mod reserved;
mod site;
mod trim;
mod version;

#[cfg(test)]
mod tests;

use std::str::FromStr;

use serde_json::{Value as Json, json};
use toml::de::DeValue;

use super::read::{Item, Reader, Value};
pub use build::{Script, ScriptName, Secret, SecretTable, SecretTarget, SshAgents};
pub use choice::{Kind, Layout, Network};
pub use command::Command;
pub use created::Created;
pub use image::{Base, ImageReference};
pub use names::{EnvName, LabelKey, PackageName, SecretId, SshId, SystemPackage, TargetName};
pub use path::{UrlPath, WorkspacePath, WritableDirectory};
pub use process::{HealthcheckSetting, Ports, Retries, StopSignal, User};
pub use quantity::{ByteSize, Period};
pub use site::{Fallback, HeaderName, HeaderValue, RedirectTarget, SiteGlob, SitePath, SiteUrl};
pub use trim::Untrimmed;
pub use version::{NodeVersion, PnpmVersion};

/// A text with a grammar; the error of [`FromStr`] says what is wrong with it, as in "`x` has a space".
pub trait Text: FromStr<Err = String> {
    /// What to write instead of a wrong text, with an example.
    const WRITE: &'static str;
    /// Texts that follow the grammar, for the schema.
    const EXAMPLES: &'static [&'static str];
}

/// Reads a text; NUL is legal in TOML and nowhere after it.
fn read_text<T: Text>(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<T> {
    let Some(text) = item.get_ref().as_str() else {
        reader.wrong_type(item, path, T::WRITE);
        return None;
    };
    parse_text(text, item, path, reader)
}

/// Reads a text that may be written as a whole number without quotes.
fn read_text_or_number<T: Text>(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<T> {
    match item.get_ref() {
        DeValue::Integer(number) => parse_text(&number.to_string(), item, path, reader),
        _ => read_text(item, path, reader),
    }
}

/// Parses a text that was read from an item.
fn parse_text<T: Text>(text: &str, item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<T> {
    let parsed = if text.contains('\0') {
        Err("holds a NUL".to_owned())
    } else {
        text.parse()
    };
    parsed
        .map_err(|why| reader.wrong_text(item, path, text, &why, T::WRITE))
        .ok()
}

/// Returns the JSON Schema of a text.
fn text_schema<T: Text>() -> Json {
    json!({"type": "string", "examples": T::EXAMPLES})
}

/// Returns the JSON Schema of a text that may be written as a whole number.
fn text_or_number_schema<T: Text>() -> Json {
    json!({"anyOf": [text_schema::<T>(), {"type": "integer", "minimum": 0}]})
}

/// Implements [`Value`] for a type that is written as one text.
macro_rules! text_value {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::manifest::read::Value for $type {
            fn read(
                item: &$crate::manifest::read::Item<'_>,
                path: &str,
                reader: &mut $crate::manifest::read::Reader,
            ) -> Option<Self> {
                $crate::manifest::values::read_text(item, path, reader)
            }

            fn schema() -> serde_json::Value {
                $crate::manifest::values::text_schema::<Self>()
            }
        }
    )*};
}
use text_value;

/// Implements [`Value`] for a text that may be written as a whole number without quotes.
macro_rules! text_or_number_value {
    ($type:ty) => {
        impl $crate::manifest::read::Value for $type {
            fn read(
                item: &$crate::manifest::read::Item<'_>,
                path: &str,
                reader: &mut $crate::manifest::read::Reader,
            ) -> Option<Self> {
                $crate::manifest::values::read_text_or_number(item, path, reader)
            }

            fn schema() -> serde_json::Value {
                $crate::manifest::values::text_or_number_schema::<Self>()
            }
        }
    };
}
use text_or_number_value;

/// Declares a newtype over a checked text.
macro_rules! text {
    ($(#[$attribute:meta])* $name:ident, $check:path, write $write:literal, examples $examples:expr) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                $check(text).map(|text| Self(text.into()))
            }
        }

        impl $crate::manifest::values::Text for $name {
            const WRITE: &'static str = $write;
            const EXAMPLES: &'static [&'static str] = &$examples;
        }

        $crate::manifest::values::text_value!($name);
    };
}
use text;

impl Value for bool {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        let value = item.get_ref().as_bool();
        if value.is_none() {
            reader.wrong_type(item, path, "`true` or `false`");
        }
        value
    }

    fn schema() -> Json {
        json!({"type": "boolean"})
    }
}

/// The value of an environment variable or of a label: any text without NUL.
impl Value for String {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        let write = match item.get_ref() {
            DeValue::String(text) if text.contains('\0') => {
                reader.wrong_text(item, path, text, "holds a NUL", "a text without it");
                return None;
            }
            DeValue::String(text) => return Some(text.to_string()),
            DeValue::Integer(number) => format!("it in quotes: `\"{number}\"`"),
            DeValue::Float(number) => format!("it in quotes: `\"{}\"`", number.as_str()),
            DeValue::Boolean(value) => format!("it in quotes: `\"{value}\"`"),
            _ => "a text in quotes".to_owned(),
        };
        reader.wrong_type(item, path, &write);
        None
    }

    fn schema() -> Json {
        json!({"type": "string"})
    }
}

/// A list; a list that is not written as one is a mistake, since merging would become a guess.
impl<T: Value> Value for Vec<T> {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        let Some(items) = item.get_ref().as_array() else {
            let write = match item.get_ref() {
                DeValue::String(text) => format!("a list: `[\"{}\"]`", super::words::shown(text)),
                _ => "a list, such as `[\"a\", \"b\"]`".to_owned(),
            };
            reader.wrong_type(item, path, &write);
            return None;
        };
        let values = items.iter().enumerate().filter_map(|(i, item)| {
            let path = format!("{path}[{i}]");
            reader.enter(&path, item.span(), item);
            T::read(item, &path, reader)
        });
        Some(values.collect())
    }

    fn schema() -> Json {
        json!({"type": "array", "items": T::schema()})
    }
}
