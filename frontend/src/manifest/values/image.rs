//! The base image.

use std::fmt;
use std::str::FromStr;

use super::{Text, text_value};
use crate::manifest::words::{quoted, suggest};

/// The image that the service runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// The smallest base that the native modules of the production closure run on.
    Auto,
    /// Node on Alpine Linux (musl).
    Alpine,
    /// Node on Debian slim (glibc).
    Debian,
    /// Google's distroless Node (glibc, no shell).
    Distroless,
    /// Nothing but Debian's Node and what it loads (glibc, no shell).
    Scratch,
    /// An image that the manifest names.
    Image(ImageReference),
}

const WORDS: &[(&str, Base)] = &[
    ("auto", Base::Auto),
    ("alpine", Base::Alpine),
    ("debian", Base::Debian),
    ("distroless", Base::Distroless),
    ("scratch", Base::Scratch),
];

impl FromStr for Base {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, base)) = WORDS.iter().find(|(word, _)| *word == text) {
            return Ok(base.clone());
        }
        // A bare word that is nearly one of ours is a slip, not an image of Docker Hub.
        if let Some(near) = suggest(text, WORDS.iter().map(|(word, _)| *word)) {
            return Err(format!("is no base but nearly {}", quoted(near)));
        }
        text.parse().map(Self::Image)
    }
}

impl Text for Base {
    const WRITE: &'static str = "`\"auto\"`, `\"alpine\"`, `\"debian\"`, `\"distroless\"`, `\"scratch\"`, or an image such as `\"node:22-slim\"`";
    const EXAMPLES: &'static [&'static str] = &[
        "auto",
        "alpine",
        "debian",
        "distroless",
        "scratch",
        "node:22-slim",
    ];
}

text_value!(Base);

/// The reference of an image as a registry client takes it: `[host[:port]/]path[:tag][@digest]`
/// (the grammar of github.com/distribution/reference).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageReference(String);

impl ImageReference {
    /// Returns the reference as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ImageReference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains("://") {
            return Err("is a URL, not an image".to_owned());
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err("has a digest that is not `sha256:` and 64 small hexadecimal digits".to_owned());
        }
        // A colon behind the last slash begins the tag; one before it belongs to the host's port.
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (name, None),
        };
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err("has a wrong tag".to_owned());
        }
        let path = match name.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
                if !is_host(host) {
                    return Err("has a wrong host".to_owned());
                }
                path
            }
            _ => name,
        };
        if name.len() > 255 || !path.split('/').all(is_path_part) {
            let capitals = path.chars().any(|c| c.is_ascii_uppercase());
            return Err(if capitals {
                "has capitals in its name"
            } else {
                "is not an image"
            }
            .to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

fn is_tag(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && !text.starts_with(['.', '-'])
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

fn is_host(text: &str) -> bool {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (text, None),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    port.is_none_or(|port| port.parse::<u16>().is_ok()) && name.split('.').all(is_label)
}

/// A part of the path: runs of small letters and digits, joined by `.`, `_`, `__` or dashes.
fn is_path_part(text: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut separators = text
        .split(|c: char| c.is_ascii() && is_word(c as u8))
        .filter(|s| !s.is_empty());
    let ends_are_words =
        text.bytes().next().is_some_and(is_word) && text.bytes().next_back().is_some_and(is_word);
    ends_are_words && separators.all(|s| matches!(s, "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
}
