//! Bytes to text, and text to a TOML document that knows its byte ranges.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::words::quoted;
use crate::diagnostic::{Diagnostic, Diagnostics, MOST, Place, SourceFile, names};

/// The largest manifest that is read, in bytes. Real ones have a hundred lines.
pub(super) const MAX_BYTES: usize = 1 << 20;

/// Returns the text of a file, without its byte order mark.
pub(super) fn decode(name: &str, bytes: &[u8]) -> Result<Arc<SourceFile>, Diagnostics> {
    if bytes.len() > MAX_BYTES {
        let message = format!(
            "{name} has {} bytes, and a manifest at most {MAX_BYTES}; name the manifest with `--file`",
            bytes.len()
        );
        return Err(Diagnostic::named(names::INVALID_MANIFEST, message).into());
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        // What `>` of Windows PowerShell writes.
        return Err(Diagnostic::named(
            names::INVALID_MANIFEST,
            format!("{name} is UTF-16; save it as UTF-8"),
        )
        .into());
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let at = |offset: usize, message: String| {
        let file = SourceFile::new(name, String::from_utf8_lossy(bytes));
        // Counted in the bytes: the readable text is longer than what it replaces.
        let newlines = bytes.iter().take(offset).filter(|b| **b == b'\n').count();
        let place = Place::of_line(&file, u32::try_from(newlines).unwrap_or(u32::MAX - 1) + 1);
        Diagnostics::from(Diagnostic::named(names::INVALID_MANIFEST, message).at(place))
    };
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let offset = e.valid_up_to();
        at(
            offset,
            format!("the byte at offset {offset} is not UTF-8; save the file as UTF-8"),
        )
    })?;
    if let Some(offset) = text.find('\0') {
        return Err(at(
            offset,
            format!("the byte at offset {offset} is NUL; a manifest is TOML text"),
        ));
    }
    Ok(SourceFile::new(name, text))
}

/// Parses a document; its nesting is bounded by the parser (80 levels), so nothing that walks it overflows.
pub(super) fn parse(file: &Arc<SourceFile>) -> Result<Spanned<DeValue<'_>>, Diagnostics> {
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    let mut found: Vec<Diagnostic> = Vec::new();
    for error in &errors {
        let place = Place::of_range(file, error.span().unwrap_or(0..0));
        // A broken line confuses the parser more than once: its first complaint is the one to read.
        let told = found
            .iter()
            .any(|d| d.place.as_ref().is_some_and(|p| p.first_line == place.first_line));
        if !told {
            found.push(Diagnostic::named(names::INVALID_MANIFEST, explain(file, error)).at(place));
        }
        if found.len() == MOST {
            break;
        }
    }
    found.sort_by_key(|d| d.place.as_ref().map(|p| p.first_line));
    Diagnostics::check(found)?;
    Ok(Spanned::new(table.span(), DeValue::Table(table.into_inner())))
}

fn explain(file: &SourceFile, error: &toml::de::Error) -> String {
    let span = error.span().unwrap_or(0..0);
    let line = usize::try_from(file.line_at(span.start)).unwrap_or(usize::MAX);
    let line = |text: &str| text.lines().nth(line.saturating_sub(1)).map(str::to_owned);
    let text = match line(&file.text) == line(&file.masked()) {
        true => file.text.get(span).unwrap_or_default(),
        // Something in it is a credential.
        false => "***",
    };
    match error.message() {
        "duplicate key" => format!("{} is set a second time; keep one of the two", quoted(text)),
        // The parser takes all that is no other value for a text without quotes.
        message if message.starts_with("string values must be quoted") => match text.trim() {
            "" => "a value is missing behind the `=`; write one, a text in quotes".to_owned(),
            text => format!("{} is no value; write texts in quotes", quoted(text)),
        },
        message => format!("this is not TOML: {}", message.trim_end()),
    }
}
