//! Workspaces that are built: each with its services, and the Dockerfiles for them.

use vextrus_e2e::{Docker, Workspace, repository};

use crate::bed::attempt;
use crate::builder::Kit;
use crate::manager::Manager;
use crate::scale::workspace::PNPM;
use crate::selection::Selection;
use crate::subject::Subjects;

/// The repository whose services are measured where no other is named.
const SERVICES: &str = "examples/erp";
/// The front end.
const FRONTEND: &str = "examples/samplemind/frontend";
/// The workspace of npm whose service is measured beside the same one of pnpm.
const SHOP: &str = "examples/shop";

/// A workspace that is built.
#[derive(Debug)]
pub(crate) struct Site {
    /// A copy, as it is between edits.
    pub(crate) workspace: Workspace,
    /// Its services.
    pub(crate) subjects: Subjects,
    /// The Dockerfiles.
    pub(crate) kit: Kit,
}

impl Site {
    /// Writes the Dockerfiles for the services of a workspace.
    ///
    /// # Errors
    /// The file that cannot be written.
    pub(crate) fn of(workspace: Workspace, subjects: Subjects) -> Result<Self, String> {
        let kit = Kit::new(&workspace, &subjects)?;
        Ok(Self {
            workspace,
            subjects,
            kit,
        })
    }

    /// Returns one without services.
    ///
    /// # Errors
    /// The file that cannot be written.
    pub(crate) fn empty() -> Result<Self, String> {
        Self::of(Workspace::empty(), Subjects::none())
    }

    /// Returns a repository with its services: the example, or the one that the command line names.
    ///
    /// # Errors
    /// That it is not there, or what the frontend said of one of them.
    pub(crate) fn services(docker: &Docker, selection: &Selection) -> Result<Self, String> {
        let original = match &selection.workspace {
            Some(directory) => directory
                .canonicalize()
                .map_err(|error| format!("{}: {error}", directory.display()))?,
            None => repository().join(SERVICES),
        };
        let workspace = attempt(|| Workspace::tracked(&original))?;
        let subjects = attempt(|| Subjects::find(docker, &workspace))??;
        Self::of(workspace, subjects)
    }

    /// Returns the front end.
    ///
    /// # Errors
    /// What the frontend said of it.
    pub(crate) fn frontend(docker: &Docker) -> Result<Self, String> {
        let workspace = attempt(|| Workspace::tracked(&repository().join(FRONTEND)))?;
        let subjects = attempt(|| Subjects::find(docker, &workspace))??;
        // Its manifest lies at the root, whose name is nobody's.
        let subjects = subjects.renamed(|_| "samplemind-frontend".to_owned());
        Self::of(workspace, subjects)
    }

    /// Returns a workspace of npm, and the same sources at the same versions as one of pnpm.
    ///
    /// # Errors
    /// What pnpm or the frontend said.
    pub(crate) fn managers(docker: &Docker) -> Result<Vec<Self>, String> {
        let by = |manager: &str| {
            let workspace = attempt(|| Workspace::tracked(&repository().join(SHOP)))?;
            if manager == "pnpm" {
                attempt(|| move_to_pnpm(docker, &workspace))??;
            }
            let subjects = attempt(|| Subjects::find(docker, &workspace))??;
            let subjects = subjects.renamed(|name| format!("{name}-{manager}"));
            Self::of(workspace, subjects)
        };
        ["npm", "pnpm"].into_iter().map(by).collect()
    }
}

/// Makes a workspace of npm one of pnpm, whose lockfile pnpm takes over from npm's.
fn move_to_pnpm(docker: &Docker, workspace: &Workspace) -> Result<(), String> {
    let pnpm = Manager::Pnpm(PNPM.to_owned());
    let npm = Manager::Npm(None);
    let root = json(workspace, "package.json")?;
    let patterns: Vec<&str> = root["workspaces"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|pattern| pattern.as_str())
        .collect();
    let directories = patterns.iter().filter_map(|pattern| pattern.strip_suffix("/*"));
    let mut files = Vec::new();
    for directory in directories {
        let entries = std::fs::read_dir(workspace.path(directory)).map_err(|error| error.to_string())?;
        let names = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned());
        files.extend(names.map(|name| format!("{directory}/{name}/package.json")));
    }
    let mut members = files
        .into_iter()
        .map(|file| Ok((json(workspace, &file)?, file)))
        .collect::<Result<Vec<_>, String>>()?;
    let names: Vec<serde_json::Value> = members
        .iter()
        .map(|(manifest, _)| manifest["name"].clone())
        .collect();
    for (manifest, file) in &mut members {
        let dependencies = manifest["dependencies"].as_object_mut();
        for (name, range) in dependencies.into_iter().flatten() {
            if names.contains(&serde_json::Value::String(name.clone())) {
                *range = "workspace:*".into();
            }
        }
        workspace.write(file, manifest.to_string());
    }
    let mut root = root.clone();
    if let Some(root) = root.as_object_mut() {
        root.remove("workspaces");
        root.insert("packageManager".to_owned(), format!("pnpm@{PNPM}").into());
    }
    let packages: String = patterns
        .iter()
        .map(|pattern| format!("  - '{pattern}'\n"))
        .collect();
    workspace
        .write("package.json", root.to_string())
        .write("pnpm-workspace.yaml", format!("packages:\n{packages}"));
    pnpm.run(docker, "node:22-bookworm-slim", workspace, "pnpm import")?;
    workspace.remove(npm.lockfile());
    Ok(())
}

fn json(workspace: &Workspace, file: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str(&workspace.read(file)).map_err(|error| format!("{file}: {error}"))
}
