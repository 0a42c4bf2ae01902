//! What steps take from each other: what is behind an outcome, and what a change of a file reaches.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::step::{Action, Files, Mount, Part, PartId, Step, StepId, Verb};
use super::{Outcome, Plan, WORKSPACE};
use crate::path::{is_within, join};
use crate::pattern;
use crate::source::Ignored;

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
                    Action::Copy { files, .. } | Action::Owned { files, .. } => Some(files),
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

/// Why a step runs again, the nearest reason first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It is given the file.
    Reads,
    /// What it is given is made from the file, and the same unless what it needs of the file changes.
    Derived,
    /// It takes files of a step that runs again, and runs unless those come out as before.
    After(String),
    /// Something else, in words.
    Other(&'static str),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reads => f.write_str("it reads the file"),
            Self::Derived => f.write_str("what it reads is made from the file, if that comes out otherwise"),
            Self::After(step) => write!(f, "it uses what \"{step}\" makes, if that comes out otherwise"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

/// What a change of a file reaches in a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach(BTreeMap<StepId, Cause>);

impl Reach {
    /// Returns every step of a plan, for one reason.
    pub fn of_all(plan: &Plan, why: &'static str) -> Self {
        Self::of(plan, why, plan.steps().map(|(id, _)| id))
    }

    /// Returns some steps of a plan and those after them, for one reason.
    pub fn of(plan: &Plan, why: &'static str, steps: impl IntoIterator<Item = StepId>) -> Self {
        let mut reached: BTreeSet<StepId> = steps.into_iter().collect();
        for (id, step) in plan.steps() {
            let mut before = step.takes().into_iter().filter_map(Files::step);
            if before.any(|before| reached.contains(&before)) {
                reached.insert(id);
            }
        }
        Self(reached.into_iter().map(|id| (id, Cause::Other(why))).collect())
    }

    /// Returns whether nothing runs again.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the steps that run again, with the reason of each.
    pub fn steps(&self) -> impl Iterator<Item = (StepId, &Cause)> {
        self.0.iter().map(|(id, cause)| (*id, cause))
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

    /// Returns the steps that another plan of the same build does not have.
    pub fn difference(&self, other: &Self) -> Vec<StepId> {
        // Numbers of steps, images and parts may move; names and what is done with them do not.
        let plain = |plan: &Self, step: &Step| {
            let images = step.takes().into_iter().filter_map(|files| match files {
                Files::Image(image) => plan.image(*image).map(|image| image.reference.clone()),
                _ => None,
            });
            let parts = step.takes().into_iter().filter_map(|files| match files {
                Files::Context(part) => plan.part(*part).cloned(),
                _ => None,
            });
            let own = match &step.does {
                Verb::Run(run) => format!("{:?} {:?} {:?}", run.command, run.env, run.directory),
                Verb::Tree(tree) => {
                    let is_written =
                        |action: &&Action| !matches!(action, Action::Copy { .. } | Action::Owned { .. });
                    let written = tree.actions.iter().filter(is_written);
                    format!("{:?}", written.collect::<Vec<_>>())
                }
                Verb::Over(trees) => trees.len().to_string(),
                Verb::Layer(layer) => format!("{} {}", layer.from, layer.to),
            };
            (
                step.name.clone(),
                images.collect::<Vec<_>>(),
                parts.collect::<Vec<_>>(),
                own,
            )
        };
        let others: Vec<_> = other.steps.iter().map(|step| plain(other, step)).collect();
        let steps = self
            .steps()
            .filter(|(_, step)| !others.contains(&plain(self, step)));
        steps.map(|(id, _)| id).collect()
    }

    /// Returns the steps that run again where a file of the context changes; `ignored` says what no step sees.
    pub fn reach(&self, path: &str, ignored: &Ignored) -> Reach {
        let mut reached: BTreeMap<StepId, Cause> = BTreeMap::new();
        // What a look at the image has found is the same for all that can start.
        let found = match &self.outcome {
            Outcome::Image(image) => image.check.as_ref().and_then(|check| check.report.step()),
            Outcome::Workbench(_) => None,
        };
        // Each step comes after those that it takes files of.
        for (id, step) in self.steps().filter(|(id, _)| Some(*id) != found) {
            let before = step.takes().into_iter().filter_map(Files::step);
            let before = before.filter_map(|before| Some(self.after(before, reached.get(&before)?)));
            let own = if self.reads(step, path, ignored) {
                Some(Cause::Reads)
            } else if self.writes_from(step, path) {
                Some(Cause::Derived)
            } else {
                None
            };
            if let Some(cause) = own.into_iter().chain(before).min() {
                reached.insert(id, cause);
            }
        }
        Reach(reached)
    }

    /// Returns why a step runs again that takes files of one which does: a program's name tells people something, the tree
    /// that it reads does not.
    fn after(&self, before: StepId, cause: &Cause) -> Cause {
        match self.step(before) {
            Some(step) if matches!(step.does, Verb::Run(_)) => Cause::After(step.name.clone()),
            _ => cause.clone(),
        }
    }

    /// Whether a step copies a file of the context.
    fn reads(&self, step: &Step, path: &str, ignored: &Ignored) -> bool {
        let is_seen = |part: &Part| holds(part, path) && !ignored.hides(path, &part.include);
        copied_from(step, path).any(|id| self.part(id).is_some_and(is_seen))
    }

    /// Returns whether a step copies a file out of a part of the context, where that has it.
    pub fn copies(&self, id: PartId, path: &str) -> bool {
        let is_copied = || {
            self.steps
                .iter()
                .any(|step| copied_from(step, path).any(|from| from == id))
        };
        self.part(id).is_some_and(|part| holds(part, path)) && is_copied()
    }

    /// Whether a step writes a text in the place that a file of the context has in the workspace: one that is made from
    /// it, such as a reduced manifest.
    fn writes_from(&self, step: &Step, path: &str) -> bool {
        let Verb::Tree(tree) = &step.does else {
            return false;
        };
        tree.actions.iter().any(|action| match action {
            Action::File { path: written, .. } | Action::Packed { path: written, .. } => {
                let written = written.strip_prefix(WORKSPACE).unwrap_or(written);
                join(&self.root, written.trim_start_matches('/')) == path
            }
            _ => false,
        })
    }
}

/// Iterates over the parts of the context that a step copies a file of, where they have it.
fn copied_from<'s>(step: &'s Step, path: &'s str) -> impl Iterator<Item = PartId> + 's {
    let actions = match &step.does {
        Verb::Tree(tree) => &tree.actions[..],
        _ => &[],
    };
    actions.iter().filter_map(move |action| match action {
        Action::Copy {
            files: Files::Context(part),
            from,
            include,
            exclude,
            ..
        } => copies(from.trim_start_matches('/'), include, exclude, path).then_some(*part),
        _ => None,
    })
}

/// Whether a part of the context is to have a file.
fn holds(part: &Part, path: &str) -> bool {
    let is_included = part.include.is_empty() || pattern::chooses(&part.include, path);
    is_included && !pattern::chooses(&part.exclude, path)
}

/// Whether a copy takes a file.
fn copies(from: &str, include: &[String], exclude: &[String], path: &str) -> bool {
    let directory = if from.is_empty() { "." } else { from };
    if !is_within(path, directory) {
        return false;
    }
    let inside = path.strip_prefix(from).unwrap_or(path).trim_start_matches('/');
    // A path that is a file itself.
    if inside.is_empty() {
        return true;
    }
    (include.is_empty() || pattern::chooses(include, inside)) && !pattern::chooses(exclude, inside)
}
