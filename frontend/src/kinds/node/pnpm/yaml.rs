//! YAML in and out: one set of parser options, errors that know their line, and pnpm's way of writing.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Place, SourceFile, names};

/// Why a piece of YAML was refused.
pub(super) struct YamlError {
    /// The parser's message, one line.
    pub message: String,
    /// 1-based line within the parsed text.
    pub line: Option<u32>,
    /// 1-based column.
    pub column: Option<u32>,
    /// Whether it is YAML, and a value in it is of another kind than it should be.
    pub is_of_kind: bool,
}

impl YamlError {
    /// Returns the error as a diagnostic on `file`, where the parsed text began at `first_line`.
    pub(super) fn at(&self, file: &Arc<SourceFile>, first_line: u32, advice: &str) -> Diagnostic {
        let column = self.column.map(|c| format!(" (column {c})")).unwrap_or_default();
        let what = match self.is_of_kind {
            true => "has a value of an unknown kind",
            false => "is not valid YAML",
        };
        let diagnostic = Diagnostic::named(
            names::INVALID_WORKSPACE_FILE,
            format!("{} {what}{column}: {}; {advice}", file.name, self.message),
        );
        match self.line {
            Some(line) => {
                let place = Place::of_line(file, first_line.saturating_add(line - 1));
                let column = self.column.and_then(|column| usize::try_from(column).ok());
                diagnostic.at(place.from_column(column.unwrap_or(0)))
            }
            None => diagnostic,
        }
    }
}

/// Parses one document.
///
/// # Errors
/// Malformed YAML, duplicate keys, or a shape other than `T`.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    serde_saphyr::from_str_with_options(text, options()).map_err(|found| YamlError {
        is_of_kind: serde_saphyr::from_str_with_options::<Value>(text, options()).is_ok(),
        ..error(found)
    })
}

/// Parses the first of several documents; none at all is null.
///
/// # Errors
/// Malformed YAML in any of them.
pub(super) fn parse_first(text: &str) -> Result<Value, YamlError> {
    let documents: Vec<Value> = serde_saphyr::from_multiple_with_options(text, options()).map_err(error)?;
    Ok(documents.into_iter().next().unwrap_or(Value::Null))
}

fn error(error: serde_saphyr::Error) -> YamlError {
    let location = error.location();
    let number = |n: u64| u32::try_from(n).ok().filter(|n| *n > 0);
    let message = error.to_string().replace('\n', " ");
    // Its place is told as one of the file.
    let message = match message.rsplit_once(" at line ") {
        Some((message, _)) => message.to_owned(),
        None => message,
    };
    YamlError {
        message,
        line: location.and_then(|l| number(l.line())),
        column: location.and_then(|l| number(l.column())),
        is_of_kind: false,
    }
}

/// Options for files that people and pnpm write: the limits still stop an alias bomb, but hold the largest
/// real lockfiles (which pass 250,000 nodes); `yes` and `<<` are plain strings as in YAML 1.2's core schema.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: 20_000_000,
            max_events: 60_000_000,
        },
        strict_booleans: true,
        merge_keys: serde_saphyr::MergeKeyPolicy::AsOrdinary,
        with_snippet: false,
        emit_comments: false,
    }
}

/// Returns a scalar as pnpm's writer would: plain where that reads back as the same string, else quoted.
fn quote(text: &str) -> String {
    if text.chars().any(needs_escape) {
        return double_quoted(text);
    }
    if is_plain(text) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// Whether a character may stand in YAML only as an escape (YAML 1.2.2, 5.1 and 5.4).
fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Returns a double-quoted scalar that is a JSON string as well.
fn double_quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        if needs_escape(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            if matches!(c, '"' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out.push('"');
    out
}

/// Whether a string may stand unquoted in block context and is not read as another type.
fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let indicator = "-?:,[]{}#&*!|=>'\"%@`".contains(first);
    let ambiguous = text.starts_with(' ')
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #")
        || looks_typed(text);
    !indicator && !ambiguous
}

/// Whether YAML (1.1 or 1.2) may read an unquoted scalar as a number, date, boolean or null.
fn looks_typed(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf",
    ];
    let digits = text.trim_start_matches(['+', '-', '.']);
    let digits = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0o"))
        .unwrap_or(digits);
    let number = digits.starts_with(|c: char| c.is_ascii_hexdigit())
        && text.contains(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_hexdigit() || "_.:+-TtZz ".contains(c))
        && digits.matches('.').count() <= 1;
    number
        || WORDS
            .iter()
            .any(|word| text.trim_start_matches(['+', '-']).eq_ignore_ascii_case(word))
}

/// Appends a key at `indent` with its value.
///
/// One of more than 1,024 characters is a key only where a question mark says so (YAML 1.2.2, 7.4.2).
pub(super) fn entry(out: &mut String, key: &str, value: &Value, indent: usize) {
    const LONGEST: usize = 1024;
    let key = quote(key);
    let _ = if key.chars().count() > LONGEST {
        write!(out, "{:indent$}? {key}\n{:indent$}:", "", "")
    } else {
        write!(out, "{:indent$}{key}:", "")
    };
    emit(out, value, indent + 2);
}

/// Appends `value` as the block below a key at `indent`, beginning right after the key's colon.
pub(super) fn emit(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            for (key, value) in map {
                entry(out, key, value, indent);
            }
        }
        Value::Array(_) => {
            out.push(' ');
            emit_flow(out, value);
            out.push('\n');
        }
        Value::Object(_) => out.push_str(" {}\n"),
        Value::String(text) => {
            let _ = writeln!(out, " {}", quote(text));
        }
        other => {
            let _ = writeln!(out, " {other}");
        }
    }
}

/// Appends `value` in flow style, as JSON that holds no character that YAML wants escaped.
fn emit_flow(out: &mut String, value: &Value) {
    let separate = |out: &mut String, i: usize| {
        if i > 0 {
            out.push(',');
        }
    };
    match value {
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                separate(out, i);
                emit_flow(out, item);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (i, (key, value)) in map.iter().enumerate() {
                separate(out, i);
                out.push_str(&double_quoted(key));
                out.push_str(": ");
                emit_flow(out, value);
            }
            out.push('}');
        }
        Value::String(text) => out.push_str(&double_quoted(text)),
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_pnpm_does() {
        for (text, want) in [
            ("^1.0.0", "^1.0.0"),
            ("workspace:*", "workspace:*"),
            ("*", "'*'"),
            ("catalog:", "'catalog:'"),
            ("catalog:legacy", "catalog:legacy"),
            ("@x/a", "'@x/a'"),
            (">=1 <2", "'>=1 <2'"),
            ("1.x", "1.x"),
            ("7.6.0", "7.6.0"),
            ("1.0", "'1.0'"),
            ("1", "'1'"),
            ("^1 || ^2", "^1 || ^2"),
            (".", "."),
            ("it's: x", "'it''s: x'"),
            ("", "''"),
            ("true", "'true'"),
            ("a\nb", "\"a\\u000ab\""),
        ] {
            assert_eq!(quote(text), want);
        }
    }

    #[test]
    fn a_long_key_says_that_it_is_one() {
        for (length, is_marked) in [(1024, false), (1025, true), (5000, true)] {
            let value = serde_json::json!({ "a": { "k".repeat(length): { "b": 1 }, "c": {} } });
            let mut out = String::new();
            emit(&mut out, &value, 0);
            assert_eq!(out.contains("\n  ? k"), is_marked, "{length}");
            assert_eq!(parse::<Value>(&out).map_err(|e| e.message).unwrap(), value);
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_reads_back(key in ".*", text in ".*", n in proptest::num::i32::ANY) {
            let mut inner = serde_json::Map::new();
            inner.insert("text".into(), text.into());
            inner.insert("list".into(), serde_json::json!(["a: b", n]));
            inner.insert("n".into(), n.into());
            let mut outer = serde_json::Map::new();
            outer.insert(format!("k{key}"), inner.into());
            let value = Value::from(outer);
            let mut out = String::new();
            emit(&mut out, &value, 0);
            let back: Value = parse(&out).map_err(|e| e.message).unwrap();
            proptest::prop_assert_eq!(back, value);
        }
    }
}
