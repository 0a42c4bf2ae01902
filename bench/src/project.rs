//! Workspaces that are built: each with its services, and the Dockerfiles for them.

use vextrus_e2e::{Docker, Workspace, repository};

use crate::bed::attempt;
use crate::builder::Kit;
use crate::located;
use crate::selection::Selection;
use crate::subject::Subjects;
use crate::twin;

/// The repository whose services are measured where no other is named.
const SERVICES: &str = "examples/erp";
/// The front end.
const FRONTEND: &str = "examples/samplemind/frontend";
/// The workspace of npm whose service is measured beside the same one of pnpm.
const SHOP: &str = "examples/shop";

/// A workspace that is built.
#[derive(Debug)]
pub(crate) struct Project {
    /// A copy, as it is between edits.
    pub(crate) workspace: Workspace,
    /// Its services.
    pub(crate) subjects: Subjects,
    /// The Dockerfiles.
    pub(crate) kit: Kit,
}

impl Project {
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
        Self::of(Workspace::empty(), Subjects::of(Vec::new()))
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
        attempt(|| located::complete(docker, &workspace))??;
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
            attempt(|| located::complete(docker, &workspace))??;
            if manager == "pnpm" {
                attempt(|| twin::of_pnpm(docker, &workspace))??;
            }
            let subjects = attempt(|| Subjects::find(docker, &workspace))??;
            let subjects = subjects.renamed(|name| format!("{name}-{manager}"));
            Self::of(workspace, subjects)
        };
        ["npm", "pnpm"].into_iter().map(by).collect()
    }
}
