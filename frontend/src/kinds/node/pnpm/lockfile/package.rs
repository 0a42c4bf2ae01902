//! A resolved package: lockfile 6 keeps it in one entry, lockfile 9 in `packages` (what it is) and
//! `snapshots` (what it depends on, once per set of peers).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::LockfileVersion;
use crate::kinds::node::pnpm::dep_path::{DepPath, Reference};
use crate::kinds::node::workspace::DependencyKind;

/// Where a package's files come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// A registry, by the content's integrity (`sha512-...`).
    Registry {
        /// Subresource integrity of the tarball.
        integrity: String,
    },
    /// A tarball at a URL or, as `file:x.tgz`, in the repository.
    Tarball {
        /// URL or `file:` path.
        tarball: String,
        /// Subresource integrity, which git hosts' archives lack.
        integrity: Option<String>,
        /// Whether it is what a git host makes of a commit.
        is_of_git_host: bool,
    },
    /// A commit of a git repository.
    Git {
        /// Where to clone from.
        repository: String,
        /// The commit.
        commit: String,
    },
    /// A directory of the repository, relative to the workspace root.
    Directory {
        /// The directory.
        directory: String,
    },
    /// A kind that only pnpm needs to know (`binary`, `variations`, `custom:...`).
    Other {
        /// The kind's name; empty where there was none.
        kind: String,
    },
}

/// All that the lockfile knows of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageEntry {
    /// The package's own name, which is not the alias that it is required by.
    pub name: String,
    /// Its version, where it has one: a directory may not.
    pub version: Option<String>,
    /// Where its files come from.
    pub resolution: Resolution,
    /// Operating systems it runs on, `!x` for those it does not; empty for all.
    pub os: Vec<String>,
    /// CPUs, likewise.
    pub cpu: Vec<String>,
    /// C libraries (`glibc`, `musl`), likewise.
    pub libc: Vec<String>,
    /// `engines`, such as `node: '>=18'`.
    pub engines: BTreeMap<String, String>,
    /// Whether it brings commands.
    pub has_bin: bool,
    /// Whether it has install scripts: known to lockfile 6 alone.
    pub requires_build: Option<bool>,
    /// Whether a patch is applied to it.
    pub patched: bool,
    /// Whether only optional dependencies lead to it, so that it may be missing.
    pub optional: bool,
    /// The peers it asks for.
    pub peer_dependencies: BTreeMap<String, String>,
    /// What it depends on, peers included.
    pub snapshot: Snapshot,
}

/// What a package depends on, by the names under which it requires them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Snapshot {
    /// Resolved versions, as in [`super::ResolvedDependency::version`] but relative to the root.
    pub dependencies: BTreeMap<String, String>,
    /// Those that may fail or not suit the platform.
    pub optional_dependencies: BTreeMap<String, String>,
    /// Whether only optional dependencies lead here.
    pub optional: bool,
}

/// What one dependency of a package leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The field that names it.
    pub kind: DependencyKind,
    /// The name under which the package requires it.
    pub alias: String,
    /// Where it leads.
    pub to: Reference,
}

/// A snapshot, and its dependencies as references.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) snapshot: Snapshot,
    pub(super) leads: Arc<[Lead]>,
}

impl Known {
    pub(super) fn new(snapshot: Snapshot, version: LockfileVersion) -> Self {
        let fields = [
            (DependencyKind::Production, &snapshot.dependencies),
            (DependencyKind::Optional, &snapshot.optional_dependencies),
        ];
        let leads = fields.into_iter().flat_map(|(kind, field)| {
            field.iter().map(move |(alias, reference)| Lead {
                kind,
                alias: alias.clone(),
                to: Reference::parse(alias, reference, version),
            })
        });
        let leads = leads.collect();
        Self { snapshot, leads }
    }
}

/// An entry of `packages` as written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RawPackage {
    name: Option<String>,
    version: Option<String>,
    resolution: RawResolution,
    #[serde(deserialize_with = "one_or_more")]
    os: Vec<String>,
    #[serde(deserialize_with = "one_or_more")]
    cpu: Vec<String>,
    #[serde(deserialize_with = "one_or_more")]
    libc: Vec<String>,
    engines: Value,
    has_bin: bool,
    requires_build: bool,
    patched: bool,
    peer_dependencies: BTreeMap<String, String>,
    // Lockfile 6 only; not flattened, which would read a version of digits as a number.
    dependencies: BTreeMap<String, String>,
    optional_dependencies: BTreeMap<String, String>,
    optional: bool,
}

/// Reads what package.json files have as a list or, of one word, as a text: pnpm writes either into a lockfile as it is.
fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text or a list of texts")]
    enum Words {
        None(()),
        One(String),
        More(Vec<String>),
    }
    Ok(match Words::deserialize(deserializer)? {
        Words::None(()) => Vec::new(),
        Words::One(word) => vec![word],
        Words::More(words) => words,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawResolution {
    #[serde(rename = "type")]
    kind: Option<String>,
    integrity: Option<String>,
    tarball: Option<String>,
    repo: Option<String>,
    commit: Option<String>,
    directory: Option<String>,
    #[serde(rename = "gitHosted")]
    git_hosted: bool,
}

impl Resolution {
    /// Whether a package comes from a repository, as a clone or as the archive that its host makes of a commit: its own
    /// scripts build it when it is fetched.
    pub fn is_of_repository(&self) -> bool {
        match self {
            Self::Git { .. } => true,
            Self::Tarball { is_of_git_host, .. } => *is_of_git_host,
            Self::Registry { .. } | Self::Directory { .. } | Self::Other { .. } => false,
        }
    }
}

impl RawPackage {
    /// Returns the URL of an archive without an integrity, or nothing for one of a registry.
    pub(super) fn unverified(self) -> Option<String> {
        match self.resolution.into() {
            Resolution::Tarball {
                tarball,
                integrity: None,
                is_of_git_host,
            } => (is_http(&tarball) && !is_of_git_host).then_some(tarball),
            Resolution::Other { kind } if kind.is_empty() => Some(String::new()),
            _ => None,
        }
    }
}

fn is_http(url: &str) -> bool {
    let scheme = url
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_some_and(|scheme| ["http", "https"].contains(&scheme.as_str()))
}

/// Whether a URL is that of a commit's archive. Source: pnpm, `fetching/pick-fetcher`, `isGitHostedPkgUrl`.
fn is_of_git_host(url: &str) -> bool {
    const HOSTS: [&str; 3] = [
        "https://codeload.github.com/",
        "https://bitbucket.org/",
        "https://gitlab.com/",
    ];
    HOSTS.iter().any(|host| url.starts_with(host)) && url.contains("tar.gz")
}

impl PackageEntry {
    /// Joins the two halves of lockfile 9; for lockfile 6 the package's entry holds both.
    pub(super) fn merge(path: &DepPath, raw: RawPackage, snapshot: Option<Snapshot>) -> Self {
        let engines = raw.engines.as_object().into_iter().flatten();
        let requires_build = snapshot.is_none().then_some(raw.requires_build);
        let snapshot = snapshot.unwrap_or(Snapshot {
            dependencies: raw.dependencies,
            optional_dependencies: raw.optional_dependencies,
            optional: raw.optional,
        });
        let number = path.version();
        Self {
            name: raw
                .name
                .or_else(|| path.name().map(str::to_owned))
                .unwrap_or_default(),
            version: raw
                .version
                .or_else(|| (!number.contains([':', '/'])).then(|| number.to_owned())),
            resolution: raw.resolution.into(),
            os: raw.os,
            cpu: raw.cpu,
            libc: raw.libc,
            engines: engines
                .filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned())))
                .collect(),
            has_bin: raw.has_bin,
            requires_build,
            patched: raw.patched || path.patch_hash().is_some(),
            optional: snapshot.optional,
            peer_dependencies: raw.peer_dependencies,
            snapshot,
        }
    }
}

/// What begins the address of a repository that git itself clones from. Others name a program that git is to run
/// (`ext::sh -c …`).
const PROTOCOLS: [&str; 8] = [
    "https://",
    "http://",
    "ssh://",
    "git://",
    "git+https://",
    "git+http://",
    "git+ssh://",
    "git@",
];

impl Resolution {
    /// Returns what pnpm would hand to git, and git would take for something else than a repository and a commit: options,
    /// programs. An install runs nothing that a repository names.
    ///
    /// Source: pnpm, `fetching/git-fetcher`, which runs `git fetch --depth 1 origin COMMIT`.
    pub(super) fn mistake(&self) -> Option<String> {
        let Self::Git { repository, commit } = self else {
            return None;
        };
        if !(7..=64).contains(&commit.len()) || !commit.chars().all(|c| c.is_ascii_hexdigit()) {
            return Some(format!("the commit `{}`, which is none", commit.escape_debug()));
        }
        let is_known = PROTOCOLS.iter().any(|start| repository.starts_with(start));
        if !is_known || repository.contains(char::is_control) {
            return Some(format!(
                "the repository `{}`, which is no address that git clones from",
                repository.escape_debug()
            ));
        }
        None
    }
}

impl From<RawResolution> for Resolution {
    fn from(raw: RawResolution) -> Self {
        match raw {
            RawResolution {
                kind: None,
                tarball: Some(tarball),
                integrity,
                git_hosted,
                ..
            } => Self::Tarball {
                is_of_git_host: git_hosted || is_of_git_host(&tarball),
                tarball,
                integrity,
            },
            RawResolution {
                kind: None,
                integrity: Some(integrity),
                ..
            } => Self::Registry { integrity },
            RawResolution {
                directory: Some(directory),
                ..
            } => Self::Directory { directory },
            RawResolution {
                repo: Some(repository),
                commit: Some(commit),
                ..
            } => Self::Git { repository, commit },
            RawResolution { kind, .. } => Self::Other {
                kind: kind.unwrap_or_default(),
            },
        }
    }
}
