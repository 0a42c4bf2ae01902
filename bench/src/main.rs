//! Measures vextrus/frontend beside the ways in which services of pnpm monorepos are built today.
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
mod meter;
mod page;
mod processes;
mod record;
mod report;
mod resolver;
mod scale;
mod scenario;
mod selection;
mod session;
mod single;
mod smallest;
mod subject;
mod summary;
mod targets;
mod units;
mod versions;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use vextrus_e2e::{Docker, Workspace, abort_on_signals, is_aborted, repository};

use crate::bed::attempt;
use crate::builder::{Kit, baseline_base};
use crate::display::Display;
use crate::report::Report;
use crate::scale::Site;
use crate::selection::{Selection, unknown};
use crate::session::Session;
use crate::subject::{Subject, Subjects};
use crate::versions::Run;

/// The service whose scenarios are measured where none is named.
const USUAL: &str = "auth";

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
    let docker = Docker::default();
    let display = Display::new();
    let Site { workspace, subjects } = match selection.scale.first() {
        Some(size) if selection.scenarios.is_empty() => {
            display.doing(&format!("making the workspace {}", size.name()));
            Site::of(&docker, *size)?
        }
        _ => repository_of(&docker, &selection, &display)?,
    };
    let kit = Kit::new(&subjects)?;
    let machine = attempt(|| Run::here(&docker, &subjects, &selection))?;
    let out = selection.out.clone().unwrap_or_else(|| {
        let place = if selection.is_complete() {
            "docs"
        } else {
            "target/bench"
        };
        repository().join(place)
    });
    let mut session = Session {
        docker,
        workspace,
        subjects,
        kit,
        selection,
        display,
        sizes: vextrus_e2e::Sizes::default(),
        series: Vec::new(),
        metered: OnceCell::new(),
        edits: BTreeMap::new(),
        notes: Vec::new(),
    };
    if !session.selection.scenarios.is_empty() {
        services(&mut session)?;
    }
    for size in session.selection.scale.clone() {
        session.scale(size);
    }
    finish(session, machine, &out)
}

/// Returns a repository with its services: the example, or the one that the command line names.
fn repository_of(docker: &Docker, selection: &Selection, display: &Display) -> Result<Site, String> {
    let original = match &selection.workspace {
        Some(directory) => directory
            .canonicalize()
            .map_err(|error| format!("{}: {error}", directory.display()))?,
        None => repository().join("examples/erp"),
    };
    display.doing("asking the frontend for the plans of all services");
    attempt(|| {
        let workspace = Workspace::tracked(&original);
        let subjects = Subjects::find(docker, &workspace)?;
        Ok(Site { workspace, subjects })
    })?
}

/// Measures the chosen scenarios of a repository's services.
fn services(session: &mut Session) -> Result<(), String> {
    let (single, baked) = chosen(&session.selection, &session.subjects)?;
    for subject in session.subjects.all() {
        let base = baseline_base(subject);
        if base != subject.run_base {
            session.notes.push(format!(
                "The Dockerfiles put {} on {base}, where they install; ours is on {}, for which it installs as well",
                subject.name, subject.run_base
            ));
        }
    }
    for subject in &single {
        session.single(subject);
    }
    session.bakes(&baked.iter().collect::<Vec<_>>());
    Ok(())
}

/// Returns the services of the scenarios of one, and of the bakes.
fn chosen(selection: &Selection, subjects: &Subjects) -> Result<(Vec<Subject>, Vec<Subject>), String> {
    let all: Vec<&str> = subjects
        .all()
        .iter()
        .map(|subject| subject.name.as_str())
        .collect();
    let named: Vec<&str> = selection.services.iter().map(String::as_str).collect();
    unknown("SERVICES", &named, &all)?;
    if !named.is_empty() {
        let chosen = subjects
            .all()
            .iter()
            .filter(|subject| named.contains(&subject.name.as_str()));
        let chosen: Vec<Subject> = chosen.cloned().collect();
        return Ok((chosen.clone(), chosen));
    }
    let usual = subjects.all().iter().find(|subject| subject.name == USUAL);
    let single = usual.or(subjects.all().first()).cloned().into_iter().collect();
    Ok((single, subjects.all().to_vec()))
}

/// Writes the report and says whether everything went well.
fn finish(session: Session, mut run: Run, out: &Path) -> Result<bool, String> {
    run.notes = session.notes;
    run.meter = session.metered.get().copied().unwrap_or("nothing").to_owned();
    let records: Vec<record::Record> = session.series.iter().map(record::Series::record).collect();
    // A part that is written into a report's directory on request completes that report, and a whole run leaves there
    // what it does not measure.
    let earlier = Report::read(out).ok();
    let earlier = match (&session.selection.out, session.selection.is_complete()) {
        (Some(_), _) => earlier,
        (None, true) => earlier.map(Report::of_scale),
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
