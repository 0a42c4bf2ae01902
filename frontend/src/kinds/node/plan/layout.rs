//! Where the image has the packages of the workspace.

use std::collections::BTreeSet;

use super::command::Inferred;
use super::input::{PackageInput, PlanInput};
use super::{outside, settings};
use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::kinds::node::pnpm::settings::NodeLinker;
use crate::kinds::node::workspace::{ImporterId, Project};
use crate::kinds::node::{Manager, Workspace};
use crate::manifest::tables::Run;
use crate::manifest::values::Layout;
use crate::path::is_within;
use crate::plan::{Stage, WORKSPACE};

/// Where the image has the packages of the workspace: where the repository has them, or as `pnpm deploy` writes them, the
/// service at `/app` and the others in the virtual store, as if each were published.
#[derive(Debug)]
pub(super) struct Places<'a> {
    workspace: &'a Workspace,
    service: &'a str,
    /// The packages that have moved: those of the production closure.
    moved: Option<&'a BTreeSet<ImporterId>>,
}

impl<'a> Places<'a> {
    /// Returns the places of the packages that run; what is no production image has them as the repository.
    ///
    /// # Errors
    /// A workspace whose packages cannot be moved.
    pub(super) fn new(
        input: &PlanInput<'a>,
        run: &Run,
        projects: &'a BTreeSet<ImporterId>,
    ) -> Result<Self, Diagnostics> {
        let (workspace, service) = (input.workspace, input.service);
        let is_moved = run.layout() == Layout::Deploy && input.target.stage == Stage::Runtime;
        if let Some(why) = is_moved
            .then(|| unmovable(workspace, service, projects))
            .flatten()
        {
            return Err(refused(input, why).into());
        }
        Ok(Self {
            workspace,
            service,
            moved: is_moved.then_some(projects),
        })
    }

    /// Whether packages have moved.
    pub(super) fn is_moved(&self) -> bool {
        self.moved.is_some()
    }

    /// Returns where the image has a package.
    pub(super) fn of(&self, importer: &str) -> String {
        if self
            .moved
            .is_none_or(|moved| !moved.contains(importer) && importer != self.service)
        {
            return self.workspace.container_path(importer);
        }
        if importer == self.service {
            return WORKSPACE.to_owned();
        }
        let project = self.workspace.projects.get(importer);
        let name = project.map_or_else(|| importer.to_owned(), |project| project.name(importer));
        // As pnpm names its own entries, of which none has `workspace`; the directory tells two of one name apart.
        let entry = format!(
            "{}@workspace+{}",
            name.replace('/', "+"),
            importer.replace('/', "+")
        );
        format!("{WORKSPACE}/node_modules/.pnpm/{entry}/node_modules/{name}")
    }

    /// Returns where the image has a file of the workspace, or what a glob matches, that packages do not bring along.
    pub(super) fn of_file(&self, path: &str) -> String {
        let moved = self.moved.into_iter().flatten().map(String::as_str);
        let packages = moved.chain(self.moved.map(|_| self.service));
        let around = packages.filter(|importer| *importer != "." && is_within(path, importer));
        let innermost = around.max_by_key(|importer| importer.len());
        let inside = innermost.and_then(|importer| Some((importer, path.strip_prefix(importer)?)));
        match inside {
            Some((importer, rest)) => self.of(importer) + rest,
            None => self.workspace.container_path(path),
        }
    }

    /// Returns the directory that has the links to a package's dependencies: of one in the virtual store the directory
    /// that it lies in itself.
    pub(super) fn modules(&self, importer: &str) -> String {
        let place = self.of(importer);
        match place.rsplit_once("/node_modules/") {
            Some((entry, _)) => format!("{entry}/node_modules"),
            None => format!("{place}/node_modules"),
        }
    }

    /// Returns where packages are when they are installed and where the image has them, in turn; nothing where none has
    /// moved.
    pub(super) fn moves(&self) -> Vec<String> {
        let moved = self.moved.into_iter().flatten().map(String::as_str);
        let packages: BTreeSet<&str> = moved.chain(self.moved.map(|_| self.service)).collect();
        let pair = |importer: &str| [self.workspace.container_path(importer), self.of(importer)];
        packages.into_iter().flat_map(pair).collect()
    }
}

/// Refuses to move a service away from settings that are read where it runs.
pub(super) fn check_settings(
    input: &PlanInput<'_>,
    project: &Project,
    packages: &PackageInput<'_>,
    command: &Inferred,
) -> Result<(), Diagnostics> {
    if !packages.places.is_moved() {
        return Ok(());
    }
    let reader = reader(packages, project, command);
    match (outside::settings(packages, project).keys().next(), reader) {
        (Some(file), Some(reader)) => {
            let file = file.trim_start_matches(WORKSPACE).trim_start_matches('/');
            let why = format!("{reader}, and its tsconfig.json extends {file}, which stays behind");
            Err(refused(input, &why).into())
        }
        _ => Ok(()),
    }
}

/// Returns what reads a service's tsconfig.json where it runs.
fn reader(packages: &PackageInput<'_>, project: &Project, command: &Inferred) -> Option<String> {
    if packages.runs_sources {
        return Some("the service runs its sources".to_owned());
    }
    let reader = settings::reader(project, command)?;
    Some(format!("`{reader}` reads the service's settings where it runs"))
}

/// Returns why packages of a workspace cannot be moved.
fn unmovable(workspace: &Workspace, service: &str, projects: &BTreeSet<ImporterId>) -> Option<&'static str> {
    let Manager::Pnpm(pnpm) = &workspace.manager else {
        return Some("npm lays packages flat, and what is flat cannot be moved");
    };
    if pnpm.settings.node_linker == NodeLinker::Hoisted {
        Some(
            "pnpm installs without links here (`nodeLinker: hoisted`), and what it lays flat cannot be moved",
        )
    } else if workspace.manager.store_of(service) != "." {
        Some("each project has a lockfile and a store of its own here (`sharedWorkspaceLockfile: false`)")
    } else if workspace.container_path(".") != WORKSPACE {
        Some("packages lie outside of the workspace's root here")
    } else if service != "." && projects.contains(".") {
        Some("the service depends on the root's own package, which has all others in it")
    } else {
        None
    }
}

/// Returns that packages are not moved.
fn refused(input: &PlanInput<'_>, why: &str) -> Diagnostic {
    let message =
        format!("`layout = \"deploy\"` is not for this workspace: {why}; write `layout = \"workspace\"`");
    Diagnostic::named(names::INVALID_MANIFEST, message).at(input.manifest.role_place(&input.target, "layout"))
}
