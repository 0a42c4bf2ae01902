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
        Self::tracked(&repository().join("examples/erp"))
    }

    /// Copies the files of a directory that git tracks.
    pub fn tracked(original: &Path) -> Self {
        let directory = TempDir::with_prefix("vextrus-e2e-").expect("a temporary directory");
        let listed = Invocation::new("git")
            .args(["ls-files", "-z"])
            .directory(original)
            .output();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            let (from, to) = (original.join(path), directory.path().join(path));
            fs::create_dir_all(to.parent().expect("a file lies in a directory"))
                .expect("a directory is made");
            let copied = match fs::read_link(&from) {
                Ok(target) => std::os::unix::fs::symlink(target, &to),
                Err(_) => fs::copy(&from, &to).map(|_| ()),
            };
            copied.unwrap_or_else(|error| panic!("{path}: {error}"));
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

    /// Returns a workspace of a service that prints the name of a package which it needs, without anything of the
    /// registry's: both are JavaScript, and the package is built by a script.
    pub fn service_and_library() -> Self {
        let workspace = Self::empty();
        workspace
            .write("pnpm-workspace.yaml", "packages: [service, library]\n")
            .write(
                "package.json",
                r#"{"name": "root", "private": true, "packageManager": "pnpm@10.34.9"}"#,
            )
            .write(
                "pnpm-lock.yaml",
                "lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n  excludeLinksFromLockfile: false\n\n\
                 importers:\n\n  .: {}\n\n  library: {}\n\n  service:\n    dependencies:\n      library:\n        \
                 specifier: workspace:*\n        version: link:../library\n",
            )
            .write(
                "library/package.json",
                r#"{"name": "library", "version": "2.0.0", "license": "MIT", "main": "dist/index.js",
                    "scripts": {"build": "node build.js"}}"#,
            )
            .write(
                "library/build.js",
                "const fs = require('node:fs');\nfs.mkdirSync('dist', { recursive: true });\n\
                 fs.writeFileSync('dist/index.js', \"module.exports = 'library';\\n\");\n",
            )
            .write(
                "service/package.json",
                r#"{"name": "service", "version": "1.0.0", "license": "UNLICENSED", "main": "index.js",
                    "dependencies": {"library": "workspace:*"}}"#,
            )
            .write("service/index.js", "console.log(require('library'));\n")
            .write("service/service.toml", "# syntax=vextrus/frontend\n");
        workspace
    }

    /// Returns the workspace's directory, or a path in it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// Returns the workspace's directory.
    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    /// Returns the workspace as a tar archive, packed by somebody who is not root.
    pub fn tar(&self) -> Vec<u8> {
        let archive =
            Invocation::new("tar").args(["--create", "--owner=1234", "--group=1234", "--sort=name"]);
        archive
            .args(["."])
            .directory(self.root())
            .finish()
            .succeeded()
            .stdout
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
