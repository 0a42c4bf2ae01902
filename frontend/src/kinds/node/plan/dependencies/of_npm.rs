//! What packages of npm's workspaces are built with.
//!
//! `npm ci` begins with an empty tree, so no install adds to another one. But its lockfile says where each package lies, and
//! what one package reaches lies at the same places in every tree that has it. So a service has one install, and what the
//! packages below it are built with is cut out of that by location, each laid on what the largest one below it is built with,
//! and in the end on an install of the root's tools. A cut is keyed by its content, which follows from the package's own
//! closure: whichever service it was cut for, the build on it is the same step.

use std::collections::{BTreeMap, BTreeSet};

use super::Dependencies;
use crate::diagnostic::Diagnostics;
use crate::kinds::node::plan::base::Libc;
use crate::kinds::node::plan::install::Installer;
use crate::kinds::node::plan::model::{PackageBuild, Piece, ROOT};
use crate::kinds::node::plan::native::Surveyor;
use crate::kinds::node::plan::place;
use crate::kinds::node::plan::system::SystemPackages;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::workspace::ImporterId;

/// Plans the dependencies that scripts of packages run on, in build order.
///
/// # Errors
/// All that a closure refuses.
pub(super) fn plan(
    installer: &Installer<'_>,
    packages: &[&PackageBuild],
    reaches: &BTreeMap<ImporterId, BTreeSet<ImporterId>>,
    surveyor: &mut Surveyor<'_>,
) -> Result<Dependencies, Diagnostics> {
    let mut found = Dependencies::default();
    let root = installer.closure(&[])?;
    let mut known: BTreeMap<String, WorkspaceClosure> = BTreeMap::from([(ROOT.to_owned(), root)]);
    let service = installer.service;
    for package in packages {
        let importer = package.install.as_str();
        if known.contains_key(importer) {
            continue;
        }
        let closure = installer.closure(&[importer.to_owned()])?;
        if importer != service {
            let below = reaches.get(importer).into_iter().flatten();
            let sizes = below.filter_map(|id| Some((known.get(id)?.package_count(), id.as_str())));
            let on = sizes.max().map_or(ROOT, |(_, id)| id);
            let piece = piece(installer, (importer, &closure), (on, known.get(on)), surveyor)?;
            found.pieces.insert(importer.to_owned(), piece);
        }
        known.insert(importer.to_owned(), closure);
    }
    let is_cut = !found.pieces.is_empty();
    if is_cut || packages.iter().any(|package| package.install == service) {
        let closure = match known.remove(service) {
            Some(closure) => closure,
            // A service that is not built itself.
            None => installer.closure(&[service.to_owned()])?,
        };
        let install = installer.development(service, None, &closure, surveyor)?;
        found.installs.insert(service.to_owned(), install);
    }
    let root = known.remove(ROOT).unwrap_or_default();
    if is_cut && root.package_count() > 0 {
        found
            .installs
            .insert(ROOT.to_owned(), installer.of_root(&root, surveyor)?);
    }
    Ok(found)
}

/// Plans what is cut out of the service's install for a package, beside what `on` has.
fn piece(
    installer: &Installer<'_>,
    (importer, closure): (&str, &WorkspaceClosure),
    (on, below): (&str, Option<&WorkspaceClosure>),
    surveyor: &mut Surveyor<'_>,
) -> Result<Piece, Diagnostics> {
    let demand = surveyor.survey(closure)?.demand();
    let is_below = |location: &String| {
        let tree = below.and_then(|below| below.tree.as_ref());
        tree.is_some_and(|tree| tree.locations.contains(location))
    };
    let locations = closure.tree.iter().flat_map(|tree| &tree.locations);
    let locations = locations.filter(|location| !is_below(location)).cloned();
    let is_there = |id: &ImporterId| below.is_some_and(|below| below.projects.contains(id));
    let projects = closure
        .projects
        .iter()
        .filter(|id| id.as_str() != "." && !is_there(id));
    let project = installer.workspace.projects.get(importer);
    Ok(Piece {
        of: project.map(|project| project.name(importer)).unwrap_or_default(),
        on: on.to_owned(),
        of_install: Some(installer.service.to_owned()),
        projects: projects.cloned().collect(),
        locations: locations.collect(),
        // Archives are packages here, which lie where they are installed.
        copies: BTreeMap::new(),
        packages: SystemPackages::for_closure(&[], demand, Libc::Gnu),
        runs_scripts: demand.runs_scripts,
        place: project.map(|project| place::of_dependencies(&project.manifest)),
    })
}
