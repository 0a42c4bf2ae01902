//! What people change between two builds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use vextrus_e2e::{Docker, Workspace};

use crate::resolver;
use crate::subject::Subject;

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

/// Files with what is written into them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    files: BTreeMap<String, String>,
}

/// Files with what they held before.
#[derive(Debug)]
pub(crate) struct Applied {
    before: Edit,
}

impl Edit {
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

    /// Adds a dependency to a package as `pnpm add` does, by the real pnpm in a container; what of pnpm and on which
    /// image is the subject's.
    ///
    /// # Errors
    /// What pnpm said.
    pub(crate) fn dependency(
        docker: &Docker,
        workspace: &Workspace,
        subject: &Subject,
        (name, directory): (&str, &str),
        run: usize,
    ) -> Result<Self, String> {
        let lockfile = workspace.read("pnpm-lock.yaml");
        let free = DEPENDENCIES.iter().filter(|package| !lockfile.contains(*package));
        let package = free
            .cycle()
            .nth(run)
            .ok_or("the workspace has every dependency that could be added")?;
        let scratch = Workspace::empty();
        for file in manifests(workspace.root()) {
            scratch.write(&file, workspace.read(&file));
        }
        let arguments = format!("--filter '{name}' add --lockfile-only --ignore-scripts {package}");
        resolver::pnpm(docker, &subject.build_base, &subject.pnpm, &scratch, &arguments)?;
        let manifest = Path::new(directory).join("package.json").display().to_string();
        let files = [manifest, "pnpm-lock.yaml".to_owned()];
        let changed = files.map(|file| {
            let text = scratch.read(&file);
            (file, text)
        });
        Ok(Self::of(changed))
    }

    /// Replaces files, by what is to be in each.
    pub(crate) fn of(files: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            files: files.into_iter().collect(),
        }
    }

    /// Writes the files; what they held is returned.
    pub(crate) fn apply(&self, workspace: &Workspace) -> Applied {
        let before = self
            .files
            .keys()
            .map(|file| (file.clone(), workspace.read(file)))
            .collect();
        for (file, text) in &self.files {
            workspace.write(file, text);
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

/// Returns what `pnpm` reads of a workspace to resolve it: manifests and settings.
fn manifests(root: &Path) -> Vec<String> {
    let mut left = vec![root.to_owned()];
    let mut found = Vec::new();
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let settings = [
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

    use super::{Edit, manifests, source};

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
    fn manifests_and_settings_are_all_that_pnpm_reads() {
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
