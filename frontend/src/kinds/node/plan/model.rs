//! What is decided for a Node service, in its own terms: installs, packages, scripts. The steps follow from it.

mod installs;

use std::collections::BTreeMap;

use super::base::BaseImage;
use super::contents::{OutputRule, Reads};
use super::place;
use super::site::Site;
use super::site::tools;
use super::system::SystemPackages;
use crate::diagnostic::Place;
use crate::kinds::PublicVariables;
use crate::kinds::node::workspace::PackageJson;
use crate::kinds::node::{Manager, scripts};
use crate::manifest::values::Kind;
use crate::plan::{Checked, Complete, Healthcheck, Sbom, Stage, Target, User};

pub use installs::{Install, Piece, Setup, Tool, Toolchain};

/// Patterns of what no step reads: installed packages, repositories, compiler caches.
pub const NEVER_READ: [&str; 3] = ["**/node_modules", "**/.git", "**/*.tsbuildinfo"];
/// Where pnpm's store is mounted while installing.
pub const STORE: &str = "/pnpm/store";
/// Where a production install finds the manifests that it reads.
pub const MANIFESTS: &str = "/vextrus/manifests";
/// Where the second half of a production install finds what the first one left.
pub const INSTALLED: &str = "/vextrus/installed";

/// Where a production install notes, below [`crate::plan::WORKSPACE`], which packages do not run on an image that was hoped
/// to do: whoever looks at the image then chooses another one.
pub const FOREIGN: &str = ".foreign-native.json";

/// The key of the install of the root's own dependencies. No package has it: the root's is `.`.
pub const ROOT: &str = "";

/// Everything that is decided for one service.
#[derive(Debug, Clone)]
pub struct Model {
    /// The service's short name, shown in front of every step: the last part of its directory.
    pub label: String,
    /// The service's package name.
    pub package: String,
    /// The workspace's directory in the context, empty for the context itself.
    pub root: String,
    /// What the result is.
    pub target: Target,
    /// Images and tools that steps run in.
    pub toolchain: Toolchain,
    /// Installs of development dependencies, keyed as [`PackageBuild::install`] names them.
    pub installs: BTreeMap<String, Install>,
    /// What is cut out of these for packages that add little to another one's, keyed likewise.
    pub pieces: BTreeMap<String, Piece>,
    /// The settings with which pnpm runs scripts, of pnpm-workspace.yaml without its list of projects; none in a
    /// repository without one.
    pub settings: Option<String>,
    /// Those of `.npmrc`, without credentials.
    pub npmrc: Option<String>,
    /// Workspace packages in build order: a package comes after everything that it depends on.
    pub packages: Vec<PackageBuild>,
    /// What is made of them.
    pub product: Product,
    /// What kind the service would be without a word of the manifest.
    pub inferred: Kind,
    /// Whether it is a site if its build leaves pages and nothing that starts a service.
    pub may_be_site: bool,
    /// The tool that builds it, where that is one of sites.
    pub site_tool: Option<&'static tools::Tool>,
    /// What may be the cause where the build leaves nothing to start.
    pub unbuilt: Option<String>,
    /// What the image's bill of materials says of its packages, where one is asked for.
    pub sbom: Option<Sbom>,
    /// The lines that ask for secrets of installs, by the secret's id.
    pub secrets: BTreeMap<String, Place>,
    /// Why each inferred value is what it is, by the key that would set it.
    pub reasons: BTreeMap<String, Reason>,
}

/// What a build makes.
#[derive(Debug, Clone)]
pub enum Product {
    /// The production image.
    Image(Box<Production>),
    /// The production image of a static site: a web server with what the build wrote.
    Site(Box<Site>),
    /// The workspace as developers have it.
    Workbench(Box<Workbench>),
}

/// The production image.
#[derive(Debug, Clone)]
pub struct Production {
    /// The install of the production closure.
    pub install: Install,
    /// Where it runs, if the image is for a platform that builds do not run on.
    pub foreign: Option<Foreign>,
    /// What runs, as whom, with what.
    pub runtime: Runtime,
    /// The packages of the workspace whose code it may load; none where nobody looks whether it can.
    pub checked: Option<Vec<Checked>>,
    /// What the root alone declares, with the line of each: where the image lacks it, it is installed.
    pub of_root: BTreeMap<String, Place>,
    /// The output that should hold all that it loads, so that nothing is installed beside it.
    pub complete: Option<Complete>,
    /// Whether the install notes what does not run on the image, for another one to be chosen.
    pub noted: bool,
    /// How an install script is let run, in words.
    pub approval: &'static str,
}

/// The production install for a platform that builds do not run on.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// The install as the build platform runs it; none where it runs on the platform itself, like any other.
    pub install: Option<Install>,
    /// Packages whose install scripts would run, if they have any, which the lockfile does not say. Where one turns
    /// out to have, the install has to run on the platform itself after all.
    pub may_have_scripts: Vec<String>,
    /// Why it runs where it does.
    pub why: String,
}

impl Model {
    /// Returns the image that a stage stands on.
    pub fn base(&self, stage: Stage) -> &str {
        match (&self.product, stage) {
            (Product::Image(image), Stage::Runtime) => &image.runtime.base.reference,
            (Product::Site(site), Stage::Runtime) => &site.base.reference,
            _ => &self.toolchain.image,
        }
    }

    /// Returns the variables that the build shows to everybody, where it is that of a static site.
    pub fn public_variables(&self) -> Option<PublicVariables> {
        let (Product::Site(_), Some(tool)) = (&self.product, self.site_tool) else {
            return None;
        };
        let package = self.packages.last().filter(|_| !tool.public.is_empty())?;
        let secrets = package.secrets.iter().filter_map(|secret| secret.env.as_ref());
        let set = package
            .env
            .keys()
            .chain(package.platform_env.keys())
            .chain(secrets);
        Some(PublicVariables {
            directory: package.source.clone(),
            prefixes: tool.public,
            set: set.cloned().collect(),
        })
    }

    /// Returns the package of an importer.
    pub fn package(&self, importer: &str) -> Option<&PackageBuild> {
        self.packages.iter().find(|package| package.importer == importer)
    }
}

/// Why a value is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The reason, for people.
    pub why: String,
    /// The line that it was read from, where it is one line's doing.
    pub place: Option<Place>,
}

impl Reason {
    /// Returns a reason, with the place that it was read from.
    pub(super) fn new(why: impl Into<String>, place: Option<Place>) -> Self {
        Self {
            why: why.into(),
            place,
        }
    }
}

/// One workspace package, built in a step of its own or, without a script to run, only copied.
#[derive(Debug, Clone)]
pub struct PackageBuild {
    /// Importer id: the directory relative to the workspace root.
    pub importer: String,
    /// Package name.
    pub name: String,
    /// The line of its package.json that names it.
    pub place: Place,
    /// Directory in the context.
    pub source: String,
    /// Directory in the container.
    pub directory: String,
    /// Directory in the image.
    pub image_directory: String,
    /// Patterns, relative to `source`, that no step sees.
    pub exclude: Vec<String>,
    /// Patterns, relative to the context, of what an earlier build left there.
    pub stale: Vec<String>,
    /// Scripts to run, in order; none means that the sources are the output.
    pub scripts: Vec<Script>,
    /// Key of the install or the piece that the scripts run on, the importer that it is for; empty without scripts.
    pub install: String,
    /// Importers whose outputs lie in the tree while the scripts run.
    pub inputs: Vec<String>,
    /// Whether the scripts are given every file of the workspace, having missed some.
    pub is_whole: bool,
    /// Names that the scripts may not find and the root links to.
    pub links: Vec<String>,
    /// Workspace files outside of every package that the scripts read: pattern in the context to container path.
    pub extra_files: BTreeMap<String, String>,
    /// The same that scripts and settings name, which may not exist: context path to container path.
    pub optional_files: BTreeMap<String, String>,
    /// TypeScript configuration outside of the image's packages that the service's own extends, which programs such as
    /// tsx read where they run: container path to text.
    pub settings: BTreeMap<String, String>,
    /// Environment of the scripts.
    pub env: BTreeMap<String, String>,
    /// Variables that hold a part of the image's or the build's platform, such as `TARGETARCH`.
    pub platform_env: BTreeMap<String, String>,
    /// Secrets that the scripts see.
    pub secrets: Vec<Secret>,
    /// Agent sockets that the scripts see.
    pub ssh: Vec<String>,
    /// Network of the scripts: `none`, `host` or the sandbox's own.
    pub network: Option<String>,
    /// Whether the scripts are known to ask no network for anything.
    pub is_offline: bool,
    /// What the scripts read of the packages below.
    pub reads: Reads,
    /// What dependents see of the package.
    pub build_output: OutputRule,
    /// What the image holds of the package; none where it is no part of the production closure.
    pub runtime_output: Option<OutputRule>,
    /// Whether the scripts generate code into installed packages, as Prisma does into `.prisma` beside its client.
    pub generates: bool,
    /// Inputs that pnpm copies into the virtual store instead of linking them: the scripts read the copies.
    pub injected: Vec<String>,
    /// Links into the virtual store under which the image's dependents see this package, where it is injected.
    pub injected_at: Vec<String>,
}

/// The workspace as developers have it, with tools and all dependencies: the image of every target but the
/// production image.
#[derive(Debug, Clone)]
pub struct Workbench {
    /// The stage that it is the end of.
    pub stage: Stage,
    /// What of the workspace it holds.
    pub contents: Contents,
    /// The service: its sources, what lies beside them, and the scripts that are run in the image.
    pub package: PackageBuild,
    /// The command of a container.
    pub command: Vec<String>,
    /// Environment of a container.
    pub env: BTreeMap<String, String>,
    /// Exposed ports.
    pub ports: Vec<u16>,
    /// Directories that stay the image's where a directory is mounted over a package.
    pub volumes: Vec<String>,
    /// Labels of the image.
    pub labels: BTreeMap<String, String>,
    /// Signal that stops the container.
    pub stop_signal: Option<String>,
}

/// What of the workspace an image holds beside tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// The installed dependencies.
    Dependencies,
    /// And the service's sources among the built packages that it uses.
    Sources,
    /// And what the service's own build made.
    Built,
}

/// A program that builds, as a rule a script of a package.json.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Program and arguments, such as `pnpm run build`.
    pub command: Vec<String>,
    /// Whether that runs a script of the package.json of its directory, which its last word names.
    pub is_named: bool,
    /// Directory in the container that it is run in.
    pub directory: String,
    /// The line that it comes from: the script's own, or that of the dependency whose program it is.
    pub place: Place,
}

impl Script {
    /// Returns the run of a script of a package.json.
    pub(super) fn run(manager: &Manager, manifest: &PackageJson, name: &str, directory: &str) -> Self {
        Self {
            is_named: true,
            ..Self::new(&manager.run(name), directory, place::of_script(manifest, name))
        }
    }

    /// Returns the run of a program.
    pub(super) fn new(command: &[&str], directory: &str, place: Place) -> Self {
        let command = command.iter().map(|word| (*word).to_owned()).collect();
        Self {
            command,
            is_named: false,
            directory: directory.to_owned(),
            place,
        }
    }
}

/// A secret as a build step sees it.
#[derive(Debug, Clone)]
pub struct Secret {
    /// Id that `--secret id=` gives.
    pub id: String,
    /// Environment variable, where it is one.
    pub env: Option<String>,
    /// File, where it is one.
    pub target: Option<String>,
    /// Whether the build fails without it.
    pub required: bool,
}

/// The image.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// What it stands on.
    pub base: BaseImage,
    /// System packages added to the base.
    pub packages: SystemPackages,
    /// Numeric user and group.
    pub user: User,
    /// Working directory.
    pub directory: String,
    /// The command; `entry` says how its file was found.
    pub command: Command,
    /// Environment.
    pub env: BTreeMap<String, String>,
    /// Directories in which programs are looked for before those of the image, relative to the working directory.
    pub search: Vec<String>,
    /// Exposed ports.
    pub ports: Vec<u16>,
    /// Health check.
    pub healthcheck: Option<Healthcheck>,
    /// Labels, the repository's inferred ones first, the manifest's over them.
    pub labels: BTreeMap<String, String>,
    /// Signal that stops the container.
    pub stop_signal: Option<String>,
    /// The frontend's scripts that the image holds, in its own directory.
    pub scripts: Vec<scripts::Script>,
    /// Directories that the user may write.
    pub writable: Vec<String>,
    /// Extra files: pattern in the context to container path.
    pub files: BTreeMap<String, String>,
    /// Largest unpacked size in bytes.
    pub max_size: Option<u64>,
}

/// The process to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Program and arguments.
    pub args: Vec<String>,
    /// Entry files that an inferred command may mean, relative to the service, most likely first.
    /// Empty where the manifest gave the command.
    pub entries: Vec<String>,
    /// Index in `args` of the entry file, where there is one.
    pub entry_index: Option<usize>,
}
