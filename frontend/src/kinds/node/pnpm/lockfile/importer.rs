//! One project's entry in `importers`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::document::Document;
use super::index::Index;
use super::{LockfileVersion, parse_entry};
use crate::diagnostic::Diagnostic;
use crate::kinds::node::pnpm::dep_path::Reference;
use crate::kinds::node::workspace::DependencyKind;

/// A dependency of a project: what its manifest asks for and what that resolved to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ResolvedDependency {
    /// As in package.json, after overrides.
    pub specifier: String,
    /// `18.2.0`, `1.2.0(react@18.2.0)`, `link:../kernel`, `file:libs/ui(react@18.3.1)`, or a whole depPath.
    pub version: String,
}

/// What a project depends on, by the names under which it requires them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Importer {
    /// `dependencies`
    pub dependencies: BTreeMap<String, ResolvedDependency>,
    /// `devDependencies`
    pub dev_dependencies: BTreeMap<String, ResolvedDependency>,
    /// `optionalDependencies`
    pub optional_dependencies: BTreeMap<String, ResolvedDependency>,
    /// `dependenciesMeta` as written, such as `{injected: true}`: pnpm compares it with the manifest's.
    pub dependencies_meta: BTreeMap<String, Value>,
    /// `publishConfig.directory` of the project: what others link to.
    pub publish_directory: Option<String>,
}

impl ResolvedDependency {
    /// Returns what the version refers to, for a dependency known as `alias`.
    pub fn reference(&self, alias: &str, version: LockfileVersion) -> Reference {
        Reference::parse(alias, &self.version, version)
    }
}

impl Importer {
    /// Iterates over the dependencies of the wanted kinds, in the order production, optional, development.
    pub fn iter(&self) -> impl Iterator<Item = (DependencyKind, &str, &ResolvedDependency)> {
        let kind = |kind, map| std::iter::repeat(kind).zip::<&BTreeMap<String, ResolvedDependency>>(map);
        kind(DependencyKind::Production, &self.dependencies)
            .chain(kind(DependencyKind::Optional, &self.optional_dependencies))
            .chain(kind(DependencyKind::Development, &self.dev_dependencies))
            .map(|(kind, (name, dependency))| (kind, name.as_str(), dependency))
    }

    /// Keeps the dependencies for which `keep` holds, and what is said of those.
    pub fn retain(&mut self, keep: impl Fn(&str, &ResolvedDependency) -> bool) {
        for field in [
            &mut self.dependencies,
            &mut self.dev_dependencies,
            &mut self.optional_dependencies,
        ] {
            field.retain(|name, dependency| keep(name, dependency));
        }
        let kept: BTreeSet<String> = self.iter().map(|(_, name, _)| name.to_owned()).collect();
        self.dependencies_meta.retain(|name, _| kept.contains(name));
    }

    /// Returns the project with some of its dependencies, of whatever kind, as those of production.
    #[must_use]
    pub fn with_production(&self, names: &BTreeSet<String>) -> Self {
        let kept = names.iter().filter_map(|name| Some((name, self.get(name)?.1)));
        let dependencies: BTreeMap<String, ResolvedDependency> = kept
            .map(|(name, dependency)| (name.clone(), dependency.clone()))
            .collect();
        let mut dependencies_meta = self.dependencies_meta.clone();
        dependencies_meta.retain(|name, _| dependencies.contains_key(name));
        Self {
            dependencies,
            dependencies_meta,
            ..Self::default()
        }
    }

    /// Returns the dependency of that name, of whatever kind.
    pub fn get(&self, name: &str) -> Option<(DependencyKind, &ResolvedDependency)> {
        let fields = [
            (DependencyKind::Production, &self.dependencies),
            (DependencyKind::Optional, &self.optional_dependencies),
            (DependencyKind::Development, &self.dev_dependencies),
        ];
        let mut found = fields.into_iter();
        found.find_map(|(kind, field)| Some((kind, field.get(name)?)))
    }
}

/// Turns the lockfile of a single project, which pnpm 8 writes without `importers`, into the workspace form:
/// the project's sections become the entry `.`. pnpm 8 reads both.
pub(super) fn gather_single_project(document: &mut Document) -> Result<(), Diagnostic> {
    const OWN: [&str; 5] = [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "dependenciesMeta",
        "publishDirectory",
    ];
    if document.index.section("importers").is_some() {
        return Ok(());
    }
    let mut own = String::new();
    let mut rest = Vec::new();
    for section in &document.index.sections {
        let text = document.text.get(section.range.clone()).unwrap_or_default();
        if OWN.contains(&section.key.as_str()) {
            // Checked here, where the lines are still those of the file.
            document.parse_range::<serde::de::IgnoredAny>(section.range.clone())?;
            for line in text.lines().filter(|line| !line.is_empty()) {
                own.push_str("    ");
                own.push_str(line);
                own.push('\n');
            }
        } else {
            rest.push((section.key.as_str(), text));
        }
    }
    let importers = if own.is_empty() {
        "importers:\n\n  .: {}".to_owned()
    } else {
        format!("importers:\n\n  .:\n{}", own.trim_end_matches('\n'))
    };
    let at = rest
        .iter()
        .position(|(key, _)| ["packages", "snapshots", "time"].contains(key));
    rest.insert(at.unwrap_or(rest.len()), ("importers", &importers));
    let text = rest
        .iter()
        .map(|(_, text)| *text)
        .collect::<Vec<_>>()
        .join("\n\n")
        + "\n";
    let index = Index::of(&text).ok_or_else(|| {
        document.diagnostic(
            format!(
                "{} mixes several layouts; write it anew with `pnpm install --lockfile-only`",
                document.file.name
            ),
            None,
        )
    })?;
    document.replace(text, index);
    // The shape, now that the entry is whole.
    if let Some(range) = document.index.entry("importers", ".") {
        parse_entry::<Importer>(document, range)?;
    }
    Ok(())
}
