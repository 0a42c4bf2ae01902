//! A command line: a list of words, or one text that is split without a shell.

use serde_json::{Value as Json, json};
use toml::de::DeValue;

use super::reserved::LONGEST_ARGUMENT;
use crate::manifest::read::{Item, Reader, Value};

/// The words of a command, at least one; no shell looks at them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command(Vec<String>);

impl Command {
    /// Returns the program and its arguments.
    pub fn words(&self) -> &[String] {
        &self.0
    }
}

const WRITE: &str = "a list such as `[\"node\", \"dist/main.js\"]`";

impl Value for Command {
    fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
        let words = match item.get_ref() {
            DeValue::String(text) => match split(text) {
                Ok(words) => words,
                Err((why, write)) => {
                    reader.wrong_text(item, path, text, &why, write);
                    return None;
                }
            },
            DeValue::Array(items) => {
                let before = items.iter().count();
                let words = Vec::<String>::read(item, path, reader)?;
                if words.len() < before {
                    return None;
                }
                words
            }
            _ => {
                reader.wrong_type(item, path, WRITE);
                return None;
            }
        };
        if words.first().is_none_or(String::is_empty) {
            reader.note(item.span(), format!("`{path}` names no program; write {WRITE}"));
            return None;
        }
        if words.iter().any(|word| word.len() >= LONGEST_ARGUMENT) {
            let message = format!(
                "`{path}` has a word that is longer than the {LONGEST_ARGUMENT} bytes that Linux gives a program"
            );
            reader.note(item.span(), message);
            return None;
        }
        Some(Self(words))
    }

    fn schema() -> Json {
        json!({"anyOf": [
            {"type": "string", "examples": ["node dist/main.js"]},
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
        ]})
    }
}

const WRITE_SHELL: &str = "the words in a list, with the shell as the first: `[\"sh\", \"-c\", \"…\"]`; \
                           or put the character in quotes";

/// Splits a text at spaces outside quotes; refuses what only a shell could carry out.
///
/// The error is what is wrong, and what to write instead.
fn split(text: &str) -> Result<Vec<String>, (String, &'static str)> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next() {
                        Some(end) if end == c => break,
                        Some('\\') if c == '"' => word.extend(characters.next()),
                        Some(inner) => word.push(inner),
                        None => return Err((format!("has a `{c}` without its end"), WRITE)),
                    }
                }
            }
            '\\' => {
                let next = characters
                    .next()
                    .ok_or_else(|| ("ends in `\\`".to_owned(), WRITE))?;
                word.get_or_insert_default().push(next);
            }
            '\0' => return Err(("holds a NUL".to_owned(), WRITE)),
            '|' | '&' | ';' | '<' | '>' | '$' | '`' | '(' | ')' => {
                return Err((
                    format!("has the shell's `{c}`, and no shell runs it"),
                    WRITE_SHELL,
                ));
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}
