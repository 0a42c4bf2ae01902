//! Ignore files: lines to exclude patterns, which the engine applies itself.

/// Returns the patterns of a `.dockerignore`, cleaned as the Dockerfile frontend cleans them.
///
/// A line that starts with `#` is a comment; `!` takes an exclusion back; a leading `/` means the context's
/// root. Source of the rules: moby/patternmatcher, `ignorefile.ReadAll`.
pub fn exclude_patterns(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let lines = text.strip_prefix('\u{feff}').unwrap_or(&text).lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(pattern)
        .collect()
}

fn pattern(line: &str) -> Option<String> {
    let line = line.trim();
    let (negation, path) = match line.strip_prefix('!') {
        Some(path) => ("!", path.trim()),
        None => ("", line),
    };
    if path.is_empty() {
        return None;
    }
    let cleaned = crate::workspace::path::join("", path);
    let cleaned = cleaned.trim_start_matches('/');
    Some(format!(
        "{negation}{}",
        if cleaned.is_empty() { "." } else { cleaned }
    ))
}

#[cfg(test)]
mod tests {
    use super::exclude_patterns;

    #[test]
    fn lines_become_patterns() {
        let text = b"\xef\xbb\xbf# comment\nnode_modules\n\n  /dist/ \n!services/*/dist\n! keep\n./a/../b\n";
        assert_eq!(
            exclude_patterns(text),
            ["node_modules", "dist", "!services/*/dist", "!keep", "b"]
        );
    }
}
