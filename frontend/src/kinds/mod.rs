//! The kinds of service: each reads its own files, decides, and writes steps. A closed set that is matched: no registry,
//! no detection by order.

pub mod node;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostics, Place};
use crate::gateway::Failure;
use crate::manifest::Manifest;
use crate::manifest::values::Kind;
use crate::options::Options;
use crate::plan::{Culprit, Facts, Plan, Stage, Target};
use crate::source::{BuildFile, Context, Origin, Reader, Tree};
use crate::warning::Warning;

/// What a kind found in the repository.
#[derive(Debug)]
pub enum Found {
    /// A Node service in its workspace.
    Node(Box<node::read::Found>),
}

/// What a kind decided, in its own terms.
#[derive(Debug)]
pub enum Model {
    /// Of a Node service.
    Node(Box<node::plan::Model>),
}

/// A plan, what it follows from, and what does not stop the build.
#[derive(Debug)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What the kind decided.
    pub model: Model,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// Transfers what any kind reads of the context before it is known which one it is.
///
/// # Errors
/// Whatever the engine answers.
pub async fn metadata(reader: &Reader, options: &Options, context: &Context) -> Result<Tree, Failure> {
    node::read::metadata(reader, options, context).await
}

/// Returns the directory in the context where the build file lies, where what lies beside it tells; for the place of a
/// mistake, since it looks into every directory.
///
/// # Errors
/// Whatever the engine answers.
pub async fn directory(tree: &Tree, build_file: &BuildFile) -> Result<Option<String>, Failure> {
    node::read::directory(tree, build_file).await
}

/// Reads what the manifest's kind decides from.
///
/// # Errors
/// All mistakes of the repository's files together.
pub async fn read(
    reader: &Reader,
    options: &Options,
    files: (&mut Origin, &BuildFile, Tree),
    manifest: Manifest,
) -> Result<Found, Failure> {
    match manifest.kind {
        // A static site is what a build of Node wrote; which of the two a service is shows only what is read. The manifest's
        // reader refuses the kinds that are yet to come, at their line.
        None | Some(Kind::Node | Kind::Static | Kind::Python) => {
            let found = node::read::read(reader, options, files, manifest).await?;
            Ok(Found::Node(Box::new(found)))
        }
    }
}

impl Found {
    /// Returns the manifest, with the repository's defaults.
    pub fn manifest(&self) -> &Manifest {
        match self {
            Self::Node(found) => &found.manifest,
        }
    }

    /// Returns what a step that fails says by its status, in words, and the line that names it; `near` is a line of the step.
    pub fn culprit(&self, culprit: &Culprit, near: Option<&Place>) -> (String, Option<Place>) {
        match self {
            Self::Node(found) => node::plan::culprit(&found.workspace, culprit, near),
        }
    }

    /// Plans a build for one platform. Pure.
    ///
    /// # Errors
    /// All mistakes found, each with its place.
    pub fn plan(
        &self,
        target: &Target,
        arguments: &BTreeMap<String, String>,
        facts: &Facts,
    ) -> Result<Planned, Diagnostics> {
        match self {
            Self::Node(found) => {
                let (model, plan, warnings) = node::plan(found, target, arguments, facts)?;
                Ok(Planned {
                    plan,
                    model: Model::Node(Box::new(model)),
                    warnings,
                })
            }
        }
    }
}

/// Variables that the build of a static site shows to everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicVariables {
    /// The directory in the context whose sources read them.
    pub directory: String,
    /// How their names begin.
    pub prefixes: &'static [&'static str],
    /// Those that the build has, beside what files of its directory set.
    pub set: BTreeSet<String>,
}

impl Model {
    /// Returns the variables that the build shows to everybody, where it is that of a static site.
    pub fn public_variables(&self) -> Option<PublicVariables> {
        match self {
            Self::Node(model) => model.public_variables(),
        }
    }

    /// Returns the image that a stage stands on.
    pub fn base(&self, stage: Stage) -> &str {
        match self {
            Self::Node(model) => model.base(stage),
        }
    }
}
