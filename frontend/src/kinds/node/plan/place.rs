//! The lines of the workspace's files that steps come from.

use crate::diagnostic::Place;
use crate::kinds::node::workspace::PackageJson;

/// Returns the line of the first property that a package.json has of several; without any, its name's.
pub(super) fn of(manifest: &PackageJson, properties: &[&[&str]]) -> Place {
    let named: &[&str] = &["name"];
    let mut candidates = properties.iter().chain([&named]);
    let place = candidates.find_map(|path| manifest.place(path));
    Place::of_line(&manifest.file, place.map_or(1, |place| place.first_line))
}

/// Returns the line of a script.
pub(super) fn of_script(manifest: &PackageJson, name: &str) -> Place {
    of(manifest, &[&["scripts", name]])
}

/// Returns the line where a package's dependencies begin.
pub(super) fn of_dependencies(manifest: &PackageJson) -> Place {
    of(
        manifest,
        &[&["dependencies"], &["devDependencies"], &["optionalDependencies"]],
    )
}
