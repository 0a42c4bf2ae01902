//! The packages of an image, what contains what, and what needs what.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::facts::{Component, Facts};
use super::integrity::{Checksum, checksums};
use super::licence::Licences;
use super::manifest::Manifest;
use super::purl;

/// One package, however often its files lie in the image.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: Option<String>,
    /// Where it comes from.
    pub(super) location: Option<String>,
    pub(super) checksums: Vec<Checksum>,
    /// An expression of SPDX.
    pub(super) license: String,
    pub(super) purl: String,
}

/// How two packages relate. Source: SPDX 2.3, 11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Contains,
    DependsOn,
}

impl Kind {
    /// Returns SPDX's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Contains => "CONTAINS",
            Self::DependsOn => "DEPENDS_ON",
        }
    }
}

/// What was found so far.
#[derive(Debug)]
pub(super) struct Collected<'a> {
    pub(super) facts: &'a Facts,
    components: HashMap<&'a str, &'a Component>,
    /// Workspace packages as an install names them.
    local: HashSet<String>,
    /// By key, the same name and version once.
    pub(super) packages: HashMap<String, Package>,
    pub(super) relationships: BTreeSet<(String, Kind, String)>,
    pub(super) licences: Licences,
}

impl<'a> Collected<'a> {
    /// Begins with the packages of the workspace.
    pub(super) fn new(facts: &'a Facts) -> Self {
        let components = || facts.components.iter();
        let local = components().filter(|(_, component)| component.workspace);
        let mut collected = Self {
            facts,
            components: components()
                .map(|(key, component)| (key.as_str(), component))
                .collect(),
            local: local
                .map(|(_, component)| key(&component.name, component.version.as_deref()))
                .collect(),
            packages: HashMap::new(),
            relationships: BTreeSet::new(),
            licences: Licences::default(),
        };
        for (key, component) in components().filter(|(_, component)| component.workspace) {
            let package = collected.describe(component, component.license.as_ref());
            collected.packages.insert(key.clone(), package);
        }
        collected
    }

    /// Adds a package that OWNER holds in its node_modules. Returns its key; nothing for what is pnpm's copy of a
    /// workspace package, or no package.
    ///
    /// What the lockfile knows is related as the lockfile says; `is_contained` relates it to its owner as well.
    pub(super) fn add_installed(
        &mut self,
        manifest: &Manifest,
        owner: &str,
        is_contained: bool,
    ) -> Option<String> {
        let name = manifest.name.as_ref()?;
        let key = key(name, manifest.version.as_deref());
        if self.local.contains(&key) {
            return None;
        }
        let known = self.components.get(key.as_str()).copied();
        let unknown = || Component {
            name: name.clone(),
            version: manifest.version.clone(),
            ..Component::default()
        };
        let package = match known {
            Some(component) => self.describe(component, manifest.license()),
            None => self.describe(&unknown(), manifest.license()),
        };
        self.packages.entry(key.clone()).or_insert(package);
        if known.is_none() || is_contained {
            self.relate(owner, Kind::Contains, &key);
        }
        Some(key)
    }

    /// Adds a package that the image holds by itself.
    pub(super) fn add_of_image(&mut self, key: String, package: Package) {
        self.relate(&self.facts.service, Kind::Contains, &key);
        self.packages.insert(key, package);
    }

    /// Relates the packages that were found as the lockfile does.
    pub(super) fn relate_dependencies(&mut self) {
        for (key, component) in &self.facts.components {
            for dependency in &component.dependencies {
                if self.packages.contains_key(key) && self.packages.contains_key(dependency) {
                    self.relate(key, Kind::DependsOn, dependency);
                }
            }
        }
    }

    fn relate(&mut self, from: &str, kind: Kind, to: &str) {
        if from != to {
            self.relationships.insert((from.to_owned(), kind, to.to_owned()));
        }
    }

    fn describe(&mut self, component: &Component, license: Option<&Value>) -> Package {
        let version = component.version.as_deref();
        Package {
            name: component.name.clone(),
            version: component.version.clone(),
            location: component.location.clone(),
            checksums: checksums(component.integrity.as_deref().unwrap_or_default()),
            license: self.licences.expression(license),
            purl: purl::npm(&component.name, version, component.location.as_deref()),
        }
    }
}

fn key(name: &str, version: Option<&str>) -> String {
    format!("{name}@{}", version.unwrap_or_default())
}
