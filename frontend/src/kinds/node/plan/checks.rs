//! What stops a build before its first step.

use std::collections::BTreeSet;

use super::command;
use super::environment;
use super::input::{Manifests, PlanInput};
use super::model::PackageBuild;
use super::native::Native;
use super::runtime;
use crate::diagnostic::{Diagnostic, Diagnostics, names, plain};
use crate::kinds::node::npm;
use crate::kinds::node::pnpm::dep_path::is_package_name;
use crate::kinds::node::pnpm::drift::{self, Drift};
use crate::kinds::node::workspace::ImporterId;
use crate::kinds::node::{Manager, Workspace};
use crate::manifest::Manifest;
use crate::manifest::tables::Run;
use crate::manifest::values::reserved;
use crate::path::join;
use crate::warning::{Warning, rules};

/// Returns the error for a project that the lockfile links to and that the context does not hold.
pub(super) fn absent_project(workspace: &Workspace, importer: &str) -> Diagnostic {
    let path = workspace.context_path(&join(importer, "package.json"));
    let message = format!(
        "{} links to the project `{importer}`, but {path} is not in the build context: it does not exist, or a link on its \
         way leaves the context; put it there, or run `{}`",
        workspace.manager.lockfile(),
        workspace.manager.relock()
    );
    match workspace.manager.place_of(importer) {
        Some(place) => Diagnostic::named(names::MISSING_PROJECT, message).at(place),
        None => Diagnostic::named(names::MISSING_PROJECT, message),
    }
}

/// Refuses packages whose sources a build reads, or the image has, and no step sees. Of the others, such as settings of
/// linters, builds may do without.
pub(super) fn check_hidden(input: &PlanInput<'_>, built: &[PackageBuild]) -> Result<(), Diagnostics> {
    let is_read = |package: &&PackageBuild| {
        package.importer == input.service || !package.scripts.is_empty() || package.runtime_output.is_some()
    };
    let hidden = built.iter().filter(is_read).filter_map(|package| {
        let (line, place) = input.workspace.hidden.get(&package.importer)?;
        let directory = &package.source;
        let advice = match line == directory {
            true => "take the line out".to_owned(),
            false => format!("write `!{directory}` below it"),
        };
        let message = format!(
            "the line `{}` hides all of {directory}, and with it the package {}, which the build of {} reads; {advice}",
            plain(line),
            package.name,
            input.service
        );
        Some(Diagnostic::named(names::MISSING_PROJECT, message).at(place.clone()))
    });
    Diagnostics::check(hidden.collect())?;
    Ok(())
}

/// Refuses secrets in variables that the build's own steps set.
pub(super) fn check_secrets(manifest: &Manifest, manager: &Manager) -> Result<(), Diagnostics> {
    let own = environment::of(manager);
    let secrets = manifest.build.secrets.iter().flatten().enumerate();
    let refused = secrets.filter_map(|(index, secret)| {
        let name = secret
            .env
            .as_ref()
            .map(|name| name.as_str())
            .filter(|name| own.contains_key(*name))?;
        let message = format!(
            "the secret `{}` writes `{name}`, which the build sets itself; write another `env`",
            secret.id.as_str()
        );
        let place = manifest.nearest_place(&format!("build.secrets[{index}]"));
        Some(Diagnostic::named(names::INVALID_MANIFEST, message).at(place))
    });
    Diagnostics::check(refused.collect())
}

/// Refuses what needs a shell on a base that has none.
pub(super) fn check_shell(
    manifest: &Manifest,
    run: &Run,
    (base, native): (&super::BaseImage, &Native),
    start: &command::Inferred,
) -> Result<(), Diagnostics> {
    if base.has_shell {
        return Ok(());
    }
    let mut refused = Vec::new();
    if let Some(package) = native.openssl.first().filter(|_| base.only_node) {
        let message = format!(
            "what runs has `{package}`, which loads machine code that needs OpenSSL's libraries, and scratch has none; \
             write base = \"debian\""
        );
        refused.push(Diagnostic::named(names::NO_SHELL, message).at(manifest.nearest_place("base")));
    }
    let program = start.command.args.first().map(String::as_str).unwrap_or_default();
    // The programs in node_modules/.bin are shell scripts.
    if ["sh", "/bin/sh"].contains(&program) || program.contains("node_modules/.bin/") {
        let message = format!(
            "the service starts with `{}` ({}), which needs a shell, and {} has none; write a `command` that is plain \
             node, or base = \"debian\"",
            start.command.args.join(" "),
            start.why,
            base.name()
        );
        refused.push(Diagnostic::named(names::NO_SHELL, message).at(manifest.nearest_place("run.command")));
    }
    if run.packages.iter().flatten().next().is_some() {
        let message = format!(
            "system packages need a package manager, and {} has none; write base = \"debian\"",
            base.name()
        );
        refused.push(Diagnostic::named(names::NO_SHELL, message).at(manifest.nearest_place("run.packages")));
    }
    Diagnostics::check(refused)
}

/// Refuses directories for the service to write that turn out to be others' where it lies.
pub(super) fn check_writable(input: &PlanInput<'_>, run: &Run, directory: &str) -> Result<(), Diagnostics> {
    let paths = run.writable.iter().flatten();
    let refused = paths.filter_map(|path| {
        let place = runtime::absolute(directory, path.as_str());
        let why = reserved::writable(&place).err()?;
        let message = format!(
            "`{}` of `writable` is {place}, which {why}; write a directory of its own, such as `data`",
            path.as_str()
        );
        let line = input.manifest.role_place(&input.target, "writable");
        Some(Diagnostic::named(names::INVALID_MANIFEST, message).at(line))
    });
    Diagnostics::check(refused.collect())
}

/// Refuses what an install that runs no hooks cannot do, and what it must not: config dependencies whose names lead out of
/// the directory which pnpm joins them to.
pub(super) fn check_hooks(input: &PlanInput<'_>) -> Result<(), Diagnostics> {
    let pnpm = match &input.workspace.manager {
        Manager::Pnpm(pnpm) => pnpm,
        Manager::Npm(_) => return check_frozen(input),
    };
    let names = pnpm.settings.config_dependencies.iter();
    let wrong = names.filter(|name| !is_package_name(name)).map(|name| {
        let message = format!(
            "the workspace has `{}` as a config dependency, which is no name of a package; write one in `configDependencies`",
            name.escape_debug()
        );
        Diagnostic::named(names::INVALID_WORKSPACE_FILE, message).at(input.manifest.first_line())
    });
    let mut refused: Vec<Diagnostic> = wrong.collect();
    if !input.manifest.build.frozen() && has_hooks(input.workspace) {
        let message = "`frozen = false` has the build resolve dependencies, and hooks of pnpm, which take part in that, do \
                       not run in it; remove the key, run `pnpm install --lockfile-only` and commit the result";
        refused.push(
            Diagnostic::named(names::INVALID_MANIFEST, message)
                .at(input.manifest.nearest_place("build.frozen")),
        );
    }
    Diagnostics::check(refused)
}

/// Refuses what `npm ci` cannot do.
fn check_frozen(input: &PlanInput<'_>) -> Result<(), Diagnostics> {
    if input.manifest.build.frozen() {
        return Ok(());
    }
    let message = format!(
        "`frozen = false` has the build resolve dependencies, which `npm ci` does not do; remove the key, run `{}` and commit \
         the result",
        input.workspace.manager.relock()
    );
    let place = input.manifest.nearest_place("build.frozen");
    Err(Diagnostic::named(names::INVALID_MANIFEST, message)
        .at(place)
        .into())
}

/// Returns whether hooks of pnpm may rewrite manifests: those of a pnpmfile, or of one that config dependencies bring.
pub(super) fn has_hooks(workspace: &Workspace) -> bool {
    let Manager::Pnpm(pnpm) = &workspace.manager else {
        return false;
    };
    let mut files = pnpm.settings.pnpmfiles.iter();
    !pnpm.settings.config_dependencies.is_empty()
        || files.any(|path| workspace.exists(&workspace.context_path(path)))
}

/// Compares package.json files with the lockfile: errors inside the closure, warnings outside.
pub(super) fn check_drift(input: &PlanInput<'_>, manifests: &Manifests) -> Result<Vec<Warning>, Diagnostics> {
    let workspace = input.workspace;
    // The root is there for its tools, which are installed as the lockfile has them.
    let needed: BTreeSet<ImporterId> = input.closure.importers().iter().cloned().collect();
    let (errors, mut found) = match &workspace.manager {
        Manager::Pnpm(pnpm) => {
            let drift = Drift::find(drift::Inputs {
                lockfiles: &pnpm.lockfiles,
                manifests,
                workspace: pnpm.workspace_file.as_ref(),
                overrides: &pnpm.settings.overrides,
                needed: &needed,
                has_hooks: has_hooks(workspace),
            });
            (drift.errors, drift.warnings)
        }
        Manager::Npm(npm) => {
            let drift = npm::drift::Drift::find(&npm.lockfile, manifests, &needed);
            (drift.errors, drift.warnings)
        }
    };
    if input.manifest.build.frozen() {
        Diagnostics::check(errors)?;
    } else {
        found.extend(errors);
    }
    let warning = |found: Diagnostic| rules::LOCKFILE_DRIFT.warn(found.message).at(found.place);
    Ok(found.into_iter().map(warning).collect())
}
