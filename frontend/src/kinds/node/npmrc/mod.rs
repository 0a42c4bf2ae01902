//! `.npmrc`: the lines of the workspace's file that an install needs, without the secrets in it.

mod credentials;
mod ini;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Place, SourceFile};
use crate::secret;
use credentials::left_out;
use ini::{Entry, Said};

pub use credentials::LeftOut;
pub(in crate::kinds::node) use credentials::without_credentials;

/// What stands in the place of a credential where the file is shown.
const MASK: &str = "***";

/// The workspace's `.npmrc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Npmrc {
    /// The file as it may be shown, for places in messages: its lines, without credentials.
    pub file: Arc<SourceFile>,
    /// What the lines say.
    said: Vec<(u32, Said)>,
    settings: BTreeMap<String, String>,
}

/// A `.npmrc` that may be part of a cache key and an image's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicNpmrc {
    /// The text, without comments, blank lines, and the lines of [`PublicNpmrc::of_user`].
    pub text: String,
    /// The lines that refer to environment variables: for the file in the user's home, where every version of pnpm fills
    /// them in. From 10.34 on none does so in a project's file.
    pub of_user: String,
    /// Keys of the lines left out, and why, in the order of the file.
    pub dropped: Vec<DroppedLine>,
}

/// A line that [`Npmrc::without_secrets`] leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedLine {
    /// The key alone, never the value.
    pub key: String,
    /// Why it is left out.
    pub reason: LeftOut,
    /// Where it stands.
    pub place: Place,
}

impl Npmrc {
    /// Reads the file: `key = value` a line, `#` and `;` begin comments. Nothing is an error, as in npm.
    pub fn parse(file: &Arc<SourceFile>) -> Self {
        let said = ini::read(&file.text);
        let top = said.iter().take_while(|(_, said)| *said != Said::Section);
        let settings = top
            .filter_map(|(_, said)| entry(said))
            .filter(|entry| !entry.is_item)
            .map(|entry| (entry.key.clone(), entry.value.clone()));
        Self {
            settings: settings.collect(),
            file: SourceFile::new(&file.name, shown(&said)),
            said,
        }
    }

    /// Returns a setting, such as `node-linker`; names are written with dashes.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(String::as_str)
    }

    /// Returns a setting that is `true` or `false`; any other value reads as absent.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            "true" | "" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Returns the values of a setting that is written as `key[]=value`, one a line.
    pub fn list(&self, key: &str) -> Vec<String> {
        let items = self
            .entries()
            .filter(|(_, entry)| entry.is_item && entry.key == key);
        items.map(|(_, entry)| entry.value.clone()).collect()
    }

    /// Returns the environment variables that the file refers to as `${NAME}`, `${NAME?}`, `${NAME-x}` or
    /// `${NAME:-x}`: an install needs them, as secrets.
    pub fn variables(&self) -> BTreeSet<String> {
        let names = self
            .entries()
            .flat_map(|(_, entry)| references(&entry.key).chain(references(&entry.value)));
        names.map(str::to_owned).collect()
    }

    /// Returns the line that refers to an environment variable.
    pub fn place_of(&self, variable: &str) -> Option<Place> {
        let refers = |text: &str| references(text).any(|name| name == variable);
        let mut entries = self.entries();
        let (number, _) = entries.find(|(_, entry)| refers(&entry.key) || refers(&entry.value))?;
        Some(Place::of_line(&self.file, number))
    }

    /// Returns the file without the lines that hold a secret or name a file of the machine.
    ///
    /// A value that is a reference to an environment variable stays: it holds no secret itself.
    pub fn without_secrets(&self) -> PublicNpmrc {
        let mut public = PublicNpmrc {
            text: String::new(),
            of_user: String::new(),
            dropped: Vec::new(),
        };
        for (number, said) in &self.said {
            match said {
                Said::Comment(_) => {}
                // Its name means nothing to pnpm, and what follows nothing to most of its versions.
                Said::Section => public.text.push_str("[section]\n"),
                Said::Entry(entry) => match reason(entry) {
                    Some(reason) => public.dropped.push(DroppedLine {
                        key: shown_key(&entry.key),
                        reason,
                        place: Place::of_line(&self.file, *number),
                    }),
                    None if refers(entry) => public.of_user.push_str(&ini::write(entry)),
                    None => public.text.push_str(&ini::write(entry)),
                },
            }
        }
        public
    }

    fn entries(&self) -> impl Iterator<Item = (u32, &Entry)> {
        let said = self.said.iter();
        said.filter_map(|(number, said)| Some((*number, entry(said)?)))
    }
}

fn entry(said: &Said) -> Option<&Entry> {
    match said {
        Said::Entry(entry) => Some(entry),
        Said::Comment(_) | Said::Section => None,
    }
}

/// Whether a line refers to environment variables.
fn refers(entry: &Entry) -> bool {
    [&entry.key, &entry.value]
        .iter()
        .any(|text| references(text).next().is_some())
}

/// Iterates over the names of the environment variables that a text refers to.
///
/// Braces and dollar signs are part of no name (`@pnpm/config.env-replace`), and what no environment can hold is none.
fn references(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("${").filter_map(|(start, opening)| {
        let (reference, _) = text.get(start + opening.len()..)?.split_once('}')?;
        let name = reference.split(['?', ':', '-']).next()?;
        let is_name = !name.is_empty() && !reference.contains(['$', '{']) && !name.contains(['=', '\0']);
        is_name.then_some(name)
    })
}

/// Says why a line may not leave the repository, if so.
fn reason(entry: &Entry) -> Option<LeftOut> {
    match entry.is_broken {
        // What it says is for each reader to find.
        true => Some(LeftOut::Credential),
        false => left_out(&entry.key, &entry.value),
    }
}

/// Returns the file's lines as they may be shown.
fn shown(said: &[(u32, Said)]) -> String {
    let (mut text, mut line) = (String::new(), 1);
    for (number, said) in said {
        while line < *number {
            text.push('\n');
            line += 1;
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push(' ');
        }
        match said {
            Said::Section => text.push_str("[section]"),
            Said::Comment(comment) => text.push_str(&shown_comment(comment)),
            Said::Entry(entry) => {
                if reason(entry) == Some(LeftOut::Credential) {
                    // What is taken for a comment may be the rest of it.
                    text.push_str(&format!("{}={MASK}", shown_key(&entry.key)));
                    continue;
                }
                text.push_str(ini::write(entry).trim_end());
                if !entry.comment.is_empty() {
                    text.push_str(&format!(" {}", shown_comment(&entry.comment)));
                }
            }
        }
    }
    text.push('\n');
    text
}

/// Returns a comment, which may be a line with a credential that somebody has put aside.
fn shown_comment(comment: &str) -> String {
    let is_open = |said: &Said| match said {
        Said::Entry(entry) => reason(entry) != Some(LeftOut::Credential),
        Said::Comment(inner) => !inner.contains(['=', ':']),
        Said::Section => true,
    };
    let is_open =
        secret::mask_text(comment) == comment && ini::read(comment).iter().all(|(_, said)| is_open(said));
    match is_open {
        true => format!("#{comment}"),
        false => format!("# {MASK}"),
    }
}

/// Returns a key as it may be shown: whole where it is a name, behind a registry's address or a scope.
fn shown_key(key: &str) -> String {
    let (address, name) = key.rsplit_once(':').unwrap_or(("", key));
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let is_address = |c: char| is_name(c) || ".:/@".contains(c);
    let is_open = name.chars().all(is_name)
        && address.chars().all(is_address)
        && (address.is_empty() || address.starts_with(['/', '@']))
        && secret::mask_forms(key) == key
        && !secret::has_credentials(key);
    if is_open { key.to_owned() } else { MASK.to_owned() }
}

#[cfg(test)]
mod tests;
