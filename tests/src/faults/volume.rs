//! The disk of the engine, which can be full.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::command::Invocation;
use crate::repository;

/// What the engine, its base images and some hundred rounds take.
const MEGABYTES: &str = "8192";

/// A file system of its own; it is removed in the end.
#[derive(Debug)]
pub(super) struct Volume {
    directory: TempDir,
}

impl Volume {
    pub(super) fn new() -> Self {
        let volume = Self {
            directory: TempDir::with_prefix("vextrus-volume-").expect("a temporary directory"),
        };
        let _ = volume.script("up", Some(MEGABYTES)).finish().succeeded();
        volume
    }

    /// Returns the directory that it is mounted on.
    pub(super) fn path(&self) -> PathBuf {
        self.directory.path().join("volume")
    }

    /// Leaves free so many megabytes of it.
    pub(super) fn fill(&self, megabytes: u64) {
        let _ = self
            .script("fill", Some(&megabytes.to_string()))
            .finish()
            .succeeded();
    }

    /// Frees what filled it.
    pub(super) fn free(&self) {
        let _ = self.script("free", None).finish().succeeded();
    }

    fn script(&self, what: &str, megabytes: Option<&str>) -> Invocation {
        Invocation::new(repository().join("tests/engine/volume.sh"))
            .args([Path::new(what), &self.path()])
            .args(megabytes)
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let down = self.script("down", None).cleaning_up().finish();
        if !down.status.success() {
            eprintln!("{} was not removed:\n{}", self.path().display(), down.stderr);
        }
    }
}
