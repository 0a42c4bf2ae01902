//! What a service uses and the root of the workspace alone declares.
//!
//! In the repository every package finds the dependencies of the root by walking up. So it does in the image, where those
//! are installed that it turns out to need: programs of its command, and what a look at the image has found missing.

use std::collections::{BTreeMap, BTreeSet};

use super::command::Inferred;
use super::input::PlanInput;
use crate::diagnostic::Place;
use crate::kinds::node::Workspace;
use crate::kinds::node::workspace::{ImporterId, PackageJson, Project};
use crate::warning::{Warning, rules};

/// Returns what the root alone declares, without what is installed of that already.
pub(super) fn not_installed(input: &PlanInput<'_>) -> BTreeMap<String, Place> {
    let mut of_root = declared(input.workspace, input.service, input.closure.importers());
    of_root.retain(|name, _| !input.facts.looked.of_root.contains(name));
    of_root
}

/// Returns what no production install of a service holds by itself and the root declares, with the line of each: published
/// packages, and those of the workspace that are built for the service, which `importers` are. Of an application without a
/// package.json the root's is its own, of which the dependencies for development are meant.
fn declared(workspace: &Workspace, service: &str, importers: &[ImporterId]) -> BTreeMap<String, Place> {
    let Some(root) = root(workspace) else {
        return BTreeMap::new();
    };
    let fields = [
        ("dependencies", &root.dependencies),
        ("optionalDependencies", &root.optional_dependencies),
        ("devDependencies", &root.dev_dependencies),
    ];
    let of_application = service == "." && workspace.application.is_some();
    let fields = fields.into_iter().filter(|(field, _)| match of_application {
        true => *field == "devDependencies",
        false => service != ".",
    });
    let is_there = |name: &str, specifier: &str| {
        let mut projects = importers.iter().filter_map(|id| workspace.projects.get(id));
        !specifier.starts_with("workspace:")
            || projects.any(|project| project.manifest.name.as_deref() == Some(name))
    };
    let names = fields.flat_map(|(field, names)| names.iter().map(move |named| (field, named)));
    // No program loads types.
    let names =
        names.filter(|(_, (name, specifier))| !name.starts_with("@types/") && is_there(name, specifier));
    let names = names.map(|(field, (name, _))| (field, name));
    let placed = names.filter_map(|(field, name)| Some((name.clone(), root.place(&[field, name])?)));
    placed.collect()
}

/// Returns the packages whose programs a command runs and the root alone declares, and has the command find them there.
pub(super) fn programs(
    workspace: &Workspace,
    service: &str,
    project: &Project,
    command: &mut Inferred,
) -> (BTreeSet<String>, Vec<Warning>) {
    let own = &project.manifest;
    let Some(root) = root(workspace).filter(|_| service != ".") else {
        return Default::default();
    };
    let names = of_root_alone(root, own, &command.programs);
    if !names.is_empty() {
        command.look_in(
            &format!("{}/node_modules/.bin", workspace.container_path(".")),
            &names,
        );
    }
    let warnings = names.iter().map(|name| {
        let message = format!(
            "the command runs `{name}`, which the root alone declares, so that it is installed with the service; add it to \
             `dependencies` of {}",
            own.file.name
        );
        let fields = ["dependencies", "optionalDependencies", "devDependencies"];
        let place = fields.iter().find_map(|field| root.place(&[field, name]));
        rules::UNDECLARED_DEPENDENCY.warn(message).at(place)
    });
    let warnings = warnings.collect();
    (names, warnings)
}

/// Returns the packages whose settings a service's own extend and the root alone declares.
pub(super) fn settings(
    workspace: &Workspace,
    service: &str,
    project: &Project,
    names: &BTreeSet<String>,
) -> BTreeSet<String> {
    let root = root(workspace).filter(|_| service != ".");
    root.map_or_else(BTreeSet::new, |root| {
        of_root_alone(root, &project.manifest, names)
    })
}

/// Returns those of some packages that the root declares and a project does not.
fn of_root_alone<'n>(
    root: &PackageJson,
    own: &PackageJson,
    names: impl IntoIterator<Item = &'n String>,
) -> BTreeSet<String> {
    let is_own = |name: &str| own.specifier(name).is_some() || own.peer_dependencies.contains_key(name);
    let names = names.into_iter();
    let names = names.filter(|name| !is_own(name) && root.specifier(name).is_some());
    names.cloned().collect()
}

fn root(workspace: &Workspace) -> Option<&PackageJson> {
    workspace.projects.get(".").map(|root| &root.manifest)
}
