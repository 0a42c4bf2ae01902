//! The part of the page that shows how builds grow with the workspace.

use std::fmt::Write as _;

use super::workspace::Size;
use crate::builder::Builder;
use crate::record::Record;
use crate::report::Report;
use crate::scenario::Scenario;
use crate::suite::Suite;
use crate::targets::Results;
use crate::units::{ratio, seconds};

impl Report {
    /// Returns a table of all sizes that were measured, or nothing.
    pub(crate) fn scale(&self) -> String {
        let records: Vec<&Record> = self.of(Suite::Scale).collect();
        if records.is_empty() {
            return String::new();
        }
        let measured = |builder: &Builder| records.iter().any(|record| record.builder == builder.name());
        let others = Suite::Scale.builders().iter().copied();
        let others = others.filter(|builder| *builder != Builder::Vextrus);
        let others: Vec<Builder> = others.filter(measured).collect();
        let mut text = ABOUT.to_owned();
        for scenario in Suite::Scale.scenarios() {
            // Writing to a string does not fail.
            let _ = writeln!(text, "- **{}**: {}.", scenario.name(), scenario.description());
        }
        text.push_str("\n| workspace | change | vextrus | CPU | steps |");
        for other in &others {
            let _ = write!(text, " {} | CPU | ÷ ours |", other.name());
        }
        let _ = writeln!(
            text,
            "\n|---|---|--:|--:|--:|{}",
            "--:|--:|--:|".repeat(others.len())
        );
        for name in sizes(&records) {
            for scenario in Suite::Scale.scenarios() {
                text.push_str(&self.row(&name, *scenario, &others));
            }
        }
        text.push('\n');
        text
    }

    /// Returns the row of one change in one workspace, or nothing where it was not measured.
    fn row(&self, name: &str, scenario: Scenario, others: &[Builder]) -> String {
        let of = |builder: Builder| {
            let is = |record: &&Record| record.key() == (Suite::Scale, scenario.name(), builder.name(), name);
            self.records.iter().find(is)
        };
        let ours = of(Builder::Vextrus);
        if ours.is_none() && others.iter().all(|other| of(*other).is_none()) {
            return String::new();
        }
        let steps = ours.map_or(String::new(), |record| record.steps_run.to_string());
        let mut row = format!("| {name} | {} |{} {steps} |", scenario.name(), times(ours));
        let base = Results::of(&self.records).get(Suite::Scale, scenario, Builder::Vextrus.name(), name);
        for other in others {
            let other = of(*other);
            let pair = other.filter(|other| other.runs > 0).zip(base);
            let ratio = pair.map_or(String::new(), |(other, ours)| ratio(other.seconds, ours.seconds));
            let _ = write!(row, "{} {ratio} |", times(other));
        }
        row + "\n"
    }
}

/// Returns the cells of the client's time and of the engine's.
fn times(record: Option<&Record>) -> String {
    let Some(record) = record else {
        return " | |".to_owned();
    };
    let failed = if record.ok { "" } else { " **failed**" };
    let noise = if record.noisy { " ~" } else { "" };
    if record.runs == 0 {
        return format!("{failed} | |");
    }
    format!(
        " {}{noise}{failed} | {} |",
        seconds(record.seconds),
        seconds(record.cpu_seconds)
    )
}

/// Returns the names of the workspaces that records are of, the smaller ones first.
fn sizes(records: &[&Record]) -> Vec<String> {
    let mut sizes: Vec<Size> = records
        .iter()
        .filter_map(|record| Size::named(&record.service))
        .collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes.into_iter().map(Size::name).collect()
}

const ABOUT: &str = "## scale\n\n\
A service over many small TypeScript packages, made by `make bench SUBJECT=scale`, or a part of it: \
`SUBJECT=scale-wide-50-300` is one workspace, of 50 packages and 300 published ones in the lockfile. In a `wide` one \
the service uses every package, and every package the deepest; in a `chain` each package uses the one before, and the \
service the last. Seconds and processors are those of the tables above; each row is one run unless `SCALE_RUNS` asked \
for more.\n\n";

#[cfg(test)]
mod tests {
    use vextrus_e2e::repository;

    use crate::record::{Record, Series};
    use crate::report::Report;
    use crate::suite::Suite;

    fn record(scenario: &'static str, builder: &'static str, size: &str, time: f64) -> Record {
        let mut record = Series::new(Suite::Scale, scenario, builder, size).record();
        (record.seconds, record.cpu_seconds, record.steps_run) = (time, 2.0 * time, 7);
        (record.runs, record.ok) = (1, true);
        record
    }

    #[test]
    fn rows_are_in_the_order_of_sizes_and_changes_with_ratios_to_ours() {
        let report = Report {
            run: Report::read(&repository().join("docs")).unwrap().run,
            records: vec![
                record("source", "pnpm-docs", "wide-100-300", 30.0),
                record("source", "vextrus", "wide-100-300", 3.0),
                record("cold", "vextrus", "wide-100-300", 20.0),
                record("cold", "vextrus", "wide-10-300", 10.0),
                Series::new(Suite::Scale, "cold", "pnpm-docs", "wide-10-300").record(),
            ],
        };
        let text = report.scale();
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| wide")).collect();
        assert_eq!(
            rows,
            [
                "| wide-10-300 | cold | 10.0 s | 20.0 s | 7 | **failed** | |  |",
                "| wide-100-300 | cold | 20.0 s | 40.0 s | 7 | | |  |",
                "| wide-100-300 | source | 3.00 s | 6.00 s | 7 | 30.0 s | 60.0 s | 10× |",
            ]
        );
        let columns = |line: &str| line.matches('|').count();
        let table: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert!(table.iter().all(|line| columns(line) == 9), "{table:#?}");
    }
}
