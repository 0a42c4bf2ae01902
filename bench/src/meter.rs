//! What an engine uses while it builds, and what else keeps the machine busy.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::processes;

/// How often memory is looked at.
const SAMPLE: Duration = Duration::from_millis(100);

/// Where an engine's use is read.
#[derive(Debug, Clone)]
pub(crate) enum Meter {
    /// In the control group that holds the engine and all that it starts.
    Group {
        /// The file with the time of its processors.
        cpu: PathBuf,
        /// The file with its memory by kind.
        memory: PathBuf,
    },
    /// In its daemon's processes, where there is no such group.
    Processes {
        /// The file with the daemon's process id.
        daemon: PathBuf,
    },
}

/// What was used while something ran.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Used {
    /// The seconds of processors that the engine used, with the steps of the build.
    pub(crate) cpu_seconds: f64,
    /// The most memory that it had at one time, in bytes, without the cache of files.
    pub(crate) peak_memory_bytes: u64,
    /// The share of the machine's processors that neither the engine nor the client used, of 1.
    pub(crate) other_load: f64,
}

impl Meter {
    /// Finds where the use of a private engine can be read.
    pub(crate) fn of(engine: &str) -> Self {
        let group = format!("vextrus-engine-{engine}");
        let root = Path::new("/sys/fs/cgroup");
        let layouts = [
            (
                root.join(&group).join("cpu.stat"),
                root.join(&group).join("memory.stat"),
            ),
            (
                root.join("cpuacct").join(&group).join("cpuacct.usage"),
                root.join("memory").join(&group).join("memory.stat"),
            ),
        ];
        let found = layouts
            .into_iter()
            .find(|(cpu, memory)| cpu.exists() && memory.exists());
        match found {
            Some((cpu, memory)) => Self::Group { cpu, memory },
            None => Self::Processes {
                daemon: PathBuf::from(format!("/run/vextrus-engine/{engine}/docker.pid")),
            },
        }
    }

    /// Says in a word how it measures, for the report.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Group { .. } => "control group",
            Self::Processes { .. } => "processes",
        }
    }

    /// Runs something and returns what the engine used meanwhile.
    pub(crate) fn during<T>(&self, work: impl FnOnce() -> T) -> (T, Used) {
        let start = (Instant::now(), self.cpu_seconds(), Machine::now());
        let sampler = Sampler::start(self.clone());
        let result = work();
        let peak_memory_bytes = sampler.stop();
        let wall = start.0.elapsed().as_secs_f64();
        let cpu_seconds = (self.cpu_seconds() - start.1).max(0.0);
        let machine = Machine::now();
        let others = (machine.busy - start.2.busy) - (machine.own - start.2.own) - cpu_seconds;
        let capacity = wall * machine.processors;
        let other_load = if capacity > 0.0 {
            (others / capacity).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let used = Used {
            cpu_seconds,
            peak_memory_bytes,
            other_load,
        };
        (result, used)
    }

    /// Returns the seconds of processors that the engine used so far.
    fn cpu_seconds(&self) -> f64 {
        match self {
            Self::Group { cpu, .. } => {
                let text = fs::read_to_string(cpu).unwrap_or_default();
                // Version 1 has nanoseconds alone, version 2 microseconds by name.
                match text.trim().parse::<f64>() {
                    Ok(nanoseconds) => nanoseconds / 1e9,
                    Err(_) => field(&text, "usage_usec") as f64 / 1e6,
                }
            }
            Self::Processes { daemon } => processes::below(daemon).cpu_seconds,
        }
    }

    /// Returns the bytes of memory that hold no copy of a file.
    fn memory_bytes(&self) -> u64 {
        match self {
            Self::Group { memory, .. } => {
                let text = fs::read_to_string(memory).unwrap_or_default();
                // Version 1 counts the groups below in a line of its own, version 2 always.
                field(&text, "total_rss").max(field(&text, "anon"))
            }
            Self::Processes { daemon } => processes::below(daemon).memory_bytes,
        }
    }
}

/// Returns the number in the line of a name.
fn field(text: &str, name: &str) -> u64 {
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines
        .filter(|(key, _)| *key == name)
        .find_map(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}

/// A thread that looks at memory until it is told to stop.
struct Sampler {
    stop: Arc<AtomicBool>,
    peak: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Sampler {
    fn start(meter: Meter) -> Self {
        let (stop, peak) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (told, most) = (Arc::clone(&stop), Arc::clone(&peak));
        let thread = thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                most.fetch_max(meter.memory_bytes(), Ordering::Relaxed);
                thread::sleep(SAMPLE);
            }
        });
        Self {
            stop,
            peak,
            thread: Some(thread),
        }
    }

    fn stop(self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The time that processors were busy, in seconds since the machine started.
struct Machine {
    busy: f64,
    /// By this program and the clients that it ran.
    own: f64,
    processors: f64,
}

impl Machine {
    fn now() -> Self {
        let text = fs::read_to_string("/proc/stat").unwrap_or_default();
        let own = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        Self {
            busy: busy_ticks(&text) as f64 / processes::TICKS,
            own: processes::ticks(&own) as f64 / processes::TICKS,
            processors: text
                .lines()
                .filter(|line| line.starts_with("cpu") && !line.starts_with("cpu "))
                .count()
                .max(1) as f64,
        }
    }
}

/// Adds the ticks in which processors did neither nothing nor wait for disks, nor ran a guest, which is counted twice.
///
/// Source: Linux, `Documentation/filesystems/proc.rst`, 1.7.
fn busy_ticks(stat: &str) -> u64 {
    let fields = stat
        .lines()
        .next()
        .unwrap_or_default()
        .split_ascii_whitespace()
        .skip(1);
    let busy = fields
        .enumerate()
        .filter(|(place, _)| ![3, 4, 8, 9].contains(place));
    busy.filter_map(|(_, ticks)| ticks.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::{busy_ticks, field};

    #[test]
    fn waiting_and_guests_are_not_busy() {
        assert_eq!(
            busy_ticks("cpu  1 2 4 1000 1000 8 16 32 1000 1000\ncpu0 9 9\n"),
            63
        );
    }

    #[test]
    fn a_field_is_the_whole_name() {
        let text = "rss 5\ntotal_rss 7\nanon_thp 9\n";
        assert_eq!((field(text, "total_rss"), field(text, "anon")), (7, 0));
    }
}
