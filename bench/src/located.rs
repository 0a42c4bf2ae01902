//! npm's lockfile with the addresses of archives, as repositories have it. The examples' lockfiles name no registry, and
//! without an address every install asks for the metadata of each package first.

use serde_json::{Map, Value};
use vextrus_e2e::{Docker, Workspace};

use crate::manager::Manager;

/// The image that npm runs in.
const IMAGE: &str = "node:22-bookworm-slim";
/// Where npm is asked to write its registry.
const ANSWER: &str = "registry.txt";

/// Adds to a workspace's lockfile where the registry that npm uses has each archive.
///
/// # Errors
/// What npm said, or that the lockfile is not npm's.
pub(crate) fn complete(docker: &Docker, workspace: &Workspace) -> Result<(), String> {
    let npm = Manager::Npm(None);
    let scratch = Workspace::empty();
    npm.run(
        docker,
        IMAGE,
        &scratch,
        &format!("npm config get registry >{ANSWER}"),
    )?;
    let registry = scratch.read(ANSWER);
    let file = npm.lockfile();
    let mut lockfile: Value =
        serde_json::from_str(&workspace.read(file)).map_err(|error| format!("{file}: {error}"))?;
    let packages = lockfile["packages"]
        .as_object_mut()
        .ok_or_else(|| format!("{file} has no packages"))?;
    add(packages, registry.trim().trim_end_matches('/'));
    let text = serde_json::to_string_pretty(&lockfile).map_err(|error| format!("{file}: {error}"))?;
    workspace.write(file, text + "\n");
    Ok(())
}

/// Adds an address to each package that a registry has.
fn add(packages: &mut Map<String, Value>, registry: &str) {
    for (place, package) in packages {
        let Some((_, name)) = place.rsplit_once("node_modules/") else {
            continue;
        };
        let name = package["name"].as_str().unwrap_or(name).to_owned();
        let (Some(version), true) = (package["version"].as_str(), package["integrity"].is_string()) else {
            continue;
        };
        if package["resolved"].is_null() && package["inBundle"].is_null() {
            let base = name.rsplit('/').next().unwrap_or(&name);
            package["resolved"] = format!("{registry}/{name}/-/{base}-{version}.tgz").into();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn what_a_registry_has_gets_its_address_and_all_else_stays() {
        let mut lockfile = json!({
            "": { "name": "web" },
            "apps/a": { "version": "1.0.0" },
            "node_modules/a": { "resolved": "apps/a", "link": true },
            "node_modules/ms": { "version": "2.1.3", "integrity": "sha512-x" },
            "node_modules/b/node_modules/@x/y": { "version": "1.0.0", "integrity": "sha512-x" },
            "node_modules/alias": { "name": "real", "version": "3.0.0", "integrity": "sha512-x" },
            "node_modules/own": { "version": "1.0.0", "integrity": "sha512-x", "resolved": "https://other/own.tgz" },
        });
        super::add(lockfile.as_object_mut().unwrap(), "https://r");
        let of = |place: &str| lockfile[place]["resolved"].as_str();
        assert_eq!(of("node_modules/ms"), Some("https://r/ms/-/ms-2.1.3.tgz"));
        assert_eq!(
            of("node_modules/b/node_modules/@x/y"),
            Some("https://r/@x/y/-/y-1.0.0.tgz")
        );
        assert_eq!(of("node_modules/alias"), Some("https://r/real/-/real-3.0.0.tgz"));
        assert_eq!(of("node_modules/own"), Some("https://other/own.tgz"));
        assert_eq!((of("node_modules/a"), of("apps/a")), (Some("apps/a"), None));
    }
}
