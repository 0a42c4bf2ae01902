//! What holds for every mistake that is told.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use vextrus_frontend::diagnostic::{Diagnostic, Diagnostics, names};

/// Checks mistakes: there is one, each says something, and none is ours.
pub(crate) fn holds(mistakes: &Diagnostics) -> TestCaseResult {
    prop_assert!(mistakes.iter().next().is_some(), "an error without a mistake");
    mistakes.iter().try_for_each(mistake)
}

fn mistake(mistake: &Diagnostic) -> TestCaseResult {
    prop_assert!(!mistake.message.trim().is_empty(), "a mistake that says nothing");
    prop_assert_ne!(mistake.name, names::INTERNAL, "{}", mistake);
    if let Some(place) = &mistake.place {
        // To YAML a carriage return alone ends a line too.
        let lines = u32::try_from(place.file.text.split(['\n', '\r']).count()).unwrap();
        prop_assert!(place.first_line >= 1, "{} in line 0", mistake);
        prop_assert!(
            place.first_line <= place.last_line,
            "{} ends before it begins",
            mistake
        );
        prop_assert!(
            place.first_line <= lines + 1,
            "{} is behind the last of {} lines",
            mistake,
            lines
        );
        let _ = place.excerpt();
    }
    Ok(())
}
