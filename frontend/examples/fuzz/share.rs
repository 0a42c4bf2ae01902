//! Shares the time among targets, by their weights, on every processor.

use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Target, batch};

/// A batch that takes longer has an input that never ends.
const LONGEST: Duration = Duration::from_secs(600);

/// Which part of what a run of the tests tries is one batch.
const BATCHES: u32 = 4;

/// What became of a target so far.
struct Progress {
    target: &'static Target,
    next: u64,
    inputs: u64,
    spent: Duration,
    /// The batches that are being tried, with their beginnings.
    trying: Vec<(u64, Instant)>,
    failure: Option<String>,
}

/// A run over some targets.
pub(crate) struct Run {
    seed: u64,
    /// The number behind that of the last batch.
    end: u64,
    progress: Mutex<Vec<Progress>>,
}

impl Run {
    pub(crate) fn new(seed: u64, from: u64, batches: u64, targets: &[&'static Target]) -> Self {
        let progress = targets.iter().map(|target| Progress {
            target,
            next: from,
            inputs: 0,
            spent: Duration::ZERO,
            trying: Vec::new(),
            failure: None,
        });
        Self {
            seed,
            end: from.saturating_add(batches),
            progress: Mutex::new(progress.collect()),
        }
    }

    /// Tries inputs until the time is up, or each target has failed or had its batches.
    pub(crate) fn go_on(&self, time: Duration) {
        let end = Instant::now() + time;
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(|| self.work(end))).collect();
            while !workers.iter().all(thread::ScopedJoinHandle::is_finished) {
                thread::sleep(Duration::from_millis(200));
                self.watch();
            }
        });
    }

    fn work(&self, end: Instant) {
        while Instant::now() < end {
            let Some((index, target, number)) = self.take() else {
                return;
            };
            let (start, cases) = (Instant::now(), target.cases.div_ceil(BATCHES));
            let tried = batch(target, self.seed, number, cases);
            let progress = &mut self.progress()[index];
            progress.trying.retain(|(trying, _)| *trying != number);
            progress.spent += start.elapsed();
            match tried {
                Ok(()) => progress.inputs += u64::from(cases),
                Err(found) => {
                    _ = progress
                        .failure
                        .get_or_insert(self.failure(target, number, &found))
                }
            }
        }
    }

    /// Takes the next batch of the target that had the least of its share.
    fn take(&self) -> Option<(usize, &'static Target, u64)> {
        let now = Instant::now();
        let mut progress = self.progress();
        let share = |progress: &Progress| {
            let trying = progress
                .trying
                .iter()
                .map(|(_, start)| now - *start)
                .sum::<Duration>();
            (progress.spent + trying).as_secs_f64() / f64::from(progress.target.weight)
        };
        let left = progress
            .iter_mut()
            .enumerate()
            .filter(|(_, progress)| progress.failure.is_none() && progress.next < self.end);
        let (index, progress) = left.min_by(|(_, one), (_, other)| share(one).total_cmp(&share(other)))?;
        let number = progress.next;
        progress.next += 1;
        progress.trying.push((number, now));
        Some((index, progress.target, number))
    }

    /// Ends the process where a batch does not end: its thread cannot be stopped.
    fn watch(&self) {
        for progress in self.progress().iter() {
            for (number, start) in &progress.trying {
                if start.elapsed() > LONGEST {
                    println!("{}", self.failure(progress.target, *number, "does not end"));
                    std::process::exit(1);
                }
            }
        }
    }

    fn failure(&self, target: &Target, number: u64, found: &str) -> String {
        let (seed, name) = (self.seed, target.name);
        format!("{name}: {found}\nagain with: make fuzz SEED={seed} FROM={number} TARGETS={name}")
    }

    /// Returns what failed.
    pub(crate) fn failures(&self) -> Vec<String> {
        self.progress()
            .iter()
            .filter_map(|progress| progress.failure.clone())
            .collect()
    }

    /// Returns how many inputs each target had.
    pub(crate) fn table(&self) -> String {
        let mut table = format!("{:<20} {:>10} {:>10}", "target", "inputs", "seconds");
        for progress in self.progress().iter() {
            let failed = if progress.failure.is_some() {
                "  FAILED"
            } else {
                ""
            };
            let _ = write!(
                table,
                "\n{:<20} {:>10} {:>10.1}{failed}",
                progress.target.name,
                progress.inputs,
                progress.spent.as_secs_f64()
            );
        }
        table
    }

    fn progress(&self) -> MutexGuard<'_, Vec<Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
