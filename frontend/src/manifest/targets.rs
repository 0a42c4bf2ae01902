//! The targets of a service: what `--target` can ask for.
//!
//! Every service has the stages of its build as targets; the manifest's tables `[target.NAME]` add roles of the
//! image. [`Manifest::targets`] lists them all.

use serde::Serialize;

use super::values::TargetName;
use super::words::{quoted, suggest};
use super::{Manifest, Run};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, names};

/// A stage of a service's build: a part of the graph, and the target that ends with it.
///
/// In the order of the pipeline, which is that of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Tools and installed dependencies.
    Deps,
    /// The built workspace.
    Build,
    /// The workspace after the tests.
    Test,
    /// The workspace after the linter.
    Lint,
    /// An image that runs the development script.
    Dev,
    /// The production image.
    Runtime,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 6] = [
        Self::Deps,
        Self::Build,
        Self::Test,
        Self::Lint,
        Self::Dev,
        Self::Runtime,
    ];

    /// Returns the name, as `--target` and `--no-cache-filter` take it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deps => "deps",
            Self::Build => "build",
            Self::Test => "test",
            Self::Lint => "lint",
            Self::Dev => "dev",
            Self::Runtime => "runtime",
        }
    }

    /// Returns what the target gives, in one line.
    pub fn description(self) -> &'static str {
        match self {
            Self::Deps => "The tools and the workspace with all dependencies installed",
            Self::Build => "The workspace with the service and its packages built",
            Self::Test => "Runs the test script, on the built packages that the service uses",
            Self::Lint => "Runs the lint script, on the built packages that the service uses",
            Self::Dev => "An image that runs the development script, to mount sources over",
            Self::Runtime => "The production image",
        }
    }

    /// Returns the stage of a name, whatever its case: names of stages are compared as docker/dockerfile does.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|stage| stage.name().eq_ignore_ascii_case(name))
    }

    /// Returns what the stage does with the service, as the name of a step says it.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Lint => "lint",
            Self::Build => "build",
            Self::Deps | Self::Dev | Self::Runtime => "prepare",
        }
    }

    /// Returns the manifest's key that says more of the stage: `build.test` names the script of `test`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Deps => "build.packages",
            Self::Build => "build.script",
            Self::Test => "build.test",
            Self::Lint => "build.lint",
            Self::Dev => "build.dev",
            Self::Runtime => "run",
        }
    }
}

/// What `--target` chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The stage that is asked for.
    pub stage: Stage,
    /// The role of the production image: NAME of `[target.NAME]`.
    pub role: Option<String>,
}

impl Target {
    /// Returns the name that `--target` takes.
    pub fn name(&self) -> &str {
        self.role.as_deref().unwrap_or(self.stage.name())
    }
}

/// The production image.
impl Default for Target {
    fn default() -> Self {
        Self {
            stage: Stage::Runtime,
            role: None,
        }
    }
}

/// One target of a manifest, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What `--target` with its name chooses.
    pub target: Target,
    /// What it gives, in one line.
    pub description: String,
    /// Where the manifest says something of it, else the first line.
    pub place: Place,
}

impl Listed {
    /// Returns whether it is what a build without `--target` gives.
    pub fn is_default(&self) -> bool {
        self.target == Target::default()
    }
}

impl Manifest {
    /// Returns all targets: the stages in their order, then the manifest's own by name.
    pub fn targets(&self) -> Vec<Listed> {
        let stages = Stage::ALL.into_iter().map(|stage| Listed {
            target: Target { stage, role: None },
            description: stage.description().to_owned(),
            place: self.place(stage.key()).unwrap_or_else(|| self.first_line()),
        });
        let roles = self.target.iter().map(|(name, run)| Listed {
            target: Target {
                stage: Stage::Runtime,
                role: Some(name.as_str().to_owned()),
            },
            description: match &run.command {
                Some(command) => format!("The production image, running `{}`", command.words().join(" ")),
                None => "The production image in another role".to_owned(),
            },
            place: self.nearest_place(&format!("target.{name}")),
        });
        stages.chain(roles).collect()
    }

    /// Returns what `--target` chooses; without it, the production image. A name that differs in case alone is
    /// found too, as docker/dockerfile does.
    ///
    /// # Errors
    /// Where no such target exists: the error lists all of them.
    pub fn target(&self, name: Option<&str>) -> Result<Target, Diagnostics> {
        let Some(name) = name else {
            return Ok(Target::default());
        };
        let targets = self.targets();
        let exact = targets.iter().find(|listed| listed.target.name() == name);
        let mut any = targets.iter();
        let found = exact.or_else(|| any.find(|listed| listed.target.name().eq_ignore_ascii_case(name)));
        match found {
            Some(listed) => Ok(listed.target.clone()),
            None => Err(self.unknown_target(name, &targets)),
        }
    }

    /// Returns how the image runs: `[run]`, with the overrides of `[target.NAME]` for a role.
    pub fn role(&self, target: &Target) -> Run {
        let role = target.role.as_deref();
        match role.and_then(|name| self.target.get(name)) {
            Some(overrides) => super::read::Field::or(overrides.clone(), self.run.clone()),
            None => self.run.clone(),
        }
    }

    fn unknown_target(&self, name: &str, targets: &[Listed]) -> Diagnostics {
        let names: Vec<&str> = targets.iter().map(|listed| listed.target.name()).collect();
        let near = match suggest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `--target {near}`? The"),
            None => "the".to_owned(),
        };
        let message = format!(
            "no target {}; {near} targets are {}, and a table `[target.NAME]` adds one",
            quoted(name),
            names.join(", ")
        );
        Diagnostic::named(names::UNKNOWN_TARGET, message)
            .at(self.first_line())
            .into()
    }
}

/// Returns why the manifest cannot have a target of a name: it is taken.
pub(super) fn reserved(name: &TargetName) -> Option<String> {
    let stage = Stage::named(name.as_str())?;
    let what = match stage {
        Stage::Runtime => "`[run]` says how it runs".to_owned(),
        stage => format!("`{}` changes it", stage.key()),
    };
    Some(format!(
        "`[target.{name}]` takes the name of the target `{}` that every service has ({what}); write another name",
        stage.name()
    ))
}
