//! The measurements as they are kept.

use serde::{Deserialize, Serialize};

use crate::builder::Builder;
use crate::meter::Used;
use crate::scenario::Scenario;
use crate::suite::Suite;

/// The spread from which a measurement is unsure.
const UNSURE_SPREAD: f64 = 0.25;
/// The shortest median, in seconds, whose spread says more than the clock's grain.
const STEADY_SECONDS: f64 = 1.0;
/// The share of the machine's processors in other hands from which a measurement is unsure.
const UNSURE_LOAD: f64 = 0.15;

/// Builds whose runs together take more than these seconds are not run once more: their share of noise is small.
const SLOW_SECONDS: f64 = 45.0;

/// One scenario of one builder and one service: an element of `docs/benchmarks.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// What was measured.
    pub(crate) suite: Suite,
    /// The scenario's name.
    pub(crate) scenario: String,
    /// The builder's name.
    pub(crate) builder: String,
    /// The service's name; of a bake as a whole `all`.
    pub(crate) service: String,
    /// The median of the client's time, in seconds.
    pub(crate) seconds: f64,
    /// The longest less the shortest time, by the median.
    pub(crate) spread: f64,
    /// The steps that the engine ran, not those that it had; the most of all runs.
    pub(crate) steps_run: usize,
    /// The bytes of layers that a registry with the base and the image before the change would be sent.
    pub(crate) pushed_bytes: u64,
    /// The bytes of the image's layers, compressed.
    pub(crate) image_bytes_compressed: u64,
    /// The bytes of the image's layers as tar archives.
    pub(crate) image_bytes_unpacked: u64,
    /// Whether every run ended well and the image started and answered.
    pub(crate) ok: bool,
    /// How many runs the median is of.
    pub(crate) runs: usize,
    /// The most memory that the engine had at one time, in bytes; the median of the runs.
    pub(crate) peak_memory_bytes: u64,
    /// The time of processors that the engine used, in seconds; the median of the runs.
    pub(crate) cpu_seconds: f64,
    /// What the engine's disk grew by from before its first build, in bytes.
    pub(crate) cache_disk_bytes: u64,
    /// The share of the machine's processors in other hands, of 1; the median of the runs.
    pub(crate) other_load: f64,
    /// Whether the spread or other load makes the time unsure.
    pub(crate) noisy: bool,
}

impl Record {
    /// Returns what it is of: no other record of a report is of the same.
    pub(crate) fn key(&self) -> (Suite, &str, &str, &str) {
        (self.suite, &self.scenario, &self.builder, &self.service)
    }

    /// Returns its place among the records of a report: by suite, scenario, the whole before its parts, service,
    /// builder.
    pub(crate) fn place(&self) -> (Suite, usize, bool, String, usize) {
        let mut scenarios = self.suite.scenarios().iter();
        let scenario = scenarios.position(|scenario| scenario.name() == self.scenario);
        let builder = Builder::ALL
            .iter()
            .position(|builder| builder.name() == self.builder);
        (
            self.suite,
            scenario.unwrap_or(usize::MAX),
            self.service != "all",
            self.service.clone(),
            builder.unwrap_or(usize::MAX),
        )
    }
}

/// One run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// The client's time.
    pub(crate) seconds: f64,
    /// The steps that the engine ran.
    pub(crate) steps: usize,
    /// What was used.
    pub(crate) used: Used,
}

/// What is looked at once a scenario.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Facts {
    /// As the records have it.
    pub(crate) pushed: u64,
    /// As the records have it.
    pub(crate) compressed: u64,
    /// As the records have it.
    pub(crate) unpacked: u64,
    /// As the records have it.
    pub(crate) disk: u64,
}

/// The runs of one scenario of one builder and one service so far.
#[derive(Debug)]
pub(crate) struct Series {
    /// What is measured.
    pub(crate) suite: Suite,
    /// The scenario's name.
    pub(crate) scenario: &'static str,
    /// The builder's name.
    pub(crate) builder: &'static str,
    /// The service's name.
    pub(crate) service: String,
    /// The runs that ended well.
    pub(crate) samples: Vec<Sample>,
    /// Of the first run.
    pub(crate) facts: Facts,
    /// What went wrong first.
    pub(crate) failure: Option<String>,
}

impl Series {
    /// Returns one without runs.
    pub(crate) fn new(suite: Suite, scenario: &'static str, builder: &'static str, service: &str) -> Self {
        Self {
            suite,
            scenario,
            builder,
            service: service.to_owned(),
            samples: Vec::new(),
            facts: Facts::default(),
            failure: None,
        }
    }

    /// Returns what it is of, as a record has it.
    pub(crate) fn key(&self) -> (Suite, &str, &str, &str) {
        (self.suite, self.scenario, self.builder, &self.service)
    }

    /// Says whether nothing was run yet.
    pub(crate) fn is_new(&self) -> bool {
        self.samples.is_empty() && self.failure.is_none()
    }

    /// Says whether it is to have one more run in a later pass.
    pub(crate) fn goes_on(&self, runs: usize) -> bool {
        let done = self.samples.len();
        // Of cold builds, whose ratios are small, there are two.
        let enough = if self.scenario == Scenario::Cold.name() {
            2
        } else {
            1
        };
        let total: f64 = self.samples.iter().map(|sample| sample.seconds).sum();
        let slow = done >= enough && total > SLOW_SECONDS;
        self.failure.is_none() && !slow && done < runs
    }

    /// Returns what is kept of it.
    pub(crate) fn record(&self) -> Record {
        let seconds: Vec<f64> = self.samples.iter().map(|sample| sample.seconds).collect();
        let of_all = |value: fn(&Sample) -> f64| median(self.samples.iter().map(value).collect());
        let (middle, spread) = (median(seconds.clone()), spread(&seconds));
        let other_load = of_all(|sample| sample.used.other_load);
        Record {
            suite: self.suite,
            scenario: self.scenario.to_owned(),
            builder: self.builder.to_owned(),
            service: self.service.clone(),
            seconds: rounded(middle, 1000.0),
            spread: rounded(spread, 1000.0),
            steps_run: self.samples.iter().map(|sample| sample.steps).max().unwrap_or(0),
            pushed_bytes: self.facts.pushed,
            image_bytes_compressed: self.facts.compressed,
            image_bytes_unpacked: self.facts.unpacked,
            ok: self.failure.is_none() && !self.samples.is_empty(),
            runs: self.samples.len(),
            peak_memory_bytes: of_all(|sample| sample.used.peak_memory_bytes as f64) as u64,
            cpu_seconds: rounded(of_all(|sample| sample.used.cpu_seconds), 100.0),
            cache_disk_bytes: self.facts.disk,
            other_load: rounded(other_load, 1000.0),
            noisy: other_load > UNSURE_LOAD || (spread > UNSURE_SPREAD && middle >= STEADY_SECONDS),
        }
    }
}

/// Returns the middle of the values, of an even number the mean of the two in the middle; 0 of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = values.get(half).copied();
    match (
        values.len() % 2,
        half.checked_sub(1).and_then(|lower| values.get(lower)),
        upper,
    ) {
        (0, Some(lower), Some(upper)) => f64::midpoint(*lower, upper),
        (_, _, Some(upper)) => upper,
        _ => 0.0,
    }
}

/// Returns the largest less the smallest value, by the median.
pub(crate) fn spread(values: &[f64]) -> f64 {
    let middle = median(values.to_vec());
    let largest = values.iter().copied().fold(f64::MIN, f64::max);
    let smallest = values.iter().copied().fold(f64::MAX, f64::min);
    if middle > 0.0 {
        (largest - smallest) / middle
    } else {
        0.0
    }
}

fn rounded(value: f64, grain: f64) -> f64 {
    (value * grain).round() / grain
}

#[cfg(test)]
mod tests {
    use super::{Sample, Series, Suite, Used, median, spread};

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![]), 0.0);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0]), 2.5);
    }

    #[test]
    fn the_spread_is_by_the_median() {
        assert_eq!(spread(&[1.0, 2.0, 3.0]), 1.0);
        assert_eq!(spread(&[2.0]), 0.0);
        assert_eq!(spread(&[]), 0.0);
    }

    fn series(runs: &[(f64, f64)]) -> Series {
        let mut series = Series::new(Suite::Services, "source", "vextrus", "auth");
        series
            .samples
            .extend(runs.iter().map(|(seconds, other_load)| Sample {
                seconds: *seconds,
                steps: 2,
                used: Used {
                    other_load: *other_load,
                    ..Used::default()
                },
            }));
        series
    }

    #[test]
    fn spread_and_other_load_make_a_time_unsure() {
        assert!(!series(&[(4.0, 0.0), (4.2, 0.0)]).record().noisy);
        assert!(series(&[(4.0, 0.0), (5.5, 0.0)]).record().noisy);
        assert!(series(&[(4.0, 0.2)]).record().noisy);
        // The grain of a short time is not noise.
        assert!(!series(&[(0.4, 0.0), (0.6, 0.0)]).record().noisy);
    }

    #[test]
    fn slow_builds_are_run_less_often() {
        let after = |seconds: &[f64]| {
            let runs: Vec<(f64, f64)> = seconds.iter().map(|seconds| (*seconds, 0.0)).collect();
            series(&runs)
        };
        assert!(after(&[]).goes_on(3) && after(&[20.0, 20.0]).goes_on(3));
        assert!(!after(&[20.0, 20.0, 1.0]).goes_on(3) && !after(&[50.0]).goes_on(3));
        let mut cold = after(&[50.0]);
        cold.scenario = "cold";
        assert!(cold.goes_on(3));
        cold.failure = Some("it does not start".to_owned());
        assert!(!cold.goes_on(3));
    }

    #[test]
    fn a_series_without_a_run_is_not_ok() {
        assert!(!series(&[]).record().ok);
        let mut failed = series(&[(1.0, 0.0)]);
        assert!(failed.record().ok);
        failed.failure = Some("the image does not start".to_owned());
        assert!(!failed.record().ok);
    }
}
