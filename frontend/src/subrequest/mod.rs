//! Questions about a build (`docker buildx build --call`), answered without running any of its steps.
//!
//! An answer is metadata without a file system: JSON for programs, and the same as text for people. The requests of
//! docker/dockerfile have its JSON, which buildx prints by itself as long as the answer's version is not newer than
//! the one that it knows; an answer that holds more is newer, and buildx shows our text.

mod describe;
mod lint;
mod masked;
mod outline;
mod plan;
mod schema;
mod sources;
mod targets;
mod text;

use std::collections::BTreeMap;

pub(crate) use text::framed;

use serde_json::{Value as Json, json};

use crate::decide::Read;
use crate::diagnostic::{printed, printed_json};
use crate::gateway::{BuildResult, Failure};
use crate::kinds::Planned;
use crate::options::Options;
use crate::secret::mask_forms;

/// The version that buildx knows of the requests of docker/dockerfile.
const VERSION: &str = "1.0.0";
/// That of an answer with more in it than docker/dockerfile's.
const EXTENDED: &str = "1.1.0";

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// What can be asked.
    Describe,
    /// The definition that is sent to the engine.
    Graph,
    /// The warnings, or the mistake that stops the build.
    Lint,
    /// What a target takes, and what was inferred for it.
    Outline,
    /// Which steps the build has.
    Plan,
    /// The JSON Schema of the manifest.
    Schema,
    /// What `--target` takes.
    Targets,
}

impl Question {
    /// Returns the question that a request asks; none where it is not known here.
    pub fn named(request: &str) -> Option<Self> {
        // buildx puts `frontend.` in front of the name that `--call` gives, whole or not.
        Some(match request.trim_start_matches("frontend.") {
            "subrequests.describe" => Self::Describe,
            "graph" => Self::Graph,
            "lint" => Self::Lint,
            "outline" => Self::Outline,
            "plan" => Self::Plan,
            "schema" => Self::Schema,
            "targets" => Self::Targets,
            _ => return None,
        })
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// For programs.
    pub json: Json,
    /// For people.
    pub text: String,
    version: &'static str,
    /// What buildx exits with.
    pub status: u8,
}

impl Answer {
    /// Returns an answer of a successful request.
    fn new(json: Json, text: String, version: &'static str) -> Self {
        Self::of_status(json, &text, version, 0)
    }

    /// Returns an answer. Whatever it repeats of the repository and the command line shows no credential, and its text can
    /// be printed.
    fn of_status(mut json: Json, text: &str, version: &'static str, status: u8) -> Self {
        masked::mask(&mut json);
        Self {
            json,
            text: printed(&mask_forms(text)).into_owned(),
            version,
            status,
        }
    }

    /// Returns what buildx is answered.
    pub fn into_result(self) -> BuildResult {
        let metadata = BTreeMap::from([
            ("result.json".to_owned(), printed_json(&self.json).into_bytes()),
            ("result.txt".to_owned(), self.text.into_bytes()),
            (
                "result.statuscode".to_owned(),
                self.status.to_string().into_bytes(),
            ),
            ("version".to_owned(), self.version.as_bytes().to_vec()),
        ]);
        BuildResult::metadata_only(metadata)
    }
}

/// Answers a question that is about no build.
pub fn general(question: Question) -> Option<Answer> {
    match question {
        Question::Describe => Some(describe::answer()),
        Question::Schema => Some(schema::answer()),
        _ => None,
    }
}

/// Answers what the definition is, which has to be made for it.
pub fn graph(dump: String) -> Answer {
    Answer::new(json!({ "graph": dump }), dump, VERSION)
}

/// Answers a question about a build that was read and planned.
///
/// # Errors
/// Mistakes in the build's files, but for [`Question::Lint`], which tells them.
pub fn answer(
    question: Question,
    options: &Options,
    decided: Result<(Read, Planned), Failure>,
) -> Result<Answer, Failure> {
    if question == Question::Lint {
        return match decided {
            Ok((read, planned)) => Ok(lint::warnings(&read, &planned)),
            Err(failure) => match failure.diagnostics() {
                Some(mistakes) => Ok(lint::mistakes(mistakes, &failure.to_string(), options)),
                None => Err(failure),
            },
        };
    }
    let (read, planned) = decided?;
    Ok(match question {
        Question::Outline => outline::answer(&read, &planned, options),
        Question::Targets => targets::answer(&read, &planned),
        _ => plan::answer(&planned.plan, &read.manifest().file.name)?,
    })
}
