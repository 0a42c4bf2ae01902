//! The real pnpm, and what it leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use super::directory::Directory;

/// A program of pnpm.
#[derive(Debug)]
pub(super) struct Pnpm<'a>(&'a Path);

/// What an install left.
#[derive(Debug)]
pub(super) struct Tree {
    /// The packages of the virtual store.
    pub(super) packages: BTreeSet<String>,
    /// Where each name in a project's `node_modules` leads to.
    pub(super) links: BTreeMap<String, String>,
}

impl<'a> Pnpm<'a> {
    pub(super) fn new(program: &'a Path) -> Self {
        Self(program)
    }

    /// Runs pnpm in a directory.
    ///
    /// # Errors
    /// What it says where it fails.
    pub(super) fn run(&self, directory: &Directory, arguments: &[&str]) -> Result<(), String> {
        let ran = Command::new("node")
            .arg(self.0)
            .args(arguments)
            .args(["--ignore-scripts", "--prefer-offline"])
            .current_dir(directory.path())
            .env("CI", "true")
            .env("npm_config_update_notifier", "false")
            .env("npm_config_manage_package_manager_versions", "false")
            .output()
            .unwrap();
        if ran.status.success() {
            return Ok(());
        }
        let said = [ran.stdout, ran.stderr].concat();
        Err(format!(
            "pnpm {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&said)
        ))
    }
}

impl Tree {
    /// Looks at what is installed in a directory.
    pub(super) fn of(directory: &Directory) -> Self {
        let root = directory.path();
        let mut tree = Self {
            packages: names(&root.join("node_modules/.pnpm"))
                .into_iter()
                .filter(|name| name.contains('@'))
                .collect(),
            links: BTreeMap::new(),
        };
        let mut todo = vec![root.to_owned()];
        while let Some(directory) = todo.pop() {
            for name in names(&directory) {
                let path = directory.join(&name);
                if name == "node_modules" {
                    tree.look(root, &path);
                } else if path.is_dir() {
                    todo.push(path);
                }
            }
        }
        tree
    }

    /// Notes where the names in a `node_modules` lead to.
    fn look(&mut self, root: &Path, modules: &Path) {
        for name in names(modules).into_iter().filter(|name| !name.starts_with('.')) {
            let path = modules.join(&name);
            if name.starts_with('@') {
                self.look(root, &path);
                continue;
            }
            let below = |path: &Path| path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let to = path
                .canonicalize()
                .map_or_else(|_| "nothing".to_owned(), |to| below(&to));
            self.links.insert(below(&path), to);
        }
    }
}

/// Returns the names in a directory; none where there is none.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}
