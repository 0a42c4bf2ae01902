//! The moment of a build at which something goes wrong: when it has come so far, as its progress or the registry shows.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::random::Random;
use crate::command::Watch;

/// How far a build is. Delays from the start of the client would miss: a step takes a second or ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The frontend is started, or reads.
    Begins,
    /// pnpm is set up.
    SetsUp,
    /// The packages of developers are installed.
    Installs,
    /// The registry is asked for the package of that number, and has sent half of it.
    Downloads(u64),
    /// A package is built.
    Builds,
    /// The production packages are installed.
    InstallsForProduction,
    /// The layers of the image are put together.
    Layers,
    /// The image is written and unpacked.
    Exports,
}

impl Phase {
    const ALL: [Self; 9] = [
        Self::Begins,
        Self::SetsUp,
        Self::Installs,
        Self::Downloads(1),
        Self::Downloads(3),
        Self::Builds,
        Self::InstallsForProduction,
        Self::Layers,
        Self::Exports,
    ];

    pub(super) fn draw(random: &mut Random) -> Self {
        random.choose(&Self::ALL)
    }

    /// Draws one of those in which the store of packages is used.
    pub(super) fn draw_of_installs(random: &mut Random) -> Self {
        random.choose(&[
            Self::Begins,
            Self::Installs,
            Self::Downloads(1),
            Self::Downloads(3),
            Self::InstallsForProduction,
        ])
    }

    /// Says whether a step of that name, with its label before it, is of this phase.
    fn has(self, name: &str) -> bool {
        let step = name.rsplit("] ").next().unwrap_or(name);
        match self {
            Self::Begins => true,
            Self::SetsUp => step.starts_with("set up pnpm"),
            Self::Installs => step.starts_with("install ") && !step.contains("production"),
            Self::Downloads(_) => false,
            Self::Builds => step.starts_with("build "),
            Self::InstallsForProduction => step.starts_with("install ") && step.contains("production"),
            Self::Layers => step.starts_with("layer "),
            Self::Exports => step.starts_with("exporting "),
        }
    }

    /// Returns the longest time after its beginning in which it is hardly over: milliseconds.
    fn length(self) -> u64 {
        match self {
            Self::Begins => 400,
            Self::SetsUp => 2500,
            Self::Installs | Self::InstallsForProduction => 800,
            Self::Downloads(_) | Self::Builds => 150,
            Self::Layers | Self::Exports => 60,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begins => f.write_str("begins"),
            Self::SetsUp => f.write_str("sets up pnpm"),
            Self::Installs => f.write_str("installs"),
            Self::Downloads(number) => write!(f, "downloads package {number}"),
            Self::Builds => f.write_str("builds a package"),
            Self::InstallsForProduction => f.write_str("installs for production"),
            Self::Layers => f.write_str("makes layers"),
            Self::Exports => f.write_str("exports"),
        }
    }
}

/// A time after the beginning of a phase.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) phase: Phase,
    pub(super) after: Duration,
}

impl Moment {
    pub(super) fn draw(phase: Phase, random: &mut Random) -> Self {
        Self {
            phase,
            after: Duration::from_millis(random.below(phase.length())),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms after it {}", self.after.as_millis(), self.phase)
    }
}

#[derive(Debug, Default)]
struct State {
    client: Option<u32>,
    requests: u64,
    is_here: bool,
    is_over: bool,
}

/// Waits for the moment of one build, or of the first of several.
#[derive(Debug)]
pub(super) struct Lookout {
    moment: Moment,
    state: Mutex<State>,
    changed: Condvar,
}

impl Lookout {
    pub(super) fn new(moment: Moment) -> Self {
        Self {
            moment,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the moment; says no where all builds ended before.
    pub(super) fn wait(&self) -> bool {
        let state = self.state();
        let waiting = |state: &mut State| !state.is_here && !state.is_over;
        let state = self.changed.wait_while(state, waiting);
        if !state.unwrap_or_else(PoisonError::into_inner).is_here {
            return false;
        }
        thread::sleep(self.moment.after);
        !self.state().is_over
    }

    /// Returns the process of the client that runs.
    pub(super) fn client(&self) -> Option<u32> {
        self.state().client
    }

    /// Says that all builds have ended.
    pub(super) fn over(&self) {
        self.state().is_over = true;
        self.changed.notify_all();
    }

    /// Counts a request of the registry, and says whether this is the one whose answer is to take long.
    pub(super) fn request(&self) -> bool {
        let mut state = self.state();
        state.requests += 1;
        let is_it = self.moment.phase == Phase::Downloads(state.requests);
        if is_it {
            self.come(state);
        }
        is_it
    }

    fn come(&self, mut state: MutexGuard<'_, State>) {
        state.is_here = true;
        drop(state);
        self.changed.notify_all();
    }
}

impl Watch for Lookout {
    fn started(&self, process: u32) {
        self.state().client = Some(process);
    }

    fn line(&self, line: &str) {
        let record: Option<Value> = serde_json::from_str(line).ok();
        let steps = record.as_ref().and_then(|record| record["vertexes"].as_array());
        let has_begun = |step: &Value| {
            step["started"].is_string()
                && step["completed"].is_null()
                && step["name"]
                    .as_str()
                    .is_some_and(|name| self.moment.phase.has(name))
        };
        if steps.into_iter().flatten().any(has_begun) {
            self.come(self.state());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Lookout, Moment, Phase};
    use crate::command::Watch as _;

    fn of(phase: Phase) -> Lookout {
        Lookout::new(Moment {
            phase,
            after: Duration::ZERO,
        })
    }

    fn begun(name: &str) -> String {
        format!(r#"{{"vertexes":[{{"digest":"a","name":"[service] {name}","started":"1"}}]}}"#)
    }

    #[test]
    fn a_moment_is_here_when_its_step_begins() {
        let names = [
            (Phase::SetsUp, "set up pnpm 11.0.0"),
            (Phase::Installs, "install 4 packages"),
            (Phase::InstallsForProduction, "install 4 production packages"),
            (Phase::Builds, "build service"),
            (Phase::Layers, "layer service"),
            (Phase::Exports, "exporting to image"),
        ];
        for (phase, _) in names {
            for (of_phase, name) in names {
                let lookout = of(phase);
                lookout.line(&begun(name));
                lookout.over();
                assert_eq!(lookout.state().is_here, of_phase == phase, "{phase}: {name}");
            }
        }
    }

    #[test]
    fn a_step_that_has_ended_or_only_waits_is_no_moment() {
        let lookout = of(Phase::Builds);
        lookout.line(&begun("build service").replace(r#""started":"1""#, r#""started":"1","completed":"2""#));
        lookout.line(&begun("build service").replace(r#","started":"1""#, ""));
        lookout.line("ERROR: build service");
        lookout.over();
        assert!(!lookout.wait());
    }

    #[test]
    fn a_moment_of_the_registry_is_the_request_of_its_number() {
        let lookout = of(Phase::Downloads(2));
        assert_eq!([(); 3].map(|()| lookout.request()), [false, true, false]);
        assert!(lookout.wait());
    }
}
