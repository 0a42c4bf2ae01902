//! Why a build may leave nothing to start, for whoever meets that.

use std::collections::BTreeSet;

use super::command::{self, nearly_builds};
use super::model::PackageBuild;
use super::referenced;
use super::start::Start;
use crate::diagnostic::{Diagnostic, names, plain};
use crate::kinds::node::Workspace;
use crate::manifest::Manifest;
use crate::manifest::values::{Kind, Script};

/// Returns the files that a service may start with, where no script starts it and nothing is known to build it.
pub fn entries(workspace: &Workspace, service: &str, manifest: &Manifest) -> Option<Vec<String>> {
    let project = workspace.projects.get(service)?;
    let is_said = manifest.kind == Some(Kind::Static)
        || ["static", "run.command", "target"]
            .iter()
            .any(|key| manifest.own_place(key).is_some());
    let is_built = matches!(manifest.build.script, Some(Script::Named(_)))
        || project.nx.is_some()
        || workspace.application.is_some()
        || manifest.build.script.is_none() && command::build_script(&project.manifest).is_some()
        || command::is_prepared(&project.manifest)
        || referenced::configuration(workspace, service, project).is_some();
    if is_said || is_built {
        return None;
    }
    let nest = project.nest.as_ref().map(|nest| nest.entry.as_str());
    let inferred = command::infer(&project.manifest, (nest, None), service, &[]);
    let is_script = inferred.field.first().is_some_and(|field| field == "scripts");
    let entries = inferred.command.entries;
    (!is_script && !entries.is_empty()).then_some(entries)
}

/// Refuses a service of which nothing is run before it starts, and nothing that would start is in the repository.
pub(super) fn check(
    (workspace, service): (&Workspace, &str),
    manifest: &Manifest,
    start: &Start<'_>,
    packages: &[PackageBuild],
) -> Result<(), Diagnostic> {
    let Some(project) = workspace.projects.get(service) else {
        return Ok(());
    };
    let mut own = packages.iter().filter(|package| package.importer == service);
    let is_absent = project.entries.as_ref().is_some_and(BTreeSet::is_empty);
    if !is_absent || own.any(|package| !package.scripts.is_empty()) {
        return Ok(());
    }
    let why = &start.command.why;
    let hint = self::why(workspace, service, start.build_script, packages);
    let hint = hint.unwrap_or_else(|| {
        "write the file that starts it, as in `[run]` `command = \"node src/main.js\"`".to_owned()
    });
    let message = format!(
        "{} has nothing that Node would start ({}), and nothing makes it: {hint}. A library is part of the images of what uses \
         it, and a folder of pages is served with `kind = \"static\"`",
        project.name(service),
        plain(why)
    );
    let place = start
        .command
        .place(&project.manifest)
        .or_else(|| manifest.nearest_place("run.command").into());
    Err(Diagnostic::named(names::NO_ENTRY, message).at(place))
}

/// Returns what may be the cause where no script builds the service, and what to write.
pub(super) fn why(
    workspace: &Workspace,
    service: &str,
    build_script: Option<&str>,
    packages: &[PackageBuild],
) -> Option<String> {
    let project = workspace.projects.get(service)?;
    let package = project.name(service);
    let root = workspace.projects.get(".").map(|root| &root.manifest);
    let is_any_built = packages.iter().any(|package| !package.scripts.is_empty());
    let of_root = root.and_then(|root| root.scripts.get("build"));
    if let Some(script) = of_root.filter(|_| !is_any_built) {
        return Some(format!(
            "neither {package} nor what it uses has a script `build`, and the root has one (`{}`), which is for all \
             packages at once: give each its own",
            plain(script)
        ));
    }
    let is_built = build_script.is_some() || project.nx.is_some();
    let is_referenced = || referenced::configuration(workspace, service, project).is_some();
    if is_built || is_referenced() || workspace.application.is_some() {
        return None;
    }
    let no_script = format!(
        "nothing builds {package}, since no script of {} is called `build`",
        project.manifest.file.name
    );
    let named = nearly_builds(&project.manifest);
    Some(if root.is_some_and(|root| root.specifier("nx").is_some()) {
        let name = crate::path::base_name(service);
        format!(
            "{no_script}, and Nx builds what no script names: add one such as `\"build\": \"nx build {name}\"`, and start \
             what that writes, as by `[run]` `command = \"node dist/main.js\"`"
        )
    } else if let Some(first) = named.first() {
        format!(
            "{no_script}; name the one that does, as in `[build]` `script = \"{}\"`",
            plain(first)
        )
    } else {
        format!("{no_script}; write one, or name the one that does by `script` of `[build]`")
    })
}
