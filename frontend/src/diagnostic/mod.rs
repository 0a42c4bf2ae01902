//! What went wrong, where, and what to write instead.
//!
//! Stages return [`Diagnostics`]: all mistakes found together. Rendering happens once, at the gateway,
//! where a [`Place`] becomes the source excerpt that buildx prints.

mod excerpt;
mod lines;
pub mod names;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::secret;

pub use lines::Lines;
pub use text::{cut, plain, printed, printed_json, shown};

/// The size from which only the lines around a place are shown, in bytes. A failure reaches the user's client in
/// HTTP headers, where a lockfile of some megabytes would be refused.
const MAX_WHOLE_SOURCE: usize = 32 << 10;

/// The size up to which a whole file is looked through for credentials, in bytes.
const MAX_MASKED_WHOLE: usize = 1 << 20;

/// How many lines around a place are shown of a large file; buildx prints up to four.
const CONTEXT_LINES: usize = 8;

/// How many mistakes are told at once, and how many warnings of one rule.
pub const MOST: usize = 50;

/// The longest message, in characters: it names a few things, and may list packages.
const LONGEST: usize = 8_000;

/// A text file that a diagnostic can point into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path as the user knows it, such as `services/auth/service.toml`.
    pub name: String,
    /// The whole text, to be parsed. What is shown of it is [`SourceFile::masked`].
    pub text: String,
    lines: Lines,
}

impl SourceFile {
    /// Returns a shared handle on a file's text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
            lines: Lines::default(),
        })
    }

    /// Returns the same text under another name.
    pub fn renamed(&self, name: impl Into<String>) -> Arc<Self> {
        Self::new(name, self.text.clone())
    }

    /// Returns the language by the name's ending, as clients that colour excerpts name it.
    pub fn language(&self) -> &'static str {
        match self.name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("json") => "JSON",
            Some("yaml" | "yml") => "YAML",
            Some("npmrc") => "INI",
            _ => "TOML",
        }
    }

    /// Returns the 1-based line that holds the byte at `offset`; past the end, the last line.
    pub fn line_at(&self, offset: usize) -> u32 {
        self.lines.before(&self.text, offset) + 1
    }

    /// Returns the text as it may be shown: credentials in it are masked, and every line stays the line that it is.
    pub fn masked(&self) -> Cow<'_, str> {
        secret::mask_text(&self.text)
    }

    /// Returns the text in which places of the file are shown: the whole file, or of a large one the lines around the
    /// places, with all others empty, so that the line numbers stay. Of a long line what is around the place's column is
    /// shown. Nobody is shown a credential in it, and what a terminal would obey is escaped.
    pub fn excerpt<'a>(&self, places: impl IntoIterator<Item = &'a Place>) -> String {
        let places: Vec<&Place> = places.into_iter().collect();
        let column_of = |line: usize| {
            let mut on_line = places
                .iter()
                .filter(|place| usize::try_from(place.first_line) == Ok(line));
            on_line
                .next()
                .map_or(0, |place| self.masked_column(line, place.column))
        };
        if self.text.len() <= MAX_WHOLE_SOURCE {
            return excerpt::lines(&self.masked(), column_of);
        }
        let around = |place: &Place| {
            let line = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
            let first = line(place.first_line);
            // Of a place of many lines only the beginning is shown.
            let last = line(place.last_line).min(first.saturating_add(CONTEXT_LINES));
            first.saturating_sub(CONTEXT_LINES)..=last.saturating_add(CONTEXT_LINES)
        };
        let shown: Vec<_> = places.iter().copied().map(around).collect();
        let kept = |text: &str| -> String {
            let last = shown.iter().map(|lines| *lines.end()).max().unwrap_or(0);
            let is_shown = |number: &usize| shown.iter().any(|lines| lines.contains(number));
            let lines = (1..=last).zip(text.split_inclusive('\n'));
            lines
                .map(|(number, content)| if is_shown(&number) { content } else { "\n" })
                .collect()
        };
        // What goes over lines may begin in front of those that are shown; in a large file, such as a lockfile, that
        // can be a key alone.
        let masked = match self.text.len() <= MAX_MASKED_WHOLE || secret::is_private_key(&self.text) {
            true => kept(&self.masked()),
            false => secret::mask_text(&kept(&self.text)).into_owned(),
        };
        excerpt::lines(&masked, column_of)
    }

    /// Returns where a column of a line is once the line is masked.
    fn masked_column(&self, line: usize, column: usize) -> usize {
        let content = self.text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let before = content.get(..content.floor_char_boundary(column));
        secret::mask_text(before.unwrap_or_default()).len()
    }
}

/// Lines of a file, both ends included, 1-based.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The first line.
    pub first_line: u32,
    /// The last line, not before the first.
    pub last_line: u32,
    /// Where on the first line it begins, in bytes: what is shown of a long one.
    pub column: usize,
}

impl Place {
    /// Returns the place that covers a byte range of the file.
    pub fn of_range(file: &Arc<SourceFile>, range: std::ops::Range<usize>) -> Self {
        let first_line = file.line_at(range.start);
        let last_line = file.line_at(range.end.saturating_sub(1).max(range.start));
        Self {
            file: Arc::clone(file),
            first_line,
            last_line,
            column: file.lines.column(&file.text, range.start),
        }
    }

    /// Returns the place that is one line of the file.
    pub fn of_line(file: &Arc<SourceFile>, line: u32) -> Self {
        Self {
            file: Arc::clone(file),
            first_line: line,
            last_line: line,
            column: 0,
        }
    }

    /// Returns the place from a 1-based column on, in bytes.
    #[must_use]
    pub fn from_column(mut self, column: usize) -> Self {
        self.column = column.saturating_sub(1);
        self
    }

    /// Returns the place in another file, where it is one of a file.
    #[must_use]
    pub fn moved(mut self, from: &SourceFile, to: &Arc<SourceFile>) -> Self {
        if *self.file == *from {
            self.file = Arc::clone(to);
        }
        self
    }

    /// Returns whether another place is the same lines.
    pub fn has_lines_of(&self, other: &Self) -> bool {
        (self.first_line, self.last_line) == (other.first_line, other.last_line) && self.file == other.file
    }

    /// Returns the text to show the place in, as [`SourceFile::excerpt`] does.
    pub fn excerpt(&self) -> String {
        self.file.excerpt([self])
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", shown(&self.file.name), self.first_line)
    }
}

/// One mistake or one thing to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake it is, or the rule that warns: see [`names`].
    pub name: &'static str,
    /// One sentence: what was found, and what to write or run instead; lines of a list may follow. Whatever it repeats
    /// of the repository can be printed, see [`shown`], and shows no credential.
    pub message: String,
    /// Where it was found; shown by buildx as an excerpt.
    pub place: Option<Place>,
}

impl Diagnostic {
    /// Returns a diagnostic without a name of its own that points nowhere.
    pub fn new(message: impl Into<String>) -> Self {
        Self::named(names::MISTAKE, message)
    }

    /// Returns a diagnostic that points nowhere.
    pub fn named(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            message: cut(&repeated(&message.into()), LONGEST).into_owned(),
            place: None,
        }
    }

    /// Adds lines of a list below the message.
    #[must_use]
    pub fn with_lines(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        for line in lines {
            self.message.push('\n');
            self.message.push_str(&repeated(&line));
        }
        self
    }

    /// Returns the error for what only a mistake of ours can cause.
    pub(crate) fn internal(error: impl fmt::Display) -> Self {
        Self::named(
            names::INTERNAL,
            format!("internal error, please report it: {error}"),
        )
    }

    /// Points the diagnostic at a place, where there is one.
    #[must_use]
    pub fn at(mut self, place: impl Into<Option<Place>>) -> Self {
        self.place = place.into();
        self
    }
}

/// Returns a text of the repository as a message repeats it.
fn repeated(text: &str) -> String {
    shown(&secret::mask_forms(text)).into_owned()
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            // A message that begins with the file's name already does not get it again.
            Some(place) => match self
                .message
                .strip_prefix(&*shown(&place.file.name))
                .and_then(|rest| rest.strip_prefix(':'))
            {
                Some(rest) => write!(f, "{place}:{rest}"),
                None => write!(f, "{place}: {}", self.message),
            },
            None => f.write_str(&self.message),
        }
    }
}

/// One or more mistakes that stop the build, in the order in which they should be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Returns `Ok` where nothing was collected, else all of it as the error.
    ///
    /// # Errors
    /// The collected diagnostics, where there are any.
    pub fn check(collected: Vec<Diagnostic>) -> Result<(), Self> {
        if collected.is_empty() {
            Ok(())
        } else {
            Err(Self(collected))
        }
    }

    /// Returns the mistakes that are told, the first of many, and how many there are beside them.
    pub fn told(&self) -> (&[Diagnostic], usize) {
        let told = self.0.get(..MOST).unwrap_or(&self.0);
        (told, self.0.len() - told.len())
    }

    /// Iterates over all mistakes.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl Diagnostics {
    /// Adds more of them.
    #[must_use]
    pub fn with(mut self, more: impl IntoIterator<Item = Diagnostic>) -> Self {
        self.0.extend(more);
        self
    }

    /// Points those that point nowhere at a place.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        for mistake in &mut self.0 {
            mistake.place.get_or_insert_with(|| place.clone());
        }
        self
    }

    /// Returns the mistakes with the places of a file in another one: what was found before its path was known.
    #[must_use]
    pub fn moved(mut self, from: &SourceFile, to: &Arc<SourceFile>) -> Self {
        for mistake in &mut self.0 {
            mistake.place = mistake.place.take().map(|place| place.moved(from, to));
        }
        self
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<Diagnostics> for Vec<Diagnostic> {
    fn from(diagnostics: Diagnostics) -> Self {
        diagnostics.0
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (told, more) = self.told();
        for (i, diagnostic) in told.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        match more {
            0 => Ok(()),
            more => write!(f, "\nand {more} more mistakes"),
        }
    }
}

impl std::error::Error for Diagnostics {}
