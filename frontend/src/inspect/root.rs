//! An image's root directory: what a path means inside of it.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::failure::{Result, reading};
use super::files;

/// Links that a path may lead through: as many as Linux follows (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// A directory in which absolute paths and links begin.
#[derive(Debug, Clone)]
pub(super) struct Root(PathBuf);

/// Where a path of a root leads.
#[derive(Debug)]
pub(super) struct Found {
    /// The links on the way, each with its own path and its target.
    pub(super) links: Vec<(PathBuf, PathBuf)>,
    /// The path without links, from the root.
    pub(super) real: PathBuf,
    /// What lies there.
    pub(super) metadata: Metadata,
}

impl Root {
    /// Takes a directory as a root.
    pub(super) fn new(directory: PathBuf) -> Self {
        Self(directory)
    }

    /// Returns where a path without links, from the root, lies for this process.
    pub(super) fn outside(&self, real: &Path) -> PathBuf {
        self.0.join(real.strip_prefix("/").unwrap_or(real))
    }

    /// Follows a path; nothing where it leads nowhere.
    ///
    /// # Errors
    /// What is there and cannot be read.
    pub(super) fn follow(&self, path: &Path) -> Result<Option<Found>> {
        let mut left = steps(path);
        let mut links = Vec::new();
        let mut real = PathBuf::from("/");
        let mut metadata = stat(&self.0)?;
        while let Some(name) = left.pop() {
            if name == ".." {
                real.pop();
                metadata = stat(&self.outside(&real))?;
                continue;
            }
            let next = real.join(&name);
            let outside = self.outside(&next);
            metadata = stat(&outside)?;
            let Some(found) = &metadata else {
                return Ok(None);
            };
            if !found.is_symlink() {
                real = next;
                continue;
            }
            if links.len() == MAX_LINKS {
                return Ok(None);
            }
            let target = fs::read_link(&outside).map_err(reading(&outside))?;
            if target.is_absolute() {
                real = PathBuf::from("/");
            }
            left.extend(steps(&target));
            links.push((next, target));
            // A link to the root has no step that would look at it.
            metadata = stat(&self.outside(&real))?;
        }
        Ok(metadata.map(|metadata| Found {
            links,
            real,
            metadata,
        }))
    }

    /// Follows a path to a regular file; nothing where there is none.
    ///
    /// # Errors
    /// What is there and cannot be read.
    pub(super) fn file(&self, path: &Path) -> Result<Option<Found>> {
        Ok(self.follow(path)?.filter(|found| found.metadata.is_file()))
    }

    /// Returns the text of a file; nothing where there is none or it cannot be read.
    pub(super) fn text(&self, path: &Path) -> Option<String> {
        let found = self.file(path).ok()??;
        files::text(&self.outside(&found.real))
    }

    /// Returns the names in a directory, in order; none where there is no directory or it cannot be read.
    pub(super) fn names(&self, path: &Path) -> Vec<OsString> {
        let found = self.follow(path).ok().flatten();
        let entries = found.and_then(|found| files::entries(&self.outside(&found.real)).ok());
        entries.into_iter().flatten().map(|(name, _)| name).collect()
    }
}

/// Returns the steps of a path, the first one last.
fn steps(path: &Path) -> Vec<OsString> {
    let steps = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
    });
    let mut steps: Vec<_> = steps.collect();
    steps.reverse();
    steps
}

/// Returns what a path is, a link as a link; nothing where it cannot be there, as a name that is too long.
fn stat(path: &Path) -> Result<Option<Metadata>> {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error)
            if matches!(
                error.kind(),
                NotFound | NotADirectory | InvalidFilename | InvalidInput
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(reading(path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::inspect::fixture::Tree;

    #[test]
    fn links_lead_no_further_than_the_root() {
        let tree = Tree::new("root");
        tree.write("usr/lib/x.so.1.2", b"x");
        symlink("usr/lib", tree.at("lib")).unwrap();
        symlink("/usr/lib/x.so.1.2", tree.at("usr/lib/x.so.1")).unwrap();
        symlink("../../../../lib/x.so.1", tree.at("usr/out")).unwrap();
        symlink("/", tree.at("top")).unwrap();
        symlink("loop", tree.at("loop")).unwrap();
        let root = Root::new(tree.at(""));
        let found = root.file(Path::new("/lib/x.so.1")).unwrap().unwrap();
        assert_eq!(found.real, Path::new("/usr/lib/x.so.1.2"));
        let links: Vec<_> = found
            .links
            .iter()
            .map(|(link, _)| link.to_str().unwrap())
            .collect();
        assert_eq!(links, ["/lib", "/usr/lib/x.so.1"]);
        let found = root.file(Path::new("/usr/out")).unwrap().unwrap();
        assert_eq!(found.real, Path::new("/usr/lib/x.so.1.2"));
        let top = root.follow(Path::new("/top")).unwrap().unwrap();
        assert!(top.metadata.is_dir() && top.real == Path::new("/"));
        for none in [
            "/loop",
            "/nowhere",
            "/usr/lib/x.so.1.2/x",
            &format!("/{}", "x".repeat(300)),
        ] {
            assert!(root.follow(Path::new(none)).unwrap().is_none(), "{none}");
        }
        assert_eq!(root.text(Path::new("lib/x.so.1")).as_deref(), Some("x"));
        assert_eq!(root.names(Path::new("/lib")), ["x.so.1", "x.so.1.2"]);
    }
}
