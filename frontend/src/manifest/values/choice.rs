//! Keys with a fixed list of words.

use serde_json::{Value as Json, json};

use crate::manifest::read::{Item, Reader, Value};
use crate::manifest::words::suggest;

/// Declares a choice between words; a word after `later` is known and refused with a reason.
macro_rules! choice {
    ($(#[$attribute:meta])* $name:ident {
        $($(#[$variant_attribute:meta])* $variant:ident = $word:literal $(later $reason:literal)?,)*
    }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$variant_attribute])* $variant,)* }

        impl $name {
            /// Returns the word as the manifest writes it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            const ALL: &'static [(Self, Option<&'static str>)] = &[$((Self::$variant, {
                #[allow(unused_mut, unused_assignments)]
                let mut reason: Option<&'static str> = None;
                $(reason = Some($reason);)?
                reason
            }),)*];
        }

        impl Value for $name {
            fn read(item: &Item<'_>, path: &str, reader: &mut Reader) -> Option<Self> {
                let text = item.get_ref().as_str();
                match Self::ALL.iter().find(|(choice, _)| Some(choice.as_str()) == text) {
                    Some((choice, None)) => return Some(*choice),
                    Some((choice, Some(reason))) => {
                        reader.note(item.span(), format!("`{path} = \"{}\"` {reason}", choice.as_str()));
                    }
                    None => {
                        let words: Vec<&str> = words(Self::ALL, Self::as_str);
                        refuse(item, path, &words, reader);
                    }
                }
                None
            }

            fn schema() -> Json {
                json!({"enum": words(Self::ALL, Self::as_str)})
            }
        }
    };
}

choice! {
    /// What kind of service the manifest describes.
    Kind {
        /// A Node service of a workspace of pnpm or npm, or of a single package.
        Node = "node",
        /// Files that a web server hands out.
        Static = "static",
        /// A Python service.
        Python = "python" later "is not built by this version, which builds Node services and static sites; \
                                 leave `kind` out or write `kind = \"node\"`",
    }
}

choice! {
    /// The network of the steps that run scripts (BuildKit's `NetMode`).
    Network {
        /// The builder's own: outgoing connections.
        Default = "default",
        /// Loopback alone.
        None = "none",
        /// The builder host's; needs the entitlement `network.host`.
        Host = "host",
    }
}

choice! {
    /// How the files of the service lie in the image.
    Layout {
        /// As in the workspace: a code change moves the layers of the packages it touched.
        Workspace = "workspace",
        /// As `pnpm deploy` writes it, with the service at `/app`.
        Deploy = "deploy",
    }
}

/// Returns the words that are accepted.
fn words<T: Copy>(all: &[(T, Option<&str>)], word: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter()
        .filter(|(_, reason)| reason.is_none())
        .map(|(choice, _)| word(*choice))
        .collect()
}

fn refuse(item: &Item<'_>, path: &str, words: &[&str], reader: &mut Reader) {
    let text = item.get_ref().as_str();
    let near = text.and_then(|text| suggest(text, words.iter().copied()));
    let write = match near {
        Some(near) => format!("`\"{near}\"`"),
        None => words
            .iter()
            .map(|word| format!("`\"{word}\"`"))
            .collect::<Vec<_>>()
            .join(" or "),
    };
    match text {
        Some(text) => reader.wrong_text(item, path, text, "is none of its values", &write),
        None => reader.wrong_type(item, path, &write),
    }
}
