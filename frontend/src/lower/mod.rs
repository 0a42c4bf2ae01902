//! Plan to LLB, one vertex a line; decides nothing.

mod foreign;
mod image;
mod package;
mod sbom;
mod scratch;
mod steps;
mod toolchain;
mod workbench;

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Image, Location, Output, Platform};

use crate::diagnostic::Diagnostic;
use crate::plan::{Origin, Plan, Stage};
use crate::source::Context;

pub use foreign::{HOOKS_FILE, hooks};
pub use sbom::SBOM_FILE;

/// What the engine and the request add to a plan: no decision of ours, only facts.
#[derive(Debug)]
pub struct Surroundings {
    /// Source of the context's files.
    pub context: Context,
    /// What takes the place of stages: root file systems with the workspace in them.
    pub stages: BTreeMap<Stage, Output>,
    /// Platform of the image.
    pub target: Platform,
    /// Platform that builds run on.
    pub build: Platform,
    /// Whether the build is for several platforms.
    pub several: bool,
    /// Whether the engine has MergeOp and DiffOp.
    pub merge: bool,
    /// Resolved images by the reference that the plan names and the platform.
    pub images: BTreeMap<(String, Platform), ResolvedImage>,
    /// Whether an install script was found where the lockfile did not tell of one: see [`hooks`].
    pub install_runs_programs: bool,
    /// Text of `/etc/passwd` and `/etc/group` with the image's user in them; none where the base has the user.
    pub accounts: Option<Accounts>,
    /// Prefix of cache mount ids (`BUILDKIT_CACHE_MOUNT_NS`).
    pub cache_namespace: String,
    /// Line of the manifest that a key stands on, and under `""` that of the syntax directive.
    pub keys: BTreeMap<String, Location>,
    /// Lines of the workspace's files that the plan's steps come from.
    pub origins: BTreeMap<Origin, Location>,
    /// Modification time of everything in the image, in seconds since 1970.
    pub timestamp: i64,
    /// What every step that runs a program gets from the command line.
    pub exec: ExecOptions,
    /// The steps that run again whatever the cache holds.
    pub uncached: Uncached,
}

/// An image with its digest and the environment that its programs expect.
#[derive(Debug, Clone)]
pub struct ResolvedImage {
    /// Its root file system.
    pub root: ImageRoot,
    /// `NAME=value` lines of its configuration.
    pub env: Vec<(String, String)>,
}

/// The root file system of an image.
#[derive(Debug, Clone)]
pub enum ImageRoot {
    /// An image of a registry or of the engine.
    Pinned {
        /// Reference with digest.
        reference: String,
        /// How it is looked up.
        mode: buildkit_llb::ResolveMode,
    },
    /// What takes the image's place (`--build-context`).
    Replaced(Output),
}

impl ImageRoot {
    /// Returns the root file system as a platform has it. The name and the lines are those of the image's vertex;
    /// what takes an image's place has its own.
    pub fn output<'a>(
        &self,
        platform: &Platform,
        name: impl FnOnce(String) -> String,
        locations: impl IntoIterator<Item = &'a Location>,
    ) -> Output {
        match self {
            Self::Pinned { reference, mode } => Image::new(reference)
                .resolve_mode(*mode)
                .platform(platform)
                .name(name(format!("base {reference}")))
                .locations(locations)
                .output(),
            Self::Replaced(output) => output.clone(),
        }
    }
}

/// Texts of the account files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// `/etc/passwd`.
    pub passwd: String,
    /// `/etc/group`.
    pub group: String,
}

/// Flags of buildx that every step takes.
#[derive(Debug, Clone, Default)]
pub struct ExecOptions {
    /// `--add-host`.
    pub hosts: Vec<(String, std::net::IpAddr)>,
    /// `--network`.
    pub network: Option<String>,
    /// `--ulimit`: name, soft, hard.
    pub ulimits: Vec<(String, i64, i64)>,
    /// `--shm-size` in bytes.
    pub shm_size: Option<u64>,
    /// `--cgroup-parent`.
    pub cgroup_parent: Option<String>,
    /// Host name of the step's container.
    pub hostname: Option<String>,
    /// Proxy variables, which are no part of a cache key.
    pub proxy: Option<buildkit_llb::ProxyEnv>,
}

/// Name of the file that says how large the image is.
pub const BUDGET_REPORT: &str = "report.json";

/// Steps that run again whatever the cache holds.
///
/// The engine also empties the cache mounts of such a step, as it does for docker/dockerfile.
#[derive(Debug, Clone, Default)]
pub struct Uncached {
    /// All steps of these stages.
    pub stages: BTreeSet<Stage>,
    /// The steps that run the scripts of these packages, by name.
    pub packages: BTreeSet<String>,
}

/// The graph of one platform.
#[derive(Debug)]
pub struct Graph {
    /// The image's root file system.
    pub image: Output,
    /// The service's own files in the production image, alone: the entry file is looked for here.
    pub service: Option<Output>,
    /// How large the image is, or without a limit its base with the production dependencies: a directory with
    /// [`BUDGET_REPORT`]. None but of the production image.
    pub budget: Option<Output>,
    /// The step whose output holds the bill of materials in [`SBOM_FILE`], where the plan has one.
    pub sbom: Option<Output>,
    /// What each layer above the base holds, the lowest first.
    pub history: Vec<String>,
}

/// Turns a plan into the graph of one platform.
///
/// # Errors
/// A plan that names an image nobody resolved, which is a mistake of ours.
pub fn lower(plan: &Plan, surroundings: &Surroundings) -> Result<Graph, Diagnostic> {
    let steps = steps::Steps::new(plan, surroundings);
    let installs = toolchain::development(&steps)?;
    let packages = package::lower(&steps, &installs)?;
    match &plan.workbench {
        Some(workbench) => workbench::lower(&steps, &installs, &packages, workbench),
        None => image::lower(&steps, &packages),
    }
}
