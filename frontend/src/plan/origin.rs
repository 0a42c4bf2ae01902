//! The lines of the workspace's files that steps come from.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::model::Plan;
use crate::diagnostic::{Place, SourceFile};
use crate::workspace::{PackageJson, Workspace};

/// A line of a file of the workspace, as plain data: a step that fails is shown with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file's path in the build context.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
}

impl Origin {
    /// Returns the line of the first property that a package.json has of several; without any, its name's.
    pub(super) fn of(manifest: &PackageJson, properties: &[&[&str]]) -> Self {
        let named: &[&str] = &["name"];
        let mut candidates = properties.iter().chain([&named]);
        let place = candidates.find_map(|path| manifest.place(path));
        Self {
            file: manifest.file.name.clone(),
            line: place.map_or(1, |place| place.first_line),
        }
    }

    /// Returns the line of a script.
    pub(super) fn of_script(manifest: &PackageJson, name: &str) -> Self {
        Self::of(manifest, &[&["scripts", name]])
    }

    /// Returns the line where a package's dependencies begin.
    pub(super) fn of_dependencies(manifest: &PackageJson) -> Self {
        let fields: [&[&str]; 3] = [&["dependencies"], &["devDependencies"], &["optionalDependencies"]];
        Self::of(manifest, &fields)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Plan {
    /// Returns the origins of all steps.
    fn origins(&self) -> impl Iterator<Item = &Origin> {
        let workbench = self.workbench.iter().map(|workbench| &workbench.package);
        let packages = self.packages.iter().chain(workbench);
        let scripts = packages.flat_map(|package| {
            let scripts = package.scripts.iter().map(|script| &script.origin);
            scripts.chain([&package.origin])
        });
        let installs = self.installs.values().chain([&self.production]);
        let installs = installs.filter_map(|install| install.origin.as_ref());
        scripts.chain(installs).chain(&self.toolchain.origin)
    }

    /// Returns the place of each origin, with the text of its file.
    pub(super) fn places(&self, workspace: &Workspace) -> BTreeMap<Origin, Place> {
        let manifests = workspace.projects.values().map(|project| &project.manifest.file);
        let files: BTreeMap<&str, &Arc<SourceFile>> =
            manifests.map(|file| (file.name.as_str(), file)).collect();
        let place = |origin: &Origin| Some(Place::of_line(files.get(origin.file.as_str())?, origin.line));
        self.origins()
            .filter_map(|origin| Some((origin.clone(), place(origin)?)))
            .collect()
    }
}
