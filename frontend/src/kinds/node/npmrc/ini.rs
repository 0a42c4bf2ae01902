//! npm's `ini`: how `.npmrc` is read, to the letter, and a line written that reads the same.
//!
//! Source: npm/ini, `lib/ini.js` of 1.3.8 (pnpm 8 to 10) and 6.0.0 (pnpm 11). pnpm 12 has a reader of its own, which passes
//! over the names of sections.

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing but to people; the text without the mark.
    Comment(String),
    /// `[name]`: what follows is no setting of npm's.
    Section,
    /// `key=value`
    Entry(Entry),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The key, without the `[]` of a list.
    pub(super) key: String,
    /// Whether the line adds to a list.
    pub(super) is_item: bool,
    /// The value; `true` for a key alone.
    pub(super) value: String,
    /// What stands behind the value, for people.
    pub(super) comment: String,
    /// Whether a text in quotes is none that JSON knows, so that readers do not agree on what it says.
    pub(super) is_broken: bool,
}

/// Reads a file: what each line says that says anything, with the line's number. A carriage return ends a line too, but
/// does not count.
pub(super) fn read(text: &str) -> Vec<(u32, Said)> {
    let lines = (1..).zip(text.split('\n'));
    let parts = lines.flat_map(|(number, line)| line.split('\r').map(move |part| (number, part)));
    parts
        .filter_map(|(number, part)| Some((number, said(part)?)))
        .collect()
}

fn said(line: &str) -> Option<Said> {
    let trimmed = trimmed(line);
    if let Some(comment) = trimmed.strip_prefix([';', '#']) {
        return Some(Said::Comment(comment.to_owned()));
    }
    if trimmed.starts_with('[') && trimmed.find(']') == Some(trimmed.len() - 1) {
        return Some(Said::Section);
    }
    let (key, value) = match line.split_once('=') {
        Some((key, value)) => (key, Some(value)),
        None => (line, None),
    };
    if trimmed.is_empty() || key.is_empty() {
        return None;
    }
    let key = unquoted(key);
    let is_item = key.text.len() > 2 && key.text.ends_with("[]");
    let value = value.map_or_else(|| Text::plain("true"), unquoted);
    Some(Said::Entry(Entry {
        is_item,
        is_broken: key.is_broken || value.is_broken,
        comment: format!("{}{}", key.comment, value.comment),
        key: match key.text.strip_suffix("[]").filter(|_| is_item) {
            Some(key) => key.to_owned(),
            None => key.text,
        },
        value: value.text,
    }))
}

/// Writes an entry as one line that is read as the same.
pub(super) fn write(entry: &Entry) -> String {
    let key = format!("{}{}", entry.key, if entry.is_item { "[]" } else { "" });
    let is_plain = |text: &str| unquoted(text) == Text::plain(text) && !text.contains(['\r', '\n']);
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let starts_as_key = !key.is_empty() && !key.starts_with(['[', ';', '#']);
    let key = match is_plain(&key) && starts_as_key && !key.contains('=') {
        true => key,
        // The first `=` of a line ends its key, in quotes or not.
        false => quoted(&key).replace('=', "\\u003d"),
    };
    match is_plain(&entry.value) {
        true => format!("{key}={}\n", entry.value),
        false => format!("{key}={}\n", quoted(&entry.value)),
    }
}

/// A key or a value as it is meant.
#[derive(Debug, PartialEq, Eq)]
struct Text {
    text: String,
    comment: String,
    is_broken: bool,
}

impl Text {
    fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            comment: String::new(),
            is_broken: false,
        }
    }
}

/// Takes the quotes off, or what `\` escapes and what follows a comment's mark.
fn unquoted(text: &str) -> Text {
    let text = trimmed(text);
    let is_quoted = |quote| text.starts_with(quote) && text.ends_with(quote);
    if is_quoted('"') || is_quoted('\'') {
        let inside = match text.strip_prefix('\'') {
            Some(inside) => inside.strip_suffix('\'').unwrap_or_default(),
            None => text,
        };
        return match serde_json::from_str::<serde_json::Value>(inside) {
            Ok(serde_json::Value::String(text)) => Text::plain(&text),
            Ok(_) => Text::plain(inside),
            Err(_) => Text {
                is_broken: inside.contains('\\'),
                ..Text::plain(inside)
            },
        };
    }
    let (mut meant, mut is_escaped) = (String::new(), false);
    for (at, letter) in text.char_indices() {
        match letter {
            '\\' | ';' | '#' if is_escaped => meant.push(letter),
            letter if is_escaped => meant.extend(['\\', letter]),
            '\\' => {
                is_escaped = true;
                continue;
            }
            ';' | '#' => {
                return Text {
                    comment: text.get(at + 1..).unwrap_or_default().to_owned(),
                    ..Text::plain(trimmed(&meant))
                };
            }
            letter => meant.push(letter),
        }
        is_escaped = false;
    }
    if is_escaped {
        meant.push('\\');
    }
    Text::plain(trimmed(&meant))
}

/// Takes off what JavaScript's `trim` takes off, of which a byte order mark is a part.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Vec<(String, String)> {
        let said = read(text).into_iter();
        said.filter_map(|(_, said)| match said {
            Said::Entry(entry) => Some((entry.key, entry.value)),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn reads_as_npms_reader_does() {
        for (text, key, value) in [
            ("a=b", "a", "b"),
            ("\u{feff}a = b ", "a", "b"),
            ("a", "a", "true"),
            ("a=", "a", ""),
            ("a=b=c", "a", "b=c"),
            ("\"a\"=\"b\"", "a", "b"),
            ("'a'='b'", "a", "b"),
            ("'\"a\"'=\"b\\n\"", "a", "b\n"),
            ("\"\\u0061\"=b", "a", "b"),
            ("\"a=b", "\"a", "b"),
            ("a=\"b\"c", "a", "\"b\"c"),
            ("a=b;c", "a", "b"),
            ("a=b # c", "a", "b"),
            ("a=b\\;c", "a", "b;c"),
            ("a=b\\\\", "a", "b\\"),
            ("a=b\\", "a", "b\\"),
            ("a=b\\c", "a", "b\\c"),
            ("a[]=b", "a", "b"),
            ("\"a[]\"=b", "a", "b"),
            ("[]=b", "[]", "b"),
            ("[a=b", "[a", "b"),
            ("a='{\"b\":1}'", "a", "{\"b\":1}"),
            ("'", "", "true"),
            ("\"\"=b", "", "b"),
        ] {
            assert_eq!(entries(text), [(key.to_owned(), value.to_owned())], "{text}");
        }
        assert_eq!(entries("; a=b\n # a=b\n[a]\n [a.b] \n=b\n\n  \n"), []);
        let numbers = read("a\r\n\nb\rc=\r").into_iter().map(|(number, _)| number);
        assert_eq!(numbers.collect::<Vec<_>>(), [1, 3, 3]);
    }

    proptest::proptest! {
        #[test]
        fn a_line_that_is_written_reads_the_same(
            key in "\\PC{0,8}|[\"'\\\\;#=\\[\\] a]{1,6}",
            value in "\\PC{0,8}|[\"'\\\\;#=\\[\\] a\r\n]{0,6}",
            is_item: bool,
        ) {
            let key = trimmed(&key).to_owned();
            // `[]` alone is a name.
            proptest::prop_assume!(!(key.ends_with("[]") || key.is_empty() && is_item));
            let entry = Entry {
                key,
                is_item,
                value: trimmed(&value).to_owned(),
                comment: String::new(),
                is_broken: false,
            };
            let read = read(&write(&entry));
            proptest::prop_assert_eq!(read, vec![(1, Said::Entry(entry))]);
        }
    }
}
