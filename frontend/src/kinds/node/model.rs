//! The workspace as the plan sees it: every file that decides something, read and parsed.

use std::collections::{BTreeMap, BTreeSet};

use super::manager::Manager;
use super::workspace::application::Application;
use super::workspace::turbo::Tasks;
use super::workspace::{ImporterId, Project, ROOT};
use crate::diagnostic::Place;
use crate::path::{join, leaves};
use crate::pattern::literal;

/// A workspace inside a build context.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The workspace's root inside the context, empty where it is the context itself.
    pub root: String,
    /// The application of the service that is built, where it is one of several without a package.json.
    pub application: Option<Application>,
    /// The projects by importer id.
    pub projects: BTreeMap<ImporterId, Project>,
    /// Who resolves and installs its dependencies.
    pub manager: Manager,
    /// [`super::plan::NODE_VERSION_FILES`], the service's first: path and text.
    pub node_version_files: Vec<(String, String)>,
    /// Scripts that the task runner's configuration puts in front of each task, such as `build`.
    pub tasks: Tasks,
    /// Names of the files at the workspace's root.
    pub root_files: Vec<String>,
    /// Paths in the context that were looked for and are there, besides the files of packages.
    pub existing: BTreeSet<String>,
    /// Projects of the service's closure of which no step sees anything: the line of the ignore file, and where it stands.
    pub hidden: BTreeMap<ImporterId, (String, Place)>,
    /// What is said of files that the build does without since they cannot be read.
    pub passed_over: Vec<String>,
}

impl Workspace {
    /// Returns the context path of a directory or file that is given relative to the workspace's root.
    ///
    /// Empty for the context itself.
    pub fn context_path(&self, relative: &str) -> String {
        let path = join(if self.root.is_empty() { "." } else { &self.root }, relative);
        if path == "." { String::new() } else { path }
    }

    /// Returns the pattern in the context of a path or glob that is given relative to the workspace's root.
    pub fn context_pattern(&self, relative: &str) -> String {
        join(&literal(&self.root), relative)
    }

    /// Returns where a directory or file of the workspace lies in every container.
    pub fn container_path(&self, relative: &str) -> String {
        self.container_of_context(&self.context_path(relative))
    }

    /// Returns where a path of the context lies in every container.
    ///
    /// The workspace's root is `/app`; where importers reach out of it (`../x`), the context is.
    pub fn container_of_context(&self, path: &str) -> String {
        let escapes = self.projects.keys().any(|id| id == ".." || id.starts_with("../"));
        let inside = if escapes || self.root.is_empty() {
            path
        } else {
            path.strip_prefix(self.root.as_str())
                .map_or(path, |rest| rest.trim_start_matches('/'))
        };
        if inside.is_empty() {
            ROOT.to_owned()
        } else {
            format!("{}/{inside}", ROOT)
        }
    }

    /// Returns whether a path relative to the workspace's root lies inside the context.
    pub fn is_in_context(&self, relative: &str) -> bool {
        !leaves(&self.context_path(relative))
    }

    /// Returns whether a context path is known to exist.
    pub fn exists(&self, path: &str) -> bool {
        self.existing.contains(path)
    }
}
