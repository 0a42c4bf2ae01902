//! Which part of `pnpm-lock.yaml` is the project's, laid out so that it can be indexed by text.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::index::Index;
use crate::diagnostic::{Diagnostic, Lines, Place, SourceFile, names};
use crate::kinds::node::pnpm::yaml;

const ADVICE: &str =
    "restore the file from version control or write it anew with `pnpm install --lockfile-only`";

/// The project's document and how to point into the file it came from.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) file: Arc<SourceFile>,
    pub(super) text: String,
    pub(super) index: Index,
    /// The file's line that is the text's first; `None` where the text was laid out anew.
    first_line: Option<u32>,
    lines: Lines,
    /// The package manager's own document before the project's, with the lines that part them; else empty.
    pub(super) env_document: String,
}

impl Document {
    /// Finds and indexes the project's document.
    ///
    /// # Errors
    /// No document, malformed YAML, or a merge conflict.
    pub(super) fn parse(file: &Arc<SourceFile>) -> Result<Self, Diagnostic> {
        // pnpm itself drops a byte order mark and reads CRLF as LF; lines keep their numbers.
        let text = file.text.trim_start_matches('\u{feff}');
        let text = if text.contains('\r') {
            text.replace("\r\n", "\n").into()
        } else {
            Cow::from(text)
        };
        let (text, before) = last_document(&text);
        let first_line = 1 + u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX - 1);
        let env_document = if before == "---\n" { "" } else { before };
        if text.trim().is_empty() {
            return Err(Diagnostic::named(
                names::INVALID_LOCKFILE,
                format!(
                    "{} holds no dependencies of the project; run `pnpm install --lockfile-only`",
                    file.name
                ),
            )
            .at(Place::of_line(file, 1)));
        }
        let document = |text: String, index, first_line| Self {
            file: Arc::clone(file),
            text,
            index,
            first_line,
            lines: Lines::default(),
            env_document: env_document.to_owned(),
        };
        if let Some(index) = Index::of(text) {
            if let Some((key, line)) = index.duplicate(text) {
                return Err(Diagnostic::named(
                    names::INVALID_LOCKFILE,
                    format!(
                        "{} holds `{key}` twice, which a merge leaves behind; {ADVICE}",
                        file.name
                    ),
                )
                .at(Place::of_line(file, first_line.saturating_add(line - 1))));
            }
            return Ok(document(text.to_owned(), index, Some(first_line)));
        }
        if let Some(conflict) = conflict(file, text, first_line) {
            return Err(conflict);
        }
        let value: Value = yaml::parse(text).map_err(|e| e.at(file, first_line, ADVICE))?;
        let text = lay_out(&value);
        match Index::of(&text) {
            Some(index) => Ok(document(text, index, None)),
            None => Err(Diagnostic::named(
                names::INVALID_LOCKFILE,
                format!(
                    "{} is not a pnpm lockfile: a mapping such as `lockfileVersion: '9.0'` is expected; {ADVICE}",
                    file.name
                ),
            )),
        }
    }

    /// Puts another text in place of the file's, which no place can point into any more.
    pub(super) fn replace(&mut self, text: String, index: Index) {
        self.text = text;
        self.index = index;
        self.first_line = None;
        self.lines = Lines::default();
    }

    /// Returns the place of a byte range of the text, where the file still has it.
    pub(super) fn place(&self, range: std::ops::Range<usize>) -> Option<Place> {
        let first_line = self.first_line?;
        let end = range.start + self.text.get(range.clone())?.trim_end().len();
        let line = |offset: usize| first_line.saturating_add(self.lines.before(&self.text, offset));
        let (start, end) = (line(range.start), line(end));
        Some(Place {
            file: Arc::clone(&self.file),
            first_line: start,
            last_line: end,
            column: 0,
        })
    }

    /// Parses a slice of the text.
    ///
    /// # Errors
    /// Malformed YAML or an unexpected shape, at its line.
    pub(super) fn parse_range<T: serde::de::DeserializeOwned>(
        &self,
        range: std::ops::Range<usize>,
    ) -> Result<T, Diagnostic> {
        let slice = self.text.get(range.clone()).unwrap_or_default();
        yaml::parse(slice).map_err(|mut error| match self.place(range) {
            Some(place) => error.at(&self.file, place.first_line, ADVICE),
            None => {
                error.line = None;
                error.at(&self.file, 1, ADVICE)
            }
        })
    }

    /// Points a diagnostic at the entry that the range covers.
    pub(super) fn diagnostic(&self, message: String, range: Option<std::ops::Range<usize>>) -> Diagnostic {
        let diagnostic = Diagnostic::named(names::INVALID_LOCKFILE, message);
        match range.and_then(|range| self.place(range)) {
            Some(place) => diagnostic.at(place),
            None => diagnostic,
        }
    }
}

/// Splits a file into its last document and what comes before.
///
/// pnpm 11 and later put a document of their own (configDependencies, their own version) before the
/// project's; the file then begins with `---` (pnpm's `lockfile/fs/src/yamlDocuments.ts`).
fn last_document(text: &str) -> (&str, &str) {
    let start = text.rfind("\n---\n").map(|i| i + "\n---\n".len());
    let start = start
        .or_else(|| text.strip_prefix("---\n").map(|_| "---\n".len()))
        .unwrap_or(0);
    let (before, last) = text.split_at(start);
    (last, before)
}

/// Returns the error for a file with markers of an unresolved merge.
fn conflict(file: &Arc<SourceFile>, text: &str, first_line: u32) -> Option<Diagnostic> {
    let (line, marker) = (first_line..).zip(text.lines()).find(|(_, line)| {
        ["<<<<<<< ", "=======", ">>>>>>> "]
            .iter()
            .any(|marker| line.starts_with(marker))
    })?;
    let marker = marker.split(' ').next().unwrap_or(marker);
    Some(
        Diagnostic::named(names::INVALID_LOCKFILE, format!(
            "{} holds the merge conflict marker `{marker}`; resolve it with `pnpm install --lockfile-only` and commit the result",
            file.name
        ))
        .at(Place::of_line(file, line)),
    )
}

/// Writes a lockfile of any legal layout the way pnpm does: sections at column 0, entries at column 2.
fn lay_out(value: &Value) -> String {
    let mut out = String::new();
    for (key, value) in value.as_object().into_iter().flatten() {
        if !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric()) {
            // A version that lost its quotes is a number with its zero: 9.0.
            out.push_str(key);
            out.push(':');
            yaml::emit(&mut out, value, 2);
        }
    }
    out
}
