//! Lines of files as excerpts show them.

use std::borrow::Cow;

use super::printed;

/// The longest line that is shown whole, in bytes. A file in one line may have megabytes.
const LONGEST: usize = 400;
/// How much of a longer one is shown, in bytes.
const SHOWN: usize = 240;

/// Returns a text whose long lines are cut.
pub(super) fn lines(text: &str, column_of: impl Fn(usize) -> usize) -> String {
    let lines = text.split_inclusive('\n').zip(1..);
    lines
        .map(|(content, number)| line(content, column_of(number)))
        .collect()
}

/// Returns a line, with its end, that can be printed: of a long one what is around a column, in bytes from its start.
pub(super) fn line(content: &str, column: usize) -> Cow<'_, str> {
    let text = content.strip_suffix('\n').unwrap_or(content);
    if text.len() <= LONGEST {
        return printed(content);
    }
    let start = text.floor_char_boundary(column.saturating_sub(SHOWN / 3).min(text.len() - SHOWN));
    let end = text.floor_char_boundary((start + SHOWN).min(text.len()));
    let kept = text.get(start..end).unwrap_or_default();
    let before = if start > 0 { "…" } else { "" };
    let after = if end < text.len() { "…" } else { "" };
    let newline = if text.len() < content.len() { "\n" } else { "" };
    format!("{before}{}{after}{newline}", printed(kept)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_around_its_column() {
        assert_eq!(line("short\u{1b}\n", 3), "short\\u{1b}\n");
        assert_eq!(line(&"x".repeat(LONGEST), 0).len(), LONGEST);
        let long = format!("{}HERE{}", "é".repeat(50_000), "ü".repeat(50_000));
        for (column, has, ends) in [
            (0, false, (false, true)),
            (100_000, true, (true, true)),
            (200_000, false, (true, false)),
        ] {
            let shown = line(&long, column);
            assert!(shown.len() < SHOWN + 10, "{shown}");
            assert_eq!(shown.contains("HERE"), has, "{shown}");
            assert_eq!((shown.starts_with('…'), shown.ends_with('…')), ends, "{shown}");
        }
        assert!(line(&format!("{long}\n"), usize::MAX).ends_with("ü\n"));
    }
}
