//! The projects that are tried, as `tests/starters/starters.yaml` has them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use crate::repository;

/// A project as users of a framework begin one. The list says what each field means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Starter {
    /// What it is called.
    pub name: String,
    of: Option<String>,
    pub(super) tool: Option<String>,
    pub(super) make: Option<String>,
    #[serde(default)]
    pub(super) manager: Manager,
    #[serde(default = "beside_package_json")]
    pub(super) manifest: String,
    #[serde(default)]
    pub(super) keys: String,
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) tmpfs: Vec<String>,
    #[serde(default = "usual_port")]
    pub(super) port: u16,
    pub(super) get: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) exec: Option<Vec<String>>,
    pub(super) answer: Option<String>,
    pub(super) says: Option<String>,
    #[serde(default)]
    pub(super) ends: bool,
    #[serde(default = "yes")]
    pub(super) check: bool,
    #[serde(default = "smallest")]
    pub(super) base: String,
    /// Whether `make test` tries it too.
    #[serde(default)]
    pub tested: bool,
    #[serde(default = "usual_minutes")]
    pub(super) minutes: u64,
    pub(super) note: Option<String>,
}

/// Who resolves and installs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Manager {
    #[default]
    Pnpm,
    Npm,
}

fn beside_package_json() -> String {
    "service.toml".to_owned()
}

fn usual_port() -> u16 {
    3000
}

fn yes() -> bool {
    true
}

fn smallest() -> String {
    "alpine".to_owned()
}

fn usual_minutes() -> u64 {
    15
}

impl Starter {
    /// Returns all of them, in the order of the list.
    pub fn all() -> Vec<Self> {
        let path = repository().join("tests/starters/starters.yaml");
        let text = std::fs::read_to_string(&path).expect("the list of starters is there");
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Returns the directory of its files, where they are ours.
    pub fn files(&self) -> PathBuf {
        repository().join("tests/starters/projects").join(&self.name)
    }

    /// Returns the name of its lockfile.
    pub fn lockfile(&self) -> &'static str {
        match self.manager {
            Manager::Pnpm => "pnpm-lock.yaml",
            Manager::Npm => "package-lock.json",
        }
    }

    /// Returns the command that makes its lockfile.
    pub(super) fn locks(&self) -> &'static str {
        match self.manager {
            Manager::Pnpm => "pnpm install --lockfile-only",
            Manager::Npm => "npm install --package-lock-only",
        }
    }

    /// Says whether its files are ours, and not made by a tool.
    pub fn is_ours(&self) -> bool {
        self.tool.is_none()
    }

    /// Says what made it, with the version of that or of the framework.
    pub(super) fn made_by(&self) -> String {
        if let Some(tool) = &self.tool {
            return tool.clone();
        }
        let of = self.of.as_deref().unwrap_or_default();
        let text = std::fs::read_to_string(self.files().join("package.json")).unwrap_or_default();
        let package: Value = serde_json::from_str(&text).unwrap_or_default();
        let fields = ["dependencies", "devDependencies"];
        let version = fields.iter().find_map(|field| package[field][of].as_str());
        format!("documentation of {of}@{}", version.unwrap_or("?"))
    }

    /// Returns the whole manifest.
    pub(super) fn manifest_text(&self) -> String {
        format!("# syntax=vextrus/frontend\n{}", self.keys)
    }
}
