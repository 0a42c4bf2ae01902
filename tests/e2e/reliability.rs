//! The table of docs/reliability.md: tests and targets that it names are there.

use std::fs;

use vextrus_e2e::repository;

/// Returns the texts between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Says whether a test, written as `FILE` or `FILE::FUNCTION`, is there.
fn is_there(test: &str) -> bool {
    let (file, function) = test.split_once("::").unwrap_or((test, ""));
    let text = fs::read_to_string(repository().join(file)).unwrap_or_default();
    !text.is_empty() && text.contains(&format!("fn {function}"))
        || function.is_empty() && text.contains("test(")
}

/// Says whether a command, such as `make test`, is one that the Makefile knows.
fn is_known(command: &str, makefile: &str) -> bool {
    let mut words = command.split(' ');
    let (make, target) = (words.next(), words.next().unwrap_or_default());
    let passes = |word: &str| {
        word.split_once('=')
            .is_some_and(|(name, _)| makefile.contains(name))
    };
    make == Some("make") && makefile.contains(&format!("\n{target}: ")) && words.all(passes)
}

#[test]
fn tests_and_targets_of_the_page_are_there() {
    let page = fs::read_to_string(repository().join("docs/reliability.md")).unwrap();
    let makefile = fs::read_to_string(repository().join("Makefile")).unwrap();
    let (_, promises) = page.split_once("## Promises\n").unwrap();
    let (promises, _) = promises.split_once("\n## ").unwrap();
    let rows: Vec<Vec<&str>> = promises
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .map(|line| line.trim_matches('|').split(" | ").collect())
        .collect();
    assert!(rows.len() >= 18, "the table has {} rows", rows.len());
    for row in rows {
        let [promise, tests, _, commands] = row.as_slice() else {
            panic!("a row of other cells: {row:?}")
        };
        assert!(quoted(tests).count() > 0, "{promise}: no test");
        for test in quoted(tests) {
            assert!(is_there(test), "{promise}: there is no {test}");
        }
        assert!(quoted(commands).count() > 0, "{promise}: no command");
        for command in quoted(commands) {
            assert!(is_known(command, &makefile), "{promise}: there is no {command}");
        }
    }
    assert!(!is_there("tests/e2e/cache.rs::there_is_no_such_test"));
    assert!(!is_there("tests/e2e/no_such_file.rs"));
    assert!(!is_known("make nothing", &makefile) && !is_known("make fuzz NOTHING=1", &makefile));
}
