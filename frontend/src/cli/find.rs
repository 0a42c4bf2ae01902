//! The manifests of a directory.

use super::Workspace;
use crate::diagnostic::{Diagnostic, names};
use crate::gateway::Failure;
use crate::path::join;

/// Directories that are looked into, at most.
const MAX_DIRECTORIES: usize = 50_000;
/// How much of a file is read for its first line.
const MAX_FILE: usize = 1 << 20;

impl Workspace {
    /// Returns the manifests of the context by path: files of TOML whose first line is a `# syntax=` of BuildKit.
    pub(super) async fn manifests(&self) -> Result<Vec<String>, Failure> {
        let tree = crate::source::Tree::directory(&self.root);
        let mut found = Vec::new();
        let mut queue = std::collections::VecDeque::from([String::new()]);
        let mut looked = 0;
        while let Some(directory) = queue.pop_front() {
            looked += 1;
            if looked > MAX_DIRECTORIES {
                let message = format!(
                    "more than {MAX_DIRECTORIES} directories are below the context; name the manifests, or another \
                     context with -C"
                );
                return Err(Diagnostic::named(names::WRONG_USE, message).into());
            }
            for name in tree.list(&directory).await? {
                let path = join(&directory, &name);
                if name.ends_with('/') {
                    queue.push_back(path);
                } else if name.ends_with(".toml") && is_manifest(&tree, &path).await {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Returns the one manifest of the context.
    ///
    /// # Errors
    /// Where there is none, or more than one.
    pub(super) async fn only_manifest(&self) -> Result<String, Failure> {
        let mut found = self.manifests().await?;
        match (found.pop(), found.is_empty()) {
            (Some(file), true) => Ok(file),
            (None, _) => Err(Diagnostic::named(
                names::NO_MANIFEST,
                "no manifest is below the context: a file such as service.toml whose first line is \
                 `# syntax=vextrus/frontend`",
            )
            .into()),
            (Some(last), false) => {
                found.push(last);
                let message = format!(
                    "several manifests are below the context; name one of {}",
                    found.join(", ")
                );
                Err(Diagnostic::named(names::WRONG_USE, message).into())
            }
        }
    }
}

/// Whether the first line of a file makes it a build file. What cannot be read is none.
async fn is_manifest(tree: &crate::source::Tree, path: &str) -> bool {
    let Ok(Some(bytes)) = tree.bytes(path, MAX_FILE).await else {
        return false;
    };
    let text = String::from_utf8_lossy(&bytes);
    let first = text
        .trim_start_matches('\u{feff}')
        .lines()
        .next()
        .unwrap_or_default();
    let directive = first.strip_prefix('#').map(str::trim_start);
    directive.is_some_and(|directive| directive.starts_with("syntax=") || directive.starts_with("syntax ="))
}
