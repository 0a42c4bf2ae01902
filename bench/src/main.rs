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
mod manager;
mod meter;
mod page;
mod processes;
mod record;
mod report;
mod scale;
mod scenario;
mod selection;
mod session;
mod single;
mod site;
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
use std::rc::Rc;

use vextrus_e2e::{Docker, abort_on_signals, is_aborted, repository};

use crate::builder::baseline_base;
use crate::display::Display;
use crate::report::Report;
use crate::scenario::Scenario;
use crate::selection::{Selection, unknown};
use crate::session::Session;
use crate::site::Site;
use crate::subject::{Product, Subject};
use crate::suite::Suite;

/// The services of the examples whose scenarios are measured where none is named.
const USUAL: [&str; 3] = ["auth", "api-npm", "api-pnpm"];

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
    session
        .display
        .doing("asking the frontend for the plans of all services");
    // Before the first build: a mistake is told in seconds, and not when others were measured for hours.
    let mut groups = Vec::new();
    for suite in session.selection.suites.clone() {
        let (docker, selection) = (&session.docker, &session.selection);
        let sites = match suite {
            Suite::Services => vec![Site::services(docker, selection)?],
            Suite::Static => vec![Site::frontend(docker)?],
            Suite::Managers => Site::managers(docker)?,
            Suite::Scale => continue,
        };
        session.suite = suite;
        groups.push((suite, chosen(&mut session, sites)?));
    }
    for (suite, (single, baked)) in groups {
        session.suite = suite;
        measure(&mut session, &single, &baked);
    }
    session.suite = Suite::Scale;
    for size in session.selection.sizes.clone() {
        // Each takes the place of the one before.
        session
            .display
            .doing(&format!("making the workspace {}", size.name()));
        match scale::site(&session.docker, size) {
            Ok(site) => {
                let (single, _) = chosen(&mut session, vec![site])?;
                measure(&mut session, &single, &[]);
            }
            Err(why) => session.unmade(&size.name(), &why),
        }
    }
    finish(session, &out)
}

/// Measures the chosen scenarios of services, side by side, and the bakes of all of a repository.
fn measure(session: &mut Session, single: &[Service], baked: &[Service]) {
    let (scenarios, builders) = (
        session.selection.scenarios(session.suite),
        session.selection.builders(session.suite),
    );
    let scenarios: Vec<Scenario> = scenarios
        .into_iter()
        .filter(|scenario| !scenario.is_bake())
        .collect();
    let runs = session.selection.runs(session.suite);
    session.passes(single, &scenarios, &builders, runs);
    if let (Suite::Services, [(site, _), ..]) = (session.suite, baked) {
        session.enter(site);
        session.bakes(&baked.iter().map(|(_, subject)| subject).collect::<Vec<_>>());
    }
}

/// A service with its workspace.
type Service = (Rc<Site>, Subject);

/// Returns the services of the scenarios of one, and of the bakes.
fn chosen(session: &mut Session, sites: Vec<Site>) -> Result<(Vec<Service>, Vec<Service>), String> {
    let of = |site: Site| -> Vec<Service> {
        let site = Rc::new(site);
        let subjects = site.subjects.all().iter();
        subjects
            .map(|subject| (Rc::clone(&site), subject.clone()))
            .collect()
    };
    let mut all: Vec<Service> = sites.into_iter().flat_map(of).collect();
    if session.suite == Suite::Services {
        // Nobody wrote a Dockerfile for a site among services: those have a subject of their own.
        all.retain(|(_, subject)| subject.product == Product::Service);
        for (_, subject) in &all {
            let base = baseline_base(subject);
            if base != subject.run_base {
                session.run.notes.push(format!(
                    "The Dockerfiles put {} on {base}, where they install; ours is on {}, for which it installs as well",
                    subject.name, subject.run_base
                ));
            }
        }
    }
    let names: Vec<&str> = all.iter().map(|(_, subject)| subject.name.as_str()).collect();
    let named: Vec<&str> = session.selection.services.iter().map(String::as_str).collect();
    unknown("SERVICES", &named, &names)?;
    let with = |names: &[&str]| -> Vec<Service> {
        let is = |(_, subject): &&Service| names.contains(&subject.name.as_str());
        all.iter().filter(is).cloned().collect()
    };
    if !named.is_empty() {
        return Ok((with(&named), with(&named)));
    }
    let usual = with(&USUAL);
    let single = if usual.is_empty() {
        all.first().cloned().into_iter().collect()
    } else {
        usual
    };
    Ok((single, all))
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
