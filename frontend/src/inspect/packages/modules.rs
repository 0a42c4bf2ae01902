//! The packages in node_modules, each where Node looks for it: not what a package's tests have for fixtures.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use super::collected::Collected;
use super::manifest::Manifest;
use crate::inspect::files::{directories, entries};

/// Adds the packages of each node_modules below a directory: those of a workspace's root and of its projects, or those that
/// a build has put into its output.
pub(super) fn of_directory(directory: &Path, collected: &mut Collected<'_>) {
    let mut left = below(directory);
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
    /// A directory node_modules, or a scope in one.
    Modules(PathBuf, Rc<str>),
    /// A package's directory.
    Package(PathBuf, Rc<str>),
}

/// Adds the packages of a directory node_modules, and those in turn that lie in them.
fn add_modules(directory: &Path, collected: &mut Collected<'_>, is_contained: bool) {
    let owner = Rc::from(collected.facts.service.as_str());
    let mut hidden = Hidden::below(directory);
    let mut left = vec![Step::Modules(directory.to_path_buf(), owner)];
    while let Some(step) = left.pop() {
        match step {
            Step::Modules(directory, owner) => {
                let mut steps = in_modules(&directory, &owner, &mut hidden);
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

/// Packages that links lead to, in directories whose names begin with a dot: where a build packs several versions of one, as
/// Nitro does (`.nitro/NAME@VERSION`). Those of pnpm are in its store, which is looked through.
struct Hidden {
    /// The node_modules that they are in.
    root: Option<PathBuf>,
    found: HashSet<PathBuf>,
}

impl Hidden {
    fn below(directory: &Path) -> Self {
        Self {
            root: directory.canonicalize().ok(),
            found: HashSet::new(),
        }
    }

    /// Returns the package that a link leads to, the first time that one does.
    fn follow(&mut self, link: &Path) -> Option<PathBuf> {
        let target = link.canonicalize().ok().filter(|target| target.is_dir())?;
        let mut names = target.strip_prefix(self.root.as_ref()?).ok()?.components();
        let hides = |name: Component<'_>| {
            let name = name.as_os_str().to_string_lossy();
            name.starts_with('.') && name != ".pnpm"
        };
        (names.next().is_some_and(hides) && self.found.insert(target.clone())).then_some(target)
    }
}

/// Returns what is in a directory node_modules, in order: packages, those of scopes, and pnpm's store.
fn in_modules(directory: &Path, owner: &Rc<str>, hidden: &mut Hidden) -> Vec<Step> {
    let mut steps = Vec::new();
    for (name, kind) in entries(directory).unwrap_or_default() {
        let file = directory.join(&name);
        let name = name.to_string_lossy();
        if kind.is_symlink() {
            let target = hidden.follow(&file);
            steps.extend(target.map(|package| Step::Package(package, Rc::clone(owner))));
        } else if !kind.is_dir() {
        } else if name == ".pnpm" {
            let stored = directories(&file)
                .into_iter()
                .map(|stored| stored.join("node_modules"));
            steps.extend(stored.map(|modules| Step::Modules(modules, Rc::clone(owner))));
        } else if name.starts_with('@') {
            // Packages lie in a scope as in the directory itself.
            steps.push(Step::Modules(file, Rc::clone(owner)));
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
