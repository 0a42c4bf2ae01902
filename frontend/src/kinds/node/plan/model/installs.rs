//! The tools that steps run in, and what is installed for them.

use std::collections::BTreeMap;

use crate::diagnostic::Place;
use crate::kinds::node::plan::system::SystemPackages;
use crate::kinds::node::scripts;
use crate::plan::{Culprit, Shown};

/// Images and tools that steps run in.
#[derive(Debug, Clone)]
pub struct Toolchain {
    /// The version of Node, as the tag of its image names it.
    pub node: String,
    /// The image that development installs and builds run in.
    pub image: String,
    /// The image that the production install runs in; differs where the runtime's libc does.
    pub production_image: String,
    /// The package manager.
    pub manager: Tool,
    /// Environment of every step that runs it.
    pub env: BTreeMap<String, String>,
    /// The line that names its version.
    pub place: Place,
}

/// A package manager.
#[derive(Debug, Clone)]
pub struct Tool {
    /// The name of its program.
    pub name: &'static str,
    /// Its exact version; none where it is the one of Node's image, whichever that has.
    pub version: Option<String>,
    /// The script that sets it up, and the command that runs that; none where the image has it.
    pub setup: Option<(scripts::Script, Vec<String>)>,
}

impl Tool {
    /// Returns what people call it: with its version, where that is known.
    pub fn named(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.to_owned(),
        }
    }
}

/// One `pnpm install --frozen-lockfile`, or `npm ci`, in a tree that holds manifests and no sources.
///
/// In two halves. The first has the store, the network, credentials and a turn, and runs nothing of the repository or its
/// dependencies; the second one runs what has to be run, and has none of these. So nothing that one repository runs can
/// write what another one's build takes.
#[derive(Debug, Clone, Default)]
pub struct Install {
    /// The name of the package that it is for, unless it is the service's own.
    pub of: Option<String>,
    /// Key of the install that this one adds to: of the packages that the package is built on, the one with
    /// the most dependencies. Each package has its own install, so that it is the same step for every
    /// service; together they install each dependency little more than once.
    pub on: Option<String>,
    /// The install of the large development tools of the package, which this one adds to as well: a step for every
    /// package that is developed with the same.
    pub tools: Option<Box<Install>>,
    /// Files written by the frontend, by container path: lockfile, package.json files, settings.
    pub files: BTreeMap<String, String>,
    /// Files taken from the context as they are: patches and tarballs. Context path to container path.
    pub copies: BTreeMap<String, String>,
    /// Patches that it applies in the end: the pattern that they match in the context, and the directory that has them.
    pub patches: BTreeMap<String, String>,
    /// The frontend's scripts that the command runs.
    pub scripts: Vec<scripts::Script>,
    /// The command, run in the workspace's root.
    pub command: Vec<String>,
    /// What is shown of it.
    pub shown: Vec<Shown>,
    /// What either half tells by its status.
    pub culprits: Vec<Culprit>,
    /// The second half, which runs the install scripts of packages; none where none may have any.
    pub setup: Option<Setup>,
    /// Environment of both halves.
    pub env: BTreeMap<String, String>,
    /// Caches of the first half: where each is mounted, and its name.
    pub caches: Vec<(&'static str, &'static str)>,
    /// System packages that downloading may need.
    pub fetching: SystemPackages,
    /// System packages that its install scripts need, and the builds on top of it: compilers beside those.
    pub packages: SystemPackages,
    /// How many external packages the lockfile holds for it.
    pub package_count: usize,
    /// The projects whose dependencies it has, beside the root, as importers.
    pub projects: Vec<String>,
    /// The lines of `.npmrc` that refer to environment variables, for the user's own; none where it has none.
    pub npmrc: Option<String>,
    /// Those variables; each is filled from the secret of the same name.
    pub secret_env: Vec<String>,
    /// The line of the package.json where its dependencies begin.
    pub place: Option<Place>,
}

/// What runs on the packages that an install has laid out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setup {
    /// The command, run in the workspace's root.
    pub command: Vec<String>,
    /// What is shown of it.
    pub shown: Vec<Shown>,
    /// The frontend's scripts that it runs.
    pub scripts: Vec<scripts::Script>,
}

/// What a package is built with beside what another one is, cut out of an install that holds both.
#[derive(Debug, Clone, Default)]
pub struct Piece {
    /// The name of the package that it is for.
    pub of: String,
    /// Key of what it is laid on: the install or the piece of the package below it with the most dependencies.
    pub on: String,
    /// Key of the install that it is cut out of; none where there is nothing to cut.
    pub of_install: Option<String>,
    /// Projects whose dependencies it holds, as importers: the package, and those below it that `on` is not for.
    pub projects: Vec<String>,
    /// Locations that are cut out, where npm's lockfile says what is installed where.
    pub locations: Vec<String>,
    /// Files taken from the context as they are. Context path to container path.
    pub copies: BTreeMap<String, String>,
    /// System packages that builds on top of it may need.
    pub packages: SystemPackages,
    /// Whether install scripts may have changed it.
    pub runs_scripts: bool,
    /// The line of the package.json where the package's dependencies begin.
    pub place: Option<Place>,
}
