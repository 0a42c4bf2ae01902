//! Files that are put together.

use std::io::Write as _;

use buildkit_llb::{Copy, File, MkDir, MkFile, Output};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value};

use super::names::shown;
use super::{Graph, ImageRoot};
use crate::diagnostic::Diagnostic;
use crate::plan::{Action, ImageId, Step, Time, Tree};
use crate::result::rfc3339;

impl Graph<'_> {
    pub(super) fn tree(&self, step: &Step, tree: &Tree) -> Result<Output, Diagnostic> {
        let time = match tree.time {
            Time::Any => None,
            Time::Epoch => Some(0),
            Time::Image => Some(self.surroundings.timestamp),
        };
        let mut file = File::on(&self.output(&tree.on)?);
        for action in &tree.actions {
            file = self.action(file, action, time)?;
        }
        Ok(shown(file, step).locations(self.locate(&step.places)).output())
    }

    fn action(&self, file: File, action: &Action, time: Option<i64>) -> Result<File, Diagnostic> {
        Ok(match action {
            Action::Directory { path, owner } => {
                let directory = made(path, time);
                file.mkdir(match owner {
                    Some(owner) => directory.owner(owner.uid, owner.gid),
                    None => directory,
                })
            }
            Action::File {
                path,
                text,
                is_program,
            } => file.mkfile(written(path, text, if *is_program { 0o755 } else { 0o644 }, time)),
            Action::Packed { path, text } => {
                let packed = MkFile::new(format!("{path}.gz"), packed(text)?).mode(0o644);
                file.mkfile(match time {
                    Some(time) => packed.timestamp(time),
                    None => packed,
                })
            }
            Action::Copy {
                files,
                from,
                to,
                include,
                exclude,
            } => {
                let copy = contents(&self.output(files)?, from, to)
                    .include(include.iter().cloned())
                    .exclude(exclude.iter().cloned());
                file.copy(match time {
                    Some(time) => copy.timestamp(time),
                    None => copy,
                })
            }
            Action::Owned { files, path, owner } => {
                let copy = contents(&self.output(files)?, &matching(path), path)
                    .allow_wildcard(true)
                    .allow_empty_wildcard(true)
                    .owner(owner.uid, owner.gid);
                file.copy(match time {
                    Some(time) => copy.timestamp(time),
                    None => copy,
                })
            }
            Action::Accounts { .. } => match &self.surroundings.accounts {
                Some(accounts) => file
                    .mkdir(made("/etc", time))
                    .mkfile(written("/etc/passwd", &accounts.passwd, 0o644, time))
                    .mkfile(written("/etc/group", &accounts.group, 0o644, time)),
                None => file,
            },
            Action::Facts {
                path,
                facts,
                base,
                prefix,
            } => {
                let text = self.facts(facts, *base, prefix).to_string();
                file.mkfile(written(path, &text, 0o644, time))
            }
        })
    }

    /// Returns what the plan knows, with what was learnt of its base since.
    fn facts(&self, facts: &Map<String, Value>, base: ImageId, prefix: &str) -> Value {
        let planned = self.plan.image(base);
        let planned = planned.map(|image| image.reference.as_str()).unwrap_or_default();
        let base = match self.resolved(base).map(|image| &image.root) {
            Some(ImageRoot::Pinned { reference, .. }) => reference.clone(),
            _ => format!("the build context {planned}"),
        };
        let mut facts = facts.clone();
        facts.insert("base".to_owned(), format!("{prefix}{base}").into());
        // Times that RFC 3339 cannot write are none that a document may have.
        let created = rfc3339(self.surroundings.created).or_else(|| rfc3339(0));
        facts.insert("created".to_owned(), created.into());
        facts.into()
    }
}

/// Copies what is in a directory, or a file.
pub(super) fn contents(from: &Output, source: &str, destination: &str) -> Copy {
    Copy::new(from, source, destination)
        .contents_only(true)
        .create_dest_path(true)
}

/// Returns a pattern for one absolute path alone. The engine minds nothing where the path is not there only of what has a sign
/// with a meaning, and below the directory that is above the first of these: so that sign comes first.
///
/// Source: moby/buildkit, `solver/llbsolver/ops/file.go`; tonistiigi/fsutil, `copy/copy.go`, `ResolveWildcards`.
fn matching(path: &str) -> String {
    let signs = path.trim_start_matches('/').chars().enumerate();
    let signs = signs.flat_map(|(at, sign)| match (at, sign) {
        // A class of one, in which other signs have a meaning.
        (0, '^' | '-' | ']' | '\\') => vec!['[', '\\', sign, ']'],
        (0, sign) => vec!['[', sign, ']'],
        (_, '*' | '?' | '[' | ']' | '\\') => vec!['\\', sign],
        (_, sign) => vec![sign],
    });
    std::iter::once('/').chain(signs).collect()
}

/// Returns a text as gzip has it, without a time.
fn packed(text: &str) -> Result<Vec<u8>, Diagnostic> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    written.map_err(Diagnostic::internal)
}

fn made(path: &str, time: Option<i64>) -> MkDir {
    let directory = MkDir::new(path).parents(true).mode(0o755);
    match time {
        Some(time) => directory.timestamp(time),
        None => directory,
    }
}

fn written(path: &str, text: &str, mode: u32, time: Option<i64>) -> MkFile {
    let file = MkFile::new(path, text.as_bytes()).mode(mode);
    match time {
        Some(time) => file.timestamp(time),
        None => file,
    }
}
