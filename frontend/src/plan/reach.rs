//! What steps take from each other: what is behind an outcome, and what a change reaches.

use std::collections::BTreeSet;

use super::Plan;
use super::step::{Action, Files, Mount, Step, StepId, Verb};

impl Step {
    /// Returns the file systems that the step takes.
    pub fn takes(&self) -> Vec<&Files> {
        match &self.does {
            Verb::Run(run) => {
                let mounted = run.mounts.iter().filter_map(|mount| match mount {
                    Mount::Read { files, .. } | Mount::Work { files, .. } => Some(files),
                    Mount::Cache { .. } | Mount::Secret { .. } | Mount::Agent { .. } => None,
                });
                std::iter::once(&run.on).chain(mounted).collect()
            }
            Verb::Tree(tree) => {
                let copied = tree.actions.iter().filter_map(|action| match action {
                    Action::Copy { files, .. } => Some(files),
                    _ => None,
                });
                std::iter::once(&tree.on).chain(copied).collect()
            }
            Verb::Over(trees) => trees.iter().collect(),
            Verb::Layer(layer) => vec![&layer.ground, &layer.of],
        }
    }
}

impl Files {
    /// Returns the step that makes them.
    pub fn step(&self) -> Option<StepId> {
        match self {
            Self::Step(step) | Self::Left(step, _) => Some(*step),
            _ => None,
        }
    }
}

impl Plan {
    /// Returns the steps that file systems are made by, directly or through others.
    pub fn behind<'f>(&self, files: impl IntoIterator<Item = &'f Files>) -> BTreeSet<StepId> {
        let mut behind = BTreeSet::new();
        let mut todo: Vec<StepId> = files.into_iter().filter_map(Files::step).collect();
        while let Some(id) = todo.pop() {
            if behind.insert(id)
                && let Some(step) = self.step(id)
            {
                todo.extend(step.takes().into_iter().filter_map(Files::step));
            }
        }
        behind
    }

    /// Returns the steps whose files may be others where those of some steps are, these themselves included.
    pub fn after(&self, changed: impl IntoIterator<Item = StepId>) -> BTreeSet<StepId> {
        let mut after: BTreeSet<StepId> = changed.into_iter().collect();
        // Each step comes after those that it takes files of.
        for (id, step) in self.steps() {
            let makers = step.takes().into_iter().filter_map(Files::step);
            if makers.into_iter().any(|maker| after.contains(&maker)) {
                after.insert(id);
            }
        }
        after
    }
}
