//! What the figures are to reach, each a ratio in the same run.

use crate::builder::Builder;
use crate::equal;
use crate::record::Record;
use crate::scenario::Scenario;
use crate::suite::Suite;
use crate::units::{bytes, ratio, seconds};

/// The unpacked bytes that no image is to reach.
const LARGEST: u64 = 500_000_000;
/// The compressed bytes of a plain service on the smallest base.
const PLAIN: u64 = 60_000_000;
/// The unpacked bytes that a front end is not to reach.
const FRONT_END: u64 = 100_000_000;
/// The seconds that a build without a change may take beyond the built-in frontend's.
const BEYOND: f64 = 0.150;

/// A target and what was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// What is compared.
    pub(crate) what: String,
    /// What it is to be.
    pub(crate) aim: String,
    /// What it is.
    pub(crate) measured: String,
    /// Whether it is reached; unknown where something was not measured.
    pub(crate) met: Option<bool>,
}

/// Records by what they are of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Results<'a> {
    records: &'a [Record],
}

impl<'a> Results<'a> {
    /// Looks at records.
    pub(crate) fn of(records: &'a [Record]) -> Self {
        Self { records }
    }

    /// Returns the service of a repository whose scenarios of one were measured first.
    pub(crate) fn service(self) -> &'a str {
        let is_single = |record: &&Record| {
            record.suite == Suite::Services
                && Scenario::named(&record.scenario).is_some_and(|scenario| !scenario.is_bake())
        };
        let single = self.records.iter().find(is_single);
        single.map_or("all", |record| record.service.as_str())
    }

    /// Returns the services that stand for a scenario of a suite: of a repository the usual one, or all of a bake.
    pub(crate) fn services(self, suite: Suite, scenario: Scenario) -> Vec<&'a str> {
        match (suite, scenario.is_bake()) {
            (Suite::Services, true) => vec!["all"],
            (Suite::Services, false) => vec![self.service()],
            _ => {
                let is = |record: &&Record| record.suite == suite && record.scenario == scenario.name();
                let records = self.records.iter().filter(is);
                let mut services: Vec<&str> = records.map(|record| record.service.as_str()).collect();
                services.dedup();
                services
            }
        }
    }

    /// Returns one that has a time.
    pub(crate) fn get(
        self,
        suite: Suite,
        scenario: Scenario,
        builder: &str,
        service: &str,
    ) -> Option<&'a Record> {
        let is = |record: &&Record| record.key() == (suite, scenario.name(), builder, service);
        self.records.iter().find(is).filter(|record| record.runs > 0)
    }

    /// Returns one of a repository's services, by the service that stands for its scenario.
    pub(crate) fn usual(self, scenario: Scenario, builder: &str) -> Option<&'a Record> {
        let services = self.services(Suite::Services, scenario);
        self.get(Suite::Services, scenario, builder, services.first()?)
    }

    /// Returns the records of each service's image in a bake, by a builder.
    pub(crate) fn images(self, builder: &str) -> Vec<&'a Record> {
        let is = |record: &&Record| {
            record.suite == Suite::Services
                && record.scenario == Scenario::BakeCold.name()
                && record.builder == builder
                && record.service != "all"
                && record.image_bytes_unpacked > 0
        };
        self.records.iter().filter(is).collect()
    }

    /// Returns every target.
    pub(crate) fn targets(self) -> Vec<Target> {
        let ours = Builder::Vextrus.name();
        let template = Builder::Template.name();
        let mut targets = vec![
            self.faster(Scenario::Source, template, 5.0),
            self.faster(Scenario::SharedChanged, template, 3.0),
            self.unrelated(Scenario::UnrelatedSource),
            self.unrelated(Scenario::UnrelatedDependency),
            self.pushed(template, 500.0),
            self.faster(Scenario::Cold, template, 1.3),
            self.faster(Scenario::Source, Builder::TemplateTuned.name(), 3.0),
            self.faster(Scenario::BakeCold, template, 3.0),
            self.faster(Scenario::BakeShared, template, 4.0),
        ];
        let pair = |other: &str| {
            let no_change = Scenario::NoChange;
            Some((self.usual(no_change, ours)?, self.usual(no_change, other)?))
        };
        targets.push(target(
            "no change, beside the built-in Dockerfile frontend on an equal graph",
            "at most +150 ms",
            pair(equal::BUILDER).map(|(ours, equal)| {
                let beyond = ours.seconds - equal.seconds;
                (format!("{:+.0} ms", beyond * 1000.0), beyond <= BEYOND)
            }),
        ));
        targets.extend(self.sizes());
        targets.push(self.front_end());
        targets.push(self.behind());
        targets
    }

    fn faster(self, scenario: Scenario, other: &str, aim: f64) -> Target {
        let pair = self
            .usual(scenario, Builder::Vextrus.name())
            .zip(self.usual(scenario, other));
        target(
            &format!("{}, seconds, {other} ÷ ours", scenario.name()),
            &format!("{aim}×"),
            pair.map(|(ours, other)| {
                let measured = format!(
                    "{} ({} ÷ {})",
                    ratio(other.seconds, ours.seconds),
                    seconds(other.seconds),
                    seconds(ours.seconds)
                );
                (measured, other.seconds >= aim * ours.seconds)
            }),
        )
    }

    fn unrelated(self, scenario: Scenario) -> Target {
        let ours = Builder::Vextrus.name();
        let pair = self
            .usual(scenario, ours)
            .zip(self.usual(Scenario::NoChange, ours));
        target(
            &format!("{}, ours ÷ no-change", scenario.name()),
            "nothing runs, at most 1.2×",
            pair.map(|(after, unchanged)| {
                let measured = format!(
                    "{} steps, {}",
                    after.steps_run,
                    ratio(after.seconds, unchanged.seconds)
                );
                (
                    measured,
                    after.steps_run == 0 && after.seconds <= 1.2 * unchanged.seconds,
                )
            }),
        )
    }

    fn pushed(self, other: &str, aim: f64) -> Target {
        let source = Scenario::Source;
        let pair = self
            .usual(source, Builder::Vextrus.name())
            .zip(self.usual(source, other));
        target(
            &format!("source, bytes pushed, {other} ÷ ours"),
            &format!("{aim}×"),
            pair.map(|(ours, other)| {
                let (more, less) = (other.pushed_bytes as f64, ours.pushed_bytes as f64);
                let measured = format!(
                    "{} ({} ÷ {})",
                    ratio(more, less),
                    bytes(other.pushed_bytes),
                    bytes(ours.pushed_bytes)
                );
                (measured, more >= aim * less)
            }),
        )
    }

    fn sizes(self) -> Vec<Target> {
        let ours = self.images(Builder::Vextrus.name());
        // The service whose scenarios of one were measured is on the same base, where a note does not say otherwise.
        let of = |builder| self.usual(Scenario::Cold, builder);
        let pair = of(Builder::Vextrus.name()).zip(of(Builder::Template.name()));
        let smallest = of(Builder::VextrusScratch.name());
        let largest = ours.iter().max_by_key(|record| record.image_bytes_unpacked);
        let naive = self.images(Builder::Naive.name());
        let beside_naive = |builder: &str| sums(&self.images(builder), &naive);
        vec![
            target(
                "image of one service, compressed, template ÷ ours on the same base",
                "3×",
                pair.map(|(ours, other)| {
                    let (less, more) = (ours.image_bytes_compressed, other.image_bytes_compressed);
                    let measured = format!(
                        "{} ({} ÷ {}, {})",
                        ratio(more as f64, less as f64),
                        bytes(more),
                        bytes(less),
                        ours.service
                    );
                    (measured, more >= 3 * less)
                }),
            ),
            target(
                "image of a service on the smallest base, `scratch`, compressed",
                "at most 60 MB",
                smallest.map(|smallest| {
                    let size = smallest.image_bytes_compressed;
                    let measured = format!("{} ({})", bytes(size), smallest.service);
                    (measured, size <= PLAIN)
                }),
            ),
            target(
                "the largest image, unpacked",
                "below 500 MB",
                largest.map(|largest| {
                    let size = largest.image_bytes_unpacked;
                    (format!("{} ({})", bytes(size), largest.service), size < LARGEST)
                }),
            ),
            target(
                "all images, unpacked, beside the naive ones",
                "−85 %",
                beside_naive(Builder::Vextrus.name()),
            ),
            target(
                "the same on the smallest base, `scratch`",
                "−85 %",
                beside_naive(Builder::VextrusScratch.name()),
            ),
        ]
    }

    /// Looks for scenarios in which a baseline is faster. Workspaces that are made have a table with nothing else.
    fn behind(self) -> Target {
        let (mut seen, mut behind) = (false, Vec::new());
        for suite in [Suite::Services, Suite::Static, Suite::Managers] {
            for scenario in suite.scenarios().iter().copied() {
                for service in self.services(suite, scenario) {
                    let Some(ours) = self.get(suite, scenario, Builder::Vextrus.name(), service) else {
                        continue;
                    };
                    let others = Builder::ALL.into_iter().filter(|builder| !builder.is_ours());
                    for builder in others {
                        if let Some(other) = self.get(suite, scenario, builder.name(), service) {
                            seen = true;
                            if other.seconds < ours.seconds {
                                let place = match suite {
                                    Suite::Services => String::new(),
                                    _ => format!("{service} "),
                                };
                                behind.push(format!(
                                    "{place}{} {} {} < {}",
                                    scenario.name(),
                                    builder.name(),
                                    seconds(other.seconds),
                                    seconds(ours.seconds)
                                ));
                            }
                        }
                    }
                }
            }
        }
        let measured = if behind.is_empty() {
            "in none".to_owned()
        } else {
            behind.join("; ")
        };
        target(
            "scenarios in which a baseline is faster",
            "none",
            seen.then_some((measured, behind.is_empty())),
        )
    }

    /// Compares the image of a front end with what its users wanted.
    fn front_end(self) -> Target {
        let services = self.services(Suite::Static, Scenario::Cold);
        let service = services.first().copied().unwrap_or_default();
        let of = |builder: Builder| self.get(Suite::Static, Scenario::Cold, builder.name(), service);
        target(
            "image of a front end, unpacked",
            "below 100 MB",
            of(Builder::Vextrus).map(|ours| {
                let size = ours.image_bytes_unpacked;
                let scratch = of(Builder::VextrusScratch).map_or(String::new(), |scratch| {
                    format!(", on `scratch` {}", bytes(scratch.image_bytes_unpacked))
                });
                (format!("{} ({service}{scratch})", bytes(size)), size < FRONT_END)
            }),
        )
    }
}

/// Compares all images of a bake with the naive ones; without any, or with fewer of them, nothing is said.
fn sums(ours: &[&Record], naive: &[&Record]) -> Option<(String, bool)> {
    if ours.is_empty() || ours.len() != naive.len() {
        return None;
    }
    let sum = |records: &[&Record]| -> u64 { records.iter().map(|record| record.image_bytes_unpacked).sum() };
    let (ours, naive) = (sum(ours), sum(naive));
    let change = ours as f64 / naive as f64 - 1.0;
    let measured = format!("{:+.0} % ({} of {})", change * 100.0, bytes(ours), bytes(naive));
    Some((measured.replace('-', "−"), change <= -0.85))
}

fn target(what: &str, aim: &str, measured: Option<(String, bool)>) -> Target {
    let (measured, met) = measured.map_or(("not measured".to_owned(), None), |(text, met)| (text, Some(met)));
    Target {
        what: what.to_owned(),
        aim: aim.to_owned(),
        measured,
        met,
    }
}

#[cfg(test)]
mod tests {
    use super::{Results, Suite};
    use crate::record::{Record, Series};

    fn record(scenario: &'static str, builder: &'static str, seconds: f64, steps_run: usize) -> Record {
        let mut record = Series::new(Suite::Services, scenario, builder, "auth").record();
        (record.seconds, record.steps_run, record.runs, record.ok) = (seconds, steps_run, 1, true);
        record
    }

    #[test]
    fn a_target_is_met_missed_or_not_measured() {
        let records = [
            record("no-change", "vextrus", 1.0, 0),
            record("no-change", "dockerfile-equal", 0.9, 0),
            record("source", "template", 20.0, 9),
            record("source", "vextrus", 5.0, 3),
            record("unrelated-source", "vextrus", 1.1, 0),
            record("unrelated-dependency", "vextrus", 1.1, 1),
        ];
        let targets = Results::of(&records).targets();
        let find = |what: &str| {
            let target = targets
                .iter()
                .find(|target| target.what.starts_with(what))
                .unwrap();
            (target.measured.as_str(), target.met)
        };
        assert_eq!(
            find("source, seconds, template ÷"),
            ("4.0× (20.0 s ÷ 5.00 s)", Some(false))
        );
        assert_eq!(find("unrelated-source"), ("0 steps, 1.1×", Some(true)));
        assert_eq!(find("unrelated-dependency"), ("1 steps, 1.1×", Some(false)));
        assert_eq!(find("no change"), ("+100 ms", Some(true)));
        assert_eq!(find("cold"), ("not measured", None));
        assert_eq!(find("scenarios in which"), ("in none", Some(true)));
        assert_eq!(find("image of a front end"), ("not measured", None));
    }

    #[test]
    fn a_baseline_is_faster_in_its_own_subject() {
        let of = |suite, service, builder: &'static str, seconds| {
            let mut record = Series::new(suite, "cold", builder, service).record();
            (record.seconds, record.runs, record.ok) = (seconds, 1, true);
            record
        };
        let records = [
            of(Suite::Services, "auth", "naive", 2.0),
            of(Suite::Services, "auth", "vextrus", 1.0),
            of(Suite::Static, "web", "naive", 2.0),
            of(Suite::Static, "web", "vextrus", 3.0),
            of(Suite::Static, "web", "vextrus-scratch", 1.0),
            of(Suite::Managers, "api-npm", "npm-docs", 1.0),
            of(Suite::Managers, "api-npm", "vextrus", 2.0),
            of(Suite::Scale, "wide-10-300", "pnpm-docs", 1.0),
            of(Suite::Scale, "wide-10-300", "vextrus", 2.0),
        ];
        let behind = Results::of(&records).behind();
        assert_eq!(
            behind.measured,
            "web cold naive 2.00 s < 3.00 s; api-npm cold npm-docs 1.00 s < 2.00 s"
        );
        assert_eq!(behind.met, Some(false));
    }
}
