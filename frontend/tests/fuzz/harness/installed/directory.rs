//! Directories of this machine that are gone when nobody needs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::harness::workspace::Files;

/// A directory.
#[derive(Debug)]
pub(super) struct Directory(PathBuf);

impl Directory {
    /// Returns a new one with these files.
    pub(super) fn new(files: &Files) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("vextrus-fuzz-{}-{number}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(root.canonicalize().unwrap())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Returns its files, without what is installed.
    pub(super) fn files(&self) -> Files {
        let mut files = Files::new();
        let mut todo = vec![self.0.clone()];
        while let Some(directory) = todo.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    if !path.ends_with("node_modules") {
                        todo.push(path);
                    }
                } else {
                    let name = path.strip_prefix(&self.0).unwrap().to_str().unwrap().to_owned();
                    files.insert(name, fs::read(&path).unwrap());
                }
            }
        }
        files
    }

    /// Returns another one with the same files.
    pub(super) fn copy(&self) -> Self {
        Self::new(&self.files())
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What cannot be removed is left to the machine.
        let _ = fs::remove_dir_all(&self.0);
    }
}
