//! Answers for people: tables, and lines of files in a frame.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::diagnostic::{Place, cut, shown};

/// How many lines are shown around a place, all in all.
const AROUND: u32 = 4;
/// The widest that a column is, in characters: all rows are padded to it.
const WIDEST: usize = 200;
/// The longest that a cell of the last column is, behind which nothing is padded.
const LONGEST: usize = 2_000;

/// Returns a table whose columns are as wide as their widest cell and `gap` more. Cells that are longer than anybody
/// reads are cut: the answer's JSON has them whole.
pub(super) fn table<const COLUMNS: usize>(
    gap: usize,
    head: [&str; COLUMNS],
    rows: &[[String; COLUMNS]],
) -> String {
    let rows = rows.iter().map(|row| fitting(row.each_ref().map(String::as_str)));
    let all: Vec<[Cow<'_, str>; COLUMNS]> = std::iter::once(fitting(head)).chain(rows).collect();
    let wide = |cell: &Cow<'_, str>| cell.chars().count();
    let width = |column: usize| {
        let cells = all.iter().filter_map(|row| row.get(column));
        cells.map(wide).max().unwrap_or(0) + gap
    };
    let widths: Vec<usize> = (0..COLUMNS).map(width).collect();
    let mut text = String::new();
    for row in &all {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(wide(cell))));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Returns the cells of a row as a table has them.
fn fitting<const COLUMNS: usize>(row: [&str; COLUMNS]) -> [Cow<'_, str>; COLUMNS] {
    let mut cells = row.map(|cell| fit(cell, WIDEST));
    if let (Some(last), Some(cell)) = (cells.last_mut(), row.last()) {
        *last = fit(cell, LONGEST);
    }
    cells
}

/// Returns a text as a cell of so many characters.
fn fit(text: &str, most: usize) -> Cow<'_, str> {
    match shown(text) {
        Cow::Borrowed(text) => cut(text, most),
        Cow::Owned(text) => cut(&text, most).into_owned().into(),
    }
}

/// Returns the lines of a place in the frame that buildx draws around an excerpt.
///
/// Source: moby/buildkit, `solver/errdefs/source.go`.
pub(crate) fn framed(place: &Place) -> String {
    let excerpt = place.excerpt();
    let lines: Vec<&str> = excerpt.split('\n').collect();
    let last = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    let pad = if place.first_line == place.last_line {
        AROUND
    } else {
        AROUND / 2
    };
    let (mut from, mut to, mut padded) = (place.first_line, place.last_line.min(last), 0);
    while padded < pad {
        if from > 1 {
            from -= 1;
            padded += 1;
        }
        if to < last {
            to += 1;
            padded += 1;
        }
        padded += 1;
    }
    let frame = "-".repeat(20);
    let mut text = format!("{place}\n{frame}\n");
    for (number, line) in (1..)
        .zip(lines)
        .filter(|(number, _)| (from..=to).contains(number))
    {
        let is_meant = (place.first_line..=place.last_line).contains(&number);
        let mark = if is_meant { ">>>" } else { "   " };
        let _ = writeln!(text, " {number:>3} | {mark} {line}");
    }
    text + &frame + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let rows = [
            ["a".to_owned(), "b".to_owned()],
            ["läng".to_owned(), String::new()],
        ];
        assert_eq!(table(2, ["ID", "X"], &rows), "ID    X\na     b\nläng\n");
    }

    #[test]
    fn no_cell_is_too_long() {
        let long = "x".repeat(70_000);
        let text = table(
            2,
            ["ID", "X"],
            &[[long.clone(), long], [String::new(), "b".to_owned()]],
        );
        let lines: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        assert_eq!(lines, [WIDEST + 3, WIDEST + 2 + LONGEST, WIDEST + 3]);
        assert!(text.lines().nth(1).unwrap().ends_with("x…"));
    }

    #[test]
    fn a_frame_is_drawn_as_buildx_draws_it() {
        let file = SourceFile::new("a.toml", "1\n2\n3\n4\n5\n6\n7\n8");
        let place = |first_line, last_line| Place {
            file: file.clone(),
            first_line,
            last_line,
            column: 0,
        };
        let numbers = |place: &Place| -> Vec<String> {
            let frame = framed(place);
            let lines = frame.lines().filter(|line| line.contains(" | "));
            lines
                .map(|line| line.replace(" | ", "").split_whitespace().collect())
                .collect()
        };
        assert_eq!(
            framed(&place(1, 1)),
            "a.toml:1\n--------------------\n   1 | >>> 1\n   2 |     2\n   3 |     3\n--------------------\n"
        );
        assert_eq!(numbers(&place(4, 4)), ["22", "33", "4>>>4", "55", "66"]);
        assert_eq!(numbers(&place(4, 5)), ["33", "4>>>4", "5>>>5", "66"]);
        assert_eq!(numbers(&place(8, 8)), ["66", "77", "8>>>8"]);
        assert_eq!(numbers(&place(7, 20)), ["66", "7>>>7", "8>>>8"]);
    }
}
