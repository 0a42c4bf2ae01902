//! The form of Debian's and Alpine's package databases: stanzas of fields, apart by empty lines.

use std::collections::HashMap;

use super::text::trim;

/// Returns the stanzas of a database.
pub(super) fn stanzas(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").filter(|stanza| !trim(stanza).is_empty())
}

/// Returns the fields of a stanza, the last one of a name. Lines that go on with a field before are none.
pub(super) fn fields(stanza: &str) -> HashMap<&str, &str> {
    let parts = stanza.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
        is_name.then_some((name, value.trim_start_matches([' ', '\t'])))
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stanza_has_fields_and_lines_that_go_on() {
        let text = "\n\nPackage: libc6\r\nDescription: the\tlibrary\n more: text\n\n\n\nP:musl\nV:1\nV:2\n";
        let found: Vec<_> = stanzas(text).map(fields).collect();
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0],
            HashMap::from([("Package", "libc6"), ("Description", "the\tlibrary")])
        );
        assert_eq!(found[1], HashMap::from([("P", "musl"), ("V", "2")]));
    }
}
