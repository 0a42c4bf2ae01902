//! Copies of a workspace that a test may change.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::command::Invocation;
use crate::repository;

/// A workspace in a temporary directory of its own.
#[derive(Debug)]
pub struct Workspace {
    directory: TempDir,
}

impl Workspace {
    /// Copies the files of `examples/erp` that git tracks, as a fresh clone has them.
    pub fn erp() -> Self {
        let directory = TempDir::with_prefix("vextrus-e2e-").expect("a temporary directory");
        let example = repository().join("examples/erp");
        let listed = Invocation::new("git")
            .args(["ls-files", "-z"])
            .directory(&example)
            .output();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            let to = directory.path().join(path);
            fs::create_dir_all(to.parent().expect("a file lies in a directory"))
                .expect("a directory is made");
            fs::copy(example.join(path), &to).unwrap_or_else(|error| panic!("{path}: {error}"));
        }
        Self { directory }
    }

    /// Returns a package without dependencies, whose build runs a shell script.
    pub fn tiny(script: &str) -> Self {
        let workspace = Self::empty();
        let package = serde_json::json!({
            "name": "tiny",
            "version": "1.0.0",
            "private": true,
            "packageManager": "pnpm@9.15.9",
            "main": "main.js",
            "scripts": { "build": "sh build.sh" },
        });
        let lockfile = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n";
        workspace
            .write("service.toml", "# syntax=vextrus/frontend\n")
            .write(
                "package.json",
                serde_json::to_string_pretty(&package).expect("JSON") + "\n",
            )
            .write("pnpm-lock.yaml", lockfile)
            .write("main.js", "console.log('tiny');\n")
            .write("build.sh", script);
        workspace
    }

    /// Returns an empty workspace.
    pub fn empty() -> Self {
        Self {
            directory: TempDir::with_prefix("vextrus-e2e-").expect("a temporary directory"),
        }
    }

    /// Returns the workspace's directory, or a path in it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// Returns the workspace's directory.
    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    /// Returns the text of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Writes a file, and the directories above it.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let file = self.path(path);
        fs::create_dir_all(file.parent().expect("a file lies in a directory")).expect("a directory is made");
        fs::write(file, content).unwrap_or_else(|error| panic!("{path}: {error}"));
        self
    }

    /// Adds to the end of a file.
    pub fn append(&self, path: &str, text: &str) -> &Self {
        let text = self.read(path) + text;
        self.write(path, text)
    }

    /// Replaces the one occurrence of a text in a file.
    pub fn replace(&self, path: &str, from: &str, to: &str) -> &Self {
        let text = self.read(path);
        assert_eq!(text.matches(from).count(), 1, "{path} should have {from:?} once");
        self.write(path, text.replace(from, to))
    }

    /// Removes a file, or a directory with all that is in it.
    pub fn remove(&self, path: &str) -> &Self {
        let target = self.path(path);
        let removed = if target.is_dir() {
            fs::remove_dir_all(target)
        } else {
            fs::remove_file(target)
        };
        removed.unwrap_or_else(|error| panic!("{path}: {error}"));
        self
    }

    /// Puts a symbolic link in the place of whatever is there.
    pub fn link(&self, path: &str, target: &str) -> &Self {
        if self.path(path).exists() {
            self.remove(path);
        }
        std::os::unix::fs::symlink(target, self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        self
    }
}
