//! Why a build ended without a result, in the form in which BuildKit passes it on to the user.

use std::error::Error;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use buildkit_proto::google::protobuf::Any;
use buildkit_proto::google::rpc;
use buildkit_proto::pb;
use prost::Message as _;
use serde_json::{Value, json};
use tonic::Code;

use crate::diagnostic::{Diagnostic, Diagnostics, Place, shown};

/// How many places a failure shows; each is a framed excerpt on the user's terminal.
const MAX_PLACES: usize = 10;
/// How large their excerpts may be together, in bytes: the lines before a place are empty, and there may be millions.
const MAX_EXCERPTS: usize = 1 << 20;
/// The detail that is a place.
const SOURCE: &str = "errdefs.Source";

/// The end of a build without a result: our own diagnostics, or what the daemon said, unchanged.
#[derive(Clone, PartialEq)]
pub struct Failure {
    cause: Cause,
    /// Places that were added to the daemon's own.
    places: Vec<Place>,
}

#[derive(Clone, PartialEq)]
enum Cause {
    Mistakes(Diagnostics),
    Status(Box<rpc::Status>),
}

impl Failure {
    /// Returns a failure with a code and a message of our own, for what is not a mistake in the build's files.
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        let status = rpc::Status {
            code: code as i32,
            message: message.into(),
            details: Vec::new(),
        };
        Self {
            cause: Cause::Status(Box::new(status)),
            places: Vec::new(),
        }
    }

    /// Returns a failure that tells what could not be done, and every reason that the error gives.
    pub(super) fn from_error(what: &str, error: &dyn Error) -> Self {
        let mut message = format!("{what}: {error}");
        let mut source = error.source();
        while let Some(reason) = source {
            message.push_str(&format!(": {reason}"));
            source = reason.source();
        }
        Self::new(Code::Unavailable, message)
    }

    /// Returns the failure that tells the client that a subrequest (`--call`) is not known here.
    pub fn unknown_subrequest(name: &str) -> Self {
        let mut failure = Self::new(Code::Unimplemented, format!("unsupported request {name}"));
        if let Cause::Status(status) = &mut failure.cause {
            status
                .details
                .push(detail("errdefs.Subrequest", &json!({ "name": name })));
        }
        failure
    }

    /// Points the failure at a place, such as the line that names the image which cannot be resolved.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    /// Points the failure at a place alone: where it is known better than the daemon knows it.
    #[must_use]
    pub fn only_at(mut self, place: Place) -> Self {
        if let Cause::Status(status) = &mut self.cause {
            let is_place = |detail: &Any| detail.type_url == type_url(SOURCE);
            status.details.retain(|detail| !is_place(detail));
        }
        self.places = vec![place];
        self
    }

    /// Returns the mistakes, where the failure is our own.
    pub fn diagnostics(&self) -> Option<&Diagnostics> {
        match &self.cause {
            Cause::Mistakes(diagnostics) => Some(diagnostics),
            Cause::Status(_) => None,
        }
    }

    /// Returns the places that were added to the daemon's own.
    #[cfg(test)]
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Returns the digests of the vertices that have failed: none where the daemon names none, as for one that another
    /// build has asked for first.
    pub fn vertices(&self) -> Vec<String> {
        let Cause::Status(status) = &self.cause else {
            return Vec::new();
        };
        let details = status.details.iter();
        let named = details.filter(|detail| detail.type_url.ends_with("/errdefs.Vertex+json"));
        let values = named.filter_map(|detail| serde_json::from_slice::<Value>(&detail.value).ok());
        values
            .filter_map(|value| value["digest"].as_str().map(str::to_owned))
            .collect()
    }

    /// Says the daemon's failure in other words; what clients read beside the words stays.
    #[must_use]
    pub fn saying(mut self, words: impl Into<String>) -> Self {
        if let Cause::Status(status) = &mut self.cause {
            status.message = words.into();
        }
        self
    }

    /// Returns how large the failure is in wire form, in bytes.
    #[cfg(test)]
    pub(crate) fn wire_size(&self) -> usize {
        self.to_status().encoded_len()
    }

    /// Returns the failure in wire form.
    ///
    /// Mistakes of ours have the code `Unknown`: the client prints every other code in front of the message.
    pub(super) fn to_status(&self) -> rpc::Status {
        let (mut status, mut places) = match &self.cause {
            Cause::Mistakes(diagnostics) => {
                let message = self.to_string();
                let status = rpc::Status {
                    code: Code::Unknown as i32,
                    message,
                    details: Vec::new(),
                };
                (
                    status,
                    diagnostics
                        .iter()
                        .filter_map(|diagnostic| diagnostic.place.as_ref())
                        .collect(),
                )
            }
            Cause::Status(status) => ((**status).clone(), Vec::new()),
        };
        places.extend(&self.places);
        let mut shown: Vec<(&Place, String)> = Vec::new();
        let mut size = 0;
        for place in places {
            if shown.len() == MAX_PLACES {
                break;
            }
            if shown.iter().any(|(known, _)| known.has_lines_of(place)) {
                continue;
            }
            let excerpt = place.excerpt();
            size += excerpt.len();
            if size > MAX_EXCERPTS {
                break;
            }
            shown.push((place, excerpt));
        }
        // The client unwraps the details from the outside, so that the last one is printed first.
        let details = shown.iter().rev();
        status
            .details
            .extend(details.map(|(place, excerpt)| source_detail(place, excerpt)));
        status
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Status(status) => f.write_str(&status.message),
            Cause::Mistakes(diagnostics) => match diagnostics.iter().count() {
                1 => write!(f, "{diagnostics}"),
                several => write!(f, "{several} mistakes:\n{diagnostics}"),
            },
        }
    }
}

impl fmt::Debug for Failure {
    /// Leaves the daemon's details out: they are kilobytes of its own stack traces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Failure")
            .field(&self.to_string())
            .field(&self.places)
            .finish()
    }
}

impl Error for Failure {}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self {
            cause: Cause::Mistakes(diagnostics),
            places: Vec::new(),
        }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Diagnostics::from(diagnostic).into()
    }
}

impl From<tonic::Status> for Failure {
    /// Takes the daemon's failure over as it is: its details name the failed step, its exit code and the line
    /// of the build file, and the client's debugger starts from them.
    fn from(status: tonic::Status) -> Self {
        match rpc::Status::decode(status.details()) {
            Ok(whole) if whole.code != Code::Ok as i32 => Self {
                cause: Cause::Status(Box::new(whole)),
                places: Vec::new(),
            },
            _ => match status.code() {
                // A return of code zero would be no failure at all.
                Code::Ok => Self::new(Code::Unknown, status.message()),
                code => Self::new(code, status.message()),
            },
        }
    }
}

/// Returns the file of a place and the range of its lines in wire form.
pub(super) fn source_info(place: &Place) -> (pb::SourceInfo, pb::Range) {
    let position = |line: u32| {
        Some(pb::Position {
            line: wire_line(line),
            character: 0,
        })
    };
    let info = pb::SourceInfo {
        filename: shown(&place.file.name).into_owned(),
        data: place.excerpt().into_bytes(),
        ..pb::SourceInfo::default()
    };
    (
        info,
        pb::Range {
            start: position(place.first_line),
            end: position(place.last_line),
        },
    )
}

fn wire_line(line: u32) -> i32 {
    i32::try_from(line).unwrap_or(i32::MAX)
}

/// Returns the detail from which buildx prints an excerpt of the file.
fn source_detail(place: &Place, excerpt: &str) -> Any {
    let source = json!({
        "info": { "filename": shown(&place.file.name), "data": BASE64.encode(excerpt) },
        "ranges": [{
            "start": { "line": wire_line(place.first_line) },
            "end": { "line": wire_line(place.last_line) },
        }],
    });
    detail(SOURCE, &source)
}

/// Returns a detail as BuildKit's clients read it: JSON in a protobuf `Any`.
/// Source: `util/grpcerrors` and containerd's typeurl, which marks JSON by the suffix of the type.
fn detail(name: &str, value: &Value) -> Any {
    Any {
        type_url: type_url(name),
        value: value.to_string().into_bytes(),
    }
}

fn type_url(name: &str) -> String {
    format!("github.com/moby/buildkit/{name}+json")
}
