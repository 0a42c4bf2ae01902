//! Which files no step sees: patterns, which the engine applies itself.

use super::{BuildFile, Origin, Source, Tree};
use crate::gateway::Failure;

/// The ignore file of a directory.
pub(super) const IGNORE_FILE: &str = ".dockerignore";

/// Returns the patterns of the context's files that no step sees: those of the ignore file, then `never`.
///
/// Of ignore files `<build file>.dockerignore` beside the build file comes before the context's own `.dockerignore`.
/// They apply to the client's directories alone, as in BuildKit's own frontend: what a repository or an archive holds is
/// meant. A directory that takes the place of a package has an ignore file of its own (`named.rs`).
///
/// # Errors
/// An ignore file that is not UTF-8, and whatever the engine answers.
pub async fn ignored(
    origin: &Origin,
    build_file: &BuildFile,
    tree: &Tree,
    never: &[&str],
) -> Result<Vec<String>, Failure> {
    let mut patterns = match (&origin.context.main, &build_file.ignore) {
        (Source::Graph(_), _) => Vec::new(),
        (Source::Local { .. }, Some(text)) => exclude_patterns(text),
        (Source::Local { .. }, None) => match tree.read(IGNORE_FILE).await? {
            Some(file) => exclude_patterns(file.text.as_bytes()),
            None => Vec::new(),
        },
    };
    patterns.extend(never.iter().map(|pattern| (*pattern).to_owned()));
    Ok(patterns)
}

/// Returns the patterns of a `.dockerignore`, cleaned as the Dockerfile frontend cleans them.
///
/// A line that starts with `#` is a comment; `!` takes an exclusion back; a leading `/` means the context's
/// root. Source of the rules: moby/patternmatcher, `ignorefile.ReadAll`.
pub(super) fn exclude_patterns(text: &[u8]) -> Vec<String> {
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
    let cleaned = crate::path::join("", path);
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
