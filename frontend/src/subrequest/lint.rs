//! `--call=check` and `--check`: the warnings of a build, or the mistake that stops it.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::sources::Sources;
use super::text::framed;
use super::{Answer, EXTENDED, VERSION};
use crate::decide::Read;
use crate::diagnostic::{Diagnostics, Place, SourceFile, names};
use crate::kinds::Planned;
use crate::options::Options;

/// Tells the warnings of a build that can be made.
///
/// buildx shows every place under the name that `--file` gives: right for the manifest alone. So an answer that
/// points into other files is newer than what buildx knows, and it shows our text.
pub(super) fn warnings(read: &Read, planned: &Planned) -> Answer {
    let manifest = &read.manifest().file;
    let mut sources = Sources::default();
    // The manifest is the first, as the build file of docker/dockerfile is.
    sources.index(&Place::of_line(manifest, 1));
    let mut text = String::new();
    let mut found: Vec<Json> = Vec::new();
    for warning in &planned.warnings {
        let (rule, diagnostic) = (warning.rule, &warning.diagnostic);
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "\nWARNING: {} - {}\n{}\n",
            rule.name,
            rule.url(),
            diagnostic.message
        );
        let location = match &diagnostic.place {
            Some(place) => {
                text.push_str(&framed(place));
                sources.location(place)
            }
            None => json!({ "sourceIndex": -1 }),
        };
        found.push(json!({
            "ruleName": rule.name,
            "description": rule.short,
            "url": rule.url(),
            "detail": diagnostic.message,
            "location": location,
        }));
    }
    let status = u8::from(!found.is_empty());
    let json = json!({ "warnings": found, "sources": sources.infos() });
    let version = if sources.len() > 1 { EXTENDED } else { VERSION };
    Answer::of_status(json, &text, version, status)
}

/// Tells what stops a build. The message names every place; buildx frames the first one, where that is a line of
/// the manifest: it would show any other file under the manifest's name.
pub(super) fn mistakes(mistakes: &Diagnostics, message: &str, options: &Options) -> Answer {
    let mut sources = Sources::default();
    let first = mistakes.iter().find_map(|mistake| mistake.place.as_ref());
    let location = match first {
        Some(place) if is_manifest(&place.file, options) => sources.location(place),
        Some(place) => json!({ "sourceIndex": sources.index(place), "ranges": [] }),
        None => {
            let nowhere = SourceFile::new(&options.filename, "");
            json!({ "sourceIndex": sources.index(&Place::of_line(&nowhere, 1)), "ranges": [] })
        }
    };
    let text = match first {
        Some(place) => format!("{message}\n{}", framed(place)),
        None => format!("{message}\n"),
    };
    let name = mistakes
        .iter()
        .next()
        .map_or(names::MISTAKE, |mistake| mistake.name);
    let error = json!({ "message": message, "name": name, "location": location });
    let json = json!({ "warnings": [], "sources": sources.infos(), "buildError": error });
    Answer::of_status(json, &text, VERSION, 1)
}

/// Whether a file is the manifest, whose name of the request may lack its directory.
fn is_manifest(file: &SourceFile, options: &Options) -> bool {
    let directory = file.name.strip_suffix(&options.filename);
    directory.is_some_and(|directory| directory.is_empty() || directory.ends_with('/'))
}
