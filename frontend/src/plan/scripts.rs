//! Which part of a plan the scripts of packages make.

use std::collections::{BTreeMap, BTreeSet};

use super::Plan;
use super::step::{Files, Step, StepId, Verb};

/// What is behind a file system, told apart by whether packages' scripts make it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scripts {
    /// What packages' scripts leave, in the plan's order: each after those that it takes files of.
    pub left: Vec<Files>,
    /// What no scripts are behind, of what is taken by them or after them.
    pub others: Vec<Files>,
}

impl Plan {
    /// Tells apart what is behind a file system.
    pub fn scripts(&self, root: &Files) -> Scripts {
        let behind = self.behind([root]);
        // The steps that run scripts, and those after them.
        let mut after: BTreeSet<StepId> = BTreeSet::new();
        // One of the file systems that a step leaves is enough for it to run.
        let mut left: BTreeMap<StepId, &Files> = BTreeMap::new();
        let mut others: BTreeSet<&Files> = BTreeSet::new();
        for (id, step) in self.steps().filter(|(id, _)| behind.contains(id)) {
            let takes = step.takes().into_iter();
            let takes: Vec<(StepId, &Files)> =
                takes.filter_map(|files| Some((files.step()?, files))).collect();
            for (maker, files) in &takes {
                if self.step(*maker).is_some_and(runs_scripts) {
                    left.entry(*maker).or_insert(files);
                }
            }
            if runs_scripts(step) || takes.iter().any(|(maker, _)| after.contains(maker)) {
                after.insert(id);
                let takes = takes.into_iter().filter(|(maker, _)| !after.contains(maker));
                others.extend(takes.map(|(_, files)| files));
            }
        }
        Scripts {
            left: left.into_values().cloned().collect(),
            others: others.into_iter().cloned().collect(),
        }
    }
}

fn runs_scripts(step: &Step) -> bool {
    step.package.is_some() && matches!(step.does, Verb::Run(_))
}
