//! What became of the rounds.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::fault::Kind;

/// How a build with a fault ended.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// With the right image.
    Right,
    /// With an error that says why.
    Refused(String),
    /// In any other way, which is a fault of ours.
    Wrong(String),
}

/// What became of a round.
#[derive(Debug)]
pub(super) struct Played {
    /// Whether the fault changed anything.
    pub(super) took_hold: bool,
    /// How the builds with the fault ended.
    pub(super) outcomes: Vec<Outcome>,
    /// What was wrong with the build after it.
    pub(super) next: Result<(), String>,
}

impl Played {
    /// Returns a round that came to no build with a fault.
    pub(super) fn without(why: String) -> Self {
        Self {
            took_hold: true,
            outcomes: Vec::new(),
            next: Err(why),
        }
    }

    /// Says whether anything was neither a right image nor a clear error.
    fn is_wrong(&self) -> bool {
        let is_wrong = |outcome: &Outcome| matches!(outcome, Outcome::Wrong(_));
        self.next.is_err() || self.outcomes.iter().any(is_wrong)
    }
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for outcome in &self.outcomes {
            match outcome {
                Outcome::Right => write!(f, "right, ")?,
                Outcome::Refused(error) => write!(f, "error `{error}`, ")?,
                Outcome::Wrong(why) => write!(f, "WRONG: {why}, ")?,
            }
        }
        match &self.next {
            Ok(()) => write!(f, "then right")?,
            Err(why) => write!(f, "then WRONG: {why}")?,
        }
        if self.took_hold {
            Ok(())
        } else {
            write!(f, "; the fault changed nothing and is not counted")
        }
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    missed: u64,
    rounds: u64,
    builds: u64,
    right: u64,
    refused: u64,
    next: u64,
    wrong: u64,
}

/// The counts of all rounds.
#[derive(Debug, Default)]
pub struct Report {
    counts: BTreeMap<Kind, Counts>,
    failures: Vec<String>,
}

impl Report {
    /// Counts a round: one whose fault changed nothing only if something was wrong all the same.
    pub(super) fn add(&mut self, kind: Kind, line: &str, played: &Played) {
        let counts = self.counts.entry(kind).or_default();
        if !played.took_hold && !played.is_wrong() {
            counts.missed += 1;
            return;
        }
        counts.rounds += 1;
        for outcome in &played.outcomes {
            counts.builds += 1;
            match outcome {
                Outcome::Right => counts.right += 1,
                Outcome::Refused(_) => counts.refused += 1,
                Outcome::Wrong(why) => {
                    counts.wrong += 1;
                    self.failures.push(format!("{line}: {why}"));
                }
            }
        }
        match &played.next {
            Ok(()) => counts.next += 1,
            Err(why) => {
                counts.wrong += 1;
                self.failures.push(format!("{line}: the build after it: {why}"));
            }
        }
    }

    /// Returns what was neither a right image nor a clear error.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// Returns a table of the counts for each fault.
    pub fn table(&self) -> String {
        let mut table = "| fault | rounds | builds | right image | clear error | right afterwards | anything else | changed \
                         nothing, not counted |\n|---|--:|--:|--:|--:|--:|--:|--:|\n"
            .to_owned();
        let mut all = Counts::default();
        for (kind, counts) in &self.counts {
            line(&mut table, kind.name(), counts);
            all.missed += counts.missed;
            all.rounds += counts.rounds;
            all.builds += counts.builds;
            all.right += counts.right;
            all.refused += counts.refused;
            all.next += counts.next;
            all.wrong += counts.wrong;
        }
        line(&mut table, "all", &all);
        table
    }
}

fn line(table: &mut String, name: &str, counts: &Counts) {
    let Counts {
        missed,
        rounds,
        builds,
        right,
        refused,
        next,
        wrong,
    } = counts;
    let _ = writeln!(
        table,
        "| {name} | {rounds} | {builds} | {right} | {refused} | {next} | {wrong} | {missed} |"
    );
}
