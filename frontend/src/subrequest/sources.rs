//! The files that an answer points into, each once, and places by their number.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value as Json, json};

use crate::diagnostic::{Place, shown};

/// The files, in the order in which they were first named.
#[derive(Debug, Default)]
pub(super) struct Sources(Vec<Source>);

#[derive(Debug)]
struct Source {
    name: String,
    language: &'static str,
    text: String,
}

impl Sources {
    /// Returns the number of a place's file.
    pub(super) fn index(&mut self, place: &Place) -> usize {
        let text = place.excerpt();
        let name = &place.file.name;
        let known = self.0.iter();
        let mut known = known.enumerate();
        if let Some((index, _)) = known.find(|(_, source)| source.name == *name && source.text == text) {
            return index;
        }
        self.0.push(Source {
            name: name.clone(),
            language: place.file.language(),
            text,
        });
        self.0.len() - 1
    }

    /// Returns a place in the form of BuildKit's `pb.Location`, written by Go's `encoding/json`.
    pub(super) fn location(&mut self, place: &Place) -> Json {
        json!({
            "sourceIndex": self.index(place),
            "ranges": [{ "start": { "line": place.first_line }, "end": { "line": place.last_line } }],
        })
    }

    /// Returns how many files there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the files' texts.
    pub(super) fn texts(&self) -> Json {
        let texts = self.0.iter().map(|source| BASE64.encode(&source.text));
        texts.collect()
    }

    /// Returns the files' names, one for each of [`Sources::texts`].
    pub(super) fn names(&self) -> Json {
        let names = self.0.iter().map(|source| source.name.as_str());
        names.collect()
    }

    /// Returns the files in the form of BuildKit's `pb.SourceInfo`.
    pub(super) fn infos(&self) -> Json {
        let infos = self.0.iter().map(|source| {
            json!({
                "filename": shown(&source.name),
                "data": BASE64.encode(&source.text),
                "language": source.language,
            })
        });
        infos.collect()
    }
}
