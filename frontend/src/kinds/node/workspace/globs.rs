//! The patterns by which a workspace names its projects: `packages` of pnpm-workspace.yaml, `workspaces` of package.json.

use globset::{GlobBuilder, GlobSet};

use crate::diagnostic::cut;
use crate::path;

/// How much of a pattern is shown in a message, in characters.
const SHOWN: usize = 60;

/// The longest pattern, in bytes: no path is longer. Source: Linux, `PATH_MAX`.
const LONGEST: usize = 4096;
/// How deep braces may stand in each other.
const DEEPEST: usize = 10;
/// How many patterns there may be: each is tried on every directory.
const MOST: usize = 2_000;

/// Patterns that choose directories by their package.json.
#[derive(Debug, Clone, Default)]
pub(in crate::kinds::node) struct Globs(Vec<Pattern>);

/// One of them.
#[derive(Debug, Clone)]
struct Pattern {
    /// A set of one: a glob alone panics where its expression is too large.
    glob: GlobSet,
    leaves_out: bool,
    /// Whether it may match directories whose name begins with a dot.
    names_hidden: bool,
}

impl Globs {
    /// Compiles the patterns of a field.
    ///
    /// # Errors
    /// What is wrong, a sentence for each pattern.
    pub(in crate::kinds::node) fn compile(field: &str, patterns: &[String]) -> Result<Self, Vec<String>> {
        if patterns.len() > MOST {
            let count = patterns.len();
            return Err(vec![format!(
                "`{field}` holds {count} patterns, and at most {MOST} are tried; write fewer with `*` in them"
            )]);
        }
        let (mut globs, mut wrong) = (Vec::new(), Vec::new());
        for pattern in patterns {
            match Pattern::compile(pattern) {
                Ok(pattern) => globs.push(pattern),
                Err(why) => wrong.push(format!("`{field}` holds `{}`: {why}", cut(pattern, SHOWN))),
            }
        }
        match wrong.is_empty() {
            true => Ok(Self(globs)),
            false => Err(wrong),
        }
    }

    /// Whether a directory that holds a package.json is a project of the workspace.
    ///
    /// The root always is. A pattern that begins with `!` takes directories out wherever it stands; `*` and `**` match no
    /// hidden directory, and nothing below `node_modules` or `bower_components` counts, as in pnpm's
    /// `workspace/find-packages`, and as nearly in npm's `map-workspaces`.
    pub(in crate::kinds::node) fn contain(&self, directory: &str) -> bool {
        let directory = path::normalize(directory);
        if directory == "." {
            return true;
        }
        let segments = || directory.split('/');
        if segments().any(|segment| ["node_modules", "bower_components"].contains(&segment)) {
            return false;
        }
        let hidden = segments().any(|segment| segment.starts_with('.') && segment != "..");
        self.choose(&directory, hidden)
    }

    /// Returns whether a directory, which may be hidden, is chosen and not left out.
    fn choose(&self, directory: &str, is_hidden: bool) -> bool {
        let manifest = format!("{directory}/package.json");
        let (left_out, chosen): (Vec<_>, Vec<_>) = self.0.iter().partition(|pattern| pattern.leaves_out);
        let chooses =
            |pattern: &&Pattern| (!is_hidden || pattern.names_hidden) && pattern.glob.is_match(&manifest);
        chosen.iter().any(chooses) && !left_out.iter().any(|pattern| pattern.glob.is_match(&manifest))
    }
}

impl Pattern {
    fn compile(pattern: &str) -> Result<Self, String> {
        if pattern.len() > LONGEST {
            return Err(format!(
                "it is longer than the {LONGEST} bytes of the longest path"
            ));
        }
        if depth(pattern) > DEEPEST {
            return Err(format!("its braces stand in each other more than {DEEPEST} deep"));
        }
        let glob = path::normalize(pattern.trim_start_matches('!'));
        // As pnpm asks: for the manifests, so that `libs/**` finds `libs` too.
        let glob = match glob.as_str() {
            "." => "package.json".to_owned(),
            glob => format!("{glob}/package.json"),
        };
        let mut segments = glob.split('/');
        let names_hidden = segments.any(|segment| segment.starts_with('.') && segment != "..");
        let parsed = GlobBuilder::new(&glob).literal_separator(true).build();
        let parsed = parsed.map_err(|error| error.kind().to_string())?;
        // The pattern is a regular expression from here on, which has a largest size.
        let compiled =
            GlobSet::new([&parsed]).map_err(|_| "no search can be made of it; write a simpler one")?;
        Ok(Self {
            glob: compiled,
            leaves_out: pattern.starts_with('!'),
            names_hidden,
        })
    }
}

/// Returns how deep braces stand in each other.
fn depth(pattern: &str) -> usize {
    let mut open: usize = 0;
    let depths = pattern.chars().map(|character| {
        match character {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            _ => {}
        }
        open
    });
    depths.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_is_too_much_is_told() {
        for (pattern, why) in [
            ("{a,b}".repeat(2000), "longer"),
            ("{a,".repeat(300), "deep"),
            ("{a,".repeat(100_000), "longer"),
            ("{a,".repeat(9), "unclosed alternate group"),
        ] {
            let wrong = Globs::compile("packages", &["a".to_owned(), pattern]).unwrap_err();
            assert_eq!(wrong.len(), 1);
            assert!(wrong[0].contains(why) && wrong[0].len() < 200, "{wrong:?}");
        }
    }

    #[test]
    fn many_patterns_are_told_or_taken() {
        let many = |count: usize| -> Vec<String> { (0..count).map(|n| format!("a{n}/{{b,*}}/c?")).collect() };
        let globs = Globs::compile("packages", &many(200)).unwrap();
        assert!(globs.choose("a150/x/c1", false) && !globs.choose("a200/x/c1", false));
        let wrong = Globs::compile("packages", &many(MOST + 1)).unwrap_err();
        assert!(wrong[0].contains("2001 patterns"), "{wrong:?}");
    }
}
