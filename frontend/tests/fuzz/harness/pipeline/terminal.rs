//! Nothing that a repository says makes a terminal do anything but show it.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::engine::Run;

/// Checks every text of a run that a client prints.
pub(crate) fn holds(run: &Run) -> TestCaseResult {
    names(run)?;
    for warning in &run.warnings {
        lines("a warning", &String::from_utf8_lossy(&warning.short))?;
        for detail in &warning.detail {
            lines("the detail of a warning", &String::from_utf8_lossy(detail))?;
        }
    }
    match &run.result {
        Ok(result) => match result.metadata.get("result.txt") {
            Some(text) => lines("an answer", &String::from_utf8_lossy(text)),
            None => Ok(()),
        },
        Err(failure) => lines("an error", &failure.to_string()),
    }
}

/// Checks the names of steps and of the lines that they are shown on.
fn names(run: &Run) -> TestCaseResult {
    for name in &run.lookups {
        line("the name of a lookup", name)?;
    }
    for step in run.solves.iter().flat_map(|solve| solve.metadata.values()) {
        for (key, name) in &step.description {
            line(key, name)?;
        }
        if let Some(group) = &step.progress_group {
            line("the name of a group", &group.name)?;
        }
    }
    Ok(())
}

/// Checks a text of one line.
fn line(what: &str, text: &str) -> TestCaseResult {
    prop_assert!(
        !text.contains(['\n', '\t']),
        "{} has more than one line: {:?}",
        what,
        text
    );
    lines(what, text)
}

/// Checks a text of several lines.
fn lines(what: &str, text: &str) -> TestCaseResult {
    // Those that turn the direction of what follows are no control characters to Unicode.
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_obeyed = |c: &char| c.is_control() && !matches!(c, '\n' | '\t') || turns(*c);
    let obeyed = text.chars().find(is_obeyed);
    prop_assert!(obeyed.is_none(), "{} has {:?}: {:?}", what, obeyed, text);
    Ok(())
}
