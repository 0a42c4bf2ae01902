//! Every feature of pnpm's and npm's workspaces, each with the real one of every major that has it.
//!
//! The install steps run `pnpm install --frozen-lockfile`, or `npm ci`, on what the frontend left of the workspace, so a
//! build that succeeds is the proof that they agree; the image's command then says what it finds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use vextrus_e2e::{Case, Docker, Engine, Fixture, Image, Outcome, Releases, repository};

/// How many builds run side by side: steps of one build rarely keep a second core busy.
const SIDE_BY_SIDE: usize = 2;

/// One fixture with one major of pnpm.
type Cell = (String, u64);

#[test]
fn every_major_of_pnpm_installs_what_is_left_of_the_workspace() {
    install(chosen(Fixture::all()), &Releases::of_pnpm());
}

#[test]
fn every_major_of_npm_installs_what_is_left_of_the_workspace() {
    install(chosen(Fixture::of_npm()), &Releases::of_npm());
}

/// Builds fixtures with each major that has them.
fn install(fixtures: Vec<Fixture>, releases: &Releases) {
    let engine = Engine::take();
    let docker: &Docker = &engine;
    // Majors on the outside: each sets its package manager up once, and the builds after it find that done.
    let mut jobs: Vec<(&Fixture, u64)> = Vec::new();
    for major in releases.majors() {
        jobs.extend(
            fixtures
                .iter()
                .filter(|fixture| fixture.majors.contains(&major))
                .map(|fixture| (fixture, major)),
        );
    }
    let (jobs, results) = (Mutex::new(jobs.into_iter()), Mutex::new(BTreeMap::new()));
    // An image stays until no other is being unpacked: the engine would take the layers away that both have, for it
    // holds those alone that a build unpacked itself (moby/buildkit#6521).
    let images = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let Some((fixture, major)) = jobs.lock().unwrap().next() else {
                        break;
                    };
                    let failures = build(docker, fixture, major, releases, &images);
                    results
                        .lock()
                        .unwrap()
                        .insert((fixture.name.clone(), major), failures);
                }
            });
        }
    });
    let results = results.into_inner().unwrap();
    println!(
        "{}",
        matrix(&fixtures, releases, |fixture, major| {
            match results.get(&(fixture.name.clone(), major)) {
                Some(failures) if failures.is_empty() => "yes",
                Some(_) => "FAILED",
                None => "–",
            }
        })
    );
    let failures = told(&results, releases);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn the_documented_matrix_is_that_of_the_fixtures() {
    documented(
        "pnpm install --frozen-lockfile",
        "tests/fixtures",
        &Fixture::all(),
        &Releases::of_pnpm(),
    );
    documented(
        "npm ci",
        "tests/fixtures/npm",
        &Fixture::of_npm(),
        &Releases::of_npm(),
    );
}

/// Compares a page of the documentation with the fixtures that it is made of.
fn documented(command: &str, directory: &str, fixtures: &[Fixture], releases: &Releases) {
    let page = page(command, directory, fixtures, releases);
    let path = repository().join(format!("docs/{}.md", releases.name));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "docs/{}.md is out of date; run UPDATE=1 cargo test -p vextrus-e2e fixtures::",
        releases.name
    );
}

/// Returns the fixtures; while one works on some, `FIXTURES` names those, with commas between.
fn chosen(mut fixtures: Vec<Fixture>) -> Vec<Fixture> {
    if let Ok(names) = std::env::var("FIXTURES") {
        let names: Vec<&str> = names.split(',').collect();
        fixtures.retain(|fixture| names.contains(&fixture.name.as_str()));
    }
    fixtures
}

/// Builds what a fixture says, keeps the images, and returns what went wrong.
fn build(
    docker: &Docker,
    fixture: &Fixture,
    major: u64,
    releases: &Releases,
    images: &Mutex<Vec<Image>>,
) -> Vec<String> {
    let workspace = fixture.workspace(major, releases);
    let cases = fixture.cases.iter().filter(|case| case.majors.contains(&major));
    let mut failures = Vec::new();
    for case in cases {
        // The harness fails a test by panicking; here the other builds go on.
        let checked = catch_unwind(AssertUnwindSafe(|| {
            check(docker.build(&workspace).file(&case.file), case, images)
        }));
        if let Err(panic) = checked {
            let told = panic.downcast_ref::<String>().cloned();
            failures.push(format!(
                "{}: {}",
                case.file,
                told.unwrap_or_else(|| "panicked".to_owned())
            ));
        }
    }
    failures
}

fn check(build: vextrus_e2e::Build<'_>, case: &Case, images: &Mutex<Vec<Image>>) {
    let warnings = match &case.outcome {
        Outcome::Prints(lines) => {
            let built = build.run();
            let printed = built.image.container().printed();
            images.lock().unwrap().push(built.image);
            assert_eq!(printed, lines.join("\n"));
            built.progress.warnings().to_vec()
        }
        Outcome::Fails(parts) => {
            let refused = build.refused();
            let told = refused.progress.log() + refused.message();
            for part in parts {
                assert!(told.contains(part), "no {part:?} in the error:\n{told}");
            }
            refused.progress.warnings().to_vec()
        }
    };
    let told = warnings.join("\n");
    assert!(
        warnings.is_empty() == case.warnings.is_empty(),
        "the warnings are:\n{told}"
    );
    for part in &case.warnings {
        assert!(told.contains(part), "no {part:?} in the warnings:\n{told}");
    }
}

/// Returns all failures in one text.
fn told(results: &BTreeMap<Cell, Vec<String>>, releases: &Releases) -> String {
    let mut out = String::new();
    for ((fixture, major), failures) in results {
        for failure in failures {
            let _ = writeln!(out, "=== {fixture} with {} {major}: {failure}\n", releases.name);
        }
    }
    out
}

/// Returns a table of features and majors.
fn matrix(fixtures: &[Fixture], releases: &Releases, cell: impl Fn(&Fixture, u64) -> &'static str) -> String {
    let mut out = "| feature |".to_owned();
    let majors: Vec<u64> = releases.majors().collect();
    let _ = writeln!(
        out,
        "{}",
        majors
            .iter()
            .map(|major| format!(" {major} |"))
            .collect::<String>()
    );
    let _ = writeln!(out, "|---|{}", "---|".repeat(majors.len()));
    for fixture in fixtures {
        let cells: String = majors
            .iter()
            .map(|major| format!(" {} |", cell(fixture, *major)))
            .collect();
        let _ = writeln!(out, "| {} |{cells}", fixture.feature);
    }
    out
}

/// Returns the page of a package manager.
fn page(command: &str, directory: &str, fixtures: &[Fixture], releases: &Releases) -> String {
    let table = matrix(fixtures, releases, |fixture, major| {
        if fixture.majors.contains(&major) {
            "yes"
        } else {
            "–"
        }
    });
    let absent = fixtures
        .iter()
        .filter_map(|fixture| Some((fixture, fixture.absent.as_ref()?)));
    let notes: String = absent
        .map(|(fixture, why)| format!("- {}: {why}.\n", fixture.feature))
        .collect();
    let name = releases.name;
    format!(
        "# What of {name} is supported

<!-- Made of {directory} by UPDATE=1 cargo test -p vextrus-e2e fixtures:: -->

Each row is a small workspace in `{directory}`. The end-to-end tests build it with the real {name} of every major
that has the feature: the frontend cuts the workspace down to one service, `{command}` accepts
what is left, and the image runs.

{table}
{notes}"
    )
}
