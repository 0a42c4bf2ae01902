//! Credentials and files of a machine among pnpm's settings and in addresses of dependencies.

use super::Input;
use crate::diagnostic::Place;
use crate::kinds::node::npmrc::{DroppedLine, LeftOut};
use crate::kinds::node::pnpm::PnpmWorkspace;
use crate::kinds::node::{Manager, Workspace};
use crate::secret;
use crate::warning::{Warning, rules};

/// Fields of `pnpm-workspace.yaml` that hold addresses of packages.
const ADDRESSES: [&str; 3] = ["catalog", "catalogs", "overrides"];

/// Warns of what no build step sees, and of what all of them see.
pub(super) fn find(input: Input<'_>) -> Vec<Warning> {
    let mut found = npmrc(input.workspace);
    found.extend(settings(input.workspace));
    found.extend(dependencies(input));
    found
}

/// Warns of lines of `.npmrc` that no build step sees.
fn npmrc(workspace: &Workspace) -> Vec<Warning> {
    let npmrc = workspace.manager.npmrc().into_iter();
    let dropped = npmrc.flat_map(|npmrc| npmrc.without_secrets().dropped);
    let warning = |line: DroppedLine| {
        let key = &line.key;
        let warning = match line.reason {
            LeftOut::Credential => rules::SECRET_IN_NPMRC.warn(format!(
                "`{key}` holds a credential and is left out; write `${{VARIABLE}}` in its place and pass `--secret id=VARIABLE`"
            )),
            LeftOut::File => rules::MACHINE_FILE_IN_NPMRC.warn(format!(
                "`{key}` names a file of the machine and is left out; pass an .npmrc with it as the secret `npmrc`"
            )),
            // Every developer may have caches of their own; that the build has others surprises nobody.
            LeftOut::Directory => return None,
        };
        Some(warning.at(line.place))
    };
    dropped.filter_map(warning).collect()
}

/// Warns of settings elsewhere that hold credentials.
fn settings(workspace: &Workspace) -> Vec<Warning> {
    let file = workspace_file(workspace).into_iter();
    let of_file = file.flat_map(|file| {
        let keys = file.credentials().into_iter();
        keys.map(|key| (file.place(&key), key))
    });
    let root = workspace.projects.get(".").map(|root| &root.manifest);
    let of_root = root.into_iter().flat_map(|root| {
        let place = |key: &str| {
            let place = root.place(&["pnpm", key]);
            place.unwrap_or_else(|| Place::of_line(&root.file, 1))
        };
        let keys = root.credentials().into_iter();
        keys.map(move |key| (place(&key), key))
    });
    let warning = |(place, key): (Place, String)| {
        // A name may be all kinds of things, an address with a password among them.
        let is_plain = key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        let key = if is_plain { key.as_str() } else { "***" };
        let message = format!(
            "`{key}` holds a credential and is left out; take it out of the file, and pass an .npmrc with it as the \
             secret `npmrc`"
        );
        rules::SECRET_IN_SETTINGS.warn(message).at(place)
    };
    of_file.chain(of_root).map(warning).collect()
}

/// Returns `pnpm-workspace.yaml`.
fn workspace_file(workspace: &Workspace) -> Option<&PnpmWorkspace> {
    match &workspace.manager {
        Manager::Pnpm(pnpm) => pnpm.workspace_file.as_ref(),
        Manager::Npm(_) => None,
    }
}

/// Warns of credentials in the addresses of what the service's packages depend on.
fn dependencies(input: Input<'_>) -> Vec<Warning> {
    let mut found = Vec::new();
    let packages = input.model.packages.iter();
    let packages = packages.map(|package| package.importer.as_str());
    let mut importers: Vec<&str> = packages.chain(["."]).collect();
    importers.sort_unstable();
    importers.dedup();
    for importer in importers {
        let Some(project) = input.workspace.projects.get(importer) else {
            continue;
        };
        let manifest = &project.manifest;
        for (field, specifiers) in [
            ("dependencies", &manifest.dependencies),
            ("devDependencies", &manifest.dev_dependencies),
            ("optionalDependencies", &manifest.optional_dependencies),
        ] {
            let secret = specifiers.iter().filter(|(_, address)| is_secret(address));
            found.extend(secret.map(|(name, _)| (manifest.place(&[field, name]), name.clone())));
        }
    }
    if let Some(file) = workspace_file(input.workspace) {
        for field in ADDRESSES {
            let value = file.get(field).map(ToString::to_string).unwrap_or_default();
            if is_secret(&value) {
                found.push((Some(file.place(field)), field.to_owned()));
            }
        }
    }
    let found = found.into_iter();
    found.map(|(place, name)| secret_in(&name, place)).collect()
}

/// Warns of a credential in the address of a dependency.
pub(super) fn secret_in(name: &str, place: Option<Place>) -> Warning {
    let message = format!(
        "the address of `{name}` has a credential in it, which is in the build's record; write it without, and take \
         the package from a registry"
    );
    rules::SECRET_IN_DEPENDENCY.warn(message).at(place)
}

fn is_secret(address: &str) -> bool {
    secret::has_credentials(address) || secret::is_token(address)
}
