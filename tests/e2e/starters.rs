//! Small projects of the usual frameworks, each with nothing but the one line; `make starters` has more of them.

use std::collections::BTreeSet;

use vextrus_e2e::{Engine, Starter, Tried, repository, starters_table, try_starter};

#[test]
fn one_line_is_enough_for_small_projects_of_the_usual_frameworks() {
    let engine = Engine::take();
    let starters = Starter::all().into_iter().filter(|starter| starter.tested);
    let tried: Vec<Tried> = starters.map(|starter| try_starter(&starter, &engine)).collect();
    println!("{}", starters_table(&tried));
    for one in &tried {
        println!("{:.1} s", one.took().as_secs_f64());
    }
    let failures: Vec<String> = tried
        .iter()
        .filter(|one| !one.is_right())
        .map(Tried::failure)
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// A directory that no entry names would be tried by nobody.
#[test]
fn every_project_of_ours_is_in_the_list() {
    let entries = std::fs::read_dir(repository().join("tests/starters/projects")).unwrap();
    let directories: BTreeSet<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let starters = Starter::all();
    let listed = starters.iter().filter(|starter| starter.is_ours());
    assert_eq!(directories, listed.map(|starter| starter.name.clone()).collect());
    for starter in starters {
        let locked = starter.files().join(starter.lockfile()).exists();
        assert_eq!(
            locked, starter.tested,
            "{}: a lockfile is for what is tested",
            starter.name
        );
    }
}
