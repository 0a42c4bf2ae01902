//! The options that BuildKit passes in the environment of the frontend.
//!
//! `BUILDKIT_FRONTEND_OPT_<n>` holds one `key=value` each, in no order; the keys are those that buildx sends
//! to BuildKit's own Dockerfile frontend (moby/buildkit, `frontend/dockerui/config.go` and `attr.go`). Every
//! mistake names the flag of `docker buildx build` that brought it.

pub(crate) mod parse;
mod worker;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::IpAddr;

use buildkit_llb::Platform;

use crate::diagnostic::{Diagnostic, Diagnostics, names};
pub use crate::gateway::CacheImport;
use crate::manifest::values::Network;
pub use worker::Worker;

/// What the caller of the build asked for, and what the builder is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The base name of the manifest (`--file`), or its path where the context is remote. Default: `Dockerfile`.
    pub filename: String,
    /// `--target`.
    pub target: Option<String>,
    /// `--build-arg`, with those that buildx adds (proxies, `BUILDKIT_*`).
    pub build_args: BTreeMap<String, String>,
    /// `--label`.
    pub labels: BTreeMap<String, String>,
    /// `--platform`; empty for the builder's own.
    pub platforms: Vec<Platform>,
    /// Whether the result is an index even of one platform; `None` leaves it to the number of platforms.
    pub multi_platform: Option<bool>,
    /// `--no-cache` and `--no-cache-filter`.
    pub no_cache: NoCache,
    /// `--pull`.
    pub image_resolve_mode: ResolveMode,
    /// `--add-host`, each a name in small letters and its address.
    pub add_hosts: Vec<(String, IpAddr)>,
    /// `--network`.
    pub network: Option<Network>,
    /// `--shm-size`, in bytes.
    pub shm_size: Option<u64>,
    /// `--ulimit`.
    pub ulimits: Vec<Ulimit>,
    /// `--cgroup-parent`.
    pub cgroup_parent: Option<String>,
    /// The host name of the steps (`--build-arg BUILDKIT_SANDBOX_HOSTNAME`).
    pub hostname: Option<String>,
    /// The date of the sources, in seconds since 1970 (`--build-arg SOURCE_DATE_EPOCH`).
    pub source_date_epoch: Option<i64>,
    /// `--cache-from`, to be passed on with every solve.
    pub cache_imports: Vec<CacheImport>,
    /// `--build-context`, by name, with `::os/arch` where one holds for one platform.
    pub contexts: BTreeMap<String, String>,
    /// The URL of the main context where it is remote.
    pub context: Option<String>,
    /// The local source that holds the main context, where it is not `context`.
    pub context_key: Option<String>,
    /// The local source that holds the manifest, where it is not `dockerfile`.
    pub dockerfile_key: Option<String>,
    /// The directory of a remote context to take for its root.
    pub context_subdir: Option<String>,
    /// The subrequest to answer instead of building (`--call`, `--check`).
    pub request_id: Option<String>,
    /// The session that local sources and secrets come from.
    pub session_id: Option<String>,
    /// Another session for some local sources, by the name of the source.
    pub local_sessions: BTreeMap<String, String>,
    /// Hints for the shared key of local sources, by the name of the source.
    pub shared_keys: BTreeMap<String, String>,
    /// The workers of the builder; the first one is the default.
    pub workers: Vec<Worker>,
    /// The frontend capabilities that the caller requires.
    pub required_caps: Vec<String>,
    /// The image of this frontend.
    pub source: Option<String>,
    /// The whole value behind `syntax=`.
    pub cmdline: Option<String>,
    /// The repository that the client found around the context, where it is one.
    pub vcs_source: Option<String>,
    /// The commit that the client found checked out; it ends in `-dirty` where files were changed.
    pub vcs_revision: Option<String>,
    /// The path of a local source below the root of its repository, by the name of the source.
    pub local_directories: BTreeMap<String, String>,
    /// `--attest`, `--sbom` and `--provenance`: the kind and its parameters; disabled ones are left out.
    pub attestations: BTreeMap<String, BTreeMap<String, String>>,
    /// The images of `input:` contexts, by context: JSON as it was sent.
    pub input_metadata: BTreeMap<String, String>,
    /// What the engine calls itself, for messages.
    pub product: Option<String>,
    /// Keys that are not known here.
    pub unknown: BTreeMap<String, String>,
}

/// Which steps run again although their result is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum NoCache {
    /// None of them.
    #[default]
    None,
    /// All of them.
    All,
    /// Those of the named stages, in small letters.
    Stages(Vec<String>),
}

/// Where the digest of an image's tag is looked up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ResolveMode {
    /// The engine's choice.
    #[default]
    Default,
    /// In the registry, always.
    ForcePull,
    /// In the engine's own images first.
    PreferLocal,
}

impl ResolveMode {
    /// Returns the name that the engine knows the mode by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::ForcePull => "pull",
            Self::PreferLocal => "local",
        }
    }
}

impl From<ResolveMode> for buildkit_llb::ResolveMode {
    fn from(mode: ResolveMode) -> Self {
        match mode {
            ResolveMode::Default => Self::Default,
            ResolveMode::ForcePull => Self::ForcePull,
            ResolveMode::PreferLocal => Self::PreferLocal,
        }
    }
}

/// A limit of the kernel on the processes of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ulimit {
    /// The name as Docker has it, such as `nofile`.
    pub name: String,
    /// The soft limit; −1 is none.
    pub soft: i64,
    /// The hard limit; −1 is none.
    pub hard: i64,
}

/// The options of new engines that a step's resources are set by. The protocol of this frontend has no field
/// for them, and what is asked for is not to be forgotten silently.
const RESOURCES: &[(&str, &str)] = &[
    ("memory", "--memory"),
    ("memswap", "--memory-swap"),
    ("cpushares", "--cpu-shares"),
    ("cpuperiod", "--cpu-period"),
    ("cpuquota", "--cpu-quota"),
    ("cpusetcpus", "--cpuset-cpus"),
    ("cpusetmems", "--cpuset-mems"),
];

/// What sets the option `multi-platform`.
const MULTI_PLATFORM: &str = "--build-arg BUILDKIT_MULTI_PLATFORM";

impl Options {
    /// Reads the options from the environment of the process.
    ///
    /// # Errors
    /// All malformed values together, each with the flag that set it.
    pub fn from_env(vars: impl Iterator<Item = (String, String)>) -> Result<Self, Diagnostics> {
        let mut options = Self {
            filename: "Dockerfile".to_owned(),
            ..Self::default()
        };
        let mut problems = Vec::new();
        let mut entries = BTreeMap::new();
        for (name, value) in vars {
            match name.as_str() {
                "BUILDKIT_SESSION_ID" => options.session_id = text(value),
                "BUILDKIT_EXPORTEDPRODUCT" => options.product = text(value),
                "BUILDKIT_WORKERS" => match worker::parse(&value) {
                    Ok(workers) => options.workers = workers,
                    Err(why) => problems.push(format!("the engine's BUILDKIT_WORKERS {why}")),
                },
                _ if name.starts_with("BUILDKIT_FRONTEND_OPT_") => {
                    let (key, value) = value.split_once('=').unwrap_or((&value, ""));
                    entries.insert(key.to_owned(), value.to_owned());
                }
                _ => {}
            }
        }
        // A build argument that sets an option comes after it ("build-arg:" sorts before most keys).
        let overrides = overrides(&entries);
        for (key, value) in entries.into_iter().chain(overrides) {
            options
                .set(&key, value)
                .unwrap_or_else(|Problems(found)| problems.extend(found));
        }
        if options.multi_platform == Some(false) && options.platforms.len() > 1 {
            problems.push(format!(
                "`{MULTI_PLATFORM}` is `false` for {} platforms; name one in `--platform`",
                options.platforms.len()
            ));
        }
        Diagnostics::check(
            problems
                .into_iter()
                .map(|problem| Diagnostic::named(names::INVALID_OPTION, problem))
                .collect(),
        )?;
        Ok(options)
    }

    /// Returns the platform of the machine that builds, as `os/arch[/variant]`: the first worker's first.
    pub fn build_platform(&self) -> Option<&str> {
        self.workers.first()?.platforms.first().map(String::as_str)
    }

    /// Returns the platform that builds run on: the engine's first.
    ///
    /// # Errors
    /// A name that is no platform, which no engine has.
    pub fn builder(&self) -> Result<Platform, Diagnostic> {
        Platform::parse(self.build_platform().unwrap_or("linux/amd64"))
            .map(|platform| platform.normalise())
            .map_err(Diagnostic::internal)
    }

    /// Returns the platforms to build for; without `--platform` the engine's own.
    ///
    /// # Errors
    /// As [`Options::builder`].
    pub fn targets(&self) -> Result<Vec<Platform>, Diagnostic> {
        match self.platforms.as_slice() {
            [] => Ok(vec![self.builder()?]),
            asked => Ok(asked.to_vec()),
        }
    }

    /// Returns the session that serves a local directory: targets of one bake that build from the same directory
    /// share one, so that its parts are the same vertices for all of them.
    pub fn session_of(&self, local: &str) -> String {
        let session = self.local_sessions.get(local).or(self.session_id.as_ref());
        session.cloned().unwrap_or_default()
    }

    /// Sets one option.
    fn set(&mut self, key: &str, value: String) -> Result<(), Problems> {
        match key {
            "filename" if !value.is_empty() => self.filename = value,
            "filename" => {}
            "target" => self.target = text(value),
            "platform" => self.platforms = parse::platforms(&value)?,
            "multi-platform" if value.is_empty() => {}
            "multi-platform" => self.multi_platform = Some(parse::boolean(MULTI_PLATFORM, &value)?),
            "no-cache" => self.no_cache = parse::no_cache(&value)?,
            "image-resolve-mode" => self.image_resolve_mode = parse::resolve_mode(&value)?,
            "add-hosts" => self.add_hosts = parse::add_hosts(&value)?,
            "force-network-mode" => self.network = parse::network(&value)?,
            "shm-size" => self.shm_size = parse::shm_size(&value)?,
            "ulimit" => self.ulimits = parse::ulimits(&value)?,
            "build-arg:SOURCE_DATE_EPOCH" => {
                self.source_date_epoch = parse::source_date_epoch(&value)?;
                self.build_args.insert("SOURCE_DATE_EPOCH".to_owned(), value);
            }
            "cgroup-parent" => self.cgroup_parent = text(value),
            "hostname" => self.hostname = text(value),
            "cache-imports" if value.is_empty() => {}
            "cache-imports" => self.cache_imports = parse::cache_imports(&value)?,
            // The older form; it sorts before `cache-imports`, which replaces it.
            "cache-from" => self.cache_imports = parse::cache_from(&value)?,
            "context" => self.context = text(value),
            "contextkey" => self.context_key = text(value),
            "dockerfilekey" => self.dockerfile_key = text(value),
            "contextsubdir" => self.context_subdir = text(value),
            "requestid" => self.request_id = text(value),
            "frontend.caps" => self.required_caps = parse::list("frontend.caps", &value)?,
            "source" => self.source = text(value),
            "cmdline" => self.cmdline = text(value),
            "vcs:source" => self.vcs_source = text(value),
            "vcs:revision" => self.vcs_revision = text(value),
            "gateway-devel" | "override-copy-image" | "build-arg:BUILDKIT_DISABLE_FILEOP" => {
                return Err(
                    format!("the option `{key}` of old engines is not supported; leave it out").into(),
                );
            }
            _ => match key.split_once(':') {
                Some((family, name)) => self.set_named(key, family, name, value)?,
                None => self.set_unknown(key, value)?,
            },
        }
        Ok(())
    }

    /// Sets one option of a family, such as `build-arg:NAME`.
    fn set_named(&mut self, key: &str, family: &str, name: &str, value: String) -> Result<(), String> {
        let (map, name) = match family {
            "build-arg" => (&mut self.build_args, name),
            "label" => (&mut self.labels, name),
            "context" => (&mut self.contexts, name),
            "local-sessionid" => (&mut self.local_sessions, name),
            "input-metadata" => (&mut self.input_metadata, name),
            "attest" => {
                if let Some(parameters) = parse::attestation(name, &value)? {
                    self.attestations.insert(name.to_owned(), parameters);
                } else {
                    self.attestations.remove(name);
                }
                return Ok(());
            }
            _ => match (
                key.strip_prefix("vcs:localdir:"),
                key.strip_prefix("sharedkey:localdir:"),
            ) {
                (Some(name), _) => (&mut self.local_directories, name),
                (_, Some(name)) => (&mut self.shared_keys, name),
                _ => (&mut self.unknown, key),
            },
        };
        map.insert(name.to_owned(), value);
        Ok(())
    }

    fn set_unknown(&mut self, key: &str, value: String) -> Result<(), String> {
        match RESOURCES.iter().find(|(name, _)| *name == key) {
            Some((_, flag)) if !value.is_empty() => Err(format!(
                "`{flag}` cannot be passed on to the steps of this build; leave it out"
            )),
            _ => {
                self.unknown.insert(key.to_owned(), value);
                Ok(())
            }
        }
    }
}

/// What is wrong with the value of one option.
#[derive(Debug)]
struct Problems(Vec<String>);

impl From<String> for Problems {
    fn from(problem: String) -> Self {
        Self(vec![problem])
    }
}

/// Returns the options that build arguments set, as BuildKit's own frontend reads them.
fn overrides(entries: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let argument = |name: &str| {
        entries
            .get(&format!("build-arg:{name}"))
            .filter(|value| !value.is_empty())
    };
    let named = [
        ("BUILDKIT_MULTI_PLATFORM", "multi-platform"),
        ("BUILDKIT_SANDBOX_HOSTNAME", "hostname"),
    ]
    .into_iter()
    .filter_map(|(name, key)| Some((key.to_owned(), argument(name)?.clone())));
    let attestations = entries.iter().filter_map(|(key, value)| {
        let kind = key.strip_prefix("build-arg:BUILDKIT_ATTEST_")?;
        Some((format!("attest:{}", kind.to_lowercase()), value.clone()))
    });
    named.chain(attestations).collect()
}

/// Returns a text, or nothing where it is empty: buildx sends both forms for a flag that was not given.
fn text(value: String) -> Option<String> {
    Some(value).filter(|value| !value.is_empty())
}
