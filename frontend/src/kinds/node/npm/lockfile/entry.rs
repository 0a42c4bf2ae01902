//! What is at one location.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::kinds::node::workspace::DependencyKind;
use crate::kinds::node::workspace::package_json::Specifiers;

/// What is at one location: a package, a project, or a link to one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// All fields as written.
    pub raw: Map<String, Value>,
    /// `version`
    pub version: Option<String>,
    /// `resolved`, of what is no link: a URL, or `file:` and a path.
    pub resolved: Option<String>,
    /// `integrity`
    pub integrity: Option<String>,
    /// The directory that a link leads to.
    pub link: Option<String>,
    /// Whether it came in the archive of the package that it lies in.
    pub is_bundled: bool,
    /// Whether it may be missing.
    pub is_optional: bool,
    /// Whether it has install scripts.
    pub has_scripts: bool,
    /// What it depends on.
    pub fields: Fields,
    /// `os`
    pub os: Vec<String>,
    /// `cpu`
    pub cpu: Vec<String>,
    /// `libc`
    pub libc: Vec<String>,
}

/// The fields that name dependencies, each name in one of them: `optionalDependencies` wins over `dependencies`, as npm has
/// it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// `dependencies`
    pub dependencies: Specifiers,
    /// `optionalDependencies`
    pub optional: Specifiers,
    /// `devDependencies`
    pub development: Specifiers,
    /// `peerDependencies`
    pub peers: Specifiers,
    /// Names of the peers that may be missing.
    pub optional_peers: BTreeSet<String>,
}

impl Entry {
    pub(super) fn new(raw: Map<String, Value>) -> Self {
        let text = |key: &str| raw.get(key).and_then(Value::as_str).map(str::to_owned);
        let flag = |key: &str| raw.get(key) == Some(&Value::Bool(true));
        let resolved = text("resolved");
        let is_link = flag("link");
        Self {
            version: text("version"),
            integrity: text("integrity"),
            link: is_link.then(|| resolved.clone().unwrap_or_default()),
            resolved: resolved.filter(|_| !is_link),
            is_bundled: flag("inBundle"),
            is_optional: flag("optional") || flag("devOptional"),
            has_scripts: flag("hasInstallScript"),
            fields: Fields::read(&raw),
            os: list(raw.get("os")),
            cpu: list(raw.get("cpu")),
            libc: list(raw.get("libc")),
            raw,
        }
    }

    /// Returns the name of the package: `name` for an alias, else that of the location.
    pub fn name<'a>(&'a self, location: &'a str) -> &'a str {
        let written = self.raw.get("name").and_then(Value::as_str);
        written.unwrap_or_else(|| super::name_of(location))
    }

    pub(super) fn declare(&mut self, name: &str, specifier: &str) {
        self.fields
            .dependencies
            .insert(name.to_owned(), specifier.to_owned());
        let field = self
            .raw
            .entry("dependencies")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Some(field) = field.as_object_mut() {
            field.insert(name.to_owned(), specifier.into());
        }
    }
}

impl Fields {
    /// Reads the fields of an entry, or of a package.json.
    pub fn read(raw: &Map<String, Value>) -> Self {
        let mut fields = Self {
            dependencies: specifiers(raw.get("dependencies")),
            optional: specifiers(raw.get("optionalDependencies")),
            development: specifiers(raw.get("devDependencies")),
            peers: specifiers(raw.get("peerDependencies")),
            optional_peers: BTreeSet::new(),
        };
        let meta = raw.get("peerDependenciesMeta").and_then(Value::as_object);
        let optional = meta.into_iter().flatten();
        let optional = optional.filter(|(_, meta)| meta.get("optional") == Some(&Value::Bool(true)));
        fields.optional_peers = optional.map(|(name, _)| name.clone()).collect();
        let (dependencies, optional) = (&mut fields.dependencies, &fields.optional);
        dependencies.retain(|name, _| !optional.contains_key(name));
        fields
    }

    /// Iterates over what is installed for it, peers left out.
    pub fn iter(&self) -> impl Iterator<Item = (DependencyKind, &str, &str)> {
        let fields = [
            (DependencyKind::Production, &self.dependencies),
            (DependencyKind::Optional, &self.optional),
            (DependencyKind::Development, &self.development),
        ];
        fields.into_iter().flat_map(|(kind, field)| {
            let field = field.iter();
            field.map(move |(name, specifier)| (kind, name.as_str(), specifier.as_str()))
        })
    }

    /// Returns the peers without which it does not work.
    pub fn required_peers(&self) -> impl Iterator<Item = &str> {
        let names = self.peers.keys().map(String::as_str);
        names.filter(|name| !self.optional_peers.contains(*name))
    }

    /// Returns the peers that may be missing.
    pub fn optional_peers(&self) -> impl Iterator<Item = &str> {
        let names = self.peers.keys().map(String::as_str);
        names.filter(|name| self.optional_peers.contains(*name))
    }

    /// Returns the kind and the specifier of a name.
    pub fn get(&self, name: &str) -> Option<(DependencyKind, &str)> {
        let mut found = self.iter();
        found.find_map(|(kind, other, specifier)| (other == name).then_some((kind, specifier)))
    }
}

fn specifiers(value: Option<&Value>) -> Specifiers {
    let map = value.and_then(Value::as_object).into_iter().flatten();
    map.filter_map(|(name, specifier)| Some((name.clone(), specifier.as_str()?.to_owned())))
        .collect()
}

/// Reads a list, which may be written as one text.
fn list(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}
