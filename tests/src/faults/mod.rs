//! Builds while something goes wrong, and the builds after that.
//!
//! Each round draws from a seed a small workspace, a fault and a moment. The build with the fault ends with the right
//! image or with an error that says why, in bounded time; the build after the fault has the right image, which is the
//! one that a build without any fault had, and runs. A fault that changed nothing, such as one that came when the build
//! had ended, shows nothing: its round is told of and not counted.

mod fault;
mod judge;
mod moment;
mod npm_registry;
mod packages;
mod project;
mod random;
mod report;
mod store;
mod volume;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use fault::{Emptying, Fault, Kind, Plan};
use judge::{judge, took_hold};
use moment::{Lookout, Phase};
use npm_registry::{HOST, NpmRegistry};
use packages::Packages;
use project::{PRINTS, Shape};
use random::Random;
pub use report::Report;
use report::{Outcome, Played};
use store::Damage;
use volume::Volume;

use crate::build::Attempt;
use crate::command::{Watch, is_aborted};
use crate::{Docker, Invocation, PrivateEngine, Releases, Workspace};

/// The time in which a build ends, whatever goes wrong, on two cores that fourteen builds share.
const LIMIT: Duration = Duration::from_secs(300);
/// What the engine has beside the frontend: what the workspaces are built in, and run on.
const IMAGES: [&str; 3] = ["vextrus/frontend", "node:22-bookworm-slim", "node:22-alpine"];

/// An engine on a disk of its own, a registry, and what the images should be.
#[derive(Debug)]
pub struct Faults {
    seed: u64,
    most: u64,
    number: u64,
    pnpm: Releases,
    right: BTreeMap<Shape, String>,
    registry: NpmRegistry,
    // Before the volume, which it is on.
    engine: PrivateEngine,
    volume: Volume,
    /// What rounds print.
    print: fn(&str),
}

impl Faults {
    /// Starts an engine beside another one, with that one's frontend and base images. Of builds at once there are no more
    /// than `most`.
    pub fn new(docker: &Docker, seed: u64, most: u64, print: fn(&str)) -> Self {
        let volume = Volume::new();
        Self {
            seed,
            most,
            number: 0,
            pnpm: Releases::of_pnpm(),
            right: BTreeMap::new(),
            registry: NpmRegistry::start(Packages::at_port),
            engine: docker.sibling_in(&IMAGES, &volume.path()),
            volume,
            print,
        }
    }

    /// Runs rounds by their numbers, until everything is to end.
    pub fn run(&mut self, rounds: impl IntoIterator<Item = u64>) -> Report {
        let mut report = Report::default();
        for round in rounds {
            if is_aborted() {
                break;
            }
            self.round(round, &mut report);
        }
        report
    }

    fn round(&mut self, round: u64, report: &mut Report) {
        let start = Instant::now();
        let kind = Kind::of_round(self.seed, round);
        let random = &mut Random::of(self.seed, round);
        let (shape, plan) = (Shape::draw(random), Plan::draw(kind, random, self.most));
        let line = format!(
            "seed {} round {round}: {}, {}, pnpm {}",
            self.seed,
            kind.name(),
            plan.told(),
            shape.major
        );
        let played = match caught(|| self.right(shape)) {
            Ok(right) => self.play(shape, &plan, &right),
            Err(why) => Played::without(format!("there is no right image: {why}")),
        };
        if is_aborted() {
            return;
        }
        (self.print)(&format!("{line}: {played} ({} s)", start.elapsed().as_secs()));
        report.add(kind, &line, &played);
    }

    /// Returns the digest of the right image, which is built and run where there is none yet.
    fn right(&mut self, shape: Shape) -> String {
        if let Some(digest) = self.right.get(&shape) {
            return digest.clone();
        }
        let number = self.next();
        let _ = store::damage(&self.engine, Damage::Emptied, number);
        let workspace = self.workspace(shape);
        let built = self.build(&workspace, None);
        let image = built
            .image
            .unwrap_or_else(|| panic!("{}\n{}", built.said, built.log));
        assert_eq!(image.container().printed(), PRINTS);
        let digest = image.digest().to_owned();
        self.right.insert(shape, digest.clone());
        digest
    }

    /// Builds with a fault, and again without.
    fn play(&mut self, shape: Shape, plan: &Plan, right: &str) -> Played {
        let damaged = match caught(|| self.prepare(shape, plan)) {
            Ok(damaged) => damaged,
            Err(why) => return Played::without(format!("nothing was prepared: {why}")),
        };
        let workspaces: Vec<Workspace> = (0..plan.builds).map(|_| self.workspace(shape)).collect();
        let number = self.next();
        let (ended, changed) = self.with_fault(&workspaces, plan, number);
        let mut outcomes: Vec<Outcome> = ended.iter().map(|ended| judge(plan, right, ended)).collect();
        let changed = match changed {
            Ok(changed) => changed + damaged,
            Err(why) => {
                outcomes.push(Outcome::Wrong(why));
                0
            }
        };
        let took_hold = took_hold(plan, changed, &outcomes, &ended);
        // The same build again, or where it succeeded one that does the same anew.
        let failed = outcomes
            .iter()
            .position(|outcome| !matches!(outcome, Outcome::Right));
        let again = self.workspace(shape);
        let next = failed.and_then(|failed| workspaces.get(failed)).unwrap_or(&again);
        let next = caught(|| self.build_after(next, right));
        Played {
            took_hold,
            outcomes,
            next: next.unwrap_or_else(Err),
        }
    }

    /// Has the caches as the fault needs them; returns how many files of the store are damaged.
    fn prepare(&mut self, shape: Shape, plan: &Plan) -> u64 {
        let phase = plan.moment().map(|moment| moment.phase);
        if phase == Some(Phase::SetsUp) {
            let _ = self.prune("--all");
        }
        match plan.fault {
            Fault::StoreDamaged(damage) => {
                // A store that has something to be damaged.
                let filling = self.workspace(shape);
                let filled = self.build(&filling, None);
                assert!(filled.image.is_some(), "{}\n{}", filled.said, filled.log);
                let number = self.next();
                store::damage(&self.engine, damage, number)
            }
            _ if plan.needs_empty_store() => {
                let number = self.next();
                let _ = store::damage(&self.engine, Damage::Emptied, number);
                0
            }
            _ => 0,
        }
    }

    /// Builds workspaces at once while something goes wrong, and puts that right again. Returns how they ended, and how
    /// much went wrong: requests, or files. Images stay for as long as others are being unpacked: the engine would take
    /// away the layers that both have (moby/buildkit#6521).
    fn with_fault(
        &self,
        workspaces: &[Workspace],
        plan: &Plan,
        number: u64,
    ) -> (Vec<Result<Attempt, String>>, Result<u64, String>) {
        let lookout = plan.moment().map(|moment| Arc::new(Lookout::new(moment)));
        if let Some(lookout) = &lookout {
            self.registry.count_for(lookout.clone());
        }
        if let Fault::Registry(disorder) | Fault::ManyAtOnce(Some(disorder)) = plan.fault {
            self.registry.disorder(disorder);
        }
        let (ended, begun) = thread::scope(|scope| {
            let begun = scope.spawn(|| {
                let lookout = lookout.as_ref().filter(|lookout| lookout.wait());
                lookout.map_or(Ok(0), |lookout| caught(|| self.begin(plan, lookout, number)))
            });
            let builds: Vec<_> = workspaces
                .iter()
                .map(|workspace| scope.spawn(|| caught(|| self.build(workspace, lookout.clone()))))
                .collect();
            let ended: Vec<_> = builds
                .into_iter()
                .map(|build| build.join().expect("panics are caught"))
                .collect();
            if let Some(lookout) = &lookout {
                lookout.over();
            }
            (ended, begun.join().expect("panics are caught"))
        });
        let mended = caught(|| self.end(plan));
        let changed = begun.and_then(|begun| mended.map(|mended| begun + mended));
        (ended, changed)
    }

    /// Has the fault begin, at its moment; returns how much is gone.
    fn begin(&self, plan: &Plan, lookout: &Lookout, number: u64) -> u64 {
        match plan.fault {
            Fault::Signal(name, _) => {
                if let Some(client) = lookout.client() {
                    let _ = Invocation::new("kill")
                        .args(["-s", name, &client.to_string()])
                        .succeeds();
                }
                0
            }
            Fault::EngineKilled(_) => {
                self.engine.kill();
                0
            }
            Fault::DiskFull(left, _) => {
                self.volume.fill(left);
                0
            }
            Fault::CachesEmptied(Emptying::Prune(what), _) => self.prune(what),
            Fault::CachesEmptied(Emptying::Step, _) => store::damage(&self.engine, Damage::Emptied, number),
            Fault::Registry(_) | Fault::StoreDamaged(_) | Fault::ManyAtOnce(_) => 0,
        }
    }

    /// Removes what the engine keeps of builds, as the argument chooses; returns how many records that were.
    fn prune(&self, what: &str) -> u64 {
        let prune = ["buildx", "prune", "--force", what];
        let printed = self.engine.command(prune).output();
        let records = printed.lines().filter(|line| line.contains("true"));
        records.count() as u64
    }

    /// Puts right what the fault did; returns how many requests of the registry it changed.
    fn end(&self, plan: &Plan) -> u64 {
        let requests = self.registry.mend();
        match plan.fault {
            Fault::EngineKilled(_) => self.engine.start_again(),
            Fault::DiskFull(..) => self.volume.free(),
            _ => {}
        }
        assert!(self.engine.answers(), "the engine does not answer any more");
        requests
    }

    fn build(&self, workspace: &Workspace, lookout: Option<Arc<Lookout>>) -> Attempt {
        let host = format!("--add-host={HOST}:{}", self.engine.gateway());
        self.engine
            .build(workspace)
            .file("service/service.toml")
            .args([host])
            .attempt(LIMIT, lookout.map(|lookout| lookout as Arc<dyn Watch>))
    }

    /// Builds after a fault, and says what is wrong with the image.
    fn build_after(&self, workspace: &Workspace, right: &str) -> Result<(), String> {
        let built = self.build(workspace, None);
        let Some(image) = built.image else {
            return Err(format!("{}\n{}", built.said, built.log));
        };
        if image.digest() != right {
            return Err(format!("the image is {}, not {right}", image.digest()));
        }
        let printed = image.container().printed();
        if printed == PRINTS {
            Ok(())
        } else {
            Err(format!("the image prints {printed:?}"))
        }
    }

    fn workspace(&mut self, shape: Shape) -> Workspace {
        let number = self.next();
        shape.workspace(&self.pnpm, self.registry.packages(), number)
    }

    /// Returns a number that no other build of the engine had.
    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }
}

/// Returns what a part of the harness panics with, which would end a test.
fn caught<T>(part: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(part)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "panicked".to_owned())
    })
}
