//! Which pnpm installs the workspace, to the exact version.

use nodejs_semver::{Range, Version};
use serde_json::Value;

use super::lockfile::{Lockfile, LockfileVersion, PatchedDependency};
use super::workspace_file::PnpmWorkspace;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, names};
use crate::kinds::node::workspace::package_json::PackageJson;

/// The version of each supported major that is used where the repository names no exact one.
pub const DEFAULTS: [&str; 5] = ["8.15.9", "9.15.9", "10.34.9", "11.28.11", "12.18.0"];

/// Where the version of pnpm may be said, in order of precedence.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inputs<'a> {
    /// The build file's own key: an exact version or a range.
    pub requested: Option<(&'a str, Option<&'a Place>)>,
    /// The root's package.json: `packageManager`, `devEngines.packageManager`, `engines.pnpm`.
    pub root: Option<&'a PackageJson>,
    /// `pnpm-workspace.yaml`, whose settings only some majors read.
    pub workspace: Option<&'a PnpmWorkspace>,
    /// The lockfile, which only some majors write.
    pub lockfile: Option<&'a Lockfile>,
}

/// The pnpm to install with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PnpmVersion {
    /// An exact version.
    pub version: String,
    /// Its major.
    pub major: u64,
    /// The archive's hash as `packageManager` gives it, such as `sha512.0a1b`.
    pub hash: Option<String>,
    /// Why this one, for people: ``packageManager in package.json``.
    pub reason: String,
    /// The line that names it; none where the lockfile alone suggests it.
    pub place: Option<Place>,
}

impl PnpmVersion {
    /// Chooses the version.
    ///
    /// # Errors
    /// Another package manager, a version that is none, a major that is not supported, or one that cannot
    /// read the lockfile.
    pub fn choose(inputs: Inputs<'_>) -> Result<Self, Diagnostics> {
        let (mut chosen, place) = match inputs.explicit()? {
            Some(explicit) => explicit,
            None => (inputs.inferred(), None),
        };
        inputs.check(&chosen, place.clone())?;
        chosen.place = place;
        Ok(chosen)
    }
}

type Explicit = (PnpmVersion, Option<Place>);

impl Inputs<'_> {
    /// Returns what a file says.
    fn explicit(&self) -> Result<Option<Explicit>, Diagnostic> {
        if let Some((requested, place)) = self.requested {
            return self
                .of_range(requested, "the build file's `pnpm`".to_owned(), place.cloned())
                .map(Some);
        }
        let Some(root) = self.root else { return Ok(None) };
        let file = &root.file.name;
        if let Some(text) = &root.package_manager {
            return package_manager(text, file, root.place(&["packageManager"])).map(Some);
        }
        if let Some(range) = dev_engine(root) {
            let place = root.place(&["devEngines", "packageManager"]);
            return self
                .of_range(range, format!("`devEngines.packageManager` in {file}"), place)
                .map(Some);
        }
        match root.engines.get("pnpm") {
            Some(range) => {
                let place = root.place(&["engines", "pnpm"]);
                self.of_range(range, format!("`engines.pnpm` in {file}"), place)
                    .map(Some)
            }
            None => Ok(None),
        }
    }

    /// Resolves a range: to itself where it is exact, to what the lockfile suggests where that satisfies it,
    /// else to the lowest default that does, else to the lowest version at all.
    fn of_range(&self, text: &str, source: String, place: Option<Place>) -> Result<Explicit, Diagnostic> {
        let text = text.trim();
        if let Ok(version) = Version::parse(text) {
            return Ok((exact(&version, None, source), place));
        }
        let error = |message: String| match &place {
            Some(place) => Diagnostic::named(names::UNSUPPORTED_MANAGER, message).at(place.clone()),
            None => Diagnostic::named(names::UNSUPPORTED_MANAGER, message),
        };
        let Ok(range) = Range::parse(text) else {
            return Err(error(format!(
                "{source} is `{text}`, which is no version; write one such as \"9.15.9\""
            )));
        };
        let inferred = self.inferred();
        let reads = |version: &&str| major(version).is_some_and(|major| self.can_read(major));
        let candidates = std::iter::once(inferred.version.as_str()).chain(DEFAULTS.into_iter().filter(reads));
        let found = candidates
            .filter_map(|version| Version::parse(version).ok())
            .find(|version| range.satisfies(version))
            .or_else(|| range.min_version());
        match found {
            Some(version) => Ok((exact(&version, None, format!("{source} is `{text}`")), place)),
            None => Err(error(format!(
                "{source} is `{text}`, which no version satisfies; write one such as \"9.15.9\""
            ))),
        }
    }

    /// Returns what wrote the lockfile, as far as the files tell.
    fn inferred(&self) -> PnpmVersion {
        let (major, why) = self.inferred_major();
        let version = DEFAULTS
            .into_iter()
            .find(|version| self::major(version) == Some(major));
        PnpmVersion {
            version: version.unwrap_or_default().to_owned(),
            major,
            hash: None,
            reason: format!("no file names a version, and {why}"),
            place: None,
        }
    }

    fn inferred_major(&self) -> (u64, &'static str) {
        let Some(lockfile) = self.lockfile else {
            return (10, "there is no lockfile");
        };
        if lockfile.version() == LockfileVersion::V6 {
            return (8, "the lockfile is of version 6");
        }
        if lockfile.env_document().is_some() {
            return (
                11,
                "the lockfile holds a document of pnpm's own, which pnpm 11 introduced",
            );
        }
        let patches = || lockfile.patched_dependencies().values();
        if patches().any(|patch| matches!(patch, PatchedDependency::Hash(_))) {
            return (
                11,
                "the lockfile's patches are bare hashes, which pnpm 11 introduced",
            );
        }
        let long_hash = |patch: &PatchedDependency| matches!(patch, PatchedDependency::File { hash, .. } if hash.len() == 64);
        let checksums = [
            lockfile.pnpmfile_checksum(),
            lockfile.package_extensions_checksum(),
        ];
        if checksums
            .into_iter()
            .flatten()
            .any(|sum| sum.starts_with("sha256-"))
            || patches().any(long_hash)
        {
            return (
                10,
                "the lockfile's checksums are SHA-256, which pnpm 10 introduced",
            );
        }
        let only_projects = |key: &String| ["packages", "catalog", "catalogs"].contains(&key.as_str());
        if self
            .workspace
            .is_some_and(|workspace| !workspace.raw.keys().all(only_projects))
        {
            return (10, "pnpm-workspace.yaml holds settings, which pnpm 10 introduced");
        }
        let is_of_nine = |sum: &str| !sum.starts_with("sha256-");
        let short_hash = |patch: &PatchedDependency| matches!(patch, PatchedDependency::File { .. });
        if checksums.into_iter().flatten().any(is_of_nine) || patches().any(short_hash) {
            return (9, "the lockfile's checksums are those of pnpm 9");
        }
        // The newest that reads all that 9 and 10 write: later ones pass over settings in package.json, and refuse what
        // has scripts that nobody approved, which 9 runs.
        (10, "the lockfile is of version 9, which pnpm 9 to 12 write")
    }

    fn can_read(&self, major: u64) -> bool {
        match self.lockfile.map(Lockfile::version) {
            // pnpm 9 installs from version 6 as long as it need not be written.
            Some(LockfileVersion::V6) => (8..=9).contains(&major),
            Some(LockfileVersion::V9) => major >= 9,
            None => true,
        }
    }

    fn check(&self, chosen: &PnpmVersion, place: Option<Place>) -> Result<(), Diagnostic> {
        let PnpmVersion {
            version,
            major,
            reason,
            ..
        } = chosen;
        let supported = DEFAULTS
            .iter()
            .any(|default| self::major(default) == Some(*major));
        let message = if !supported {
            format!(
                "pnpm {version} ({reason}) is not supported; use pnpm 8 to 12, such as {}",
                self.inferred().version
            )
        } else if !self.can_read(*major) {
            let name = self
                .lockfile
                .map_or("pnpm-lock.yaml", |lockfile| lockfile.file().name.as_str());
            format!(
                "pnpm {version} ({reason}) cannot read {name}; write it with `pnpm install --lockfile-only` of that version or use pnpm {}",
                self.inferred().version
            )
        } else {
            return Ok(());
        };
        Err(match place {
            Some(place) => Diagnostic::named(names::UNSUPPORTED_MANAGER, message).at(place),
            None => Diagnostic::named(names::UNSUPPORTED_MANAGER, message),
        })
    }
}

/// Reads `packageManager`: `name@version`, with a hash after `+`.
fn package_manager(text: &str, file: &str, place: Option<Place>) -> Result<Explicit, Diagnostic> {
    let error = |message: String| match &place {
        Some(place) => Diagnostic::named(names::UNSUPPORTED_MANAGER, message).at(place.clone()),
        None => Diagnostic::named(names::UNSUPPORTED_MANAGER, message),
    };
    let (name, version) = text.split_once('@').unwrap_or((text, ""));
    if name != "pnpm" {
        return Err(error(format!(
            "`packageManager` in {file} is `{text}`, but the workspace is built with pnpm; write a version such as \"pnpm@9.15.9\""
        )));
    }
    let (number, hash) = match version.split_once('+') {
        Some((number, hash)) => (number, Some(hash.to_owned())),
        None => (version, None),
    };
    match Version::parse(number) {
        Ok(version) => Ok((
            exact(&version, hash, format!("`packageManager` in {file}")),
            place,
        )),
        Err(_) => Err(error(format!(
            "`packageManager` in {file} is `{text}`, which names no exact version; write one such as \"pnpm@9.15.9\""
        ))),
    }
}

/// Returns the range that `devEngines.packageManager` gives for pnpm.
fn dev_engine(root: &PackageJson) -> Option<&str> {
    let engine = root.get(&["devEngines", "packageManager"])?;
    let engines = match engine {
        Value::Array(engines) => engines.as_slice(),
        one => std::slice::from_ref(one),
    };
    let pnpm = engines
        .iter()
        .find(|engine| engine.get("name").and_then(Value::as_str) == Some("pnpm"))?;
    pnpm.get("version")?.as_str()
}

fn exact(version: &Version, hash: Option<String>, reason: String) -> PnpmVersion {
    PnpmVersion {
        version: version.to_string(),
        major: version.major(),
        hash,
        reason,
        place: None,
    }
}

fn major(version: &str) -> Option<u64> {
    version.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests;
