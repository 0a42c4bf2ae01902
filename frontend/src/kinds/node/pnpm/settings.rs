//! What the workspace tells pnpm, read from where the pnpm in use reads it.
//!
//! | | 8, 9 | 10 | 11, 12 |
//! |---|---|---|---|
//! | resolution (`overrides`, patches, build scripts) | `package.json#pnpm` | that, then `pnpm-workspace.yaml` | `pnpm-workspace.yaml` |
//! | `resolutions` of package.json | overrides | overrides | not read |
//! | installation (`nodeLinker`, hoisting, lockfiles) | `.npmrc` | that, then `pnpm-workspace.yaml` | `pnpm-workspace.yaml` |
//!
//! Of two places the later wins key by key (pnpm 10, `config/config/src/index.ts`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::workspace_file::PnpmWorkspace;
use crate::kinds::node::npmrc::Npmrc;
use crate::kinds::node::workspace::package_json::PackageJson;
use crate::path;

/// The files that hold a workspace's settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sources<'a> {
    /// The root's package.json.
    pub root: Option<&'a PackageJson>,
    /// `pnpm-workspace.yaml`
    pub workspace: Option<&'a PnpmWorkspace>,
    /// The root's `.npmrc`.
    pub npmrc: Option<&'a Npmrc>,
}

/// How packages are laid out on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeLinker {
    /// Links into a virtual store: pnpm's default.
    Isolated,
    /// One flat `node_modules` without links.
    Hoisted,
    /// Yarn's Plug'n'Play: no `node_modules`.
    Pnp,
}

/// Platforms whose variants of packages are installed; empty lists stand for the current one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SupportedArchitectures {
    /// Operating systems.
    pub os: Vec<String>,
    /// CPUs.
    pub cpu: Vec<String>,
    /// C libraries.
    pub libc: Vec<String>,
}

/// The settings of a workspace, as one major of pnpm understands them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The major of pnpm.
    pub major: u64,
    /// Whether all projects share the root's lockfile (`shared-workspace-lockfile`).
    pub shared_workspace_lockfile: bool,
    /// `node-linker`
    pub node_linker: NodeLinker,
    /// `inject-workspace-packages`
    pub inject_workspace_packages: bool,
    /// Whether everything is hoisted to the root's `node_modules` (`shamefully-hoist`).
    pub shamefully_hoist: bool,
    /// Patterns of packages hoisted to the root's `node_modules`; `None` for pnpm's default.
    pub public_hoist_pattern: Option<Vec<String>>,
    /// Overrides with `$name` replaced by what the root declares for the name.
    pub overrides: BTreeMap<String, String>,
    /// Patch files relative to the root, by `name@version`: an install reads them.
    pub patched_dependencies: BTreeMap<String, String>,
    /// Files with hooks relative to the root; those of the defaults may be missing.
    pub pnpmfiles: Vec<String>,
    /// Names of config dependencies (pnpm 10 and later), which may bring hooks beyond [`Settings::pnpmfiles`].
    pub config_dependencies: Vec<String>,
    /// `supportedArchitectures`
    pub supported_architectures: SupportedArchitectures,
    /// Patterns of optional dependencies that are left out.
    pub ignored_optional_dependencies: Vec<String>,
    /// Whether a build script that is neither allowed nor denied fails the install (`strictDepBuilds`).
    pub strict_dep_builds: bool,
    builds: Builds,
}

/// Whose install scripts run: pnpm's `building/policy`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Builds {
    All,
    AllBut(BTreeSet<String>),
    Only(BTreeSet<String>),
}

impl Settings {
    /// Whether pnpm puts into the root's `node_modules` what packages import: then they import what only their siblings
    /// declare, knowingly or not, and a package's own closure would not hold that.
    pub fn hoists(&self) -> bool {
        // Linters and their plugins are nothing that a build imports; older pnpms hoist them by default.
        let is_imported = |pattern: &String| {
            !pattern.starts_with('!') && !pattern.contains("eslint") && !pattern.contains("prettier")
        };
        self.shamefully_hoist
            || self.node_linker == NodeLinker::Hoisted
            || self.public_hoist_pattern.iter().flatten().any(is_imported)
    }

    /// Reads the settings as pnpm of that major does.
    ///
    /// Nothing is an error: pnpm itself judges the values, and what has an unexpected type reads as absent.
    pub fn read(major: u64, sources: Sources<'_>) -> Self {
        let reader = Reader { major, sources };
        let list = |key: &str| reader.resolution(key).map(list).unwrap_or_default();
        let architectures = |key: &str| {
            let value = reader.resolution("supportedArchitectures");
            let mut names = value
                .and_then(|value| value.get(key))
                .map(self::list)
                .unwrap_or_default();
            if names == ["current"] {
                names.clear();
            }
            names
        };
        Self {
            major,
            shared_workspace_lockfile: reader.flag("shared-workspace-lockfile").unwrap_or(true),
            node_linker: match reader.text("node-linker").as_deref() {
                Some("hoisted") => NodeLinker::Hoisted,
                Some("pnp") => NodeLinker::Pnp,
                _ => NodeLinker::Isolated,
            },
            inject_workspace_packages: reader.flag("inject-workspace-packages").unwrap_or(false),
            shamefully_hoist: reader.flag("shamefully-hoist").unwrap_or(false),
            public_hoist_pattern: reader.list("public-hoist-pattern"),
            overrides: reader.overrides(),
            patched_dependencies: strings(reader.resolution("patchedDependencies"))
                .into_iter()
                .map(|(selector, file)| (selector, path::normalize(&file)))
                .collect(),
            pnpmfiles: reader.pnpmfiles(),
            config_dependencies: reader
                .resolution("configDependencies")
                .and_then(Value::as_object)
                .map(|found| found.keys().cloned().collect())
                .unwrap_or_default(),
            supported_architectures: SupportedArchitectures {
                os: architectures("os"),
                cpu: architectures("cpu"),
                libc: architectures("libc"),
            },
            ignored_optional_dependencies: list("ignoredOptionalDependencies"),
            strict_dep_builds: reader.flag("strict-dep-builds").unwrap_or(major >= 11),
            builds: reader.builds(),
        }
    }

    /// Whether any major reads from these files that each project has its own lockfile.
    pub fn any_separates_lockfiles(sources: Sources<'_>) -> bool {
        let majors = [8, 10, 11];
        let separates = |major: &u64| !Self::read(*major, sources).shared_workspace_lockfile;
        majors.iter().any(separates)
    }

    /// Whether the repository says of some packages that their install scripts do not run.
    pub fn restricts_builds(&self) -> bool {
        self.builds != Builds::All
    }

    /// Whether the install scripts of a package run.
    ///
    /// `version` decides where a rule names versions (`esbuild@0.21.5 || 0.25.0`); of a package that comes from
    /// elsewhere than a registry it is the address, which from pnpm 10 on a rule has to name: anybody can give
    /// an archive an approved name.
    pub fn build_scripts_run(&self, name: &str, version: &str) -> bool {
        let exactly = |names: &BTreeSet<String>| names.contains(&format!("{name}@{version}"));
        let is_trusted_by_name = self.major < 10 || !version.contains(':');
        match &self.builds {
            Builds::All => true,
            Builds::AllBut(names) => !names.contains(name) && !exactly(names),
            Builds::Only(names) => exactly(names) || is_trusted_by_name && names.contains(name),
        }
    }
}

struct Reader<'a> {
    major: u64,
    sources: Sources<'a>,
}

impl<'a> Reader<'a> {
    /// Returns a setting that resolution depends on.
    fn resolution(&self, key: &str) -> Option<&'a Value> {
        let in_manifest = || {
            self.sources
                .root
                .filter(|_| self.major <= 10)?
                .get(&["pnpm", key])
        };
        self.in_workspace(key).or_else(in_manifest)
    }

    /// Returns a setting of `pnpm-workspace.yaml`, where this pnpm reads any there.
    fn in_workspace(&self, key: &str) -> Option<&'a Value> {
        self.sources.workspace.filter(|_| self.major >= 10)?.get(key)
    }

    /// Returns a setting of installation, given by its name in `.npmrc`.
    fn text(&self, key: &str) -> Option<String> {
        match self
            .in_workspace(&camel_case(key))
            .or_else(|| self.in_workspace(key))
        {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Bool(flag)) => Some(flag.to_string()),
            Some(_) => None,
            None => self.npmrc()?.get(key).map(str::to_owned),
        }
    }

    fn npmrc(&self) -> Option<&'a Npmrc> {
        self.sources.npmrc.filter(|_| self.major <= 10)
    }

    fn flag(&self, key: &str) -> Option<bool> {
        match self.text(key)?.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    fn list(&self, key: &str) -> Option<Vec<String>> {
        match self.in_workspace(&camel_case(key)) {
            Some(Value::String(one)) => Some(vec![one.clone()]),
            Some(value) => Some(list(value)),
            None => {
                let npmrc = self.npmrc()?;
                let items = npmrc.list(key);
                (!items.is_empty()).then_some(items)
            }
        }
    }

    fn overrides(&self) -> BTreeMap<String, String> {
        let mut overrides = BTreeMap::new();
        if let Some(root) = self.sources.root.filter(|_| self.major <= 10) {
            overrides.extend(strings(root.get(&["resolutions"])));
            overrides.extend(strings(root.get(&["pnpm", "overrides"])));
        }
        if let Some(value) = self.in_workspace("overrides") {
            overrides = strings(Some(value));
        }
        for specifier in overrides.values_mut() {
            if let Some(range) = self
                .sources
                .root
                .and_then(|root| root.referenced_specifier(specifier))
            {
                *specifier = range.to_owned();
            }
        }
        overrides
    }

    fn pnpmfiles(&self) -> Vec<String> {
        if self.flag("ignore-pnpmfile") == Some(true) {
            return Vec::new();
        }
        let named = match self.in_workspace("pnpmfile") {
            Some(Value::Array(_)) => self.in_workspace("pnpmfile").map(list),
            _ => self.text("pnpmfile").map(|file| vec![file]),
        };
        let files = named.unwrap_or_else(|| {
            let mut files = vec![".pnpmfile.cjs".to_owned()];
            if self.major >= 11 {
                files.push(".pnpmfile.mjs".to_owned());
            }
            files
        });
        files.iter().map(|file| path::normalize(file)).collect()
    }

    fn builds(&self) -> Builds {
        let names = |key: &str| self.resolution(key).map(list);
        if self.flag("ignore-scripts") == Some(true) {
            return Builds::Only(BTreeSet::new());
        }
        if self.major >= 10 && self.flag("dangerously-allow-all-builds") == Some(true) {
            return Builds::All;
        }
        let allowed = || {
            let rules = self.resolution("allowBuilds")?.as_object()?;
            Some(
                rules
                    .iter()
                    .filter(|(_, allow)| **allow == Value::Bool(true))
                    .map(|(name, _)| name.clone()),
            )
        };
        if self.major >= 11 {
            return Builds::Only(
                allowed()
                    .into_iter()
                    .flatten()
                    .flat_map(|spec| versions(&spec))
                    .collect(),
            );
        }
        let allow_builds = (self.major == 10).then(allowed).flatten();
        if self.resolution("onlyBuiltDependenciesFile").is_some() {
            // The list is a file of some package, not known before the install.
            return Builds::All;
        }
        if let Some(only) = names("onlyBuiltDependencies").or(allow_builds.is_some().then(Vec::new)) {
            let only = only.into_iter().chain(allow_builds.into_iter().flatten());
            return Builds::Only(only.flat_map(|spec| versions(&spec)).collect());
        }
        match names("neverBuiltDependencies") {
            Some(never) if !never.is_empty() => Builds::AllBut(never.into_iter().collect()),
            _ if self.major >= 10 => Builds::Only(BTreeSet::new()),
            _ => Builds::All,
        }
    }
}

/// Expands `name@1.0.0 || 2.0.0` to one rule a version.
fn versions(spec: &str) -> Vec<String> {
    let at = spec
        .char_indices()
        .skip(1)
        .find(|(_, c)| *c == '@')
        .map(|(i, _)| i);
    match at.and_then(|at| Some((spec.get(..at)?, spec.get(at + 1..)?))) {
        Some((name, versions)) => versions
            .split("||")
            .map(|version| format!("{name}@{}", version.trim()))
            .collect(),
        None => vec![spec.to_owned()],
    }
}

fn camel_case(key: &str) -> String {
    let mut words = key.split('-');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

fn list(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

fn strings(value: Option<&Value>) -> BTreeMap<String, String> {
    let map = value.and_then(Value::as_object).into_iter().flatten();
    map.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests;
