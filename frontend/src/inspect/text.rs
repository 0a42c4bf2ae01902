//! Order and blanks as JavaScript has them: what is written is compared with documents that npm's world made.

use std::cmp::Ordering;

/// Compares as ECMAScript does: by UTF-16 code units, in which a character beyond the first 65,536 comes before the
/// last of these.
pub(super) fn by_code_units(left: &str, right: &str) -> Ordering {
    left.encode_utf16().cmp(right.encode_utf16())
}

/// Returns a text without the blanks around it. Source: ECMAScript, WhiteSpace and LineTerminator; they have the byte
/// order mark, and not the next line.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_blanks_are_those_of_javascript() {
        assert_eq!(by_code_units("a", "b"), Ordering::Less);
        assert_eq!(by_code_units("a", "a-"), Ordering::Less);
        assert_eq!(by_code_units("\u{1f600}", "\u{ff01}"), Ordering::Less);
        assert_eq!(trim("\u{feff} MIT\n"), "MIT");
        assert_eq!(trim("\u{85}MIT"), "\u{85}MIT");
    }
}
