//! The packages in node_modules, each where Node looks for it: not what a package's tests have for fixtures.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::collected::Collected;
use super::manifest::Manifest;
use crate::inspect::files::directories;

/// Adds the packages of the workspace's root and of each of its projects.
pub(super) fn of_workspace(workspace: &Path, collected: &mut Collected<'_>) {
    let mut left = below(workspace);
    while let Some(directory) = left.pop() {
        match is_modules(&directory) {
            true => add_modules(&directory, collected, false),
            false => left.extend(below(&directory)),
        }
    }
}

/// Adds the packages of every node_modules of the base, and outside of them every program that comes as a package, as
/// yarn does.
pub(super) fn of_base(base: &Path, collected: &mut Collected<'_>) {
    // What these hold is no file of the image.
    let mounts = ["proc", "sys", "dev"].map(|name| base.join(name));
    let mut left = below(base);
    while let Some(directory) = left.pop() {
        if mounts.contains(&directory) {
            continue;
        }
        let mut is_program = || {
            let manifest = Manifest::read(&directory).filter(|manifest| manifest.version.is_some());
            let service = &collected.facts.service;
            manifest.is_some_and(|manifest| collected.add_installed(&manifest, service, true).is_some())
        };
        if is_modules(&directory) {
            add_modules(&directory, collected, true);
        } else if is_program() {
            add_modules(&directory.join("node_modules"), collected, true);
        } else {
            left.extend(below(&directory));
        }
    }
}

/// What is to be looked at, with the key of the package that holds it.
enum Step {
    /// A directory node_modules.
    Modules(PathBuf, Rc<str>),
    /// A package's directory.
    Package(PathBuf, Rc<str>),
}

/// Adds the packages of a directory node_modules, and those in turn that lie in them.
fn add_modules(directory: &Path, collected: &mut Collected<'_>, is_contained: bool) {
    let owner = Rc::from(collected.facts.service.as_str());
    let mut left = vec![Step::Modules(directory.to_path_buf(), owner)];
    while let Some(step) = left.pop() {
        match step {
            Step::Modules(directory, owner) => {
                let mut steps = in_modules(&directory, &owner);
                steps.reverse();
                left.append(&mut steps);
            }
            Step::Package(directory, owner) => {
                let key = Manifest::read(&directory)
                    .and_then(|manifest| collected.add_installed(&manifest, &owner, is_contained));
                let owner = key.map_or(owner, Rc::from);
                left.push(Step::Modules(directory.join("node_modules"), owner));
            }
        }
    }
}

/// Returns what is in a directory node_modules, in order: packages, those of scopes, and pnpm's store.
fn in_modules(directory: &Path, owner: &Rc<str>) -> Vec<Step> {
    let mut steps = Vec::new();
    for file in directories(directory) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name == ".pnpm" {
            let stored = directories(&file)
                .into_iter()
                .map(|stored| stored.join("node_modules"));
            steps.extend(stored.map(|modules| Step::Modules(modules, Rc::clone(owner))));
        } else if name.starts_with('@') {
            let scoped = directories(&file).into_iter();
            steps.extend(scoped.map(|package| Step::Package(package, Rc::clone(owner))));
        } else if !name.starts_with('.') {
            steps.push(Step::Package(file, Rc::clone(owner)));
        }
    }
    steps
}

fn is_modules(directory: &Path) -> bool {
    directory.file_name().is_some_and(|name| name == "node_modules")
}

/// Returns the directories in a directory, the first one last.
fn below(directory: &Path) -> Vec<PathBuf> {
    let mut found = directories(directory);
    found.reverse();
    found
}
