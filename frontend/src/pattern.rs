//! Patterns of ignore files and of transfers, as the engine applies them.
//!
//! A pattern that matches a directory matches all below it; of several the last one that matches counts, and one that
//! begins with `!` takes the file back in. Source: moby/patternmatcher.

use globset::{GlobBuilder, GlobMatcher};

/// Returns whether patterns choose a path; one that is not understood chooses nothing.
pub fn chooses<P: AsRef<str>>(patterns: impl IntoIterator<Item = P>, path: &str) -> bool {
    patterns.into_iter().fold(false, |chosen, pattern| {
        let pattern = pattern.as_ref();
        let (is_back, pattern) = match pattern.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, pattern),
        };
        if matches(pattern, path) { !is_back } else { chosen }
    })
}

/// Returns whether a pattern matches a path or a directory around it.
fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_matches('/');
    if !pattern.contains(['*', '?', '[', '\\']) {
        return crate::path::is_within(path, if pattern.is_empty() { "." } else { pattern });
    }
    let Some(glob) = compiled(pattern) else {
        return false;
    };
    let around = std::iter::successors(Some(path), |path| Some(path.rsplit_once('/')?.0));
    around.into_iter().any(|path| glob.is_match(path))
}

fn compiled(pattern: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().ok()?;
    Some(glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_matched_with_all_below_it() {
        assert!(chooses(["services/auth"], "services/auth/src/main.ts"));
        assert!(chooses(["services/*/src"], "services/auth/src/main.ts"));
        assert!(chooses(["**/node_modules"], "a/node_modules/b/index.js"));
        assert!(chooses(["**/*.md"], "README.md") && chooses(["tsconfig*.json"], "tsconfig.base.json"));
        assert!(!chooses(["services/auth"], "services/auth-other/x"));
        assert!(!chooses(["*.md"], "docs/a.md") && !chooses(["["], "["));
    }

    #[test]
    fn the_last_pattern_that_matches_counts() {
        let patterns = ["**/dist", "!services/*/dist", "services/b/dist"];
        assert!(chooses(patterns, "shared/dist/x.js"));
        assert!(!chooses(patterns, "services/a/dist/x.js"));
        assert!(chooses(patterns, "services/b/dist/x.js"));
    }
}
