//! The lines of the workspace's files that steps come from.

use crate::diagnostic::Place;
use crate::kinds::node::workspace::PackageJson;
use crate::kinds::node::workspace::nx::NxBuild;

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

/// Returns the line that has Nx build a package.
pub(super) fn of_nx(manifest: &PackageJson, nx: &NxBuild) -> Place {
    nx.place.clone().unwrap_or_else(|| of(manifest, &[]))
}

/// Returns the line where a package's dependencies begin.
pub(super) fn of_dependencies(manifest: &PackageJson) -> Place {
    of(
        manifest,
        &[&["dependencies"], &["devDependencies"], &["optionalDependencies"]],
    )
}

/// Iterates over the dependencies that an install takes: the field, the name and the specifier.
pub(super) fn declared(manifest: &PackageJson) -> impl Iterator<Item = (&'static str, &str, &str)> {
    let fields = [
        ("dependencies", &manifest.dependencies),
        ("devDependencies", &manifest.dev_dependencies),
        ("optionalDependencies", &manifest.optional_dependencies),
    ];
    fields.into_iter().flat_map(|(field, declared)| {
        let declared = declared.iter();
        declared.map(move |(alias, specifier)| (field, alias.as_str(), specifier.as_str()))
    })
}

/// Returns the line that declares a dependency.
pub(super) fn of_dependency(manifest: &PackageJson, name: &str) -> Option<Place> {
    let (field, ..) = declared(manifest).find(|(_, alias, _)| *alias == name)?;
    manifest.place(&[field, name])
}
