//! Copies of files from one root to another, at the same paths.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::inspect::failure::{Result, reading, writing};
use crate::inspect::files;
use crate::inspect::root::{Found, Root};

/// What is taken of an image.
#[derive(Debug)]
pub(super) struct Taking {
    /// What is taken from.
    pub(super) image: Root,
    /// What it is taken to.
    out: Root,
    /// Files that are taken.
    pub(super) taken: BTreeSet<PathBuf>,
    links: HashSet<PathBuf>,
    directories: HashSet<PathBuf>,
}

impl Taking {
    /// Takes nothing yet.
    pub(super) fn new(image: Root, out: &Path) -> Self {
        Self {
            image,
            out: Root::new(out.to_path_buf()),
            taken: BTreeSet::new(),
            links: HashSet::new(),
            directories: HashSet::new(),
        }
    }

    /// Copies a file or a directory, with the links that lead to it and those that it holds. Returns its path without
    /// links; nothing where it leads nowhere.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub(super) fn take(&mut self, path: &Path) -> Result<Option<PathBuf>> {
        let mut real = None;
        let mut left = vec![path.to_path_buf()];
        while let Some(path) = left.pop() {
            let Some(found) = self.image.follow(&path)? else {
                continue;
            };
            self.link(&found)?;
            let from = self.image.outside(&found.real);
            // A link may lead to a directory that it lies in.
            if found.metadata.is_dir() && self.directories.insert(found.real.clone()) {
                self.directory(&found.real)?;
                let entries = files::entries(&from).map_err(reading(&from))?;
                left.extend(entries.into_iter().rev().map(|(name, _)| found.real.join(name)));
            } else if found.metadata.is_file() && self.taken.insert(found.real.clone()) {
                self.directory_of(&found.real)?;
                let to = self.out.outside(&found.real);
                fs::copy(&from, &to).map_err(writing(&to))?;
                let is_program = found.metadata.permissions().mode() & 0o111 != 0;
                let mode = if is_program { 0o755 } else { 0o644 };
                fs::set_permissions(&to, fs::Permissions::from_mode(mode)).map_err(writing(&to))?;
            }
            real.get_or_insert(found.real);
        }
        Ok(real)
    }

    /// Makes a directory with those above it. Returns where it is.
    ///
    /// # Errors
    /// One that cannot be made.
    pub(super) fn directory(&self, path: &Path) -> Result<PathBuf> {
        let to = self.out.outside(path);
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o755);
        builder.create(&to).map_err(writing(&to))?;
        Ok(to)
    }

    fn directory_of(&self, path: &Path) -> Result<()> {
        match path.parent() {
            Some(parent) => self.directory(parent).map(drop),
            None => Ok(()),
        }
    }

    fn link(&mut self, found: &Found) -> Result<()> {
        for (link, target) in &found.links {
            if self.links.insert(link.clone()) {
                self.directory_of(link)?;
                let to = self.out.outside(link);
                symlink(target, &to).map_err(writing(&to))?;
            }
        }
        Ok(())
    }
}
