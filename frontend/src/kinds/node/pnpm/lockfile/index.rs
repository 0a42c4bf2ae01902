//! The text of a lockfile, split without parsing it.
//!
//! pnpm writes the file, so its layout is known: sections begin at column 0, and within `importers`,
//! `packages`, `snapshots` and `time` each entry begins at column 2. A 40,000-line file is split in about a
//! millisecond, the slices that a build needs are parsed, and pruning copies slices, so that what is kept is
//! byte for byte pnpm's. Any other layout is refused here, and read by a YAML parser instead: YAML's
//! indentation rule (nested content is indented deeper than its parent) makes the split exact for what is
//! accepted.

use std::collections::BTreeMap;
use std::ops::Range;

/// Sections whose entries are addressed one by one.
const KEYED: [&str; 4] = ["importers", "packages", "snapshots", "time"];

/// Where a lockfile's sections and entries are.
#[derive(Debug, Clone, Default)]
pub(in crate::kinds::node) struct Index {
    /// In the order of the file.
    pub(in crate::kinds::node) sections: Vec<Section>,
    duplicate: Option<(String, usize)>,
}

/// A top-level key with all below it.
#[derive(Debug, Clone)]
pub(in crate::kinds::node) struct Section {
    pub(in crate::kinds::node) key: String,
    /// Without the blank lines after it.
    pub(in crate::kinds::node) range: Range<usize>,
    /// Of the sections that have entries.
    pub(in crate::kinds::node) entries: Option<BTreeMap<String, Range<usize>>>,
}

impl Index {
    /// Splits the text; `None` where it is not laid out as pnpm does.
    pub(super) fn of(text: &str) -> Option<Self> {
        if text.contains('\r') {
            return None;
        }
        let mut index = Self::default();
        let mut explicit = false;
        let mut offset = 0;
        let mut open: Option<(String, Range<usize>)> = None;
        for line in text.split_inclusive('\n') {
            let start = offset;
            offset += line.len();
            let content = line.strip_suffix('\n').unwrap_or(line);
            let indent = content.bytes().take_while(|b| *b == b' ').count();
            if indent == content.len() {
                continue;
            }
            if content.starts_with('\t') || has_anchor(content) {
                return None;
            }
            let end = start + content.len();
            if indent == 0 {
                index.close(&mut open);
                index.begin_section(content, start, end)?;
                continue;
            }
            let section = index.sections.last_mut()?;
            section.range.end = end;
            if section.entries.is_none() {
                continue;
            }
            let entry = content.get(2..).unwrap_or_default();
            match indent {
                2 if explicit && (entry == ":" || entry.starts_with(": ")) => {
                    explicit = false;
                    open.as_mut()?.1.end = end;
                }
                2 => {
                    index.close(&mut open);
                    explicit = entry.starts_with("? ");
                    open = Some((entry_key(entry)?, start..end));
                }
                0 | 1 | 3 => return None,
                _ => open.as_mut()?.1.end = end,
            }
        }
        index.close(&mut open);
        (!index.sections.is_empty()).then_some(index)
    }

    /// Returns the section of that key.
    pub(in crate::kinds::node) fn section(&self, key: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == key)
    }

    /// Returns where an entry of a section is.
    pub(in crate::kinds::node) fn entry(&self, section: &str, key: &str) -> Option<Range<usize>> {
        self.section(section)?.entries.as_ref()?.get(key).cloned()
    }

    /// Returns a key that stands twice where YAML allows it once, with its 1-based line in the text.
    pub(super) fn duplicate(&self, text: &str) -> Option<(&str, u32)> {
        let (key, at) = self.duplicate.as_ref()?;
        let line = text.get(..*at)?.matches('\n').count();
        Some((key, u32::try_from(line).ok()? + 1))
    }

    fn begin_section(&mut self, content: &str, start: usize, end: usize) -> Option<()> {
        let (key, rest) = content.split_once(':')?;
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        if !rest.is_empty() && !rest.starts_with(' ') {
            return None;
        }
        let entries = if KEYED.contains(&key) {
            if !matches!(rest.trim(), "" | "{}") {
                return None;
            }
            Some(BTreeMap::new())
        } else {
            None
        };
        if self.section(key).is_some() {
            self.duplicate.get_or_insert((key.to_owned(), start));
        }
        self.sections.push(Section {
            key: key.to_owned(),
            range: start..end,
            entries,
        });
        Some(())
    }

    fn close(&mut self, open: &mut Option<(String, Range<usize>)>) {
        let Some((key, range)) = open.take() else { return };
        let Some(entries) = self.sections.last_mut().and_then(|s| s.entries.as_mut()) else {
            return;
        };
        let start = range.start;
        if entries.insert(key.clone(), range).is_some() {
            self.duplicate.get_or_insert((key, start));
        }
    }
}

/// Reads the key at the beginning of an entry's first line, without its indentation.
fn entry_key(entry: &str) -> Option<String> {
    if let Some(key) = entry.strip_prefix("? ") {
        // js-yaml's form for keys over 1,024 characters: the value follows on a line of its own.
        let whole = format!("{}:", key.trim_end());
        return entry_key(&whole);
    }
    let (key, rest) = match entry.chars().next()? {
        '\'' => {
            let end = closing_quote(entry)?;
            (entry.get(1..end)?.replace("''", "'"), entry.get(end + 1..)?)
        }
        '"' => {
            let mut stream = serde_json::Deserializer::from_str(entry).into_iter::<String>();
            let key = stream.next()?.ok()?;
            (key, entry.get(stream.byte_offset()..)?)
        }
        first if "-?:,[]{}#&*!|>%@`".contains(first) => return None,
        _ => {
            let end = entry
                .find(": ")
                .or_else(|| entry.ends_with(':').then(|| entry.len() - 1))?;
            let key = entry.get(..end)?;
            if key.contains(" #") || key.ends_with(' ') {
                return None;
            }
            (key.to_owned(), entry.get(end..)?)
        }
    };
    let rest = rest.strip_prefix(':')?;
    (rest.is_empty() || rest.starts_with(' ')).then_some(key)
}

/// Returns where the single-quoted scalar that the text begins with ends.
fn closing_quote(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut i = 1;
    loop {
        match (bytes.get(i)?, bytes.get(i + 1)) {
            (b'\'', Some(b'\'')) => i += 2,
            (b'\'', _) => return Some(i),
            _ => i += 1,
        }
    }
}

/// Whether a line may hold an anchor or an alias, which would tie one slice to another.
fn has_anchor(line: &str) -> bool {
    if !line.bytes().any(|b| matches!(b, b'&' | b'*')) {
        return false;
    }
    let content = line.trim_start_matches([' ', '-', '?']);
    let value = content.split_once(": ").map_or(content, |(_, value)| value);
    let in_flow = || {
        ["[", "{", ", ", ": "].iter().any(|before| {
            value.match_indices(before).any(|(i, _)| {
                value
                    .get(i + before.len()..)
                    .is_some_and(|rest| rest.starts_with(['&', '*']))
            })
        })
    };
    value.starts_with(['&', '*']) || (value.starts_with(['[', '{']) && in_flow())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  a/b:\n    dependencies:\n      x:\n        specifier: 1\n        version: 1.0.0\n\npackages:\n\n  '@s/it''s@1.0.0':\n    deprecated: |-\n      text:\n\n      more\n\n  ? long@1\n  : resolution: {}\n    hasBin: true\n  lib@file:x(y@1): {}\n";

    #[test]
    fn splits_into_sections_and_entries() {
        let index = Index::of(LOCK).unwrap();
        let keys: Vec<&str> = index.sections.iter().map(|s| s.key.as_str()).collect();
        assert_eq!(keys, ["lockfileVersion", "importers", "packages"]);
        let text = |section, key| &LOCK[index.entry(section, key).unwrap()];
        assert_eq!(text("importers", "."), "  .: {}");
        assert!(text("importers", "a/b").ends_with("version: 1.0.0"));
        assert!(text("packages", "@s/it's@1.0.0").ends_with("      more"));
        assert_eq!(
            text("packages", "long@1"),
            "  ? long@1\n  : resolution: {}\n    hasBin: true"
        );
        assert_eq!(text("packages", "lib@file:x(y@1)"), "  lib@file:x(y@1): {}");
        assert_eq!(index.duplicate(LOCK), None);
    }

    #[test]
    fn the_value_of_a_marked_key_may_begin_on_the_next_line() {
        let text = "packages:\n  ? long@1\n  :\n    hasBin: true\n  a@1: {}\n";
        let index = Index::of(text).unwrap();
        let entry = &text[index.entry("packages", "long@1").unwrap()];
        assert_eq!(entry, "  ? long@1\n  :\n    hasBin: true");
    }

    #[test]
    fn refuses_what_pnpm_does_not_write() {
        for text in [
            "",
            "packages: {a: 1}\n",
            "packages:\n   a: 1\n",
            "packages:\n  - a\n",
            "packages:\n  a: &x 1\n",
            "packages:\n  *x : 1\n",
            "packages:\n    a: 1\n",
            "- a\n",
            "'packages':\n",
            "<<<<<<< HEAD\n",
            "a:\n\tb: 1\n",
            "a: 1\r\n",
            "{a: 1}",
            "packages:\n  a@1:\n    cpu: [x, *y]\n",
        ] {
            assert!(Index::of(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn an_ampersand_in_a_sentence_is_no_anchor() {
        assert!(Index::of("packages:\n  a@1:\n    deprecated: old & slow, use *b*\n").is_some());
    }

    #[test]
    fn reports_a_key_that_stands_twice() {
        let text = "packages:\n  a@1: {}\n  a@1: {}\n";
        assert_eq!(Index::of(text).unwrap().duplicate(text), Some(("a@1", 3)));
        let text = "packages:\npackages:\n";
        assert_eq!(Index::of(text).unwrap().duplicate(text), Some(("packages", 2)));
    }
}
