//! What runs in production, and what that needs to run on.

use std::collections::BTreeMap;

use super::base::{self, BaseImage};
use super::input::PlanInput;
use super::model::Reason;
use super::native::{Native, Surveyor};
use super::start::Start;
use super::{checks, complete, healthcheck};
use crate::diagnostic::Diagnostics;
use crate::kinds::node::pnpm::closure::Scope;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::workspace::Project;
use crate::kinds::node::{Manager, npm};
use crate::manifest::tables::Run;
use crate::manifest::values::Base;
use crate::plan::{Complete, Stage};

/// What runs in production: the closure, and what it needs to run on.
#[derive(Debug)]
pub(super) struct WhatRuns {
    /// What is installed for it.
    pub(super) closure: WorkspaceClosure,
    /// What installing that takes.
    pub(super) installs: Native,
    /// What all takes that the service depends on, installed or in its output.
    pub(super) native: Native,
    /// The package by which it may listen.
    pub(super) listener: Option<&'static str>,
    /// The output that holds all of it, so that nothing is installed.
    pub(super) complete: Option<Complete>,
    /// The version of Node, as the tag of its image names it.
    pub(super) node: String,
    /// Why it is that one.
    pub(super) node_reason: Reason,
    /// What it stands on.
    pub(super) base: BaseImage,
}

/// Decides what runs of a service.
///
/// # Errors
/// What the lockfile does not hold, and a command that asks for a shell where the image has none.
pub(super) fn of_service(
    input: &PlanInput<'_>,
    run: &Run,
    (start, (node, node_reason)): (&Start<'_>, (String, Reason)),
    project: &Project,
    surveyor: &mut Surveyor<'_>,
) -> Result<WhatRuns, Diagnostics> {
    let scope = Scope::Production {
        manifests: &start.manifests,
        of_root: &start.of_root,
    };
    let mut closure = input
        .workspace
        .manager
        .closure(&[input.service.to_owned()], scope)?;
    if input.service != "." && !start.of_root.is_empty() {
        // It is there for those dependencies, and no package of the image itself.
        closure.projects.remove(".");
    }
    let native = surveyor.survey(&closure)?;
    let complete = complete::output(input, &project.manifest, &start.command);
    let found = base::Found {
        is_for_glibc: input.facts.looked.glibc,
        is_packed: complete.is_some(),
    };
    let base = base::choose(&input.manifest.base(), &node, &native, found);
    if input.target.stage == Stage::Runtime {
        checks::check_shell(input.manifest, run, (&base, &native), &start.command)?;
    }
    let packages = closure.lockfiles.values().flat_map(|closure| &closure.packages);
    let of_tree = closure.tree.iter().flat_map(|tree| &tree.locations);
    let of_tree = of_tree.map(|location| npm::lockfile::name_of(location));
    let listener = healthcheck::listener(packages.filter_map(|package| package.name()).chain(of_tree));
    // What the root declares for it is there since it, or its command, asks for that.
    let listener = listener.or_else(|| healthcheck::asked_for(|name| start.of_root.contains(name)));
    if complete.is_some() {
        closure = WorkspaceClosure::without_dependencies(input.service);
    }
    Ok(WhatRuns {
        installs: surveyor.survey(&closure)?,
        closure,
        native,
        listener,
        complete,
        node,
        node_reason,
        base,
    })
}

impl WhatRuns {
    /// Nothing of a site runs but its server: there is no production install, and Node is there for the build.
    pub(super) fn of_site(
        input: &PlanInput<'_>,
        (node, node_reason): (String, Reason),
        surveyor: &mut Surveyor<'_>,
    ) -> Result<Self, Diagnostics> {
        let closure = WorkspaceClosure::without_dependencies(input.service);
        let native = surveyor.survey(&closure)?;
        Ok(Self {
            installs: native.clone(),
            base: base::choose(&Base::Debian, &node, &native, base::Found::default()),
            closure,
            native,
            listener: None,
            complete: None,
            node,
            node_reason,
        })
    }

    /// Returns why values are what they are.
    pub(super) fn reasons(
        &self,
        input: &PlanInput<'_>,
        start: &Start<'_>,
        project: &Project,
    ) -> BTreeMap<String, Reason> {
        let manager = &input.workspace.manager;
        let manager_reason = match manager {
            Manager::Pnpm(pnpm) => Reason::new(&pnpm.version.reason, pnpm.version.place.clone()),
            Manager::Npm(npm) => Reason::new(npm.version.choose(&self.node).why, npm.version.place.clone()),
        };
        let base = Reason::new(&self.base.why, input.manifest.place("base"));
        let reasons = [
            ("node", self.node_reason.clone()),
            ("base", base),
            (manager.name(), manager_reason),
            ("run.command", start.reason(input, project)),
        ];
        reasons.map(|(key, reason)| (key.to_owned(), reason)).into()
    }
}
