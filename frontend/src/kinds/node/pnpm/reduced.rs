//! The manifest reduced to what an install reads.
//!
//! What is left out cannot change an install's cache key: scripts (so that no project's lifecycle script
//! runs), `packageManager` and `devEngines` (so that pnpm does not switch to another version of itself),
//! entry points, metadata.

use serde_json::{Map, Value};

use super::lockfile::{Importer, ResolvedDependency};
use crate::kinds::node::npmrc::without_credentials;
use crate::kinds::node::workspace::PackageJson;
use crate::kinds::node::workspace::package_json::{Specifiers, insert};

/// Which dependencies a reduced manifest keeps.
#[derive(Debug, Clone, Copy)]
pub enum Reduce<'a> {
    /// All, as declared.
    Development,
    /// Those of a pruned production lockfile's importer: `dependencies` with the promoted peers and
    /// `optionalDependencies`. Peers are dependencies by then, and are no longer declared as peers, which
    /// pnpm would compare with the lockfile where it installs peers by itself.
    Production(&'a Importer),
    /// Those of a production install as declared, peers included: for a project that is injected somewhere,
    /// whose manifest pnpm 11 and later compare with the lockfile's entry of the copy.
    Injected(&'a Importer),
    /// Those that the lockfile has for the project, with its specifiers: for the root of the workspace, which is there for
    /// its tools and may have others by now, and those of a project that are installed as the root's; and for a workspace
    /// whose hooks rewrite manifests, which do not run in an install.
    Resolved {
        /// The project in the lockfile.
        importer: &'a Importer,
        /// Whether peers are declared as such.
        peers: bool,
    },
    /// None: a root that only carries settings.
    None,
}

impl<'a> Reduce<'a> {
    /// Returns the same for a workspace with hooks, where the project is in the lockfile.
    #[must_use]
    pub fn after_hooks(self, importer: Option<&'a Importer>) -> Self {
        match (self, importer) {
            (Self::None, _) | (_, None) => self,
            (_, Some(importer)) => Self::Resolved {
                importer,
                peers: !matches!(self, Self::Production(_)),
            },
        }
    }
}

impl PackageJson {
    /// Returns the manifest reduced to what an install reads, as JSON with a stable order of keys.
    ///
    /// For the workspace's root also `pnpm`, without credentials, and `resolutions` are kept, with overrides of the form `$name`
    /// replaced by the range that the root declares for the name, since the root's dependencies, where pnpm
    /// would look it up, may be left out.
    pub fn reduced(&self, mode: Reduce<'_>, is_root: bool) -> String {
        let mut out = Map::new();
        let copy = |out: &mut Map<String, Value>, key: &str| {
            if let Some(value) = self.raw.get(key) {
                out.insert(key.to_owned(), value.clone());
            }
        };
        for key in ["name", "version", "private"] {
            copy(&mut out, key);
        }
        match mode {
            Reduce::Development => {
                insert(&mut out, "dependencies", &self.dependencies);
                insert(&mut out, "devDependencies", &self.dev_dependencies);
                insert(&mut out, "optionalDependencies", &self.optional_dependencies);
                insert(&mut out, "peerDependencies", &self.peer_dependencies);
                copy(&mut out, "peerDependenciesMeta");
                copy(&mut out, "dependenciesMeta");
            }
            Reduce::Production(importer) => self.production(&mut out, importer),
            Reduce::Injected(importer) => {
                insert(&mut out, "dependencies", &self.dependencies);
                insert(&mut out, "optionalDependencies", &self.optional_dependencies);
                insert(&mut out, "peerDependencies", &self.peer_dependencies);
                copy(&mut out, "peerDependenciesMeta");
                self.dependencies_meta(&mut out, importer);
            }
            Reduce::Resolved { importer, peers } => {
                for (field, resolved) in [
                    ("dependencies", &importer.dependencies),
                    ("devDependencies", &importer.dev_dependencies),
                    ("optionalDependencies", &importer.optional_dependencies),
                ] {
                    let specifiers = resolved.iter();
                    let specifiers = specifiers.map(|(name, found)| (name.clone(), found.specifier.clone()));
                    insert(&mut out, field, &specifiers.collect());
                }
                if peers {
                    insert(&mut out, "peerDependencies", &self.peer_dependencies);
                    copy(&mut out, "peerDependenciesMeta");
                }
                self.dependencies_meta(&mut out, importer);
            }
            Reduce::None => {}
        }
        for key in ["bin", "directories", "engines", "os", "cpu", "libc"] {
            copy(&mut out, key);
        }
        if let Some(config) = self.publish_directory() {
            out.insert("publishConfig".to_owned(), config);
        }
        if is_root {
            if let Some(settings) = self.pnpm_settings() {
                out.insert("pnpm".to_owned(), without_credentials(settings).0.into());
            }
            copy(&mut out, "resolutions");
            if let Some(pnpm) = out.get_mut("pnpm").and_then(Value::as_object_mut)
                && pnpm.contains_key("patchedDependencies")
            {
                // By its name of pnpm 8 and 9, which later ones take too.
                pnpm.insert("allowNonAppliedPatches".to_owned(), true.into());
            }
            if let Some(overrides) = out.get_mut("pnpm").and_then(|pnpm| pnpm.get_mut("overrides")) {
                self.resolve_references(overrides);
            }
            if let Some(resolutions) = out.get_mut("resolutions") {
                self.resolve_references(resolutions);
            }
        }
        // Of a map of strings and values that were parsed from JSON: cannot fail.
        serde_json::to_string_pretty(&Value::Object(out)).unwrap_or_default() + "\n"
    }

    /// Returns the keys of pnpm's settings that hold credentials, which stay out of the build.
    pub fn credentials(&self) -> Vec<String> {
        let settings = self
            .pnpm_settings()
            .map(|settings| without_credentials(settings).1);
        settings.unwrap_or_default()
    }

    /// Returns the settings that pnpm reads of the root's manifest, up to version 10.
    fn pnpm_settings(&self) -> Option<&Map<String, Value>> {
        self.raw.get("pnpm")?.as_object()
    }

    /// Returns the specifier that an override of the form `$name` stands for: what the root declares for
    /// the name.
    pub fn referenced_specifier(&self, specifier: &str) -> Option<&str> {
        self.specifier(specifier.strip_prefix('$')?)
    }

    /// Replaces the values of the form `$name` in a map of overrides.
    pub(in crate::kinds::node) fn resolve_references(&self, overrides: &mut Value) {
        for (_, specifier) in overrides.as_object_mut().into_iter().flatten() {
            let range = specifier
                .as_str()
                .and_then(|s| self.referenced_specifier(s))
                .map(str::to_owned);
            if let Some(range) = range {
                *specifier = range.into();
            }
        }
    }

    /// Writes the fields of a production install. A declared specifier stays as declared, since pnpm applies
    /// overrides and hooks to it before it compares with the lockfile; the rest is the lockfile's.
    fn production(&self, out: &mut Map<String, Value>, importer: &Importer) {
        let with = |declared: &Specifiers, resolved: &std::collections::BTreeMap<String, _>| {
            let mut all = declared.clone();
            for (name, dependency) in resolved {
                let dependency: &ResolvedDependency = dependency;
                all.entry(name.clone())
                    .or_insert_with(|| dependency.specifier.clone());
            }
            all
        };
        insert(
            out,
            "dependencies",
            &with(&self.dependencies, &importer.dependencies),
        );
        insert(
            out,
            "optionalDependencies",
            &with(&self.optional_dependencies, &importer.optional_dependencies),
        );
        self.dependencies_meta(out, importer);
    }

    /// Writes what the pruned importer keeps of `dependenciesMeta`: pnpm compares the two.
    fn dependencies_meta(&self, out: &mut Map<String, Value>, importer: &Importer) {
        let meta: Map<String, Value> = self
            .raw
            .get("dependenciesMeta")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(name, _)| importer.dependencies_meta.contains_key(*name))
            .map(|(name, meta)| (name.clone(), meta.clone()))
            .collect();
        if !meta.is_empty() {
            out.insert("dependenciesMeta".to_owned(), meta.into());
        }
    }

    /// Returns the part of `publishConfig` that decides what other projects link to.
    fn publish_directory(&self) -> Option<Value> {
        let config = self.raw.get("publishConfig")?.as_object()?;
        let kept: Map<String, Value> = ["directory", "linkDirectory"]
            .into_iter()
            .filter_map(|key| Some((key.to_owned(), config.get(key)?.clone())))
            .collect();
        (!kept.is_empty()).then(|| kept.into())
    }
}

#[cfg(test)]
mod tests;
