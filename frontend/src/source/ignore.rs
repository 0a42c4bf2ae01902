//! Which files no step sees: patterns, which the engine applies itself.

use std::sync::Arc;

use super::credentials::{credentials, is_credential, is_named};
use super::{BuildFile, Origin, Source, Tree};
use crate::diagnostic::{Place, SourceFile};
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
    /// The file that they are of, and the number of each.
    file: Option<(Arc<SourceFile>, Vec<u32>)>,
}

impl Ignored {
    /// Returns what no step sees of a tree with these lines in its ignore file; `never` are patterns of what no step
    /// reads, whatever they say.
    pub(super) fn new(written: Vec<String>, never: &[&str]) -> Self {
        Self {
            written,
            never: never.iter().map(|pattern| (*pattern).to_owned()).collect(),
            file: None,
        }
    }

    /// Returns the same of a file.
    fn of_file(file: &Arc<SourceFile>, never: &[&str]) -> Self {
        let (numbers, written) = numbered_patterns(&file.text).unzip();
        Self {
            file: Some((file.clone(), numbers)),
            ..Self::new(written, never)
        }
    }

    /// Returns the line of the ignore file that hides a directory with everything in it, and its number in the file; none
    /// where a later line may take back something of it.
    pub fn hiding(&self, directory: &str) -> Option<(String, Place)> {
        let (file, numbers) = self.file.as_ref()?;
        let is_within = |path: &str, of: &str| crate::path::is_within(path, of);
        let mut hiding = None;
        for (at, line) in self.written.iter().enumerate() {
            match line.strip_prefix('!') {
                None if chooses([line], directory) => hiding = Some(at),
                None => {}
                Some(back) => {
                    let (path, glob) = split(back);
                    let reaches =
                        is_within(&path, directory) || glob.is_some() && is_within(directory, &path);
                    if reaches || chooses([back], directory) {
                        hiding = None;
                    }
                }
            }
        }
        let at = hiding?;
        let place = Place::of_line(file, *numbers.get(at)?);
        Some((self.written.get(at)?.clone(), place))
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
    let file = match (&origin.context.main, &build_file.ignore) {
        (Source::Graph(_), _) => None,
        (Source::Local { .. }, Some(text)) => {
            let name = format!("{}{IGNORE_FILE}", origin.path());
            Some(SourceFile::new(name, String::from_utf8_lossy(text)))
        }
        (Source::Local { .. }, None) => tree.read(IGNORE_FILE).await?,
    };
    Ok(match file {
        Some(file) => Ignored::of_file(&file, never),
        None => Ignored::new(Vec::new(), never),
    })
}

/// Returns the patterns of a `.dockerignore`, cleaned as the Dockerfile frontend cleans them.
///
/// A line that starts with `#` is a comment; `!` takes an exclusion back; a leading `/` means the context's
/// root. Source of the rules: moby/patternmatcher, `ignorefile.ReadAll`.
pub(super) fn exclude_patterns(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    numbered_patterns(&text).map(|(_, pattern)| pattern).collect()
}

/// Returns the same with the number of the line that each is of.
fn numbered_patterns(text: &str) -> impl Iterator<Item = (u32, String)> {
    let lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
    let lines = (1..).zip(lines).filter(|(_, line)| !line.starts_with('#'));
    lines.filter_map(|(number, line)| Some((number, pattern(line)?)))
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

    #[test]
    fn a_line_hides_a_directory_with_everything_in_it() {
        for (text, line) in [
            ("# x\npackages/db\n", Some(2)),
            ("packages\n", Some(1)),
            ("*\n!apps\n", Some(1)),
            ("**/db\npackages/db\n", Some(2)),
            ("*\n!apps/**\n!packages/other\n", Some(1)),
            ("packages/db\n!packages/other/**\n", Some(1)),
            ("packages/db/dist\n", None),
            ("*\n!packages\n", None),
            ("*\n!packages/db/src\n", None),
            ("packages/db\n!**/package.json\n", None),
            ("packages/*\n!packages/d*\n", None),
            ("packages/db\n!packages/db\npackages\n", Some(3)),
            ("", None),
        ] {
            let ignored = Ignored::of_file(&SourceFile::new(".dockerignore", text), &[]);
            let found = ignored.hiding("packages/db");
            assert_eq!(found.map(|(_, place)| place.first_line), line, "{text}");
        }
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
