//! What packages of npm's workspaces are built with.
//!
//! `npm ci` begins with an empty tree, so no install adds to another one. But its lockfile says where each package lies, and
//! what one package reaches lies at the same places in every tree that has it. So what a package adds to an install below
//! it, in the end to that of the root's tools, is cut out of another install by location (`cut.cjs`), such as the
//! service's, and copied onto that one together with the package's sources, by content. Whichever service it was cut for,
//! the step is the same one, even where two builds come to it at the same time: what it stands on is keyed by the files of an
//! install that is alike for both, and what is copied by what is in it. It is copied with each change of the sources, so a
//! package that adds much has an install of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dependencies, LARGE};
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
    let mut installed: BTreeMap<&str, WorkspaceClosure> = BTreeMap::from([(ROOT, root)]);
    let service = installer.service;
    let mut planned = BTreeSet::new();
    for package in packages {
        let importer = package.install.as_str();
        if !planned.insert(importer) {
            continue;
        }
        let closure = installer.closure(&[importer.to_owned()])?;
        let below = reaches.get(importer).into_iter().flatten();
        let sizes = below.filter_map(|id| Some((installed.get(id.as_str())?.package_count(), id.as_str())));
        let on = sizes.max().map_or(ROOT, |(_, id)| id);
        let below = installed.get(on);
        if importer == service || added(&closure, below).count() >= LARGE {
            let install = installer.development(importer, None, &closure, surveyor)?;
            found.installs.insert(importer.to_owned(), install);
            installed.insert(importer, closure);
        } else {
            let piece = piece(installer, (importer, &closure), (on, below), surveyor)?;
            found.pieces.insert(importer.to_owned(), piece);
        }
    }
    let is_cut = !found.pieces.is_empty();
    if is_cut && !installed.contains_key(service) {
        // A service that is not built itself.
        let closure = installer.closure(&[service.to_owned()])?;
        let install = installer.development(service, None, &closure, surveyor)?;
        found.installs.insert(service.to_owned(), install);
    }
    let root = installed.remove(ROOT).unwrap_or_default();
    if found.pieces.values().any(|piece| piece.on == ROOT) && root.package_count() > 0 {
        found
            .installs
            .insert(ROOT.to_owned(), installer.of_root(&root, surveyor)?);
    }
    Ok(found)
}

/// Returns the locations of a closure that what it stands on has not.
fn added<'c>(
    closure: &'c WorkspaceClosure,
    below: Option<&'c WorkspaceClosure>,
) -> impl Iterator<Item = &'c String> {
    let below = below.and_then(|below| below.tree.as_ref());
    let locations = closure.tree.iter().flat_map(|tree| &tree.locations);
    locations.filter(move |location| !below.is_some_and(|tree| tree.locations.contains(*location)))
}

/// Plans what is cut out of the service's install for a package, beside what `on` has.
fn piece(
    installer: &Installer<'_>,
    (importer, closure): (&str, &WorkspaceClosure),
    (on, below): (&str, Option<&WorkspaceClosure>),
    surveyor: &mut Surveyor<'_>,
) -> Result<Piece, Diagnostics> {
    let demand = surveyor.survey(closure)?.demand();
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
        locations: added(closure, below).cloned().collect(),
        // Archives are packages here, which lie where they are installed.
        copies: BTreeMap::new(),
        packages: SystemPackages::for_closure(&installer.shared_packages, demand, Libc::Gnu),
        runs_scripts: demand.runs_scripts,
        place: project.map(|project| place::of_dependencies(&project.manifest)),
    })
}
