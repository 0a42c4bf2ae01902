//! A step: one thing that the engine does, as data.
//!
//! Everything that is printed, compared, drawn or generated of a build reads steps; [`crate::lower`] turns each into a
//! vertex. There are four verbs: a program runs, a tree of files is put together, trees are laid over each other, what
//! a program left becomes a layer. A fifth one needs two kinds of service that want it.

use std::fmt;

use serde::Serialize;

use super::{Place, Stage, WORKSPACE, as_text, command};

/// Number of a step in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct StepId(pub(super) usize);

/// Number of an image in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ImageId(pub(super) usize);

/// Number of a part of the build context in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PartId(pub(super) usize);

impl StepId {
    /// Returns its place in the plan's list.
    pub fn index(self) -> usize {
        self.0
    }
}

impl PartId {
    /// Returns its place in the plan's list.
    pub fn index(self) -> usize {
        self.0
    }
}

impl ImageId {
    /// Returns its place in the plan's list.
    pub fn index(self) -> usize {
        self.0
    }
}

/// A file system that a step takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Files {
    /// An empty one.
    Empty,
    /// An image's root.
    Image(ImageId),
    /// Files of the build context.
    Context(PartId),
    /// What a named context gives in the place of a stage: a root file system with the workspace in it.
    Given(Stage),
    /// The image of the frontend itself, with its program.
    Frontend,
    /// The tree or the layer that a step makes, or the root file system that a program has changed.
    Step(StepId),
    /// What a program left in the directory of this name that it could write, see [`Mount::Work`].
    Left(StepId, String),
}

/// Where a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// On the platform of the engine's machine.
    Build,
    /// On the platform of the image, by emulation where the machine is another one.
    Target,
}

/// An image that steps start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Its reference, with a tag or a digest.
    pub reference: String,
    /// The platform that is taken of it.
    pub side: Side,
    /// The line that chooses it.
    #[serde(serialize_with = "as_text")]
    pub place: Place,
}

/// A part of the build context that changes on its own.
///
/// Made of nothing but what it holds, so that it is the same for every service of a bake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is, as in `the sources of @erp/kernel`.
    pub what: String,
    /// Patterns of what is in it, with everything below; none means all. What no step sees is left out of it
    /// whatever they say: [`crate::source::ignored`].
    pub include: Vec<String>,
    /// Patterns that this part leaves out.
    pub exclude: Vec<String>,
    /// The lines that ask for it.
    #[serde(serialize_with = "super::as_texts")]
    pub places: Vec<Place>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name on the progress display, with the service's label in front.
    pub name: String,
    /// The stage that it is part of, for `--no-cache-filter`.
    pub stage: Stage,
    /// The package whose scripts it runs, for the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The line of the progress display that it is shown on; none means one of its own.
    #[serde(skip)]
    pub line: Option<Line>,
    /// The lines of the user's files that it comes from, which a failure shows.
    #[serde(serialize_with = "super::as_texts")]
    pub places: Vec<Place>,
    /// What it does.
    pub does: Verb,
}

/// A line of the progress display that several steps are shown on.
///
/// A line of weak members alone is not shown, and one that has others is done when they are.
/// Source: moby/buildkit, `util/progress/progressui/display.go`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What tells it apart.
    pub id: String,
    /// Its text.
    pub name: String,
    /// Whether the step adds nothing to it that takes time.
    pub is_weak: bool,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Runs a program.
    Run(Box<Run>),
    /// Writes and copies files.
    Tree(Tree),
    /// Lays trees over each other, the lowest first.
    Over(Vec<Files>),
    /// Takes what a program left in a directory as a layer of an image.
    Layer(Layer),
}

/// A program that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The root file system that it runs in.
    pub on: Files,
    /// The image whose environment it has.
    pub image: ImageId,
    /// The platform that it runs on.
    pub side: Side,
    /// Program and arguments.
    pub command: Vec<String>,
    /// What a reader of the repository would call what it runs, and is shown of it: without what only the frontend needs.
    /// Nothing where the step's name says all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<Shown>,
    /// The directory that it is run in.
    pub directory: String,
    /// What it tells by the status with which it fails.
    #[serde(skip)]
    pub culprits: Vec<Culprit>,
    /// Environment, over the image's.
    pub env: Vec<(String, String)>,
    /// Environment variables that are filled from secrets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secret_env: Vec<SecretEnv>,
    /// What it finds beside the root file system.
    pub mounts: Vec<Mount>,
    /// Its network.
    pub network: Network,
}

/// What a step has failed of, by its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Culprit {
    /// The status.
    pub status: u8,
    /// A name that the step's kind knows the place of.
    pub name: String,
}

/// A command as somebody would give it who does by hand what a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The command.
    pub command: String,
    /// The directory that it is given in.
    pub directory: String,
}

impl Shown {
    /// Returns a command in a directory of the container.
    pub fn new(words: &[impl AsRef<str>], directory: &str) -> Self {
        Self {
            command: command(words),
            directory: directory.to_owned(),
        }
    }
}

impl fmt::Display for Shown {
    /// Writes the command, and its directory where that is not the workspace's own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.command)?;
        match self
            .directory
            .strip_prefix(WORKSPACE)
            .and_then(|inside| inside.strip_prefix('/'))
        {
            Some(inside) => write!(f, " (in {inside})"),
            None => Ok(()),
        }
    }
}

/// An environment variable that is filled from a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretEnv {
    /// The variable.
    pub variable: String,
    /// The id that `--secret id=` gives.
    pub id: String,
    /// Whether the step fails without it.
    pub is_required: bool,
}

/// The network that a program has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// What the command line says; without a word a sandbox, also where the command line says `none`: such a program
    /// fetches what the build is made of, and `none` is meant for the repository's own scripts.
    Fetch,
    /// What the command line says.
    Asked,
    /// What the command line says; without a word none: such a program asks it for nothing, and a container without one is
    /// made with less work.
    Unneeded,
    /// None.
    None,
    /// The host's.
    Host,
    /// A sandbox of its own.
    Sandbox,
}

/// A directory or file that a program finds beside its root file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mount {
    /// A cache that outlives the build.
    Cache {
        /// Where it is mounted.
        at: String,
        /// Its id.
        id: String,
        /// Whether several steps use it at the same time.
        is_shared: bool,
    },
    /// Files to read.
    Read {
        /// Where they are mounted.
        at: String,
        /// The tree that has them.
        files: Files,
        /// The directory or file of the tree that is mounted; none means all of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// What the step's cache key takes of them.
        key: Key,
    },
    /// A tree that the program works in; what it leaves there is [`Files::Left`].
    Work {
        /// Where it is mounted.
        at: String,
        /// What is there at first.
        files: Files,
        /// The directory of the tree that is mounted; none means all of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// What the step's cache key takes of it.
        key: Key,
    },
    /// A file that a secret fills.
    Secret {
        /// Where it is.
        at: String,
        /// The id that `--secret id=` gives.
        id: String,
        /// Whether the step fails without it.
        is_required: bool,
    },
    /// The socket of an ssh agent.
    Agent {
        /// Where it is.
        at: String,
        /// The id that `--ssh` gives.
        id: String,
    },
}

/// What of mounted files a step's cache key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// A digest of their contents: files that come out alike are alike.
    Content,
    /// The key of the step that made them, which costs no reading.
    Maker,
}

/// Files that are put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tree {
    /// What they are put on.
    pub on: Files,
    /// The times of what is written and copied.
    pub time: Time,
    /// What is done, in this order.
    pub actions: Vec<Action>,
}

/// Modification times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Time {
    /// As they come.
    Any,
    /// 1970: for what no image holds and every build is to have alike.
    Epoch,
    /// The one time of everything in an image.
    Image,
}

/// One action on files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Makes a directory and those around it.
    Directory {
        /// Its path.
        path: String,
        /// Who may write it; none means root.
        #[serde(skip_serializing_if = "Option::is_none")]
        owner: Option<super::User>,
    },
    /// Writes a file.
    File {
        /// Its path.
        path: String,
        /// What is in it.
        text: String,
        /// Whether it is a program.
        is_program: bool,
    },
    /// Writes a long text as gzip has it, into a file of this name and `.gz`.
    Packed {
        /// The path of the text itself.
        path: String,
        /// What is in it.
        text: String,
    },
    /// Copies a file, or what is in a directory.
    Copy {
        /// The tree that has it.
        files: Files,
        /// Its path there.
        from: String,
        /// Its path here.
        to: String,
        /// Patterns below `from` of what is copied; none means all.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        include: Vec<String>,
        /// Patterns below `from` of what is not.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        exclude: Vec<String>,
    },
    /// Copies what a tree has at a path, if it has anything there, to the same path as a user's own.
    Owned {
        /// The tree.
        files: Files,
        /// The path.
        path: String,
        /// Whose it is.
        owner: super::User,
    },
    /// Writes the account files of an image with the user in them; nothing where the image has the user already.
    Accounts {
        /// The image.
        of: ImageId,
        /// The user.
        user: super::User,
        /// The user's home.
        home: String,
    },
    /// Writes a JSON object, with what nobody knows before the image is looked up: its reference with a digest as
    /// `base`, behind a prefix, and the time of the build as `created`.
    Facts {
        /// Path of the file.
        path: String,
        /// The object.
        facts: serde_json::Map<String, serde_json::Value>,
        /// The image.
        base: ImageId,
        /// What stands before its reference.
        prefix: String,
    },
}

/// What a program left, as a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// What it left.
    pub of: Files,
    /// What it began with: nothing but the directory that the layer is for.
    pub ground: Files,
    /// Where in `of` the layer's files are.
    pub from: String,
    /// Where they are in the image.
    pub to: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_with_its_directory_in_the_workspace() {
        for (directory, shown) in [
            ("/app/libs/kernel", "pnpm run 'a b' (in libs/kernel)"),
            ("/app", "pnpm run 'a b'"),
            ("/", "pnpm run 'a b'"),
            ("/apps", "pnpm run 'a b'"),
        ] {
            assert_eq!(Shown::new(&["pnpm", "run", "a b"], directory).to_string(), shown);
        }
    }
}
