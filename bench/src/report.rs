//! The report: a pure function of the records and of what the run was made with.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use vextrus_e2e::repository;

use crate::builder::Builder;
use crate::chart::{self, Bar, Panel};
use crate::record::Record;
use crate::scenario::Scenario;
use crate::targets::Results;
use crate::units::{bytes, ratio, seconds};
use crate::versions::Run;

/// What stands in the README before and after its table.
const README_MARKS: [&str; 2] = ["<!-- make bench: begin -->\n", "<!-- make bench: end -->\n"];

/// What came out of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Report {
    /// What it was made with.
    pub(crate) run: Run,
    /// In the order in which they were measured.
    pub(crate) records: Vec<Record>,
}

impl Report {
    /// Reads the report that a directory has.
    ///
    /// # Errors
    /// The file that is not there or not as a report writes it.
    #[cfg(test)]
    pub(crate) fn read(directory: &Path) -> Result<Self, String> {
        fn json<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, String> {
            let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
        }
        Ok(Self {
            run: json(&directory.join("benchmarks/run.json"))?,
            records: json(&directory.join("benchmarks.json"))?,
        })
    }

    /// Writes all files into a directory; into the repository's `docs` with the README's table.
    ///
    /// # Errors
    /// The file that cannot be written.
    pub(crate) fn write(&self, directory: &Path) -> Result<(), String> {
        let write = |file: &Path, text: &str| {
            let parent = file.parent().unwrap_or(file);
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(file, text))
                .map_err(|error| format!("{}: {error}", file.display()))
        };
        for (name, text) in self.data().into_iter().chain(self.pages(directory)) {
            write(&directory.join(name), &text)?;
        }
        let docs = repository().join("docs");
        if directory.canonicalize().ok() == docs.canonicalize().ok() {
            let readme = repository().join("README.md");
            let text = fs::read_to_string(&readme).map_err(|error| error.to_string())?;
            if let Some(text) = self.in_readme(&text) {
                write(&readme, &text)?;
            }
        }
        Ok(())
    }

    /// Returns the measurements by file: a record a line.
    fn data(&self) -> Vec<(String, String)> {
        let json = |value: &Record| serde_json::to_string(value).unwrap_or_default();
        let lines: Vec<String> = self.records.iter().map(json).collect();
        let run = serde_json::to_string_pretty(&self.run).unwrap_or_default();
        vec![
            (
                "benchmarks.json".to_owned(),
                format!("[\n{}\n]\n", lines.join(",\n")),
            ),
            ("benchmarks/run.json".to_owned(), run + "\n"),
        ]
    }

    /// Returns the page and its charts by file; notes that people wrote are read from the directory.
    pub(crate) fn pages(&self, directory: &Path) -> Vec<(String, String)> {
        let notes = fs::read_to_string(directory.join("benchmarks/notes.md")).unwrap_or_default();
        let charts = self.charts();
        let mut pages = vec![("benchmarks.md".to_owned(), self.page(&charts, &notes))];
        let files = charts
            .into_iter()
            .map(|(name, title, panels)| (format!("benchmarks/{name}.svg"), chart::panels(&title, &panels)));
        pages.extend(files);
        pages
    }

    fn page(&self, charts: &[(String, String, Vec<Panel>)], notes: &str) -> String {
        let mut page = String::from(
            "# Benchmarks\n\n<!-- Written by `make bench` from benchmarks.json and benchmarks/run.json. -->\n\n\
             The same services, built by six builders on private engines, in one run: `make bench`. A part of it takes \
             minutes: `make bench SCENARIOS=source,no-change BUILDERS=template,vextrus SERVICES=auth`; \
             `WORKSPACE=/path` measures another repository.\n\n## Targets\n\n",
        );
        page.push_str(&self.targets());
        if !notes.is_empty() {
            let _ = write!(page, "\n{}\n", notes.trim());
        }
        for (name, title, _) in charts {
            let _ = write!(page, "\n![{title}](benchmarks/{name}.svg)\n");
        }
        page.push('\n');
        page.push_str(&self.scenarios());
        page.push_str(&self.images());
        page.push_str(&self.machine());
        page.push_str(COLUMNS);
        page
    }

    fn targets(&self) -> String {
        let mut table = String::from("| | target | measured | |\n|---|---|---|---|\n");
        for target in Results::of(&self.records).targets() {
            let met = match target.met {
                Some(true) => "met",
                Some(false) => "**not met**",
                None => "",
            };
            let _ = writeln!(
                table,
                "| {} | {} | {} | {met} |",
                target.what, target.aim, target.measured
            );
        }
        table
    }

    /// Returns a table for each scenario and service.
    fn scenarios(&self) -> String {
        let mut text = String::new();
        for scenario in Scenario::ALL {
            let mut services: Vec<&str> = Vec::new();
            for record in self
                .records
                .iter()
                .filter(|record| record.scenario == scenario.name())
            {
                // Of a bake the services have tables of their own.
                if (!scenario.is_bake() || record.service == "all")
                    && !services.contains(&record.service.as_str())
                {
                    services.push(&record.service);
                }
            }
            for service in services {
                let _ = write!(
                    text,
                    "## {}: {service}\n\n{}.\n\n| builder | seconds | ÷ ours | spread | runs | steps | to push | compressed | \
                     unpacked | CPU | memory | disk |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
                    scenario.name(),
                    capitalised(scenario.description()),
                );
                let of = |record: &&Record| record.scenario == scenario.name() && record.service == service;
                let ours = Results::of(&self.records).get(scenario, Builder::Vextrus.name(), service);
                for record in self.records.iter().filter(of) {
                    text.push_str(&row(record, ours));
                }
                text.push('\n');
            }
        }
        text
    }

    /// Returns the table of each service's image by each builder.
    fn images(&self) -> String {
        let results = Results::of(&self.records);
        let builders = Builder::ALL.map(Builder::name);
        let columns: Vec<(&str, Vec<&Record>)> = builders
            .into_iter()
            .map(|builder| (builder, results.images(builder)))
            .filter(|(_, images)| !images.is_empty())
            .collect();
        let Some((_, first)) = columns.first() else {
            return String::new();
        };
        let names: Vec<&str> = columns.iter().map(|(builder, _)| *builder).collect();
        let mut text = format!(
            "## Images\n\nUnpacked (compressed).\n\n| service | {} |\n|---|{}\n",
            names.join(" | "),
            "--:|".repeat(names.len())
        );
        for service in first.iter().map(|record| &record.service) {
            let cells = columns.iter().map(|(_, images)| {
                let image = images.iter().find(|record| record.service == *service);
                image.map_or(String::new(), |image| {
                    format!(
                        "{} ({})",
                        bytes(image.image_bytes_unpacked),
                        bytes(image.image_bytes_compressed)
                    )
                })
            });
            let _ = writeln!(text, "| {service} | {} |", cells.collect::<Vec<_>>().join(" | "));
        }
        text.push('\n');
        text
    }

    fn machine(&self) -> String {
        let run = &self.run;
        let mut text = format!(
            "## The run\n\n| | |\n|---|---|\n| date | {} |\n| processors | {} |\n| memory | {} |\n| kernel | {} |\n\
             | Docker Engine | {} |\n| buildx | {} |\n| Node | {} |\n| pnpm | {} |\n| turbo | {} |\n| frontend | {} |\n\
             | base images | {} |\n| measured by | {} |\n| runs | at most {} a scenario, {} a bake |\n",
            run.date,
            run.processors,
            bytes(run.memory_bytes),
            run.kernel,
            run.engine,
            run.buildx,
            run.node,
            run.pnpm,
            run.turbo,
            run.frontend,
            run.bases,
            run.meter,
            run.runs[0],
            run.runs[1],
        );
        for note in &run.notes {
            let _ = write!(text, "\n{note}.\n");
        }
        text.push('\n');
        text
    }

    /// Returns the charts: name, title, panels.
    fn charts(&self) -> Vec<(String, String, Vec<Panel>)> {
        let results = Results::of(&self.records);
        let service = results.service();
        let of =
            |scenarios: &[Scenario], value: fn(&Record) -> f64, text: fn(&Record) -> String| -> Vec<Panel> {
                let panel = |scenario: &Scenario| {
                    let records = Builder::ALL
                        .iter()
                        .filter_map(|builder| results.usual(*scenario, builder.name()));
                    Panel {
                        title: scenario.name().to_owned(),
                        bars: records
                            .map(|record| bar(&record.builder, record, value, text))
                            .collect(),
                    }
                };
                let panels = scenarios.iter().map(panel);
                panels.filter(|panel| panel.bars.len() > 1).collect()
            };
        let images = results.images(Builder::Vextrus.name());
        let image = |ours: &&Record| Panel {
            title: ours.service.clone(),
            bars: Builder::ALL
                .iter()
                .filter_map(|builder| results.get(Scenario::BakeCold, builder.name(), &ours.service))
                .map(|record| {
                    bar(
                        &record.builder,
                        record,
                        |record| record.image_bytes_unpacked as f64,
                        |record| bytes(record.image_bytes_unpacked),
                    )
                })
                .collect(),
        };
        let charts = [
            (
                "seconds",
                format!("Seconds a build takes ({service}; bakes: all services)"),
                of(
                    &Scenario::ALL,
                    |record| record.seconds,
                    |record| seconds(record.seconds),
                ),
            ),
            (
                "pushed",
                format!("Bytes to push after a change ({service}; bakes: all services)"),
                of(
                    &[
                        Scenario::Source,
                        Scenario::SharedChanged,
                        Scenario::OwnDependency,
                        Scenario::BakeShared,
                    ],
                    |record| record.pushed_bytes as f64,
                    |record| bytes(record.pushed_bytes),
                ),
            ),
            (
                "images",
                "Images, unpacked".to_owned(),
                images.iter().map(image).collect(),
            ),
        ];
        let charts = charts.into_iter().filter(|(_, _, panels)| !panels.is_empty());
        charts
            .map(|(name, title, panels)| (name.to_owned(), title, panels))
            .collect()
    }

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

fn row(record: &Record, ours: Option<&Record>) -> String {
    let noise = if record.noisy { " ~" } else { "" };
    let failed = if record.ok { "" } else { " **failed**" };
    let spread = if record.runs > 1 {
        format!("{:.0} %", record.spread * 100.0)
    } else {
        String::new()
    };
    format!(
        "| {}{failed} | {}{noise} | {} | {spread} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
        record.builder,
        seconds(record.seconds),
        ours.map_or(String::new(), |ours| ratio(record.seconds, ours.seconds)),
        record.runs,
        record.steps_run,
        bytes(record.pushed_bytes),
        bytes(record.image_bytes_compressed),
        bytes(record.image_bytes_unpacked),
        seconds(record.cpu_seconds),
        bytes(record.peak_memory_bytes),
        bytes(record.cache_disk_bytes),
    )
}

fn bar(label: &str, record: &Record, value: fn(&Record) -> f64, text: fn(&Record) -> String) -> Bar {
    Bar {
        label: label.to_owned(),
        value: value(record),
        text: text(record),
        ours: record.builder == Builder::Vextrus.name(),
    }
}

fn size(value: f64) -> String {
    bytes(value as u64)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

const COLUMNS: &str = "## What the columns mean\n\n\
- **builder**: `naive` one stage with the whole monorepo; `template` and `template-tuned` the multi-stage Dockerfile that such repositories end with, and the same tuned by hand; `pnpm-docs` and `turbo` the recipes of those tools' documentation; `vextrus` the service's own manifest. The Dockerfiles are in [bench/builders](../bench/builders); each has cache mounts, a .dockerignore, the base image, Node and pnpm that the manifest leads to. `dockerfile-equal` is a Dockerfile for the built-in frontend with as many steps and layers as our graph, which nothing but a build without a change is measured with.\n\
- **seconds**: the median time of `docker buildx build --load` (or `bake`), as its user waits for it. Builders take turns within a run of a scenario. Builds that are over in seconds are run three times as often, builds of more than half a minute twice.\n\
- **spread**: (longest − shortest) ÷ median. `~` marks a time that is unsure: a spread above 25 %, or other work on more than 15 % of the machine's processors meanwhile.\n\
- **steps**: the vertices that the engine ran by its own records, without those that load contexts, images and metadata.\n\
- **to push**: the compressed layers that neither the base image nor the image before the change has, those that several images share counted once.\n\
- **compressed**, **unpacked**: the sums of the image's layers, base included: as a registry keeps them, and as tar archives. Of a bake, the sum over its images.\n\
- **CPU**, **memory**: what the engine and the steps it runs use, by the control group that holds them all; memory at its highest of ten looks a second, without the file cache.\n\
- **disk**: what the engine's directory grew by from before its first build: images, layers and build cache.\n\n\
Each warm scenario starts from the state after the cold build: changes are taken back and their results freed. Every image was started and answered its liveness route, or its row says failed.\n";

#[cfg(test)]
mod tests {
    use std::fs;

    use vextrus_e2e::repository;

    use super::Report;

    /// Says that the pages are what the records say; `UPDATE=1` writes them anew.
    #[test]
    fn the_pages_are_those_of_the_records() {
        let docs = repository().join("docs");
        let report = Report::read(&docs).unwrap();
        if std::env::var_os("UPDATE").is_some() {
            report.write(&docs).unwrap();
        }
        for (name, text) in report.data().into_iter().chain(report.pages(&docs)) {
            let file = fs::read_to_string(docs.join(&name)).unwrap_or_default();
            assert!(
                file == text,
                "docs/{name} is not what the records say: UPDATE=1 cargo test -p vextrus-bench"
            );
        }
        let readme = fs::read_to_string(repository().join("README.md")).unwrap();
        assert_eq!(report.in_readme(&readme).as_ref(), Some(&readme));
    }

    #[test]
    fn every_chart_of_the_page_is_a_file() {
        let report = Report::read(&repository().join("docs")).unwrap();
        let pages = report.pages(&repository().join("docs"));
        let (_, page) = &pages[0];
        for (name, svg) in &pages[1..] {
            assert!(page.contains(&format!("]({name})")), "{name}");
            assert!(svg.starts_with("<svg "));
        }
    }
}
