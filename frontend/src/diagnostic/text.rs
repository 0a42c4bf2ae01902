//! Texts of the repository as people are shown them.

use std::borrow::Cow;

/// Returns a text of at most `most` characters: of a longer one the beginning, with `…` for the rest.
///
/// ```
/// # use vextrus_frontend::diagnostic::cut;
/// assert_eq!(cut("a script", 20), "a script");
/// assert_eq!(cut("a script", 4), "a s…");
/// ```
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most || text.chars().nth(most).is_none() {
        return text.into();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…").into()
}
