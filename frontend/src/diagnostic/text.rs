//! Texts of the repository as people are shown them: what a terminal would obey, or nobody would see, is escaped.

use std::borrow::Cow;
use std::fmt::Write as _;

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

/// Returns a text as one line in which everything is seen: control characters, those that turn the direction of text,
/// and those without a width are escaped, as Rust's `escape_debug` has them.
///
/// ```
/// # use vextrus_frontend::diagnostic::shown;
/// assert_eq!(shown("it's \"b\u{fc}cher\""), "it's \"b\u{fc}cher\"");
/// assert_eq!(shown("a\n\u{1b}[2J\u{202e}b"), r"a\n\u{1b}[2J\u{202e}b");
/// ```
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden, as_debug)
}

/// Returns a text of several lines in the same way: ends of lines and tabs stay.
pub fn printed(text: &str) -> Cow<'_, str> {
    let is_hidden = |character: char| is_hidden(character) && !matches!(character, '\n' | '\t');
    escaped(text, is_hidden, as_debug)
}

/// Returns a text in ASCII, for a name that must not be mistaken for another one that looks the same.
///
/// ```
/// # use vextrus_frontend::diagnostic::plain;
/// assert_eq!(plain("@t/\u{430}pp"), r"@t/\u{430}pp");
/// ```
pub fn plain(text: &str) -> Cow<'_, str> {
    let is_other = |character: char| !character.is_ascii() || character.is_ascii_control();
    escaped(text, is_other, |character| character.escape_default().to_string())
}

/// Returns JSON as text, in which strings have the same characters escaped in JSON's way.
pub fn printed_json(json: &serde_json::Value) -> String {
    let text = format!("{json:#}");
    let is_hidden = |character: char| is_hidden(character) && character != '\n';
    let escape = |character: char| {
        let mut units = [0; 2];
        character
            .encode_utf16(&mut units)
            .iter()
            .fold(String::new(), |mut escapes, unit| {
                // A string takes whatever is written.
                let _ = write!(escapes, "\\u{unit:04x}");
                escapes
            })
    };
    escaped(&text, is_hidden, escape).into_owned()
}

fn escaped(text: &str, is_wanted: impl Fn(char) -> bool, escape: impl Fn(char) -> String) -> Cow<'_, str> {
    if !text.contains(&is_wanted) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match is_wanted(character) {
            true => escaped.push_str(&escape(character)),
            false => escaped.push(character),
        }
    }
    escaped.into()
}

/// Escapes a character as `escape_debug` does, one that it takes for printable too.
fn as_debug(character: char) -> String {
    let escaped = character.escape_debug().to_string();
    match escaped.chars().nth(1) {
        Some(_) => escaped,
        None => character.escape_unicode().to_string(),
    }
}

/// Whether a terminal does something for a character other than to show it.
fn is_hidden(character: char) -> bool {
    /// Characters that are letters or marks by their category, and have no width.
    const BLANK: [char; 6] = [
        '\u{34f}', '\u{115f}', '\u{1160}', '\u{17b4}', '\u{3164}', '\u{ffa0}',
    ];
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    // Behind another one: marks that join a letter are then printed as they are.
    let mut behind = String::from("a");
    behind.push(character);
    behind.escape_debug().nth(2).is_some() || BLANK.contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_escaped() {
        let hidden = [
            ('\0', r"\0"),
            ('\u{7}', r"\u{7}"),
            ('\r', r"\r"),
            ('\n', r"\n"),
            ('\t', r"\t"),
            ('\u{1b}', r"\u{1b}"),
            ('\u{7f}', r"\u{7f}"),
            ('\u{9b}', r"\u{9b}"),
            ('\u{ad}', r"\u{ad}"),
            ('\u{61c}', r"\u{61c}"),
            ('\u{200b}', r"\u{200b}"),
            ('\u{200d}', r"\u{200d}"),
            ('\u{202e}', r"\u{202e}"),
            ('\u{2028}', r"\u{2028}"),
            ('\u{2066}', r"\u{2066}"),
            ('\u{feff}', r"\u{feff}"),
            ('\u{e0041}', r"\u{e0041}"),
        ];
        for (character, escaped) in hidden {
            assert_eq!(shown(&format!("a{character}b")), format!("a{escaped}b"));
        }
        for text in [
            "",
            "a b",
            "\"'\\`$",
            "b\u{fc}cher",
            "e\u{301}",
            "日本",
            "हिन्दी",
            "🎉",
        ] {
            assert_eq!(shown(text), text);
            assert_eq!(printed(text), text);
        }
        for blank in ['\u{3164}', '\u{115f}', '\u{ffa0}'] {
            assert_ne!(shown(&blank.to_string()), blank.to_string(), "{blank:?}");
        }
        assert_eq!(printed("a\n\tb\r\u{1b}"), "a\n\tb\\r\\u{1b}");
    }

    #[test]
    fn json_means_the_same_with_what_is_hidden_escaped() {
        let json = serde_json::json!({ "a\u{9b}": ["\u{1b}\n", "\u{202e}", "\u{e0041}", "\u{fc}"] });
        let text = printed_json(&json);
        assert!(
            text.contains(r#""a\u009b""#) && text.contains(r"\udb40\udc41") && text.contains('\u{fc}'),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), json);
    }
}
