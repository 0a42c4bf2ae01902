//! The fast way to read a snapshot.
//!
//! Following a closure reads thousands of entries of one plain form, for which the YAML parser takes most of
//! a build's planning time. This reads that form alone and gives up on anything else, for which the parser
//! is asked; the tests compare the two.

use std::collections::BTreeMap;

use super::Snapshot;

/// Reads an entry of `snapshots` (lockfile 9) or `packages` (lockfile 6); `None` where its form is unusual.
pub(super) fn snapshot(entry: &str) -> Option<Snapshot> {
    let mut lines = entry.lines();
    let head = lines.next()?;
    let mut snapshot = Snapshot::default();
    if head.ends_with(": {}") {
        return lines.next().is_none().then_some(snapshot);
    }
    if !head.ends_with(':') || head.starts_with("  ?") {
        return None;
    }
    let mut field: Option<&mut BTreeMap<String, String>> = None;
    for line in lines {
        let content = line.trim_start_matches(' ');
        match (line.len() - content.len(), &mut field) {
            (4, _) => {
                field = match content {
                    "dependencies:" => Some(&mut snapshot.dependencies),
                    "optionalDependencies:" => Some(&mut snapshot.optional_dependencies),
                    "optional: true" => {
                        snapshot.optional = true;
                        None
                    }
                    _ if unread(content)? => None,
                    _ => return None,
                };
            }
            (6, Some(field)) => {
                let (name, version) = content.split_once(": ")?;
                field.insert(scalar(name)?, scalar(version)?);
            }
            (6.., None) => {}
            _ => return None,
        }
    }
    Some(snapshot)
}

/// Whether a field is none of those that are read.
fn unread(content: &str) -> Option<bool> {
    let (key, _) = content.split_once(':')?;
    let plain = key.bytes().all(|b| b.is_ascii_alphabetic());
    Some(plain && !["dependencies", "optionalDependencies", "optional"].contains(&key))
}

/// Reads a plain or single-quoted scalar; only spellings that can mean nothing else.
fn scalar(text: &str) -> Option<String> {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"@/._+-()=~".contains(&b);
    if let Some(rest) = text.strip_prefix('\'') {
        let quoted = rest.strip_suffix('\'')?;
        return quoted
            .bytes()
            .all(|b| safe(b) || b == b':')
            .then(|| quoted.to_owned());
    }
    let plain = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
        && text.bytes().all(|b| safe(b) || b == b':')
        && !text.ends_with(':');
    // `~`, `null` and the like are strings to the parser as well, where a string is asked for, but for null.
    (plain && !text.eq_ignore_ascii_case("null")).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::fixtures::ALL;
    use crate::workspace::lockfile::Index;
    use crate::workspace::yaml;

    fn parsed(entry: &str) -> Option<Snapshot> {
        let entry: BTreeMap<String, Option<Snapshot>> = yaml::parse(entry).ok()?;
        Some(entry.into_values().next().flatten().unwrap_or_default())
    }

    fn entries() -> Vec<&'static str> {
        let mut entries = Vec::new();
        for text in ALL {
            let index = Index::of(text).unwrap();
            for section in ["packages", "snapshots"] {
                let ranges = index
                    .section(section)
                    .into_iter()
                    .flat_map(|s| s.entries.iter().flatten());
                entries.extend(ranges.map(|(_, range)| &text[range.clone()]));
            }
        }
        entries
    }

    #[test]
    fn reads_what_the_parser_reads() {
        let entries = entries();
        assert!(entries.len() > 60);
        for entry in entries {
            assert_eq!(snapshot(entry), Some(parsed(entry).unwrap()), "{entry}");
        }
    }

    #[test]
    fn gives_up_on_other_forms() {
        for entry in [
            "  a@1: {dependencies: {b: 1.0.0}}",
            "  ? a@1\n  : dependencies:\n      b: 1.0.0",
            "  a@1:\n    dependencies: {b: 1.0.0}",
            "  a@1:\n    dependencies:\n      b: \"1.0.0\"",
            "  a@1:\n    dependencies:\n      b: 1.0.0 # why",
            "  a@1:\n    dependencies:\n      b:\n        1.0.0",
            "  a@1:\n    'dependencies':\n      b: 1.0.0",
            "  a@1:\n   dependencies:\n      b: 1.0.0",
            "  a@1:\n    dependencies:\n      b: null",
        ] {
            assert_eq!(snapshot(entry), None, "{entry}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_reads_something_else(n in 0usize..1000, at in 0usize..1000, cut in 0usize..8, insert in "[ -~\n]{0,4}") {
            let entries = entries();
            let entry = entries[n % entries.len()];
            let at = at % entry.len();
            let end = (at + cut).min(entry.len());
            let text = format!("{}{insert}{}", &entry[..at], &entry[end..]);
            // Only what the index takes for one entry comes here.
            let whole = format!("packages:\n{text}\n");
            let one = Index::of(&whole).and_then(|index| index.section("packages").and_then(|s| s.entries.clone()));
            if one.is_some_and(|entries| entries.len() == 1)
                && let (Some(fast), Some(slow)) = (snapshot(&text), parsed(&text))
            {
                proptest::prop_assert_eq!(fast, slow);
            }
        }
    }
}
