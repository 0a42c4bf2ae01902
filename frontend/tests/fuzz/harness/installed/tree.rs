//! What an install left: the packages that a service's programs could load, found as Node finds them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::author::Author;
use super::directory::Directory;

/// What is reached from a service.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The entries of the virtual store.
    pub(super) packages: BTreeSet<String>,
    /// Where each name in a project's `node_modules` leads to, but for the root's, where pnpm hoists.
    pub(super) links: BTreeMap<String, String>,
}

/// Walks an install.
struct Walk<'a> {
    root: &'a Path,
    author: &'a Author,
    tree: Tree,
    /// Directories of modules that are yet to be looked at.
    todo: Vec<PathBuf>,
}

impl Tree {
    /// Returns what the service reaches; with the root's tools, where they are asked for.
    pub(super) fn of(directory: &Directory, author: &Author, with_tools: bool) -> Self {
        let root = directory.path();
        let mut walk = Walk {
            root,
            author,
            tree: Self::default(),
            todo: vec![root.join(author.service()).join("node_modules")],
        };
        if with_tools {
            for name in author.tools() {
                walk.follow(&root.join("node_modules").join(name));
            }
        }
        while let Some(modules) = walk.todo.pop() {
            walk.look(&modules);
        }
        walk.tree
    }

    /// Returns all entries of a virtual store.
    pub(super) fn store(directory: &Directory) -> BTreeSet<String> {
        let names = names(&directory.path().join("node_modules/.pnpm")).into_iter();
        names
            .filter(|name| !["lock.yaml", "node_modules"].contains(&name.as_str()))
            .collect()
    }
}

impl Walk<'_> {
    /// Looks at the names in a directory of modules.
    fn look(&mut self, modules: &Path) {
        for name in names(modules).into_iter().filter(|name| !name.starts_with('.')) {
            let path = modules.join(&name);
            if name.starts_with('@') && !path.is_symlink() {
                self.look(&path);
                continue;
            }
            let link = self.below_root(&path);
            if !link.starts_with("node_modules/") {
                let to = path.canonicalize();
                let to = to.map_or_else(|_| "nothing".to_owned(), |to| self.below_root(&to));
                if self.tree.links.insert(link, to).is_some() {
                    continue;
                }
            }
            self.follow(&path);
        }
    }

    /// Goes where a name in a directory of modules leads.
    fn follow(&mut self, path: &Path) {
        let Ok(target) = path.canonicalize() else { return };
        let below = self.below_root(&target);
        let stored = below.strip_prefix("node_modules/.pnpm/");
        match stored.and_then(|below| below.split_once("/node_modules/")) {
            Some((package, name)) => {
                if self.tree.packages.insert(package.to_owned()) {
                    let modules = self.root.join("node_modules/.pnpm").join(package);
                    self.todo.push(modules.join("node_modules"));
                }
                // A copy of a project: the frontend installs the project itself too.
                if let Some(project) = self.author.directory_of(name) {
                    self.todo.push(self.root.join(project).join("node_modules"));
                }
            }
            None => self.todo.push(target.join("node_modules")),
        }
    }

    fn below_root(&self, path: &Path) -> String {
        path.strip_prefix(self.root).unwrap().to_str().unwrap().to_owned()
    }
}

/// Returns the names in a directory; none where there is none.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}
