//! What people change between two builds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use vextrus_e2e::{Docker, Workspace};

use crate::subject::{Product, Subject};

/// Small packages without dependencies that few workspaces have; each run adds another one.
const DEPENDENCIES: [&str; 8] = [
    "left-pad@1.3.0",
    "leven@3.1.0",
    "repeat-string@1.6.1",
    "array-shuffle@3.0.0",
    "camelcase@6.3.0",
    "escape-goat@3.0.0",
    "indent-string@4.0.0",
    "slash@3.0.0",
];

/// Files with what is written into them; one without is removed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    files: BTreeMap<String, Option<String>>,
}

/// Files with what they held before.
#[derive(Debug)]
pub(crate) struct Applied {
    before: Edit,
}

impl Edit {
    /// Adds a line to a service's entry file, so that what is built of it changes: a bundler leaves out what nobody
    /// imports, and lets a statement be.
    ///
    /// # Errors
    /// That the package has no source file.
    pub(crate) fn source(workspace: &Workspace, subject: &Subject) -> Result<Self, String> {
        match subject.product {
            Product::Service => Self::code(workspace, &subject.directory, &subject.entry),
            Product::Site => {
                let file = source(workspace, &subject.directory, &subject.entry)?;
                let text = format!(
                    "{}\nconsole.info('changed {}');\n",
                    workspace.read(&file),
                    unique()
                );
                Ok(Self::of([(file, text)]))
            }
        }
    }

    /// Adds a line to a package's README.md, which is made where there is none.
    pub(crate) fn readme(workspace: &Workspace, directory: &str) -> Self {
        let file = Path::new(directory).join("README.md").display().to_string();
        let text = held(workspace, &file).unwrap_or_default();
        Self::of([(file, format!("{text}\nChanged {}.\n", unique()))])
    }

    /// Adds an exported line to a package's main source file, so that what is compiled of it changes.
    ///
    /// # Errors
    /// That the package has no source file.
    pub(crate) fn code(workspace: &Workspace, directory: &str, entry: &str) -> Result<Self, String> {
        let file = source(workspace, directory, entry)?;
        let unique = unique();
        let line = if file.ends_with(".ts") || file.ends_with(".mts") || file.ends_with(".tsx") {
            format!("\nexport function changed{unique}(): string {{\n  return '{unique}';\n}}\n")
        } else {
            format!("\nglobalThis.changed{unique} = '{unique}';\n")
        };
        let text = workspace.read(&file) + &line;
        Ok(Self::of([(file, text)]))
    }

    /// Adds a statement to a package's main source file, so that what it does changes, and nothing that it declares.
    ///
    /// # Errors
    /// That the package has no source file.
    pub(crate) fn inside(workspace: &Workspace, directory: &str, entry: &str) -> Result<Self, String> {
        let file = source(workspace, directory, entry)?;
        let line = format!(
            "\nObject.defineProperty(globalThis, Symbol('{}'), {{ value: 1 }});\n",
            unique()
        );
        let text = workspace.read(&file) + &line;
        Ok(Self::of([(file, text)]))
    }

    /// Adds blank lines to the end of a package's main source file, another number with each run: what is compiled of
    /// it stays as it is. A comment would be in the output, and a type that nobody uses is an error to strict compilers.
    ///
    /// # Errors
    /// That the package has no source file.
    pub(crate) fn blank_lines(
        workspace: &Workspace,
        directory: &str,
        entry: &str,
        run: usize,
    ) -> Result<Self, String> {
        let file = source(workspace, directory, entry)?;
        let text = workspace.read(&file) + &"\n".repeat(run + 1);
        Ok(Self::of([(file, text)]))
    }

    /// Adds a dependency to a package by the real package manager in a container; which one and on which image is the
    /// subject's.
    ///
    /// # Errors
    /// What it said.
    pub(crate) fn dependency(
        docker: &Docker,
        workspace: &Workspace,
        subject: &Subject,
        (name, directory): (&str, &str),
        run: usize,
    ) -> Result<Self, String> {
        let manager = &subject.manager;
        let lockfile = workspace.read(manager.lockfile());
        let free = DEPENDENCIES
            .iter()
            .filter(|package| !manager.holds(&lockfile, package));
        let package = free
            .cycle()
            .nth(run)
            .ok_or("the workspace has every dependency that could be added")?;
        let scratch = Workspace::empty();
        for file in manifests(workspace.root()) {
            scratch.write(&file, workspace.read(&file));
        }
        manager.run(
            docker,
            &subject.build_base,
            &scratch,
            &manager.add(name, directory, package),
        )?;
        let manifest = Path::new(directory).join("package.json").display().to_string();
        let files = [manifest, manager.lockfile().to_owned()];
        let changed = files.map(|file| {
            let text = scratch.read(&file);
            (file, text)
        });
        Ok(Self::of(changed))
    }

    /// Replaces files, by what is to be in each.
    pub(crate) fn of(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let files = files.into_iter().map(|(file, text)| (file, Some(text)));
        Self {
            files: files.collect(),
        }
    }

    /// Writes the files; what they held is returned.
    pub(crate) fn apply(&self, workspace: &Workspace) -> Applied {
        let before = self
            .files
            .keys()
            .map(|file| (file.clone(), held(workspace, file)))
            .collect();
        for (file, text) in &self.files {
            match text {
                Some(text) => workspace.write(file, text),
                None => workspace.remove(file),
            };
        }
        Applied {
            before: Self { files: before },
        }
    }
}

impl Applied {
    /// Writes what the files held before.
    pub(crate) fn revert(self, workspace: &Workspace) {
        self.before.apply(workspace);
    }
}

/// Returns what a file holds, if it is there.
fn held(workspace: &Workspace, file: &str) -> Option<String> {
    workspace.path(file).is_file().then(|| workspace.read(file))
}

/// Returns the source that the output of a package's entry is compiled from: by the usual directories, else the first
/// source of the package.
fn source(workspace: &Workspace, directory: &str, entry: &str) -> Result<String, String> {
    let stem = Path::new(entry).with_extension("");
    let stem = stem.to_string_lossy().into_owned();
    let inner = stem.split_once('/').map_or(stem.as_str(), |(_, inner)| inner);
    let inner = inner.strip_prefix("src/").unwrap_or(inner);
    let mut candidates = Vec::new();
    for stem in [
        format!("src/{inner}"),
        inner.to_owned(),
        "src/main".to_owned(),
        "src/index".to_owned(),
    ] {
        for kind in ["ts", "mts", "tsx", "js", "mjs", "cjs"] {
            candidates.push(format!("{directory}/{stem}.{kind}"));
        }
    }
    candidates
        .into_iter()
        .find(|file| workspace.path(file).is_file())
        .ok_or_else(|| format!("{directory}: no source file of {entry} is found"))
}

/// Returns what package managers read of a workspace to resolve it: manifests and settings.
fn manifests(root: &Path) -> Vec<String> {
    let mut left = vec![root.to_owned()];
    let mut found = Vec::new();
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let settings = [
                "package-lock.json",
                "pnpm-lock.yaml",
                "pnpm-workspace.yaml",
                ".npmrc",
                ".pnpmfile.cjs",
                ".pnpmfile.mjs",
            ];
            if path.is_dir() && name != "node_modules" && name != ".git" {
                left.push(path);
            } else if (name == "package.json"
                || settings.contains(&name.as_str())
                || name.ends_with(".patch"))
                && let Ok(relative) = path.strip_prefix(root)
            {
                found.push(relative.display().to_string());
            }
        }
    }
    found.sort();
    found
}

/// Returns a number that no earlier run had.
fn unique() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_nanos())
}

#[cfg(test)]
mod tests {
    use vextrus_e2e::Workspace;

    use super::{Edit, Product, manifests, source};
    use crate::subject::tests::subject;

    #[test]
    fn an_edit_is_taken_back() {
        let workspace = Workspace::empty();
        workspace.write("kernel/src/index.ts", "export {};\n");
        for edit in [
            Edit::code(&workspace, "kernel", "dist/index.js").unwrap(),
            Edit::blank_lines(&workspace, "kernel", "dist/index.js", 0).unwrap(),
        ] {
            let applied = edit.apply(&workspace);
            assert!(workspace.read("kernel/src/index.ts").len() > "export {};\n".len());
            applied.revert(&workspace);
            assert_eq!(workspace.read("kernel/src/index.ts"), "export {};\n");
        }
    }

    #[test]
    fn the_source_is_found_by_the_entry() {
        let workspace = Workspace::empty();
        workspace
            .write("a/src/server.ts", "")
            .write("b/src/main.ts", "")
            .write("c/index.js", "");
        assert_eq!(
            source(&workspace, "a", "dist/src/server.js").unwrap(),
            "a/src/server.ts"
        );
        assert_eq!(source(&workspace, "b", "build/out.js").unwrap(), "b/src/main.ts");
        assert_eq!(source(&workspace, "c", "index.js").unwrap(), "c/index.js");
        assert_eq!(
            source(&workspace, "d", "index.js").unwrap_err(),
            "d: no source file of index.js is found"
        );
    }

    #[test]
    fn a_readme_that_was_not_there_goes_again() {
        let workspace = Workspace::empty();
        for (text, directory) in [(None, "."), (Some("# Kernel\n"), "kernel")] {
            if let Some(text) = text {
                workspace.write(&format!("{directory}/README.md"), text);
            }
            let applied = Edit::readme(&workspace, directory).apply(&workspace);
            let file = format!("{directory}/README.md");
            assert!(workspace.read(&file).contains("\nChanged "));
            applied.revert(&workspace);
            assert_eq!(super::held(&workspace, &file).as_deref(), text);
        }
    }

    #[test]
    fn a_line_of_a_site_is_one_that_a_bundler_keeps() {
        let workspace = Workspace::empty();
        workspace.write("src/main.tsx", "");
        let mut site = subject("portal", &[]);
        (site.product, site.directory, site.entry) = (Product::Site, ".".to_owned(), "index.html".to_owned());
        let applied = Edit::source(&workspace, &site).unwrap().apply(&workspace);
        assert!(
            workspace
                .read("src/main.tsx")
                .starts_with("\nconsole.info('changed ")
        );
        applied.revert(&workspace);
    }

    #[test]
    fn manifests_and_settings_are_all_that_is_read_to_resolve() {
        let workspace = Workspace::empty();
        for file in [
            "package.json",
            "pnpm-lock.yaml",
            "a/package.json",
            "a/src/x.ts",
            "node_modules/b/package.json",
        ] {
            workspace.write(file, "");
        }
        assert_eq!(
            manifests(workspace.root()),
            ["a/package.json", "package.json", "pnpm-lock.yaml"]
        );
    }
}
