//! How the service is built and started, and what that makes dependencies of it.

use std::collections::BTreeSet;

use super::input::{Manifests, PlanInput};
use super::model::Reason;
use super::{checks, command, install, of_root, settings};
use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::kinds::node::workspace::{PackageJson, Project};
use crate::manifest::Manifest;
use crate::manifest::tables::Run;
use crate::manifest::values::Script;
use crate::warning::{Warning, rules};

/// How the service is built and started.
#[derive(Debug)]
pub(super) struct Start<'a> {
    /// The script that builds it; none where nothing is to be built.
    pub(super) build_script: Option<&'a str>,
    /// The command of the image.
    pub(super) command: command::Inferred,
    /// The package.json of every project, with the programs that the command runs among the service's dependencies.
    pub(super) manifests: Manifests,
    /// What the service finds among the root's dependencies alone.
    pub(super) of_root: BTreeSet<String>,
}

/// Decides how the service is built and started, and says what does not stop the build. Of a site nothing is started.
///
/// # Errors
/// A script that does not exist, and package.json files of the closure that the lockfile does not fit.
pub(super) fn decide<'a>(
    input: &PlanInput<'a>,
    run: &Run,
    project: &'a Project,
    is_site: bool,
) -> Result<(Start<'a>, Vec<Warning>), Diagnostics> {
    let manifests = install::manifests(input.workspace);
    let mut warnings = checks::check_drift(input, &manifests)?;
    let application = input.workspace.application.as_ref();
    let build_script = match application {
        Some(_) if input.manifest.build.script.is_none() => None,
        _ => build_script(input.manifest, project)?,
    };
    let mut command = match (&run.command, application) {
        // What its scripts start is for who works on it.
        _ if is_site => command::written(&[]),
        (Some(written), _) => command::written(written.words()),
        (None, Some(application)) => command::of_application(application),
        (None, None) => {
            let own = input.workspace.context_path(input.service);
            let outputs = project.typescript.outputs.iter();
            let outputs = outputs.filter_map(|output| match own.as_str() {
                "" => Some(output.as_str()),
                own => output.strip_prefix(own)?.strip_prefix('/'),
            });
            let outputs: Vec<String> = outputs.map(str::to_owned).collect();
            let nest_entry = project.nest.as_ref().map(|nest| nest.entry.as_str());
            let tools = (nest_entry, project.nx.as_ref());
            let inferred = command::infer(&project.manifest, tools, input.service, &outputs);
            let is_built = build_script.is_some() || project.nx.is_some();
            if !is_built && inferred.is_guess() {
                check_runtime(&project.manifest)?;
            }
            inferred
        }
    };
    warnings.extend(development_programs(project, &command.programs));
    warnings.extend(unfrozen(input.manifest));
    let (mut of_root, found) = of_root::programs(input.workspace, input.service, project, &mut command);
    warnings.extend(found);
    of_root.extend(input.facts.looked.of_root.iter().cloned());
    let extended = settings::extended(project, &command);
    of_root.extend(of_root::settings(
        input.workspace,
        input.service,
        project,
        &extended,
    ));
    let start = Start {
        build_script,
        manifests: promoted(
            manifests,
            input.service,
            command
                .programs
                .iter()
                .chain(&input.facts.looked.of_root)
                .chain(&extended),
        ),
        command,
        of_root,
    };
    Ok((start, warnings))
}

impl Start<'_> {
    /// Returns whether what the build leaves may be all that there is: nothing of the package's own is said to start, or what
    /// starts is the tool that builds, as developers run it.
    pub(super) fn may_be_of_site(&self, project: &Project) -> bool {
        let Some(script) = self.build_script else {
            return project.nx.is_some() && self.command.field.is_empty();
        };
        let is_script = self.command.field.first().is_some_and(|field| field == "scripts");
        !is_script || command::is_of_builder(&self.command, &project.manifest, script)
    }

    /// Returns why the command is what it is.
    pub(super) fn reason(&self, input: &PlanInput<'_>, project: &Project) -> Reason {
        let written = input.manifest.role(&input.target).command.is_some();
        let written = written.then(|| input.manifest.role_place(&input.target, "command"));
        let place = written.or_else(|| self.command.place(&project.manifest));
        Reason::new(&self.command.why, place)
    }
}

/// Refuses sources for another runtime than Node, of which nothing is built: Node may well load one, and then end.
fn check_runtime(manifest: &PackageJson) -> Result<(), Diagnostic> {
    let Some((script, runtime)) = command::other_runtime(manifest) else {
        return Ok(());
    };
    let message = format!(
        "`{script}` runs `{runtime}`, which no image of Node has, and nothing is built that Node would start; write what Node \
         starts, as in `[run]` `command = \"node src/main.ts\"`, or add `{runtime}` to `dependencies`, which brings it"
    );
    Err(Diagnostic::named(names::NO_ENTRY, message).at(manifest.place(&["scripts", script])))
}

/// Returns the build script; a script that the manifest names has to exist.
fn build_script<'a>(manifest: &'a Manifest, project: &'a Project) -> Result<Option<&'a str>, Diagnostics> {
    let name = match &manifest.build.script {
        None => return Ok(command::build_script(&project.manifest)),
        Some(Script::None) => return Ok(None),
        Some(Script::Named(name)) => name.as_str(),
    };
    if !project.manifest.scripts.contains_key(name) {
        let names: Vec<&str> = project.manifest.scripts.keys().map(String::as_str).collect();
        let message = format!(
            "{} has no script \"{name}\"; write one of {}, or `script = false`",
            project.manifest.file.name,
            names.join(", ")
        );
        return Err(Diagnostic::named(names::UNKNOWN_SCRIPT, message)
            .at(manifest.nearest_place("build.script"))
            .into());
    }
    Ok(Some(name))
}

/// Makes packages dependencies of the service that it declares for development alone.
fn promoted<'n>(
    mut manifests: Manifests,
    service: &str,
    names: impl Iterator<Item = &'n String>,
) -> Manifests {
    if let Some(manifest) = manifests.get_mut(service) {
        for name in names {
            if let Some(range) = manifest.dev_dependencies.get(name).cloned() {
                manifest.peer_dependencies.insert(name.clone(), range);
            }
        }
    }
    manifests
}

/// Warns of programs that the command runs and that only developers' machines would have.
fn development_programs(project: &Project, programs: &[String]) -> Vec<Warning> {
    let manifest = &project.manifest;
    let only_development = |name: &&String| {
        manifest.dev_dependencies.contains_key(*name)
            && !manifest.dependencies.contains_key(*name)
            && !manifest.optional_dependencies.contains_key(*name)
    };
    let found = programs.iter().filter(only_development).map(|name| {
        let message =
            format!("the command runs `{name}`, which is in `devDependencies`; move it to `dependencies`");
        rules::DEVELOPMENT_PROGRAM
            .warn(message)
            .at(manifest.place(&["devDependencies", name]))
    });
    found.collect()
}

/// Warns of a build that takes newer dependencies than the lockfile's.
fn unfrozen(manifest: &Manifest) -> Option<Warning> {
    let message = "frozen = false: dependencies may be newer than pnpm-lock.yaml, and the same sources may build another image";
    let warning = rules::UNFROZEN_LOCKFILE
        .warn(message)
        .at(manifest.place("build.frozen"));
    (!manifest.build.frozen()).then_some(warning)
}
