//! Every feature of pnpm's and npm's workspaces, each with the real one of two majors that have it; with `MAJORS=all`, which
//! is `make fixtures`, of every one.
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
fn pnpm_installs_what_is_left_of_the_workspace() {
    install(chosen(Fixture::all()), &Releases::of_pnpm());
}

#[test]
fn npm_installs_what_is_left_of_the_workspace() {
    install(chosen(Fixture::of_npm()), &Releases::of_npm());
}

/// What is built of one fixture with one major.
struct Job<'a> {
    fixture: &'a Fixture,
    major: u64,
    cases: Vec<&'a Case>,
}

/// Builds fixtures with the majors of this run.
fn install(fixtures: Vec<Fixture>, releases: &Releases) {
    let engine = Engine::take();
    let docker: &Docker = &engine;
    let all = std::env::var("MAJORS").is_ok_and(|majors| majors == "all");
    let jobs = jobs(&fixtures, releases, all);
    let (jobs, results) = (Mutex::new(jobs.into_iter()), Mutex::new(BTreeMap::new()));
    // An image stays until no other is being unpacked: the engine would take the layers away that both have, for it
    // holds those alone that a build unpacked itself (moby/buildkit#6521).
    let images = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let Some(job) = jobs.lock().unwrap().next() else {
                        break;
                    };
                    let failures = build(docker, &job, releases, &images);
                    results
                        .lock()
                        .unwrap()
                        .insert((job.fixture.name.clone(), job.major), failures);
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
                None if fixture.majors.contains(&major) => "not tried",
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
    let names = std::env::var("FIXTURES").unwrap_or_default();
    if !names.is_empty() {
        fixtures.retain(|fixture| names.split(',').any(|name| name == fixture.name));
    }
    fixtures
}

/// Returns what is built: of each fixture what differs with the major, with all majors or with two.
fn jobs<'a>(fixtures: &'a [Fixture], releases: &Releases, all: bool) -> Vec<Job<'a>> {
    let cases = fixtures
        .iter()
        .flat_map(|fixture| fixture.cases.iter().map(move |case| (fixture, case)));
    let tried: Vec<(&Fixture, &Case, Vec<u64>)> = cases
        .enumerate()
        .map(|(turn, (fixture, case))| {
            let majors = if all {
                case.majors.clone()
            } else {
                two_of(&case.majors, turn)
            };
            (fixture, case, majors)
        })
        .collect();
    // Majors on the outside: each sets its package manager up once, and the builds after it find that done.
    let mut jobs: Vec<Job<'_>> = Vec::new();
    for major in releases.majors() {
        for (fixture, case, _) in tried.iter().filter(|(_, _, majors)| majors.contains(&major)) {
            match jobs.last_mut() {
                Some(job) if job.major == major && job.fixture.name == fixture.name => job.cases.push(case),
                _ => jobs.push(Job {
                    fixture,
                    major,
                    cases: vec![case],
                }),
            }
        }
    }
    jobs
}

/// Returns the newest of the majors and another one, which the next turn has the next one of.
fn two_of(majors: &[u64], turn: usize) -> Vec<u64> {
    let mut sorted = majors.to_vec();
    sorted.sort_unstable();
    let newest = sorted.pop();
    let other = sorted.get(turn % sorted.len().max(1)).copied();
    other.into_iter().chain(newest).collect()
}

#[test]
fn a_run_has_every_case_and_every_major() {
    assert_eq!(two_of(&[8, 9, 10], 0), [8, 10]);
    assert_eq!(two_of(&[8, 9, 10], 3), [9, 10]);
    assert_eq!(two_of(&[12], 5), [12]);
    for (fixtures, releases) in [
        (Fixture::all(), Releases::of_pnpm()),
        (Fixture::of_npm(), Releases::of_npm()),
    ] {
        let count = |all: bool| -> usize {
            jobs(&fixtures, &releases, all)
                .iter()
                .map(|job| job.cases.len())
                .sum()
        };
        let (whole, run) = (count(true), jobs(&fixtures, &releases, false));
        let cells: usize = fixtures
            .iter()
            .flat_map(|fixture| &fixture.cases)
            .map(|case| case.majors.len())
            .sum();
        assert_eq!(whole, cells);
        assert!(count(false) < whole);
        for case in fixtures.iter().flat_map(|fixture| &fixture.cases) {
            let is_tried = |job: &&Job<'_>| job.cases.iter().any(|one| std::ptr::eq(*one, case));
            assert_eq!(run.iter().filter(is_tried).count(), case.majors.len().min(2));
        }
        for major in releases.majors() {
            let built = run.iter().filter(|job| job.major == major).count();
            assert!(built >= 5, "{} {major} is tried {built} times", releases.name);
        }
    }
}

/// Builds what a fixture says, keeps the images, and returns what went wrong.
fn build(docker: &Docker, job: &Job<'_>, releases: &Releases, images: &Mutex<Vec<Image>>) -> Vec<String> {
    let workspace = job.fixture.workspace(job.major, releases);
    let mut failures = Vec::new();
    for case in &job.cases {
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

Each row is a small workspace in `{directory}`, which `make fixtures` builds with the real {name} of every major
that has the feature, and `make test` with two of them: the frontend cuts the workspace down to one service,
`{command}` accepts what is left, and the image runs.

{table}
{notes}"
    )
}
