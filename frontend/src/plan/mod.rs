//! What a build will do, as plain data that can be printed and compared: the same for every kind of service.
//!
//! A kind decides ([`crate::kinds`]) and writes steps ([`Steps`]); from there on nobody knows what a service is written
//! in. Nothing here knows of LLB; [`crate::lower`] turns a plan into vertices and decides nothing. Every container
//! path is absolute, every context path relative to the context.

pub mod caches;
mod facts;
mod outcome;
mod reach;
mod sbom;
mod scripts;
mod step;
mod steps;

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

pub use crate::diagnostic::Place;
pub use crate::manifest::targets::{Stage, Target};
pub use facts::{Facts, Looked, Platform};
pub use outcome::{
    Check, Checked, Complete, Entry, Healthcheck, History, Noted, Outcome, Production, RunConfig, Size, User,
    Verdict, Workbench,
};
pub use reach::{Cause, Reach};
pub use sbom::{Component, Sbom};
pub use scripts::Scripts;
pub use step::{
    Action, Culprit, Files, Image, ImageId, Key, Layer, Line, Mount, Network, Part, PartId, Run, SecretEnv,
    Shown, Side, Step, StepId, Time, Tree, Verb,
};
pub use steps::Steps;

/// Where steps find the frontend's scripts and its own program.
pub const SCRIPTS: &str = "/vextrus";
/// The program of the frontend in its own image.
pub const PROGRAM: &str = "/vextrus-frontend";
/// Name of the file that says what an image cannot load.
pub const LOADED: &str = "loaded.json";
/// Name of the file that says how large an image is.
pub const REPORT: &str = "report.json";
/// The file with the answer to a question: nothing in it where the answer is no.
pub const ANSWER: &str = "/hooks";
/// The file with the bill of materials.
pub const BILL: &str = "/sbom.spdx.json";
/// Where the workspace's root lies in every container.
pub const WORKSPACE: &str = "/app";
/// Time of everything in an image, in seconds since 1970, unless `SOURCE_DATE_EPOCH` is earlier: the one that npm gives to
/// files.
///
/// Some archivers refuse times before 1980. Source: npm/pacote, `lib/fetcher.js`.
pub const FILE_TIME: i64 = 499_162_500;
/// Where the image holds what the frontend adds to it.
pub const RUNTIME_SCRIPTS: &str = "/usr/lib/vextrus";

/// Everything that one build will do for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The service's short name, shown in front of every step: the last part of its directory.
    pub label: String,
    /// The service's package name.
    pub package: String,
    /// What the result is.
    pub target: Target,
    /// The image's platform, such as `linux/amd64`.
    pub platform: String,
    /// The workspace's directory in the context, empty for the context itself.
    pub root: String,
    /// The packages of the workspace that the service reaches, dependencies first, by name and directory.
    pub packages: Vec<Package>,
    /// Every value that was decided, why, and where it was read.
    pub values: Vec<Value>,
    /// The lines that ask for secrets of installs, by the secret's id.
    #[serde(skip)]
    pub secrets: BTreeMap<String, Place>,
    /// The images that steps start from.
    pub images: Vec<Image>,
    /// The parts of the build context that steps read.
    pub parts: Vec<Part>,
    /// The steps, each after those that it takes files of. Every one is of use for the outcome.
    pub steps: Vec<Step>,
    /// What the build comes to.
    pub outcome: Outcome,
}

/// A package of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Package {
    /// Its name, or its directory where it has none.
    pub name: String,
    /// Its directory in the workspace.
    pub directory: String,
    /// What the root of the workspace links to and the package's scripts may not find, in the order of the statuses with
    /// which they say so.
    #[serde(skip)]
    pub links: Vec<String>,
}

/// A value that was decided for a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Value {
    /// The key that would set it, such as `run.command`.
    pub key: String,
    /// The value, for people.
    pub value: String,
    /// Why it is that.
    #[serde(rename = "reason")]
    pub why: String,
    /// The line that it was read from, where it is one line's doing.
    #[serde(serialize_with = "as_text_if_any")]
    pub place: Option<Place>,
}

impl Plan {
    /// Returns an image of the plan.
    pub fn image(&self, id: ImageId) -> Option<&Image> {
        self.images.get(id.0)
    }

    /// Returns a part of the plan.
    pub fn part(&self, id: PartId) -> Option<&Part> {
        self.parts.get(id.0)
    }

    /// Iterates over the parts of the context with their numbers.
    pub fn parts(&self) -> impl Iterator<Item = (PartId, &Part)> {
        let parts = self.parts.iter().enumerate();
        parts.map(|(number, part)| (PartId(number), part))
    }

    /// Returns a step of the plan.
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id.0)
    }

    /// Returns the steps with their numbers.
    pub fn steps(&self) -> impl Iterator<Item = (StepId, &Step)> {
        self.steps
            .iter()
            .enumerate()
            .map(|(number, step)| (StepId(number), step))
    }

    /// Returns the programs that run, each with its step.
    pub fn runs(&self) -> impl Iterator<Item = (&Step, &Run)> {
        self.steps.iter().filter_map(|step| match &step.does {
            Verb::Run(run) => Some((step, &**run)),
            _ => None,
        })
    }
}

/// Returns a command line as a shell would take it.
pub fn command(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    shlex::try_join(words.iter().copied()).unwrap_or_else(|_| words.join(" "))
}

/// Writes `file:line`: the text of a file is not the plan's.
fn as_text<S: Serializer>(place: &Place, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(place)
}

fn as_text_if_any<S: Serializer>(place: &Option<Place>, serializer: S) -> Result<S::Ok, S::Error> {
    match place {
        Some(place) => serializer.collect_str(place),
        None => serializer.serialize_none(),
    }
}

fn as_texts<S: Serializer>(places: &[Place], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(places.iter().map(ToString::to_string))
}
