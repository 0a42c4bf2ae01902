//! Which packages of a closure hold machine code, read from the lockfile alone.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::Diagnostics;
use crate::kinds::node::npm::scripts::Verdict;
use crate::kinds::node::pnpm::dep_path::DepPath;
use crate::kinds::node::pnpm::lockfile::Resolution;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::{Manager, Workspace};

/// What the lockfile says of one external package.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// Package name.
    pub(super) name: String,
    /// Its version, as the lockfile has it: pnpm's with the peers behind it.
    pub(super) version: String,
    /// Names of the packages that it depends on, optional ones included.
    pub(super) dependencies: Vec<String>,
    /// `os`, empty for any.
    pub(super) os: Vec<String>,
    /// `cpu`, empty for any.
    pub(super) cpu: Vec<String>,
    /// `libc`, empty for any.
    pub(super) libc: Vec<String>,
    /// Whether its install scripts are run.
    pub(super) scripts_run: bool,
    /// Whether it has install scripts, which newer lockfiles do not say.
    pub(super) has_scripts: Option<bool>,
    /// Whether it has some which npm does not run since nobody has said whether it may.
    pub(super) unreviewed: bool,
    /// Whether it comes from a repository, whose scripts build it when it is fetched.
    pub(super) is_prepared: bool,
    /// Whether it is cloned.
    pub(super) is_cloned: bool,
}

impl Evidence {
    /// Whether it chooses and loads machine code of Prisma's, made for glibc in a build, by the OpenSSL that it finds: what
    /// looks for that is a package of its own, and a part of clients before version 7, which have no machine code any more.
    ///
    /// Source: prisma/prisma, `packages/get-platform/src/getPlatform.ts`.
    fn looks_for_openssl(&self) -> bool {
        match self.name.as_str() {
            "@prisma/engines" | "@prisma/get-platform" => true,
            "@prisma/client" => self.major().is_none_or(|major| major < 7),
            _ => false,
        }
    }

    fn major(&self) -> Option<u64> {
        self.version.split('.').next()?.parse().ok()
    }

    /// Whether it has binaries for glibc that neither dependencies nor `os` and `libc` fields give away.
    fn is_for_glibc_alone(&self) -> bool {
        GLIBC_ONLY.contains(&self.name.as_str()) || self.looks_for_openssl()
    }

    /// Whether a platform package is for one C library: by its `libc`, which older ones have in their name alone.
    fn is_for(&self, libc: &str) -> bool {
        if self.libc.is_empty() {
            let part = if libc == "musl" { "musl" } else { "gnu" };
            self.name.contains(part) || self.name.contains(libc)
        } else {
            self.libc.iter().any(|own| own == libc)
        }
    }

    /// Whether it is installed on Linux at all: `fsevents` is in most lockfiles, and for macOS.
    ///
    /// Source: docs.npmjs.com, package.json, `os`.
    fn is_for_linux(&self) -> bool {
        let named = |os: &str| self.os.iter().any(|own| own == os);
        let others = self.os.iter().any(|own| !own.starts_with('!'));
        named("linux") || !others && !named("!linux")
    }
}

/// What a closure asks of the image that it runs on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Native {
    /// Packages that hold or load machine code and are not known to run on musl.
    pub(super) needs_glibc: BTreeSet<String>,
    /// Packages with machine code for musl as well: an install for one libc does not run on the other.
    pub(super) portable: BTreeSet<String>,
    /// Packages that load machine code which needs OpenSSL's libraries, and choose it by those that they find.
    pub(super) openssl: BTreeSet<String>,
    /// Packages whose install script compiles when it finds no ready binary.
    pub(super) compiles: BTreeSet<String>,
    /// Packages that compile when they are installed, and whose scripts nothing approves.
    pub(super) unapproved: BTreeSet<String>,
    /// Packages whose install scripts npm does not run since nobody has said whether it may.
    pub(super) unreviewed: BTreeSet<String>,
    /// Packages whose install scripts run, if they have any.
    pub(super) may_run: BTreeSet<String>,
    /// Packages that come from a repository, whose scripts build them when they are fetched.
    pub(super) prepared: BTreeSet<String>,
    /// Whether git has to be there to fetch them.
    pub(super) clones: bool,
    /// Whether the install chooses among packages by platform.
    pub(super) chooses_platform: bool,
}

impl Native {
    /// Returns whether one install serves every libc: there is no machine code in it.
    pub(super) fn is_portable(&self) -> bool {
        self.needs_glibc.is_empty() && self.portable.is_empty()
    }

    /// Returns whether an install may have to run programs of packages.
    pub(super) fn runs_scripts(&self) -> bool {
        !self.may_run.is_empty() || !self.prepared.is_empty()
    }

    /// Returns what it takes to install the closure.
    pub(super) fn demand(&self) -> Demand {
        Demand {
            compiles: !self.compiles.is_empty(),
            openssl: !self.openssl.is_empty(),
            clones: self.clones,
            runs_scripts: self.runs_scripts(),
        }
    }
}

/// What it takes to install packages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Demand {
    /// Whether one is compiled.
    pub(super) compiles: bool,
    /// Whether one looks for OpenSSL's libraries.
    pub(super) openssl: bool,
    /// Whether one is cloned.
    pub(super) clones: bool,
    /// Whether programs of one run.
    pub(super) runs_scripts: bool,
}

impl Demand {
    /// Returns what these packages and others take together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            compiles: self.compiles || other.compiles,
            openssl: self.openssl || other.openssl,
            clones: self.clones || other.clones,
            runs_scripts: self.runs_scripts || other.runs_scripts,
        }
    }
}

/// Helpers that a package depends on because it compiles, or downloads what it would else compile.
const COMPILING: [&str; 8] = [
    "@mapbox/node-pre-gyp",
    "cmake-js",
    "nan",
    "node-gyp",
    "node-pre-gyp",
    "prebuild-install",
    "bindings",
    "node-addon-api",
];

/// Helpers that load a binary which came with the package itself.
const PREBUILT: [&str; 3] = [
    "node-gyp-build",
    "node-gyp-build-optional-packages",
    "pkg-prebuilds",
];

/// Packages with binaries for glibc that neither dependencies nor `os` and `libc` fields give away.
const GLIBC_ONLY: [&str; 12] = [
    "@temporalio/core-bridge",
    "@tensorflow/tfjs-node",
    "@tensorflow/tfjs-node-gpu",
    "@sentry/profiling-node",
    "@sentry-internal/node-cpu-profiler",
    "couchbase",
    "ffmpeg-static",
    "ibm_db",
    "onnxruntime-node",
    "oracledb",
    "playwright-core",
    "puppeteer",
];

/// Reads what the lockfiles say of machine code, each package once however many closures hold it.
#[derive(Debug)]
pub(super) struct Surveyor<'a> {
    workspace: &'a Workspace,
    known: BTreeMap<(String, DepPath), Arc<Evidence>>,
    /// The major of npm, where that installs.
    npm: u64,
    /// The same by the locations of npm's lockfile.
    located: BTreeMap<String, Arc<Evidence>>,
}

impl<'a> Surveyor<'a> {
    /// `node` is the version of Node, as the tag of its image names it.
    pub(super) fn new(workspace: &'a Workspace, node: &str) -> Self {
        let npm = match &workspace.manager {
            Manager::Pnpm(_) => 0,
            Manager::Npm(npm) => npm.version.choose(node).major,
        };
        Self {
            workspace,
            known: BTreeMap::new(),
            npm,
            located: BTreeMap::new(),
        }
    }

    /// Surveys a closure.
    ///
    /// # Errors
    /// A malformed entry of the lockfile.
    pub(super) fn survey(&mut self, closure: &WorkspaceClosure) -> Result<Native, Diagnostics> {
        let mut packages = Vec::new();
        let entries = closure.lockfiles.iter().flat_map(|(directory, closure)| {
            closure
                .packages
                .iter()
                .map(|path| (directory.clone(), path.clone()))
        });
        for key in entries {
            if let Some(known) = self.known.get(&key) {
                packages.push(Arc::clone(known));
                continue;
            }
            let (directory, path) = &key;
            let Manager::Pnpm(pnpm) = &self.workspace.manager else {
                continue;
            };
            let Some(lockfile) = pnpm.lockfiles.at(directory) else {
                continue;
            };
            let Some(entry) = lockfile.package(path)? else {
                continue;
            };
            let snapshot = &entry.snapshot;
            let evidence = Evidence {
                dependencies: snapshot
                    .dependencies
                    .keys()
                    .chain(snapshot.optional_dependencies.keys())
                    .cloned()
                    .collect(),
                scripts_run: pnpm.settings.build_scripts_run(&entry.name, path.version()),
                name: entry.name,
                version: path.version().to_owned(),
                is_prepared: entry.resolution.is_of_repository(),
                is_cloned: matches!(entry.resolution, Resolution::Git { .. }),
                has_scripts: entry.requires_build,
                unreviewed: false,
                os: entry.os,
                cpu: entry.cpu,
                libc: entry.libc,
            };
            let evidence = Arc::new(evidence);
            self.known.insert(key, Arc::clone(&evidence));
            packages.push(evidence);
        }
        for location in closure.tree.iter().flat_map(|tree| &tree.locations) {
            packages.extend(self.located(location));
        }
        Ok(survey(&packages))
    }

    /// Returns what npm's lockfile says of the package at a location.
    fn located(&mut self, location: &str) -> Option<Arc<Evidence>> {
        if let Some(known) = self.located.get(location) {
            return Some(Arc::clone(known));
        }
        let Manager::Npm(npm) = &self.workspace.manager else {
            return None;
        };
        let entry = npm.lockfile.get(location).filter(|entry| entry.link.is_none())?;
        let name = entry.name(location);
        let version = entry.version.as_deref().unwrap_or_default();
        // What a package brings along is built by that.
        let has_scripts = entry.has_scripts && !entry.is_bundled;
        let verdict = npm.scripts.verdict(self.npm, name, version);
        let fields = [&entry.fields.dependencies, &entry.fields.optional];
        let evidence = Arc::new(Evidence {
            name: name.to_owned(),
            version: version.to_owned(),
            dependencies: fields
                .into_iter()
                .flat_map(|field| field.keys().cloned())
                .collect(),
            os: entry.os.clone(),
            cpu: entry.cpu.clone(),
            libc: entry.libc.clone(),
            scripts_run: has_scripts && verdict == Verdict::Run,
            has_scripts: Some(has_scripts),
            unreviewed: has_scripts && verdict == Verdict::Unreviewed,
            is_prepared: false,
            is_cloned: false,
        });
        self.located.insert(location.to_owned(), Arc::clone(&evidence));
        Some(evidence)
    }
}

/// Surveys external packages.
fn survey(packages: &[Arc<Evidence>]) -> Native {
    // Platform packages (`@img/sharp-linuxmusl-x64`) speak for the package that lists them.
    let mut by_name: BTreeMap<&str, Vec<&Evidence>> = BTreeMap::new();
    for package in packages
        .iter()
        .filter(|package| package.os.iter().any(|os| os == "linux"))
    {
        by_name.entry(&package.name).or_default().push(package);
    }
    let variants_of = |package: &Evidence| -> Vec<&Evidence> {
        let listed = package
            .dependencies
            .iter()
            .filter_map(|name| by_name.get(name.as_str()));
        listed.flatten().copied().collect()
    };
    // Platform packages may depend on further ones, as sharp's on libvips, for the same libc: nothing new.
    let spoken_for: BTreeSet<&str> = packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .map(String::as_str)
        .filter(|name| by_name.contains_key(name))
        .collect();
    // A test runner is in a production closure by peers alone (Next.js has this one as an optional peer), and without the
    // browsers that its library drives.
    let is_for_tests = packages.iter().any(|package| package.name == "@playwright/test");
    let is_driver = |package: &Evidence| is_for_tests && package.name == "playwright-core";
    let named = |holds: &dyn Fn(&Evidence) -> bool| -> BTreeSet<String> {
        let found = packages.iter().filter(|package| holds(package));
        found.map(|package| package.name.clone()).collect()
    };
    let constrained = |package: &Arc<Evidence>| {
        let fields = [&package.os, &package.cpu, &package.libc];
        fields.iter().any(|field| !field.is_empty())
    };
    let mut native = Native {
        may_run: named(&|package| {
            package.scripts_run && package.has_scripts != Some(false) && package.is_for_linux()
        }),
        unreviewed: named(&|package| package.unreviewed && package.is_for_linux()),
        openssl: named(&Evidence::looks_for_openssl),
        prepared: named(&|package| package.is_prepared),
        clones: packages.iter().any(|package| package.is_cloned),
        chooses_platform: packages.iter().any(constrained),
        ..Native::default()
    };
    for package in packages {
        let is_variant = package.os == ["linux"] && spoken_for.contains(package.name.as_str());
        if is_variant || !package.is_for_linux() || is_driver(package) {
            continue;
        }
        let depends_on = |known: &[&str]| package.dependencies.iter().any(|d| known.contains(&d.as_str()));
        let prebuilt = depends_on(&PREBUILT);
        let variants = variants_of(package);
        let chooses_libc = variants
            .iter()
            .any(|variant| variant.is_for("glibc") || variant.is_for("musl"));
        let has_musl = variants.iter().any(|variant| variant.is_for("musl"));
        // Who publishes a package for each platform compiles on none of them.
        if depends_on(&COMPILING) && !prebuilt && variants.is_empty() {
            native.needs_glibc.insert(package.name.clone());
            let compiled = match package.scripts_run {
                true => &mut native.compiles,
                false => &mut native.unapproved,
            };
            compiled.insert(package.name.clone());
        } else if package.is_for_glibc_alone() || (chooses_libc && !has_musl) {
            native.needs_glibc.insert(package.name.clone());
        } else if prebuilt || !variants.is_empty() {
            native.portable.insert(package.name.clone());
        }
    }
    native
}
