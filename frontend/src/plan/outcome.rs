//! What a build comes to: a production image, or the workspace as an image.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::step::{Files, ImageId};
use super::{Place, as_text};

/// What a build comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The production image.
    Image(Box<Production>),
    /// The workspace as developers have it: the image of every other target.
    Workbench(Box<Workbench>),
}

impl Outcome {
    /// Returns the root file system.
    pub fn root(&self) -> &Files {
        match self {
            Self::Image(image) => &image.root,
            Self::Workbench(workbench) => &workbench.root,
        }
    }

    /// Returns the image whose configuration the result's begins with.
    pub fn base(&self) -> ImageId {
        match self {
            Self::Image(image) => image.base,
            Self::Workbench(workbench) => workbench.base,
        }
    }

    /// Returns what each layer above the base holds, the lowest first.
    pub fn history(&self) -> &[History] {
        match self {
            Self::Image(image) => &image.history,
            Self::Workbench(workbench) => &workbench.history,
        }
    }

    /// Returns how a container runs.
    pub fn run(&self) -> &RunConfig {
        match self {
            Self::Image(image) => &image.run,
            Self::Workbench(workbench) => &workbench.run,
        }
    }

    /// Returns the directory with the bill of materials, where one is asked for.
    pub fn bill(&self) -> Option<&Files> {
        match self {
            Self::Image(image) => image.bill.as_ref(),
            Self::Workbench(workbench) => workbench.bill.as_ref(),
        }
    }

    /// Returns every file system that something is done with: what a plan has its steps for.
    pub fn wanted(&self) -> Vec<&Files> {
        let mut wanted = vec![self.root()];
        wanted.extend(self.bill());
        wanted.extend(self.history().iter().filter_map(|layer| layer.files.as_ref()));
        if let Self::Image(image) = self {
            wanted.extend(image.size.as_ref().map(|size| &size.report));
            wanted.extend(image.check.as_ref().map(|check| &check.report));
            wanted.extend(image.verdict.as_ref().map(|verdict| &verdict.report));
            wanted.extend(image.entry.as_ref().map(|entry| &entry.service));
            wanted.extend(&image.question);
        }
        wanted
    }
}

/// The production image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Production {
    /// The image that it stands on.
    pub base: ImageId,
    /// Whether nothing of that image is kept but the environment of its programs.
    pub is_scratch: bool,
    /// The root file system.
    pub root: Files,
    /// What each layer above the base holds, the lowest first.
    pub history: Vec<History>,
    /// How a container runs.
    pub run: RunConfig,
    /// The file that an inferred command starts, where it has to be looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<Entry>,
    /// How large it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Whether it can load what it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// What tells where nobody looks at the image whether its native code runs there.
    #[serde(skip)]
    pub noted: Option<Noted>,
    /// What a step says of what packages' scripts left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The directory with the bill of materials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<Files>,
    /// Where an answer changes the plan, the directory with it: see [`super::Facts::install_runs_programs`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Files>,
}

/// The workspace as developers have it, with tools and all dependencies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Workbench {
    /// The image that it stands on.
    pub base: ImageId,
    /// The root file system.
    pub root: Files,
    /// What each layer above the base holds, the lowest first.
    pub history: Vec<History>,
    /// How a container runs.
    pub run: RunConfig,
    /// The directory with the bill of materials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<Files>,
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct History {
    /// What it holds, for people.
    pub what: String,
    /// Its files, where it is a tree of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Files>,
}

impl History {
    /// Returns a layer that is part of the root, and no tree of its own.
    pub fn of_base(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            files: None,
        }
    }
}

/// How a container runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RunConfig {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Environment, over the base's.
    pub env: BTreeMap<String, String>,
    /// Directories in which programs are looked for before those of the image.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub search: Vec<String>,
    /// Numeric user and group; none means root.
    pub user: Option<User>,
    /// Working directory.
    pub directory: String,
    /// Exposed ports.
    pub ports: Vec<u16>,
    /// Directories that stay writable, or the image's.
    pub volumes: Vec<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Health check.
    pub healthcheck: Option<Healthcheck>,
    /// Signal that stops the container.
    pub stop_signal: Option<String>,
}

/// Numeric user and group of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct User {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// The image's health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Healthcheck {
    /// Command with arguments, run without a shell.
    pub command: Vec<String>,
    /// Seconds between checks.
    pub interval: u64,
    /// Seconds that a check may take.
    pub timeout: u64,
    /// Seconds after the start in which failures do not count.
    pub start_period: u64,
    /// Seconds between checks until the first one that is well, within that time; 0 leaves it to the engine.
    pub start_interval: u64,
    /// Failures in a row that make the container unhealthy.
    pub retries: u32,
}

/// The file that a command starts: the first of its candidates that the build made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The service's own files in the image, alone.
    pub service: Files,
    /// Paths relative to the working directory, most likely first.
    pub candidates: Vec<String>,
    /// Index in [`RunConfig::command`] of the one that is found.
    pub argument: Option<usize>,
    /// Why it is one of these.
    pub why: String,
    /// What may be the cause where none is there.
    #[serde(skip)]
    pub hint: Option<String>,
    /// Whether a build that leaves pages and none of these is that of a site: nobody says that it is a service.
    #[serde(skip)]
    pub may_be_site: bool,
    /// The line that would say otherwise.
    #[serde(serialize_with = "as_text")]
    pub place: Place,
    /// The line that says, or would say, what kind of service it is.
    #[serde(skip)]
    pub kind: Place,
}

/// How large an image is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Size {
    /// The directory with the report.
    pub report: Files,
    /// The largest size, in bytes; without one the base and the dependencies are measured, for a warning.
    pub limit: Option<u64>,
    /// The line that would set it.
    #[serde(serialize_with = "as_text")]
    pub place: Place,
}

/// A look at whether an image can load what it starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The directory with the report.
    pub report: Files,
    /// The packages of the workspace whose code may be loaded, for who is told what one lacks.
    #[serde(skip)]
    pub packages: Vec<Checked>,
    /// What is installed if the image turns out to load it: what the root of the workspace alone declares, by name.
    #[serde(skip)]
    pub of_root: BTreeMap<String, Place>,
    /// The output that should hold all that it loads, so that nothing is installed beside it.
    #[serde(skip)]
    pub complete: Option<Complete>,
    /// Whether the base was chosen in the hope that all native code runs on it.
    #[serde(skip)]
    pub is_hoped: bool,
    /// Directories that the service's user may write.
    #[serde(skip)]
    pub writable: Vec<String>,
    /// The line that would name more of them.
    #[serde(skip)]
    pub writes: Place,
    /// How an install script is let run, for who is told that it did not.
    #[serde(skip)]
    pub approval: String,
    /// The line that says what is started.
    #[serde(serialize_with = "as_text")]
    pub command: Place,
    /// The line that would choose another base.
    #[serde(skip)]
    pub base: Place,
}

/// A note of native code for another C library than the base's, which was chosen in the hope that there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The files that have it, if there is any.
    pub files: Files,
    /// Its path in them: a list of packages, in JSON.
    pub path: String,
    /// The line that would choose another base.
    pub base: Place,
}

/// What a step says of what it was given: a sentence that stops the build, or that the user should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The tree with the report.
    pub report: Files,
    /// The report's path in it: JSON with `error`, the manifest's `key` that it is about, and `warnings`, each with a
    /// `rule`, a `key` and a `message`.
    pub file: String,
}

/// An output of a build that should hold all that it loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete {
    /// The dependencies that it stands for.
    pub dependencies: BTreeSet<String>,
    /// Directories of the service of which the file that is started has to lie in one.
    pub outputs: Vec<&'static str>,
}

/// A package of the workspace whose code an image holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its name.
    pub name: String,
    /// Its directory in the image.
    pub directory: String,
    /// Its directory in the workspace.
    pub source: String,
    /// The file that declares its dependencies.
    pub file: String,
    /// The line where they begin, or that names it.
    pub place: Place,
    /// Its dependencies for development alone, with the line of each.
    pub tools: BTreeMap<String, Place>,
}
