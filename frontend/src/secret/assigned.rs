//! Where a text gives a value to a name: keys of TOML, JSON, YAML and ini, variables and options in commands.

use std::ops::Range;

use super::{is_name, is_reference};

/// How long a name is, at most, in characters.
const MAX_NAME: usize = 256;

/// Returns where the values of names are that hold credentials.
///
/// The text is of no known language and may be broken, so that of two ways to read it the one counts which finds more.
pub(super) fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, mark) in text.match_indices(['=', ':']) {
        let Some(name) = name_before(text, at) else {
            continue;
        };
        if is_name(&unescaped(text.get(name.clone()).unwrap_or_default())) {
            found.extend(value(text, name.start, at + mark.len()));
        }
    }
    for (at, _) in text.match_indices("--") {
        found.extend(of_option(text, at));
    }
    found
}

/// Returns where the name stands in front of a `=` or `:`, without its quotes.
fn name_before(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text.get(..at)?.trim_end_matches([' ', '\t']);
    let before = before.strip_suffix("[]").unwrap_or(before);
    let quoted = before.strip_suffix(['"', '\'']);
    let (inside, start) = match quoted {
        Some(inside) => {
            let quote = before.get(inside.len()..)?;
            let inside = inside.strip_suffix('\\').unwrap_or(inside);
            let start = last(inside, |c| quote.starts_with(c) || c == '\n')?;
            (inside, start)
        }
        None => {
            let is_part = |c: char| c.is_alphanumeric() || "_-.$".contains(c);
            (before, last(before, |c| !is_part(c)).unwrap_or(0))
        }
    };
    let inside = inside.strip_suffix("[]").unwrap_or(inside);
    (start < inside.len()).then_some(start..inside.len())
}

/// Returns the position behind the last character of a kind, as far back as a name may be long.
fn last(text: &str, is_wanted: impl Fn(char) -> bool) -> Option<usize> {
    let mut letters = text.char_indices().rev().take(MAX_NAME);
    let (at, letter) = letters.find(|(_, c)| is_wanted(*c))?;
    Some(at + letter.len_utf8())
}

/// Returns a name as a quoted text means it.
fn unescaped(name: &str) -> String {
    match name.contains('\\') {
        true => serde_json::from_str(&format!("\"{name}\"")).unwrap_or_else(|_| name.to_owned()),
        false => name.to_owned(),
    }
}

/// Returns the value behind a name's `=` or `:`, where it may be secret.
fn value(text: &str, name: usize, behind: usize) -> Option<Range<usize>> {
    let rest = |from: usize| text.get(from..).unwrap_or_default();
    let skipped = |from: usize, skipped: &[char]| text.len() - rest(from).trim_start_matches(skipped).len();
    let is_colon = text.get(..behind)?.ends_with(':');
    let mut start = skipped(skipped(behind, &['=', ':', '>']), &[' ', '\t']);
    let line = text.get(..name)?.rfind('\n').map_or(0, |newline| newline + 1);
    let before = text.get(line..name)?;
    let indent = before.len() - before.trim_start_matches([' ', '\t']).len();
    if is_colon && rest(start).trim_start_matches('\r').starts_with('\n') {
        start = skipped(start, &[' ', '\t', '\r', '\n']);
        let next = rest(start).lines().next().unwrap_or_default();
        if !next.starts_with(['"', '\'']) && (next.contains(':') || next.starts_with('-')) {
            return None;
        }
    }
    let value = rest(start);
    let line = value.lines().next().unwrap_or_default();
    if is_colon && value.starts_with(['|', '>']) && line.trim_end().len() <= 3 {
        return Some(start..start + block(value, indent));
    }
    if value.starts_with('[') || !is_colon && value.starts_with('{') {
        let length = bracketed(value);
        let is_empty = value
            .get(1..length)?
            .trim_matches([' ', '\n', ']', '}'])
            .is_empty();
        return (!is_empty).then_some(start..start + length);
    }
    let begins_line = before
        .trim_matches([' ', '\t', '-', '"', '\'', '\u{feff}'])
        .is_empty();
    let unquoted = || if begins_line { to_end(line) } else { word(line) };
    let length = quoted(value).unwrap_or_else(unquoted);
    may_be_secret(value.get(..length)?).then_some(start..start + length)
}

/// Returns how long a list or a table is; one that does not end goes to the end of the text.
fn bracketed(value: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in value.char_indices() {
        match letter {
            '[' | '{' => depth += 1,
            ']' | '}' if depth <= 1 => return at + 1,
            ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    value.len()
}

/// Returns how long a text in quotes is; none without them. One that does not end goes to the end of its line.
fn quoted(value: &str) -> Option<usize> {
    let quotes = ["\"\"\"", "'''", "\\\"", "\\'", "\"", "'"];
    let quote = quotes.into_iter().find(|quote| value.starts_with(quote))?;
    let (mut at, line) = (quote.len(), value.find(['\r', '\n']).unwrap_or(value.len()));
    loop {
        let rest = value.get(at..).unwrap_or_default();
        let Some(end) = rest.find(quote) else {
            return Some(line);
        };
        let is_escaped = quote == "\""
            && rest.get(..end).is_some_and(|inside| {
                let slashes = inside.len() - inside.trim_end_matches('\\').len();
                slashes % 2 == 1
            });
        at += end + quote.len();
        let is_doubled = quote == "'" && value.get(at..).is_some_and(|rest| rest.starts_with('\''));
        if is_doubled {
            at += 1;
        } else if !is_escaped {
            return Some(at);
        }
    }
}

/// Returns how long a value is that goes on to the end of its line.
fn to_end(line: &str) -> usize {
    let value = line.trim_end().trim_end_matches(',');
    match value.contains(['{', '[']) {
        true => value.len(),
        false => value.trim_end_matches([',', '}', ']', ' ', '\t']).len(),
    }
}

/// Returns how long a value is that other things follow.
fn word(line: &str) -> usize {
    let reference = line.find('}').filter(|_| line.starts_with("${"));
    let start = reference.map_or(0, |end| end + 1);
    let rest = line.get(start..).unwrap_or_default();
    let ends = |c: char| c.is_whitespace() || "\"'`,;&|)}]<>\\".contains(c);
    start + rest.find(ends).unwrap_or(rest.len())
}

/// Returns how long a block of YAML is: the lines that are indented more than its key.
fn block(value: &str, indent: usize) -> usize {
    let mut length = 0;
    for (number, line) in value.split_inclusive('\n').enumerate() {
        let text = line.trim_end();
        let own = text.len() - text.trim_start_matches([' ', '\t']).len();
        if number > 0 && !text.is_empty() && own <= indent {
            break;
        }
        length += line.len();
    }
    // The last line's end is the next one's beginning.
    let whole = value.get(..length).unwrap_or_default();
    whole.trim_end_matches(['\r', '\n']).len()
}

/// Returns the value of an option of a command (`--password VALUE`), as words of a text or of a list.
fn of_option(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?.trim_start_matches('-');
    let end = rest.find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)))?;
    if !is_name(rest.get(..end)?) {
        return None;
    }
    let behind = rest.get(end..)?;
    let value = behind.trim_start_matches(['"', '\'', ',', ' ', '\t', '\\']);
    let between = behind.get(..behind.len() - value.len())?;
    let length = word(value.lines().next()?);
    let value_of = value.get(..length)?;
    let is_value = between.contains([' ', ',']) && value_of.starts_with(|c: char| c.is_alphanumeric());
    // A sentence that names options goes on with words of its own.
    let is_sentence = ["and", "or", "is", "in"].contains(&value_of);
    let start = text.len() - value.len();
    (is_value && !is_sentence && may_be_secret(value_of)).then_some(start..start + length)
}

/// Returns whether a value may be secret: not where it is none, a switch, or taken from elsewhere.
fn may_be_secret(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', '\\']);
    let lower = value.to_ascii_lowercase();
    let is_switch =
        ["true", "false", "yes", "no", "on", "off", "none", "null", "~"].contains(&lower.as_str());
    let is_variable = value
        .strip_prefix('$')
        .is_some_and(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    let opens = value.starts_with(['{', '<']) || value.starts_with("${{");
    !(value.is_empty() || is_switch || is_variable || opens || is_reference(value))
}
