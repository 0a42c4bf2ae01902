//! Scalars as YAML's writers quote them.

/// Returns a text as a scalar: plain where it can be, in single quotes where that is enough.
pub(crate) fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-/()@+".contains(c))
        && !["true", "null", "e", "y", "n", "yes", "no"].contains(&text);
    let is_version = text.starts_with(|c: char| c.is_ascii_digit())
        && text.split('.').count() > 2
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-+()@/_".contains(c));
    if is_plain || is_version {
        text.to_owned()
    } else if text.chars().any(|c| c.is_control() || c == '\u{202e}') {
        // JSON's strings are YAML's.
        serde_json::to_string(text).unwrap()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}
