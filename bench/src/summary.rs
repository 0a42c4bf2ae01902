//! The figures in short: the README's table, and what a terminal shows.

use std::fmt::Write as _;

use crate::builder::Builder;
use crate::record::Record;
use crate::report::Report;
use crate::scenario::Scenario;
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

    fn readme_table(&self) -> String {
        let results = Results::of(&self.records);
        let others = [Builder::Naive, Builder::Template, Builder::TemplateTuned];
        let service = results.service();
        let mut table = format!(
            "| {service} | vextrus/frontend | {} | template ÷ ours |\n|---|--:|{}--:|\n",
            others.map(Builder::name).join(" | "),
            "--:|".repeat(others.len())
        );
        type Rows = [(&'static str, Scenario, fn(&Record) -> f64, fn(f64) -> String); 9];
        let rows: Rows = [
            (
                "image, compressed",
                Scenario::Cold,
                |record| record.image_bytes_compressed as f64,
                size,
            ),
            (
                "image, unpacked",
                Scenario::Cold,
                |record| record.image_bytes_unpacked as f64,
                size,
            ),
            (
                "first build, nothing cached",
                Scenario::Cold,
                |record| record.seconds,
                seconds,
            ),
            (
                "nothing changed",
                Scenario::NoChange,
                |record| record.seconds,
                seconds,
            ),
            (
                "the service's source changed",
                Scenario::Source,
                |record| record.seconds,
                seconds,
            ),
            (
                "bytes to push after that",
                Scenario::Source,
                |record| record.pushed_bytes as f64,
                size,
            ),
            (
                "a shared package changed",
                Scenario::SharedChanged,
                |record| record.seconds,
                seconds,
            ),
            (
                "all services in one bake, nothing cached",
                Scenario::BakeCold,
                |record| record.seconds,
                seconds,
            ),
            (
                "the same after a shared package changed",
                Scenario::BakeShared,
                |record| record.seconds,
                seconds,
            ),
        ];
        for (what, scenario, value, text) in rows {
            let get = |builder: Builder| results.usual(scenario, builder.name()).map(value);
            let Some(ours) = get(Builder::Vextrus) else {
                continue;
            };
            let cells = others
                .map(|builder| get(builder).map_or(String::new(), text))
                .join(" | ");
            let times = get(Builder::Template).map_or(String::new(), |other| ratio(other, ours));
            let _ = writeln!(table, "| {what} | {} | {cells} | {times} |", text(ours));
        }
        table
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
                Results::of(&self.records).get(scenario, Builder::Vextrus.name(), &record.service)
            });
            let _ = writeln!(
                text,
                "{:<21} {:<12} {:<16} {:>9} {:>7} {:>9} {:>9}{}{}",
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

fn size(value: f64) -> String {
    bytes(value as u64)
}
