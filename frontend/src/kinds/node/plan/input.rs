//! What is decided from.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::Arguments;
use super::build_order::BuildOrder;
use super::layout::Places;
use super::linked::Link;
use super::site::Decided;
use crate::kinds::node::Workspace;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::workspace::turbo::Reached;
use crate::kinds::node::workspace::{ImporterId, PackageJson};
use crate::manifest::Manifest;
use crate::plan::{Facts, Target};

/// The package.json of every project.
pub(super) type Manifests = BTreeMap<ImporterId, PackageJson>;

/// What a plan is made from.
#[derive(Debug)]
pub struct PlanInput<'a> {
    /// The manifest, with the workspace's defaults.
    pub manifest: &'a Manifest,
    /// The workspace.
    pub workspace: &'a Workspace,
    /// The service.
    pub service: &'a str,
    /// The service's build closure, from [`closure`].
    pub closure: &'a BuildClosure,
    /// `--build-arg`, by name.
    pub arguments: &'a BTreeMap<String, String>,
    /// What `--target` chose.
    pub target: Target,
    /// What the engine and the command line say.
    pub facts: &'a Facts,
}

/// What building a service may touch.
#[derive(Debug)]
pub struct BuildClosure {
    /// The projects and packages.
    pub(super) development: WorkspaceClosure,
    /// The projects' order.
    pub(super) order: BuildOrder,
}

impl BuildClosure {
    /// Returns the importers, dependencies first, the service last.
    pub fn importers(&self) -> &[ImporterId] {
        &self.order.importers
    }
}

/// What the packages of one closure are planned from.
#[derive(Debug)]
pub(super) struct PackageInput<'a> {
    pub(super) workspace: &'a Workspace,
    /// Importers in build order, the service last.
    pub(super) order: &'a [ImporterId],
    /// The workspace packages that each importer reaches, itself left out.
    pub(super) reaches: &'a BTreeMap<ImporterId, BTreeSet<ImporterId>>,
    /// The tasks of Turborepo that the packages' builds come to.
    pub(super) tasks: &'a Reached<'a>,
    pub(super) service: &'a str,
    /// The service's build script; `None` where nothing is to be built.
    pub(super) script: Option<&'a str>,
    pub(super) root_postinstall: bool,
    /// Importers of the production closure.
    pub(super) production: &'a BTreeSet<ImporterId>,
    /// Whether the command of the image runs TypeScript.
    pub(super) runs_sources: bool,
    /// Whether it sets conditions of `exports` of the repository's own.
    pub(super) any_condition: bool,
    /// Packages that are given every file of the workspace.
    pub(super) whole: &'a BTreeSet<String>,
    /// What the root links to.
    pub(super) links: &'a [Link],
    /// What the manifest says of builds.
    pub(super) manifest: &'a Manifest,
    /// Build arguments.
    pub(super) arguments: &'a Arguments,
    /// Importers that pnpm copies into the virtual store, in the development closure.
    pub(super) injected: &'a BTreeSet<ImporterId>,
    /// Links under which the image's dependents see injected packages.
    pub(super) injected_at: &'a BTreeMap<ImporterId, Vec<String>>,
    /// Where the image has packages.
    pub(super) places: &'a Places<'a>,
    /// What the service is found to be, where it is a static site.
    pub(super) site: Option<&'a Decided>,
}
