//! What a package's scripts see beside the workspace: environment, secrets, agents, network, further files.

use super::contents::Reads;
use super::environment;
use super::input::PackageInput;
use super::model::{PackageBuild, Secret};
use crate::manifest::values::WorkspacePath;

/// Adds to a package what its scripts see while they run. What a service's manifest says of builds is for its own build
/// alone, so that shared packages build alike for every service; files that the workspace's defaults list are for all.
pub(super) fn equipped(input: &PackageInput<'_>, mut package: PackageBuild) -> PackageBuild {
    let (workspace, arguments) = (input.workspace, input.arguments);
    package.env.extend(environment::of(&workspace.manager));
    let inputs = package.inputs.iter();
    package.injected = inputs
        .filter(|id| input.injected.contains(*id))
        .cloned()
        .collect();
    // Copies that pnpm has made are written over as they were built.
    if !package.injected.is_empty() {
        package.reads = package.reads.max(Reads::Code);
    }
    let manifest = input.manifest;
    let files: Vec<&WorkspacePath> = match package.importer == input.service {
        true => manifest.build.files.iter().flatten().collect(),
        false => manifest.shared_files.iter().map(|(path, _)| path).collect(),
    };
    let files = files.into_iter().map(|path| path.as_str());
    let places = files.map(|path| (workspace.context_pattern(path), workspace.container_path(path)));
    package.extra_files.extend(places);
    if package.importer != input.service {
        return package;
    }
    let build = &input.manifest.build;
    package.env.extend(arguments.env.clone());
    package.platform_env.clone_from(&arguments.platform_env);
    package.env.extend(
        build
            .env
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.clone())),
    );
    package.secrets = build
        .secrets
        .iter()
        .flatten()
        .map(|secret| Secret {
            id: secret.id.as_str().to_owned(),
            env: secret.env.as_ref().map(|name| name.as_str().to_owned()),
            target: secret.target.clone().or_else(|| {
                secret
                    .env
                    .is_none()
                    .then(|| format!("/run/secrets/{}", secret.id.as_str()))
            }),
            required: secret.required,
        })
        .collect();
    package.ssh = build
        .ssh
        .iter()
        .flat_map(|agents| agents.ids())
        .map(|id| id.as_str().to_owned())
        .collect();
    package.network = build.network.map(|network| network.as_str().to_owned());
    package
}
