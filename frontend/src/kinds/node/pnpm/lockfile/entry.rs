//! An entry of the lockfile in the layout that pnpm writes, read without a YAML parser.
//!
//! A build reads thousands of entries, each of some hundred bytes, where a parser for all of YAML spends its
//! time on what none of them holds. Only what means the same to every YAML parser is read here: block mappings
//! and lists of scalars indented by two, plain and single-quoted scalars on one line, flow collections of scalars. Everything else
//! is `None`, and read by the parser.

use serde_json::{Map, Value};

/// Mappings in mappings; an importer's entry has four.
const MAX_DEPTH: usize = 8;

/// Reads a block mapping whose keys are indented by two spaces.
pub(super) fn read(text: &str) -> Option<Value> {
    let mut lines = Lines {
        rest: text.lines().peekable(),
    };
    let map = lines.mapping(2, 0)?;
    lines.rest.next().is_none().then_some(Value::Object(map))
}

struct Lines<'a> {
    rest: std::iter::Peekable<std::str::Lines<'a>>,
}

impl Lines<'_> {
    fn mapping(&mut self, indent: usize, depth: usize) -> Option<Map<String, Value>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut map = Map::new();
        while let Some(line) = self.rest.peek() {
            let content = line.trim_start_matches(' ');
            match line.len() - content.len() {
                found if found < indent => break,
                found if found > indent => return None,
                _ => {}
            }
            self.rest.next();
            let (key, value) = key(content)?;
            let value = match value {
                "" => match self.list(indent + 2)? {
                    empty if empty.is_empty() => match self.mapping(indent + 2, depth + 1)? {
                        // A key with nothing below it is null.
                        empty if empty.is_empty() => return None,
                        map => Value::Object(map),
                    },
                    items => Value::Array(items),
                },
                value => inline(value)?,
            };
            if map.insert(key.to_owned(), value).is_some() {
                return None;
            }
        }
        Some(map)
    }

    /// Reads the items of a list as far as there are any.
    fn list(&mut self, indent: usize) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        while let Some(line) = self.rest.peek() {
            let content = line.trim_start_matches(' ');
            match content.strip_prefix("- ") {
                Some(item) if line.len() - content.len() == indent => items.push(scalar(item)?),
                _ => break,
            }
            self.rest.next();
        }
        Some(items)
    }
}

/// Splits `key: value`, or `key:`, whose value comes below.
fn key(content: &str) -> Option<(&str, &str)> {
    let (key, rest) = match content.strip_prefix('\'') {
        Some(quoted) => {
            let (key, rest) = quoted.split_once('\'')?;
            (key, rest.strip_prefix(':')?)
        }
        None => {
            let (key, rest) = match content.split_once(": ") {
                Some((key, _)) => content.split_at(key.len() + 1),
                None => (content, ""),
            };
            let key = key.strip_suffix(':')?;
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "@/._-+~()=:".contains(c);
            let begins =
                key.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/' || c == '.' || c == '_');
            if !begins || !key.chars().all(is_plain) {
                return None;
            }
            (key, rest)
        }
    };
    match rest.strip_prefix(' ') {
        Some(value) if !value.is_empty() => Some((key, value)),
        None if rest.is_empty() => Some((key, "")),
        _ => None,
    }
}

/// Reads a value that ends with its line.
fn inline(text: &str) -> Option<Value> {
    if let Some(inner) = text.strip_prefix('{') {
        let mut map = Map::new();
        for item in items(inner.strip_suffix('}')?)? {
            let (key, value) = key(item)?;
            if value.is_empty() || map.insert(key.to_owned(), flow_scalar(value)?).is_some() {
                return None;
            }
        }
        return Some(Value::Object(map));
    }
    if let Some(inner) = text.strip_prefix('[') {
        let items = items(inner.strip_suffix(']')?)?;
        return items
            .into_iter()
            .map(flow_scalar)
            .collect::<Option<_>>()
            .map(Value::Array);
    }
    scalar(text)
}

/// Splits the inside of a flow collection; none where a comma may be part of a scalar.
fn items(inner: &str) -> Option<Vec<&str>> {
    if inner.is_empty() {
        return Some(Vec::new());
    }
    let items: Vec<&str> = inner.split(", ").collect();
    let is_whole =
        |item: &&str| item.matches('\'').count().is_multiple_of(2) && !item.contains(['{', '}', '[', ']']);
    items.iter().all(is_whole).then_some(items)
}

fn flow_scalar(text: &str) -> Option<Value> {
    if !text.starts_with('\'') && text.contains(',') {
        None
    } else {
        scalar(text)
    }
}

fn scalar(text: &str) -> Option<Value> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let inner = quoted.strip_suffix('\'')?;
        return (!inner.contains('\'')).then(|| inner.into());
    }
    match text {
        "true" => return Some(true.into()),
        "false" => return Some(false.into()),
        _ => {}
    }
    let begins = text
        .starts_with(|c: char| c.is_ascii_alphabetic() || c.is_ascii_digit() || c == '^' || c == '/')
        || text.starts_with('~') && text.len() > 1
        || text.starts_with("./")
        || text.starts_with("../");
    let is_ambiguous = text.contains(": ")
        || text.contains(" #")
        || text.ends_with([':', ' '])
        || text.contains(|c: char| c.is_control())
        || text.eq_ignore_ascii_case("null")
        || text.eq_ignore_ascii_case("true")
        || text.eq_ignore_ascii_case("false")
        || is_number_like(text);
    (begins && !is_ambiguous).then(|| text.into())
}

/// Whether some YAML parser may take a plain scalar for a number.
fn is_number_like(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && (text.parse::<f64>().is_ok()
            || text.chars().all(|c| c.is_ascii_digit() || "_:".contains(c))
            || text.get(1..2).is_some_and(|second| "xXoObB".contains(second)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::node::pnpm::{fixtures, yaml};

    #[test]
    fn reads_what_a_yaml_parser_reads() {
        let example = include_str!("../../../../../../examples/erp/pnpm-lock.yaml");
        let (mut read_here, mut all) = (0, 0);
        for text in fixtures::ALL.into_iter().chain([example]) {
            let lockfile = fixtures::lockfile(text);
            let (text, index) = lockfile.text();
            for range in index
                .sections
                .iter()
                .filter_map(|s| s.entries.as_ref())
                .flat_map(|entries| entries.values())
            {
                let entry = &text[range.clone()];
                let Ok(parsed) = yaml::parse::<Value>(entry) else {
                    panic!("{entry}")
                };
                let found = read(entry);
                assert!(found.is_none() || found == Some(parsed), "{entry}");
                all += 1;
                read_here += usize::from(found.is_some());
            }
        }
        assert!(read_here * 100 > all * 97, "{read_here} of {all}");
    }

    #[test]
    fn leaves_to_the_parser_what_could_mean_something_else() {
        for value in [
            "1",
            "1.5",
            "1e3",
            "0x1f",
            "1_000",
            "12:30",
            ".5",
            ".inf",
            "~",
            "null",
            "Null",
            "True",
            "'it''s'",
            "'a' b",
            "\"a\"",
            "&a b",
            "*a",
            "!t x",
            "|-",
            ">",
            "- a",
            "a: b",
            "a #b",
            "a:",
            "[a, [b]]",
            "{a: {b: c}}",
            "{a: 'b, c'}",
            "{a, b: c}",
            "[a,b]",
            "@a",
            "`a",
            "%a",
            "{a: 1}",
            "{a: b",
            "?",
        ] {
            let text = format!("  key:\n    field: {value}");
            assert_eq!(read(&text), None, "{value}");
        }
        for text in [
            "  a:",
            "  a:\n  a: b",
            "  a: b\n  a: c",
            "  a: b\n    c: d",
            "  a:\n     b: c",
            "a: b",
            "  a: b\n\n  c: d",
            "  ? a\n  : b",
            "  \"a\": b",
            "  a : b",
            "  a:  b",
            "  - a",
            "  'a'b: c",
            "\ta: b",
            "  a:\n  - b",
            "  a:\n    - b\n      c",
            "  a:\n    - b\n    c: d",
            "  a:\n    - b: c",
            "  a:\n    - - b",
            "  a:\n    -",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
        let deep: String = (1..40)
            .map(|depth| format!("{}a:\n", "  ".repeat(depth)))
            .collect();
        assert_eq!(read(&deep), None);
    }

    #[test]
    fn reads_strings_and_booleans() {
        let text = "  '@x/y@1.0.0(z@1)':\n    version: 1.0.0\n    cpu: [x64, '!arm']\n    resolution: {integrity: sha512-a/b==, type: git}\n    hasBin: true\n    deprecated: no longer, really\n    peers: {}\n    list:\n      - '@d/e'\n      - f\n    bundled: true";
        let expected = serde_json::json!({ "@x/y@1.0.0(z@1)": {
            "version": "1.0.0", "cpu": ["x64", "!arm"], "resolution": { "integrity": "sha512-a/b==", "type": "git" },
            "hasBin": true, "deprecated": "no longer, really", "peers": {},
            "list": ["@d/e", "f"], "bundled": true,
        }});
        assert_eq!(read(text), Some(expected));
    }

    /// Returns the entries of the fixtures.
    fn entries() -> Vec<String> {
        let of = |text: &str| -> Vec<String> {
            let lockfile = fixtures::lockfile(text);
            let (text, index) = lockfile.text();
            let ranges = index
                .sections
                .iter()
                .filter_map(|section| section.entries.as_ref())
                .flat_map(|e| e.values());
            ranges.map(|range| text[range.clone()].to_owned()).collect()
        };
        fixtures::ALL.into_iter().flat_map(of).collect()
    }

    proptest::proptest! {
        #[test]
        fn never_reads_something_else(n in 0usize..1000, at in 0usize..1000, cut in 0usize..8, insert in "[ -~\n]{0,4}") {
            let entries = entries();
            let entry = &entries[n % entries.len()];
            let at = at % entry.len();
            let end = (at + cut).min(entry.len());
            let text = format!("{}{insert}{}", &entry[..at], &entry[end..]);
            // Only what the index takes for one entry comes here.
            let whole = format!("packages:\n{text}\n");
            let index = super::super::Index::of(&whole);
            let one = index.and_then(|index| index.section("packages").and_then(|s| s.entries.clone()));
            if one.is_some_and(|entries| entries.len() == 1)
                && let (Some(read), Ok(parsed)) = (read(&text), yaml::parse::<Value>(&text))
            {
                proptest::prop_assert_eq!(read, parsed);
            }
        }
    }
}
