//! Why a build may leave nothing to start, for whoever meets that.

use super::command::nearly_builds;
use super::model::PackageBuild;
use super::referenced;
use crate::diagnostic::plain;
use crate::kinds::node::Workspace;

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
