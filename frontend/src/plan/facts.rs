//! What has to be known before a build is planned, and is in no file of the repository.

use std::collections::BTreeSet;
use std::fmt;

use super::Stage;

/// What the engine and the command line say: facts, of which nothing is decided again later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The image's platform.
    pub target: Platform,
    /// The platform that builds run on.
    pub build: Platform,
    /// Whether the build is for several platforms, whose steps are then told apart by their names.
    pub several: bool,
    /// Whether trees can be laid over each other without copies.
    pub merge: bool,
    /// The stages that named contexts take the place of.
    pub given: BTreeSet<Stage>,
    /// Whether steps can run the frontend's own program.
    pub frontend: bool,
    /// Whether a bill of materials is asked for.
    pub sbom: bool,
    /// Whether a program was found that an install for another platform has to run there; none while nobody has
    /// looked: see [`super::Production::question`].
    pub install_runs_programs: Option<bool>,
    /// Packages whose builds are given every file of the workspace, by directory: they missed some when they were given
    /// what they are known to read.
    pub whole: BTreeSet<String>,
    /// What packages are built with though the root alone links to it, the package's directory with the link's name: their
    /// scripts did not find it.
    pub linked: BTreeSet<(String, String)>,
    /// What looks at the image have found so far.
    pub looked: Looked,
    /// Prefix of the ids of caches (`BUILDKIT_CACHE_MOUNT_NS`).
    pub cache_namespace: String,
}

/// What a look at the image has found that no file of the repository tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// Packages that code in the image loads and the root of the workspace alone declares, by name.
    pub of_root: BTreeSet<String>,
    /// Whether an output that should hold all that it loads has turned out to lack some of it.
    pub incomplete: bool,
    /// Whether an image with musl has native code that runs with glibc alone.
    pub glibc: bool,
    /// Whether the service's build has left pages, and nothing that starts a service.
    pub pages: bool,
    /// Directories of the image that the service writes at its start, by their absolute paths.
    pub written: BTreeSet<String>,
}

impl Looked {
    /// Adds what another look has found.
    pub fn add(&mut self, other: &Self) {
        self.of_root.extend(other.of_root.iter().cloned());
        self.incomplete |= other.incomplete;
        self.glibc |= other.glibc;
        self.pages |= other.pages;
        self.written.extend(other.written.iter().cloned());
    }
}

impl Facts {
    /// Returns the platform of one side.
    pub fn platform(&self, side: super::Side) -> &Platform {
        match side {
            super::Side::Build => &self.build,
            super::Side::Target => &self.target,
        }
    }

    /// Returns a side as it is written where both are the same platform, so that the same step is written once.
    pub fn side(&self, side: super::Side) -> super::Side {
        match self.target == self.build {
            true => super::Side::Build,
            false => side,
        }
    }

    /// Returns the image's platform where it is of another processor than the one that builds run on.
    pub fn foreign(&self) -> Option<&Platform> {
        Some(&self.target).filter(|target| target.architecture != self.build.architecture)
    }

    /// Returns what a variable such as `TARGETARCH` holds: a part of the image's platform, or of the build's.
    pub fn platform_variable(&self, name: &str) -> String {
        let (platform, part) = match name.strip_prefix("TARGET") {
            Some(part) => (&self.target, part),
            None => (&self.build, name.trim_start_matches("BUILD")),
        };
        match part {
            "OS" => platform.os.clone(),
            "OSVERSION" => platform.os_version.clone(),
            "ARCH" => platform.architecture.clone(),
            "VARIANT" => platform.variant.clone(),
            _ => platform.to_string(),
        }
    }
}

/// A platform: the parts as OCI has them, and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Platform {
    /// As buildx names it, such as `linux/arm64`.
    pub name: String,
    /// The operating system.
    pub os: String,
    /// Its version, mostly empty.
    pub os_version: String,
    /// The architecture as Go names it, such as `arm64`.
    pub architecture: String,
    /// Its variant, mostly empty.
    pub variant: String,
}

#[cfg(test)]
impl Platform {
    /// Returns the platform of Linux on an architecture.
    pub(crate) fn linux(architecture: &str) -> Self {
        Self {
            name: format!("linux/{architecture}"),
            os: "linux".to_owned(),
            os_version: String::new(),
            architecture: architecture.to_owned(),
            variant: String::new(),
        }
    }
}

#[cfg(test)]
impl Facts {
    /// Returns the facts of a build on amd64 for an architecture.
    pub(crate) fn for_architecture(target: &str) -> Self {
        Self {
            target: Platform::linux(target),
            build: Platform::linux("amd64"),
            several: false,
            merge: true,
            given: BTreeSet::new(),
            frontend: true,
            sbom: false,
            install_runs_programs: None,
            whole: BTreeSet::new(),
            linked: BTreeSet::new(),
            looked: Looked::default(),
            cache_namespace: String::new(),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
