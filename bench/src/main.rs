//! Measures vextrus/frontend beside the ways in which services and front ends are built today.
//!
//! Each builder builds the same services on private engines of its own, with the records of the engine itself, its
//! control group and the layers it made as witnesses. `make bench` runs it; docs/benchmarks.md says what came out.

mod bakes;
mod bed;
mod builder;
mod chart;
mod display;
mod edit;
mod equal;
mod figures;
mod located;
mod manager;
mod measure;
mod meter;
mod page;
mod processes;
mod project;
mod record;
mod report;
mod scale;
mod scenario;
mod selection;
mod session;
mod single;
mod smallest;
mod subject;
mod suite;
mod summary;
mod targets;
mod twin;
mod units;
mod versions;

use std::path::Path;
use std::process::ExitCode;

use vextrus_e2e::{Docker, abort_on_signals, is_aborted, repository};

use crate::display::Display;
use crate::report::Report;
use crate::selection::Selection;
use crate::session::Session;

fn main() -> ExitCode {
    let selection = match Selection::parse(std::env::args().skip(1)) {
        Ok(selection) => selection,
        Err(mistakes) => return refuse(&mistakes),
    };
    if let Err(error) = abort_on_signals("the engines are taken down") {
        return refuse(&format!("signals cannot be received: {error}"));
    }
    match std::panic::catch_unwind(|| run(selection)) {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        Ok(Ok(false)) => ExitCode::FAILURE,
        Ok(Err(why)) => refuse(&why),
        Err(_) if is_aborted() => ExitCode::from(130),
        Err(_) => refuse("the benchmark failed"),
    }
}

fn refuse(why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::from(2)
}

/// Measures what is selected, writes the report, and says whether everything went well.
fn run(selection: Selection) -> Result<bool, String> {
    let out = selection.out.clone().unwrap_or_else(|| {
        let place = if selection.is_complete() {
            "docs"
        } else {
            "target/bench"
        };
        repository().join(place)
    });
    let mut session = Session::new(Docker::default(), selection, Display::new())?;
    session.measure_all()?;
    finish(session, &out)
}

/// Writes the report and says whether everything went well.
fn finish(session: Session, out: &Path) -> Result<bool, String> {
    let mut run = session.run;
    run.meter = session.metered.get().copied().unwrap_or("nothing").to_owned();
    let records: Vec<record::Record> = session.series.iter().map(record::Series::record).collect();
    // A part that is written into a report's directory on request completes that report, and whole subjects leave
    // there what they do not measure.
    let earlier = Report::read(out).ok();
    let earlier = match (&session.selection.out, session.selection.is_complete()) {
        (Some(_), _) => earlier,
        (None, true) => earlier.map(|earlier| earlier.without(&session.selection.suites)),
        (None, false) => None,
    };
    let measured_well = !records.is_empty() && records.iter().all(|record| record.ok);
    let report = Report { run, records }.with_earlier(earlier);
    report.write(out)?;
    drop(session.display);
    print!("{}", report.summary());
    eprintln!("written: {}", out.join("benchmarks.md").display());
    Ok(measured_well)
}
