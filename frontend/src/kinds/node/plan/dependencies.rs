//! What packages are built with: installs, and pieces that are cut out of them.
//!
//! A run of pnpm takes a second or two before it has installed anything. A package that needs little beside what another
//! one below it is built with has none of its own: what it adds is cut out of an install that holds both and copied onto
//! what the other one is built with. Such a copy is keyed by its content, so it is the same for every service, whichever
//! install it was cut out of; and all that is decided here of a package follows from its own closure.

mod of_npm;

use std::collections::{BTreeMap, BTreeSet};

use super::base::Libc;
use super::extent::{Extent, Extents};
use super::install::Installer;
use super::model::{Install, PackageBuild, Piece, ROOT};
use super::native::Surveyor;
use super::place;
use super::system::SystemPackages;
use crate::diagnostic::Diagnostics;
use crate::kinds::node::Manager;
use crate::kinds::node::pnpm::closure::Scope;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::workspace::ImporterId;

/// How many published packages a package has to add to those below it for an install of its own.
const LARGE: usize = 50;

/// How many layers dependencies may be before what lies on them begins anew: file systems of engines have no more than a
/// few hundred, and look through all of them.
const HIGHEST: usize = 100;

/// How many layers an install adds: the texts that it reads, what it installs, and what its scripts make of that.
const LAYERS: usize = 3;

/// What packages are built with, by the keys that [`PackageBuild::install`] names.
#[derive(Debug, Default)]
pub(super) struct Dependencies {
    pub(super) installs: BTreeMap<String, Install>,
    pub(super) pieces: BTreeMap<String, Piece>,
}

/// What is known of the dependencies of a package that is planned already.
struct Known {
    extent: Extent,
    /// How many layers they are.
    layers: usize,
}

struct Planner<'p, 'w> {
    installer: &'p Installer<'w>,
    reaches: &'p BTreeMap<ImporterId, BTreeSet<ImporterId>>,
    surveyor: &'p mut Surveyor<'w>,
    /// The keys of packages that are built, by importer.
    keys: BTreeMap<&'p str, &'p str>,
    extents: Extents<'p>,
    known: BTreeMap<String, Known>,
    /// The installs of packages in the order in which they were planned.
    order: Vec<String>,
    /// The pieces that something has to be cut out of an install for.
    cut: Vec<String>,
    found: Dependencies,
}

/// Plans the dependencies that scripts of packages run on. `workbench` is the package whose scripts run in an image.
///
/// # Errors
/// All that a closure refuses.
pub(super) fn plan<'p, 'w>(
    installer: &'p Installer<'w>,
    built: &'p [PackageBuild],
    workbench: impl Iterator<Item = &'p PackageBuild>,
    reaches: &'p BTreeMap<ImporterId, BTreeSet<ImporterId>>,
    surveyor: &'p mut Surveyor<'w>,
) -> Result<Dependencies, Diagnostics> {
    let with_scripts = built.iter().filter(|package| !package.scripts.is_empty());
    let packages: Vec<&PackageBuild> = with_scripts.chain(workbench).collect();
    let pnpm = match &installer.workspace.manager {
        Manager::Pnpm(pnpm) => pnpm,
        Manager::Npm(_) => return of_npm::plan(installer, &packages, reaches, surveyor),
    };
    let keys = packages
        .iter()
        .map(|package| (package.importer.as_str(), package.install.as_str()));
    let mut planner = Planner {
        installer,
        reaches,
        surveyor,
        keys: keys.collect(),
        extents: Extents::new(&pnpm.lockfiles),
        known: BTreeMap::new(),
        order: Vec::new(),
        cut: Vec::new(),
        found: Dependencies::default(),
    };
    if pnpm.has_one_store() {
        let extent = planner.extents.of_root(planner.surveyor)?;
        planner.note(ROOT, extent, LAYERS);
    }
    for package in packages {
        if package.install != ROOT && !planner.known.contains_key(&package.install) {
            planner.add(&package.install)?;
        }
    }
    planner.choose_origins()?;
    Ok(planner.found)
}

impl Planner<'_, '_> {
    /// Plans what a package is built with, after those that it is built on.
    fn add(&mut self, importer: &str) -> Result<(), Diagnostics> {
        let extent = self.extents.of(importer, self.surveyor)?;
        let below = self.largest_below(importer, |_| true);
        let below = below.unwrap_or_else(|| ROOT.to_owned());
        let is_cut = importer != self.installer.service && self.known.contains_key(ROOT);
        let ground = self.known.get(&below).filter(|_| is_cut);
        match ground.filter(|ground| extent.beside(&ground.extent) < LARGE) {
            // What would lie too high begins anew.
            Some(ground) if ground.layers >= HIGHEST => self.add_piece(importer, ROOT, extent),
            Some(_) => self.add_piece(importer, &below, extent),
            None => self.add_install(importer, extent),
        }
    }

    fn note(&mut self, key: &str, extent: Extent, layers: usize) {
        self.known.insert(key.to_owned(), Known { extent, layers });
    }

    /// Returns the key of the largest that a package is built on, of those that `is_right` says.
    fn largest_below(&self, importer: &str, is_right: impl Fn(&str) -> bool) -> Option<String> {
        let below = self.reaches.get(importer).into_iter().flatten();
        let keys = below.filter_map(|id| self.keys.get(id.as_str()).copied());
        let sizes = keys.filter(|key| is_right(key)).filter_map(|key| {
            let extent = &self.known.get(key)?.extent;
            Some((extent.size(), extent.projects.len(), key))
        });
        sizes.max().map(|(_, _, key)| key.to_owned())
    }

    /// Plans an install on top of the largest one of a package below, or of the root where those have none.
    fn add_install(&mut self, importer: &str, extent: Extent) -> Result<(), Diagnostics> {
        let Dependencies { installs, pieces } = &self.found;
        let below = self.largest_below(importer, |key| installs.contains_key(key));
        let on_root = || {
            self.largest_below(importer, |key| pieces.contains_key(key))
                .map(|_| ROOT.to_owned())
        };
        let on = below.or_else(on_root);
        let layers = |on: &String| self.known.get(on).map_or(0, |below| below.layers);
        let on = on.filter(|on| layers(on) < HIGHEST);
        let closure = self.installer.closure(&[importer.to_owned()])?;
        let mut install = self
            .installer
            .development(importer, on, &closure, self.surveyor)?;
        let root = self.known.get(ROOT).map_or(0, |root| root.extent.size());
        let tools = install.tools.as_ref().map_or(0, |tools| tools.package_count);
        // Most of these tools are the root's. What projects have beside that differs, and a step for each of them would
        // install all that the root has from nothing.
        if root * 2 > tools {
            install.tools = None;
            if tools > 0 && install.on.is_none() {
                install.on = Some(ROOT.to_owned());
            }
        }
        let layers = install.on.as_ref().map_or(0, layers) + LAYERS;
        if install.on.as_deref() == Some(ROOT) {
            self.add_root()?;
        }
        self.found.installs.insert(importer.to_owned(), install);
        self.order.push(importer.to_owned());
        self.note(importer, extent, layers);
        Ok(())
    }

    /// Plans the install of the root's own dependencies, once.
    fn add_root(&mut self) -> Result<(), Diagnostics> {
        if !self.found.installs.contains_key(ROOT) {
            let closure = self.installer.closure(&[])?;
            let install = self.installer.of_root(&closure, self.surveyor)?;
            self.found.installs.insert(ROOT.to_owned(), install);
        }
        Ok(())
    }

    /// Plans a piece on top of what a package below is built with.
    fn add_piece(&mut self, importer: &str, on: &str, extent: Extent) -> Result<(), Diagnostics> {
        let installer = self.installer;
        if on == ROOT {
            self.add_root()?;
        }
        let ground = self.known.get(on);
        let is_below = |id: &ImporterId| ground.is_some_and(|ground| ground.extent.projects.contains(id));
        let projects = extent.projects.iter();
        let projects = projects.filter(|id| id.as_str() != "." && !is_below(id));
        let projects: Vec<ImporterId> = projects.cloned().collect();
        // Without dependencies there is no node_modules.
        if projects.iter().any(|id| self.extents.has_dependencies(id)) {
            self.cut.push(importer.to_owned());
        }
        let project = installer.workspace.projects.get(importer);
        let piece = Piece {
            of: project.map(|project| project.name(importer)).unwrap_or_default(),
            on: on.to_owned(),
            of_install: None,
            projects,
            locations: Vec::new(),
            copies: installer.copies(extent.local_paths.iter()),
            packages: SystemPackages::for_closure(&installer.shared_packages, extent.demand, Libc::Gnu),
            runs_scripts: extent.demand.runs_scripts,
            place: project.map(|project| place::of_dependencies(&project.manifest)),
        };
        self.found.pieces.insert(importer.to_owned(), piece);
        let layers = ground.map_or(0, |ground| ground.layers) + 1;
        self.note(importer, extent, layers);
        Ok(())
    }

    /// Chooses the install that each piece is cut out of: the first of a package that reaches it, so that it waits for as
    /// little as can be.
    fn choose_origins(&mut self) -> Result<(), Diagnostics> {
        let holds = |planner: &Self, key: &str, piece: &str| {
            planner
                .known
                .get(key)
                .is_some_and(|known| known.extent.projects.contains(piece))
        };
        let service = self.installer.service;
        for piece in std::mem::take(&mut self.cut) {
            if !self.order.iter().any(|key| holds(self, key, &piece)) {
                // A service that is not built itself has no install yet.
                let extent = self.extents.of(service, self.surveyor)?;
                self.add_install(service, extent)?;
            }
            let origin = self.order.iter().find(|key| holds(self, key, &piece)).cloned();
            if let Some(piece) = self.found.pieces.get_mut(&piece) {
                piece.of_install = origin;
            }
        }
        Ok(())
    }
}

impl Installer<'_> {
    /// Returns the closure of what projects are developed with, and of the root's tools.
    fn closure(&self, importers: &[ImporterId]) -> Result<WorkspaceClosure, Diagnostics> {
        let scope = Scope::Development { include_root: true };
        self.workspace.manager.closure(importers, scope)
    }
}
