//! The figures in short: the README's table, and what a terminal shows.

use std::fmt::Write as _;

use crate::builder::Builder;
use crate::record::Record;
use crate::report::Report;
use crate::scenario::Scenario;
use crate::suite::Suite;
use crate::targets::Results;
use crate::units::{bytes, ratio, seconds};

/// What stands in the README before and after its table.
const README_MARKS: [&str; 2] = ["<!-- make bench: begin -->\n", "<!-- make bench: end -->\n"];

impl Report {
    /// Returns the README with the table of this report, where it has a place for one.
    pub(crate) fn in_readme(&self, readme: &str) -> Option<String> {
        let (before, rest) = readme.split_once(README_MARKS[0])?;
        let (_, after) = rest.split_once(README_MARKS[1])?;
        let table = self.readme_table();
        Some(format!(
            "{before}{}{table}{}{after}",
            README_MARKS[0], README_MARKS[1]
        ))
    }

    /// Returns a table of the services' figures, and one of the front end's where that was measured.
    fn readme_table(&self) -> String {
        let results = Results::of(&self.records);
        let services = table(
            results,
            Suite::Services,
            results.service(),
            &[Builder::Naive, Builder::Template, Builder::TemplateTuned],
            &SERVICES,
        );
        let front_ends = results.services(Suite::Static, Scenario::Cold);
        let front_end = front_ends.first().map(|service| {
            table(
                results,
                Suite::Static,
                service,
                &[
                    Builder::VextrusScratch,
                    Builder::Naive,
                    Builder::Template,
                    Builder::TemplateTuned,
                ],
                &FRONT_END,
            )
        });
        services + &front_end.map_or(String::new(), |table| format!("\n{table}"))
    }

    /// Returns the times and ratios of a run for a terminal.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::new();
        for record in &self.records {
            let scenario = Scenario::named(&record.scenario);
            if scenario.is_some_and(Scenario::is_bake) && record.service != "all" {
                continue;
            }
            let ours = scenario.and_then(|scenario| {
                Results::of(&self.records).get(
                    record.suite,
                    scenario,
                    Builder::Vextrus.name(),
                    &record.service,
                )
            });
            let _ = writeln!(
                text,
                "{:<21} {:<19} {:<16} {:>9} {:>7} {:>9} {:>9}{}{}",
                record.scenario,
                record.service,
                record.builder,
                seconds(record.seconds),
                ours.map_or(String::new(), |ours| ratio(record.seconds, ours.seconds)),
                bytes(record.pushed_bytes),
                bytes(record.image_bytes_unpacked),
                if record.noisy { "  noisy" } else { "" },
                if record.ok { "" } else { "  FAILED" },
            );
        }
        text
    }
}

/// A row of a table in the README: what it says, of which scenario, which value, in which unit.
type Row = (&'static str, Scenario, fn(&Record) -> f64, fn(f64) -> String);

const SERVICES: [Row; 9] = [
    ("image, compressed", Scenario::Cold, compressed, size),
    ("image, unpacked", Scenario::Cold, unpacked, size),
    ("first build, nothing cached", Scenario::Cold, time, seconds),
    ("nothing changed", Scenario::NoChange, time, seconds),
    ("the service's source changed", Scenario::Source, time, seconds),
    ("bytes to push after that", Scenario::Source, pushed, size),
    ("a shared package changed", Scenario::SharedChanged, time, seconds),
    (
        "all services in one bake, nothing cached",
        Scenario::BakeCold,
        time,
        seconds,
    ),
    (
        "the same after a shared package changed",
        Scenario::BakeShared,
        time,
        seconds,
    ),
];

const FRONT_END: [Row; 7] = [
    ("image, compressed", Scenario::Cold, compressed, size),
    ("image, unpacked", Scenario::Cold, unpacked, size),
    ("first build, nothing cached", Scenario::Cold, time, seconds),
    ("nothing changed", Scenario::NoChange, time, seconds),
    ("its source changed", Scenario::Source, time, seconds),
    ("bytes to push after that", Scenario::Source, pushed, size),
    ("a dependency added", Scenario::OwnDependency, time, seconds),
];

/// Returns rows of a service's figures, with ratios of the template's to ours.
fn table(results: Results<'_>, suite: Suite, service: &str, others: &[Builder], rows: &[Row]) -> String {
    let names: Vec<&str> = others.iter().map(|builder| builder.name()).collect();
    let mut table = format!(
        "| {service} | vextrus/frontend | {} | template ÷ ours |\n|---|--:|{}--:|\n",
        names.join(" | "),
        "--:|".repeat(others.len())
    );
    for (what, scenario, value, text) in rows {
        let get = |builder: Builder| {
            let services = results.services(suite, *scenario);
            let is_bake = scenario.is_bake();
            let service = services.into_iter().find(|other| is_bake || *other == service)?;
            results.get(suite, *scenario, builder.name(), service).map(value)
        };
        let Some(ours) = get(Builder::Vextrus) else {
            continue;
        };
        let cells = others
            .iter()
            .map(|builder| get(*builder).map_or(String::new(), text));
        let cells = cells.collect::<Vec<_>>().join(" | ");
        let times = get(Builder::Template).map_or(String::new(), |other| ratio(other, ours));
        let _ = writeln!(table, "| {what} | {} | {cells} | {times} |", text(ours));
    }
    table
}

fn compressed(record: &Record) -> f64 {
    record.image_bytes_compressed as f64
}

fn unpacked(record: &Record) -> f64 {
    record.image_bytes_unpacked as f64
}

fn pushed(record: &Record) -> f64 {
    record.pushed_bytes as f64
}

fn time(record: &Record) -> f64 {
    record.seconds
}

fn size(value: f64) -> String {
    bytes(value as u64)
}
