//! What does not stop a build and the user should know: rules, the warnings that they give, and what the user says of
//! rules.
//!
//! Any stage may warn by a rule of the catalogue ([`rules`]), which knows nothing but places. [`Config`] is what the
//! user says of rules, [`pages`] is what `docs/rules` says of them.

mod config;
pub mod pages;
pub mod rules;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::diagnostic::{Diagnostic, Place};

pub use config::{ARGUMENT, Config};

/// One thing that the frontend warns about; a page of `docs/rules` of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name, as `skip=` takes it: `RootUser`.
    pub name: &'static str,
    /// What the rule wants, in one sentence without its end.
    pub short: &'static str,
    /// Whether it is only applied where the user asks for it with `experimental=`.
    pub is_experimental: bool,
    /// Why, and what to do: the text of the page, in Markdown.
    pub why: &'static str,
    /// What the rule warns about, as it stands in a file.
    pub bad: Example,
    /// The same without the warning.
    pub good: Example,
}

/// A piece of a file on a rule's page.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// The language of the piece: `toml` for a manifest.
    pub language: &'static str,
    /// The lines.
    pub text: &'static str,
}

impl Rule {
    /// Returns a warning by this rule.
    ///
    /// The message is one sentence: what was found, and what to write instead.
    pub fn warn(&'static self, message: impl Into<String>) -> Warning {
        Warning {
            rule: self,
            diagnostic: Diagnostic::named(self.name, message),
        }
    }

    /// Returns the name of the rule's page without its extension: `root-user`.
    pub fn slug(&self) -> String {
        let mut slug = String::new();
        for c in self.name.chars() {
            if c.is_ascii_uppercase() && !slug.is_empty() {
                slug.push('-');
            }
            slug.push(c.to_ascii_lowercase());
        }
        slug
    }

    /// Returns where the rule's page is read.
    pub fn url(&self) -> String {
        let repository = env!("CARGO_PKG_REPOSITORY");
        format!("{repository}/blob/main/docs/rules/{}.md", self.slug())
    }
}

/// Something that does not stop a build, found by a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The rule.
    pub rule: &'static Rule,
    /// What was found, and where.
    pub diagnostic: Diagnostic,
}

impl Warning {
    /// Adds lines of a list below the message.
    #[must_use]
    pub fn with_lines(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.diagnostic = self.diagnostic.with_lines(lines);
        self
    }

    /// Points the warning at a place.
    #[must_use]
    pub fn at(mut self, place: impl Into<Option<Place>>) -> Self {
        self.diagnostic.place = place.into();
        self
    }
}

impl fmt::Display for Warning {
    /// Writes one line, as BuildKit's own frontend does: `RootUser: … (line 3)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule.name, self.diagnostic.message)?;
        match &self.diagnostic.place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}
