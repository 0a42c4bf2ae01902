//! The report: a pure function of the records and of what the run was made with.

use std::fs;
use std::path::Path;

use vextrus_e2e::repository;

use crate::chart;
use crate::record::Record;
use crate::suite::Suite;
use crate::versions::Run;

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

    /// Returns the records of a suite.
    pub(crate) fn of(&self, suite: Suite) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(move |record| record.suite == suite)
    }

    /// Leaves nothing of some suites.
    pub(crate) fn without(mut self, suites: &[Suite]) -> Self {
        self.records.retain(|record| !suites.contains(&record.suite));
        let stays = |part: &String| {
            let mut others = Suite::ALL.iter().filter(|suite| !suites.contains(suite));
            others.any(|suite| suite.is_in(part))
        };
        self.run.parts.retain(stays);
        // They are about the services of a repository.
        if suites.contains(&Suite::Services) {
            self.run.notes.clear();
        }
        self
    }

    /// Adds what an earlier run measured and this one did not, and puts all in the order of the page.
    pub(crate) fn with_earlier(mut self, earlier: Option<Self>) -> Self {
        if let Some(earlier) = earlier {
            let is_new = |record: &Record| !self.records.iter().any(|own| own.key() == record.key());
            let kept: Vec<Record> = earlier.records.into_iter().filter(is_new).collect();
            if !kept.is_empty() {
                self.run.complete(&earlier.run);
                self.run.parts.splice(0..0, earlier.run.parts);
                let mut notes = earlier.run.notes;
                notes.retain(|note| !self.run.notes.contains(note));
                self.run.notes.splice(0..0, notes);
            }
            self.records.extend(kept);
        }
        self.records.sort_by_key(Record::place);
        self
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

    /// Returns the measurements by file.
    fn data(&self) -> Vec<(String, String)> {
        let run = serde_json::to_string_pretty(&self.run).unwrap_or_default();
        vec![
            ("benchmarks.json".to_owned(), lines(&self.records)),
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
}

/// Returns records as JSON, one a line.
pub(crate) fn lines(records: &[Record]) -> String {
    let json = |value: &Record| serde_json::to_string(value).unwrap_or_default();
    let lines: Vec<String> = records.iter().map(json).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use vextrus_e2e::repository;

    use super::{Record, Report, Run, Suite};
    use crate::record::Series;

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
    fn a_part_replaces_its_like_and_leaves_the_others() {
        let records = |names: &[(&'static str, &'static str, f64)]| -> Vec<Record> {
            let record = |(scenario, builder, seconds): &(&'static str, &'static str, f64)| {
                let mut record = Series::new(Suite::Services, scenario, builder, "auth").record();
                record.seconds = *seconds;
                record
            };
            names.iter().map(record).collect()
        };
        let report = |part: &str, records| Report {
            run: Run {
                parts: vec![part.to_owned()],
                ..Report::read(&repository().join("docs")).unwrap().run
            },
            records,
        };
        let earlier = report(
            "one",
            records(&[("cold", "vextrus", 1.0), ("cold", "naive", 2.0)]),
        );
        let later = report(
            "two",
            records(&[("source", "vextrus", 3.0), ("cold", "vextrus", 4.0)]),
        );
        let whole = later.with_earlier(Some(earlier));
        let seconds: Vec<f64> = whole.records.iter().map(|record| record.seconds).collect();
        assert_eq!(seconds, [2.0, 4.0, 3.0]);
        assert_eq!(whole.run.parts, ["one", "two"]);
    }

    #[test]
    fn a_whole_run_replaces_its_subjects_alone() {
        let mut report = Report::read(&repository().join("docs")).unwrap();
        report.records = Suite::ALL
            .map(|suite| Series::new(suite, "cold", "vextrus", "auth").record())
            .to_vec();
        report.run.parts = [
            "SCENARIOS=cold",
            "SUBJECT=static",
            "SUBJECT=static,managers",
            "SUBJECT=scale",
        ]
        .map(str::to_owned)
        .to_vec();
        report.run.notes = vec!["about a service".to_owned()];
        let suites =
            |report: &Report| -> Vec<Suite> { report.records.iter().map(|record| record.suite).collect() };
        let kept = report.clone().without(&[Suite::Static]);
        assert_eq!(suites(&kept), [Suite::Services, Suite::Managers, Suite::Scale]);
        assert_eq!(
            kept.run.parts,
            ["SCENARIOS=cold", "SUBJECT=static,managers", "SUBJECT=scale"]
        );
        assert_eq!(kept.run.notes.len(), 1);
        let kept = report.without(&[Suite::Services]);
        assert_eq!(
            (suites(&kept).len(), kept.run.parts.len(), kept.run.notes.len()),
            (3, 3, 0)
        );
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
