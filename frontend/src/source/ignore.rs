//! Which files no step sees: patterns, which the engine applies itself.

use super::credentials::{credentials, is_credential, is_named};
use super::{BuildFile, Origin, Source, Tree};
use crate::gateway::Failure;
use crate::pattern::{chooses, split};

/// The ignore file of a directory.
pub(super) const IGNORE_FILE: &str = ".dockerignore";

/// Which files of a tree no step sees: those of its ignore file, those that hold credentials by their name, and those that
/// the kind of service never reads.
///
/// Who asks for a credential file by its name gets it: a line `!PATH` of the ignore file, or a part of the context that
/// lists the path. What takes back a whole directory or any file does not mean the credentials in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignored {
    /// The lines of the ignore file.
    written: Vec<String>,
    never: Vec<String>,
}

impl Ignored {
    /// Returns what no step sees of a tree with these lines in its ignore file; `never` are patterns of what no step
    /// reads, whatever they say.
    pub(super) fn new(written: Vec<String>, never: &[&str]) -> Self {
        Self {
            written,
            never: never.iter().map(|pattern| (*pattern).to_owned()).collect(),
        }
    }

    /// Returns the patterns of what is left out of a part of the tree that asks for what some patterns match; of several
    /// the last one that matches a file counts.
    pub fn patterns<P: AsRef<str>>(&self, asked: impl IntoIterator<Item = P>) -> Vec<String> {
        let mut patterns = self.written.clone();
        patterns.extend(credentials());
        patterns.extend(self.taken_back(asked));
        patterns.extend(self.never.iter().cloned());
        patterns
    }

    /// Returns whether no step sees a file that asks for what some patterns match.
    pub fn hides<P: AsRef<str>>(&self, path: &str, asked: impl IntoIterator<Item = P>) -> bool {
        if chooses(self.never.iter().chain(&self.written), path) {
            return true;
        }
        let all = std::iter::once("**".to_owned());
        is_credential(path) && chooses(all.chain(self.taken_back(asked)), path)
    }

    /// Returns the patterns that take credential files back by their names, with the exclusions that still hold.
    fn taken_back<P: AsRef<str>>(&self, asked: impl IntoIterator<Item = P>) -> Vec<String> {
        let is_broad = |line: &String| line.strip_prefix('!').is_some_and(|path| !is_named(path));
        // What was excluded before is in again by now, but for the credentials.
        let last = self.written.iter().rposition(is_broad);
        let is_meant = |pattern: &str| {
            let path = match split(pattern) {
                (path, None) => path,
                (path, Some(glob)) => crate::path::join(&path, glob),
            };
            is_named(pattern) && !chooses(&self.written, &path)
        };
        let mut kept: Vec<String> = Vec::new();
        for (at, line) in self.written.iter().enumerate() {
            let keeps = match line.strip_prefix('!') {
                Some(path) => is_meant(path),
                None => !kept.is_empty() && last.is_none_or(|last| at > last),
            };
            if keeps {
                kept.push(line.clone());
            }
        }
        let asked = asked.into_iter().filter(|pattern| is_meant(pattern.as_ref()));
        kept.extend(asked.map(|pattern| format!("!{}", pattern.as_ref())));
        kept
    }
}

/// Returns what no step sees of the context.
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
) -> Result<Ignored, Failure> {
    let written = match (&origin.context.main, &build_file.ignore) {
        (Source::Graph(_), _) => Vec::new(),
        (Source::Local { .. }, Some(text)) => exclude_patterns(text),
        (Source::Local { .. }, None) => match tree.read(IGNORE_FILE).await? {
            Some(file) => exclude_patterns(file.text.as_bytes()),
            None => Vec::new(),
        },
    };
    Ok(Ignored::new(written, never))
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
    use super::*;

    #[test]
    fn lines_become_patterns() {
        let text = b"\xef\xbb\xbf# comment\nnode_modules\n\n  /dist/ \n!services/*/dist\n! keep\n./a/../b\n";
        assert_eq!(
            exclude_patterns(text),
            ["node_modules", "dist", "!services/*/dist", "!keep", "b"]
        );
    }

    fn ignored(text: &str) -> Ignored {
        Ignored::new(exclude_patterns(text.as_bytes()), &["**/node_modules"])
    }

    /// Returns which of the paths a step sees that asks for none by name.
    fn seen<'p>(ignored: &Ignored, paths: &[&'p str]) -> Vec<&'p str> {
        let seen = paths.iter().filter(|path| {
            let is_hidden = ignored.hides(path, [""; 0]);
            assert_eq!(is_hidden, chooses(ignored.patterns([""; 0]), path), "{path}");
            !is_hidden
        });
        seen.copied().collect()
    }

    const PATHS: [&str; 5] = [
        "services/app/index.js",
        "services/app/.npmrc",
        "services/app/.env.production.local",
        "services/b/.env.production.local",
        "dist/.env.production.local",
    ];

    #[test]
    fn credentials_are_hidden_whatever_lets_the_rest_through() {
        for text in [
            "",
            "*\n!services\n",
            "**\n!**/*\n!**/*.js\n",
            "*\n!services/**\n!**/.*\n",
            "!services/app\n",
        ] {
            let seen = seen(&ignored(text), &PATHS);
            assert!(seen == PATHS[..1], "{text:?}: {seen:?}");
        }
    }

    #[test]
    fn a_line_takes_a_credential_back_by_its_name() {
        for (text, want) in [
            ("!services/app/.npmrc\n", &PATHS[..2]),
            ("*\n!services/app/.npmrc\n!services\n", &PATHS[..2]),
            ("*\n!services\n!services/app/.npmrc\n", &PATHS[..2]),
            ("!services/app/.npmrc\nservices/app/.npmrc\n", &PATHS[..1]),
            (
                "!**/.env.production.local\nservices/b\ndist\n",
                &[PATHS[0], PATHS[2]],
            ),
            ("!**/.env*\n!services/app/.npmrc\ndist\n", &PATHS[..4]),
        ] {
            let seen = seen(&ignored(text), &PATHS);
            assert!(seen == want, "{text:?}: {seen:?}");
        }
    }

    #[test]
    fn who_asks_for_a_credential_by_its_name_gets_it() {
        let path = "services/app/.env.production.local";
        for asked in [path, "services/app/.env.*"] {
            assert!(!ignored("").hides(path, [asked]), "{asked}");
            let hidden = ignored("**/.env*\n").hides(path, [asked]);
            assert!(hidden, "{asked}: the ignore file hides it");
        }
        assert!(ignored("").hides(path, ["services/app"]));
        let never = "a/node_modules/.npmrc";
        assert!(ignored("").hides(never, [never]), "never read");
        let (path, literal) = ("services/[id]/.env", r"services/\[id\]/.env");
        assert!(!ignored("").hides(path, [literal]));
        assert!(ignored("services/*/.env\n").hides(path, [literal]));
    }
}
