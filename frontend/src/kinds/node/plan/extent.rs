//! What packages reach for their development, in numbers: a build compares hundreds of such closures, which share most of
//! what they hold, so each project's own part is walked once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use fixedbitset::FixedBitSet;

use super::native::{Demand, Surveyor};
use crate::diagnostic::Diagnostics;
use crate::kinds::node::pnpm::closure::Scope;
use crate::kinds::node::pnpm::dep_path::DepPath;
use crate::kinds::node::pnpm::lockfiles::{Lockfiles, WorkspaceClosure};
use crate::kinds::node::workspace::ImporterId;

/// The tools of the root, and what projects reach beside them.
#[derive(Debug, Clone, Default)]
pub(super) struct Extent {
    /// The published packages, by number.
    pub(super) packages: FixedBitSet,
    /// The projects, the root among them.
    pub(super) projects: BTreeSet<ImporterId>,
    /// Directories and tarballs outside of the projects, relative to the root.
    pub(super) local_paths: BTreeSet<String>,
    /// What installing all of it takes.
    pub(super) demand: Demand,
}

impl Extent {
    /// Returns how many published packages there are.
    pub(super) fn size(&self) -> usize {
        self.packages.count_ones(..)
    }

    /// Returns how many published packages are not among those of another one.
    pub(super) fn beside(&self, other: &Self) -> usize {
        self.packages.difference_count(&other.packages)
    }

    fn add(&mut self, own: &Own) {
        self.packages.union_with(&own.packages);
        self.local_paths.extend(own.local_paths.iter().cloned());
        self.demand = self.demand.and(own.demand);
    }
}

/// What a project needs itself.
#[derive(Debug)]
struct Own {
    packages: FixedBitSet,
    /// The projects that it depends on.
    links: BTreeSet<ImporterId>,
    local_paths: BTreeSet<String>,
    demand: Demand,
    has_dependencies: bool,
}

/// The extents of a workspace's packages.
#[derive(Debug)]
pub(super) struct Extents<'p> {
    lockfiles: &'p Lockfiles,
    /// A number for each published package of each lockfile.
    numbers: BTreeMap<String, HashMap<DepPath, usize>>,
    /// How many numbers are given.
    numbered: usize,
    root: Option<Extent>,
    own: BTreeMap<ImporterId, Rc<Own>>,
}

impl<'p> Extents<'p> {
    pub(super) fn new(lockfiles: &'p Lockfiles) -> Self {
        Self {
            lockfiles,
            numbers: BTreeMap::new(),
            numbered: 0,
            root: None,
            own: BTreeMap::new(),
        }
    }

    /// Returns what the root's tools are.
    ///
    /// # Errors
    /// All that a closure refuses.
    pub(super) fn of_root(&mut self, surveyor: &mut Surveyor<'_>) -> Result<Extent, Diagnostics> {
        if let Some(root) = &self.root {
            return Ok(root.clone());
        }
        let scope = Scope::Development { include_root: true };
        let closure = self.lockfiles.closure(&[], scope)?;
        let mut root = Extent::default();
        root.add(&self.own(".", &closure, surveyor)?);
        root.projects.clone_from(&closure.projects);
        self.root = Some(root.clone());
        Ok(root)
    }

    /// Returns what a package reaches.
    ///
    /// # Errors
    /// All that a closure refuses.
    pub(super) fn of(&mut self, importer: &str, surveyor: &mut Surveyor<'_>) -> Result<Extent, Diagnostics> {
        let mut extent = match importer {
            // Its tools are among its dependencies.
            "." => Extent::default(),
            _ => self.of_root(surveyor)?,
        };
        let mut todo = vec![importer.to_owned()];
        while let Some(id) = todo.pop() {
            if extent.projects.contains(&id) {
                continue;
            }
            let own = match self.own.get(&id) {
                Some(own) => Rc::clone(own),
                None => {
                    let closure = self.lockfiles.alone(&id)?;
                    let own = Rc::new(self.own(&id, &closure, surveyor)?);
                    self.own.insert(id.clone(), Rc::clone(&own));
                    own
                }
            };
            extent.add(&own);
            todo.extend(own.links.iter().cloned());
            extent.projects.insert(id);
        }
        Ok(extent)
    }

    /// Says whether a project of an extent depends on anything.
    pub(super) fn has_dependencies(&self, id: &str) -> bool {
        self.own.get(id).is_some_and(|own| own.has_dependencies)
    }

    fn own(
        &mut self,
        id: &str,
        closure: &WorkspaceClosure,
        surveyor: &mut Surveyor<'_>,
    ) -> Result<Own, Diagnostics> {
        let mut packages = FixedBitSet::new();
        for (directory, closure) in &closure.lockfiles {
            let numbers = self.numbers.entry(directory.clone()).or_default();
            for package in &closure.packages {
                let number = numbers.get(package).copied().unwrap_or_else(|| {
                    self.numbered += 1;
                    numbers.insert(package.clone(), self.numbered);
                    self.numbered
                });
                packages.grow_and_insert(number);
            }
        }
        Ok(Own {
            packages,
            links: closure.edges.iter().map(|edge| edge.to.clone()).collect(),
            local_paths: closure.local_paths.clone(),
            demand: surveyor.survey(closure)?.demand(),
            has_dependencies: closure.has_dependencies(id),
        })
    }
}
