//! Files that real tools wrote: those of the fixtures and of the example.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::workspace::Files;

/// Files of the repository, by what they are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    IgnoreFile,
    Lockfile,
    PackageLock,
    Manifest,
    Npmrc,
    PackageJson,
    Tsconfig,
    Turbo,
    WorkspaceFile,
}

/// Larger files take longer to try than they have to tell: a fault is as likely in a small one.
const MAX_BYTES: u64 = 24 << 10;

/// Returns the texts of a kind, each once, in the same order everywhere.
pub(crate) fn texts(kind: Kind) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths = Vec::new();
    for directory in [
        "tests/fixtures",
        "examples",
        "frontend/src/kinds/node/npm/fixtures",
        "frontend/src/kinds/node/pnpm/fixtures",
    ] {
        find(&root.join(directory), kind, &mut paths);
    }
    let mut texts: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    texts.sort();
    texts.dedup();
    assert!(!texts.is_empty(), "no file is a {kind:?}");
    texts
}

/// Returns the workspaces of the fixtures as the repositories of each major of pnpm have them, with the path of the first
/// manifest in each.
pub(crate) fn workspaces() -> Vec<(Files, String)> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let json = |path: PathBuf| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let releases = json(fixtures.join("pnpm.json"));
    let mut directories: Vec<PathBuf> = entries(&fixtures);
    directories.retain(|directory| directory.join("fixture.json").exists());
    let mut found = Vec::new();
    for directory in directories {
        let fixture = json(directory.join("fixture.json"));
        for major in fixture["majors"].as_array().unwrap() {
            let major = major.as_u64().unwrap();
            let mut files = Files::new();
            for layer in entries(&directory) {
                let name = layer.file_name().unwrap().to_str().unwrap();
                if is_of(name, major) {
                    collect(&layer, &layer, &mut files);
                }
            }
            let locks = directory.join(format!("locks/pnpm-{major}"));
            collect(&locks, &locks, &mut files);
            let release = &releases[major.to_string()];
            for (placeholder, key) in [("<version>", "version"), ("<sha512>", "sha512")] {
                for text in files.values_mut() {
                    let written = String::from_utf8_lossy(text);
                    *text = written
                        .replace(placeholder, release[key].as_str().unwrap())
                        .into();
                }
            }
            let manifest = fixture["cases"][0]["file"].as_str().unwrap().to_owned();
            found.push((files, manifest));
        }
    }
    found
}

/// Whether a directory of a fixture is part of what a major of pnpm sees: `files`, `files-8-9`.
fn is_of(name: &str, major: u64) -> bool {
    let Some(range) = name.strip_prefix("files") else {
        return false;
    };
    let range = range.strip_prefix('-').and_then(|range| range.split_once('-'));
    range.is_none_or(|(first, last)| (first.parse().unwrap()..=last.parse().unwrap()).contains(&major))
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries.retain(|path| path.is_dir());
    entries
}

fn collect(root: &Path, directory: &Path, files: &mut Files) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            // What a tree of tests installed is no part of the repository.
            if !name.contains("node_modules/") {
                files.insert(name.to_owned(), fs::read(&path).unwrap());
            }
        }
    }
}

fn find(directory: &Path, kind: Kind, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        if path.is_dir() {
            if !["node_modules", "dist"].contains(&name.as_str()) {
                find(&path, kind, found);
            }
        } else if kind.is(&name) && entry.metadata().unwrap().len() <= MAX_BYTES {
            found.push(path);
        }
    }
}

impl Kind {
    fn is(self, name: &str) -> bool {
        match self {
            Self::IgnoreFile => name.ends_with(".dockerignore"),
            // The lockfiles of unit tests are named for their pnpm.
            Self::Lockfile => {
                name.ends_with(".yaml") && name.starts_with("pnpm-") && !Self::WorkspaceFile.is(name)
            }
            Self::Manifest => name.ends_with(".toml"),
            Self::Npmrc => name == ".npmrc",
            Self::PackageLock => name == "package-lock.json",
            Self::PackageJson => name == "package.json",
            Self::Tsconfig => name.starts_with("tsconfig") && name.ends_with(".json"),
            Self::Turbo => name == "turbo.json",
            Self::WorkspaceFile => name == "pnpm-workspace.yaml",
        }
    }
}
