//! A build that has ended without an image: what has failed, and whether to make some of it anew.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::gateway::Failure;
use crate::lower::{Anew, Graph};
use crate::plan::{Plan, Step, StepId, Verb};

/// A failure, and which step of the plan it is of.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) failure: Failure,
    /// The step, where it is one of the plan's that has failed.
    pub(super) step: Option<StepId>,
}

impl Failed {
    /// Returns a failure of a graph.
    pub(super) fn of(failure: Failure, graph: &Graph<'_>) -> Self {
        let named = failure.vertices().into_iter();
        let step = named
            .filter_map(|vertex| graph.step_of(&vertex))
            .next()
            .or_else(|| told(&failure.to_string(), graph.plan()));
        Self { failure, step }
    }

    /// Returns what to make anew where the engine has lost what its cache says that it has, unless that was tried.
    ///
    /// An engine that is interrupted while it commits what a step left, or that lets go of it too early, keeps the record
    /// of it without the files. Every later build that needs them fails, until somebody prunes the cache. A step that is
    /// run whatever the cache holds leaves a record that later builds prefer. Source: moby/buildkit, `finalize` in
    /// `cache/refs.go`, `getBestResult` in `solver/edge.go`; its pull request 6808.
    pub(super) fn anew(&self, tried: &Anew) -> Option<Anew> {
        if self.failure.diagnostics().is_some() || !tells_of_lost_files(&self.failure.to_string()) {
            return None;
        }
        let mut below = match tried {
            Anew::Nothing => BTreeSet::new(),
            Anew::Below(digests) => digests.clone(),
            Anew::Everything => return None,
        };
        // Nobody knows how many were lost; of a vertex that fails again, it is more than what it takes in.
        let known = below.len();
        below.extend(self.failure.vertices());
        let is_new = below.len() > known;
        Some(if is_new {
            Anew::Below(below)
        } else {
            Anew::Everything
        })
    }
}

/// Returns the step of which a message of the engine tells: it quotes the command, as Go quotes a text.
fn told(message: &str, plan: &Plan) -> Option<StepId> {
    let is_told = |step: &Step| match &step.does {
        Verb::Run(run) => {
            let command = run.command.join(" ");
            let quoted = command.replace('\\', "\\\\").replace('"', "\\\"");
            let quoted = quoted.replace('\n', "\\n").replace('\t', "\\t");
            message.contains(&format!("process \"{quoted}\""))
        }
        _ => false,
    };
    plan.steps().find(|(_, step)| is_told(step)).map(|(id, _)| id)
}

/// Whether a message tells that the files of a cache's record are not there: `snapshot X does not exist` of containerd's
/// snapshotters, `layer does not exist` of Docker's older store.
pub(super) fn tells_of_lost_files(message: &str) -> bool {
    let is_lost = |after: &str| match after.split_once(' ') {
        Some((_, rest)) => rest.starts_with("does not exist: not found"),
        None => false,
    };
    message.split("snapshot ").skip(1).any(is_lost) || message.contains("layer does not exist")
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self { failure, step: None }
    }
}

impl From<Diagnostic> for Failed {
    fn from(mistake: Diagnostic) -> Self {
        Failure::from(mistake).into()
    }
}
