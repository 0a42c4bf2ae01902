//! Questions about a build (`docker buildx build --call`), answered without running any of its steps.
//!
//! An answer is metadata without a file system: JSON for programs, and the same as text for people. The requests of
//! docker/dockerfile have its JSON, which buildx prints by itself as long as the answer's version is not newer than
//! the one that it knows; an answer that holds more is newer, and buildx shows our text.

mod describe;
mod lint;
mod outline;
mod plan;
mod schema;
mod sources;
mod targets;
mod text;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::gateway::{BuildResult, Failure, Gateway};
use crate::options::Options;
use crate::story::decide;

/// The version that buildx knows of the requests of docker/dockerfile.
const VERSION: &str = "1.0.0";
/// That of an answer with more in it than docker/dockerfile's.
const EXTENDED: &str = "1.1.0";

/// What a subrequest comes to.
#[derive(Debug, Clone, PartialEq)]
struct Answer {
    json: Json,
    text: String,
    version: &'static str,
    /// What buildx exits with.
    status: u8,
}

impl Answer {
    /// Returns an answer of a successful request.
    fn new(json: Json, text: String, version: &'static str) -> Self {
        Self {
            json,
            text,
            version,
            status: 0,
        }
    }

    fn into_result(self) -> BuildResult {
        let metadata = BTreeMap::from([
            ("result.json".to_owned(), format!("{:#}", self.json).into_bytes()),
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

/// Answers a subrequest.
///
/// # Errors
/// A request that is not known here; mistakes in the build's files, but for `frontend.lint`, which tells them.
pub async fn answer(gateway: &Gateway, options: &Options, request: &str) -> Result<BuildResult, Failure> {
    // buildx puts `frontend.` in front of the name that `--call` gives, whole or not.
    let answer = match request.trim_start_matches("frontend.") {
        "subrequests.describe" => describe::answer(),
        "schema" => schema::answer(),
        "lint" => match decide(gateway, options).await {
            Ok(decided) => lint::warnings(&decided),
            Err(failure) => match failure.diagnostics() {
                Some(mistakes) => lint::mistakes(mistakes, &failure.to_string(), options),
                None => return Err(failure),
            },
        },
        "outline" => outline::answer(&decide(gateway, options).await?, options),
        "plan" => plan::answer(&decide(gateway, options).await?, options)?,
        "targets" => {
            // The list is for whoever does not know the targets yet.
            let options = Options {
                target: None,
                ..options.clone()
            };
            targets::answer(&decide(gateway, &options).await?)
        }
        _ => return Err(Failure::unknown_subrequest(request)),
    };
    Ok(answer.into_result())
}
