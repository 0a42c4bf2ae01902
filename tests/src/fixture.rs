//! The workspaces of `tests/fixtures`: one feature of pnpm or npm each, with a lockfile of every major that has it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Workspace, repository};

/// The names of lockfiles.
const LOCKFILES: [&str; 3] = ["pnpm-lock.yaml", "package-lock.json", "npm-shrinkwrap.json"];

/// A workspace for one feature of a package manager.
///
/// Its directory holds `fixture.json`, the workspace in `files`, what only some majors see of it in
/// `files-FIRST-LAST`, and the lockfiles that the real one of each major made in `locks/NAME-MAJOR`. Where a
/// lockfile is to be older than the workspace, `before` holds what it was made from.
#[derive(Debug)]
pub struct Fixture {
    /// The directory's name.
    pub name: String,
    /// The feature, for people.
    pub feature: String,
    /// The majors that have it.
    pub majors: Vec<u64>,
    /// Why the other majors do not.
    pub absent: Option<String>,
    /// What is built of it.
    pub cases: Vec<Case>,
    directory: PathBuf,
}

/// One build of a fixture.
#[derive(Debug)]
pub struct Case {
    /// The manifest.
    pub file: String,
    /// The majors that it is built with, among the fixture's.
    pub majors: Vec<u64>,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Texts that occur in its warnings; without any, there are no warnings.
    pub warnings: Vec<String>,
}

/// What becomes of a build.
#[derive(Debug)]
pub enum Outcome {
    /// An image whose command prints these lines.
    Prints(Vec<String>),
    /// An error with these texts in it.
    Fails(Vec<String>),
}

/// An exact version of a package manager for each supported major.
#[derive(Debug)]
pub struct Releases {
    /// The package manager's name.
    pub name: &'static str,
    versions: BTreeMap<u64, Release>,
}

#[derive(Debug)]
struct Release {
    version: String,
    sha512: String,
}

impl Releases {
    /// Reads the versions of pnpm that lockfiles were made with.
    pub fn of_pnpm() -> Self {
        Self::read("pnpm", &fixtures())
    }

    /// Reads the versions of npm that lockfiles were made with.
    pub fn of_npm() -> Self {
        Self::read("npm", &fixtures().join("npm"))
    }

    fn read(name: &'static str, directory: &Path) -> Self {
        let releases = read_json(&directory.join(format!("{name}.json")));
        let releases = releases.as_object().expect("releases are an object").iter();
        let versions = releases.map(|(major, release)| {
            let text = |key: &str| release[key].as_str().expect("releases have texts").to_owned();
            let major = major.parse().expect("releases are keyed by majors");
            (
                major,
                Release {
                    version: text("version"),
                    sha512: text("sha512"),
                },
            )
        });
        Self {
            name,
            versions: versions.collect(),
        }
    }

    /// Returns the exact version of a major.
    pub fn version(&self, major: u64) -> &str {
        &self.versions[&major].version
    }

    /// Returns the majors in order.
    pub fn majors(&self) -> impl Iterator<Item = u64> {
        self.versions.keys().copied()
    }
}

impl Fixture {
    /// Reads every fixture of pnpm, in the order of their names.
    pub fn all() -> Vec<Self> {
        Self::below(&fixtures())
    }

    /// Reads every fixture of npm, in the order of their names.
    pub fn of_npm() -> Vec<Self> {
        Self::below(&fixtures().join("npm"))
    }

    fn below(directory: &Path) -> Vec<Self> {
        let entries = fs::read_dir(directory).expect("the fixtures are there");
        let mut directories: Vec<PathBuf> = entries
            .map(|entry| entry.expect("the fixtures can be listed").path())
            .filter(|directory| directory.join("fixture.json").exists())
            .collect();
        directories.sort();
        directories.into_iter().map(Self::read).collect()
    }

    /// Reads one fixture.
    pub fn named(name: &str) -> Self {
        Self::read(fixtures().join(name))
    }

    fn read(directory: PathBuf) -> Self {
        let described = read_json(&directory.join("fixture.json"));
        let majors = numbers(&described["majors"]).expect("a fixture has majors");
        let cases = described["cases"].as_array().expect("a fixture has cases");
        let text = |key: &str| described[key].as_str().map(str::to_owned);
        Self {
            name: directory
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
            feature: text("feature").expect("a fixture names its feature"),
            absent: text("absent"),
            cases: cases.iter().map(|case| Case::read(case, &majors)).collect(),
            majors,
            directory,
        }
    }

    /// Puts the workspace together as a repository that uses this major has it.
    pub fn workspace(&self, major: u64, releases: &Releases) -> Workspace {
        let workspace = Workspace::empty();
        let locks = format!("locks/{}-{major}", releases.name);
        let layers = self.layers(major);
        for layer in layers.iter().map(String::as_str).chain([locks.as_str()]) {
            copy(&self.directory.join(layer), workspace.root());
        }
        // What every workspace should say, and the frontend warns of; a fixture has another subject.
        let is_lockfile = |file: &PathBuf| LOCKFILES.iter().any(|name| file.ends_with(name));
        for lockfile in files(workspace.root()).filter(is_lockfile) {
            let version = lockfile.with_file_name(".nvmrc");
            if !version.exists() {
                fs::write(version, "22\n").expect("a version of Node is written");
            }
        }
        let release = &releases.versions[&major];
        for manifest in files(workspace.root()).filter(|file| file.ends_with("package.json")) {
            let text = fs::read_to_string(&manifest).expect("package.json is text");
            let text = text
                .replace("<version>", &release.version)
                .replace("<sha512>", &release.sha512);
            fs::write(&manifest, text).expect("package.json can be written");
        }
        workspace
    }

    /// Returns the directories that the workspace is made of; `fixtures/relock.cjs` does the same.
    fn layers(&self, major: u64) -> Vec<String> {
        let entries = fs::read_dir(&self.directory).expect("the fixture is there");
        let names = entries.map(|entry| entry.expect("a name").file_name().to_string_lossy().into_owned());
        let mut ranged: Vec<String> = names
            .filter(|name| {
                let range = name
                    .strip_prefix("files-")
                    .and_then(|range| range.split_once('-'));
                let bound = |text: &str| text.parse::<u64>().expect("files-FIRST-LAST names majors");
                range.is_some_and(|(first, last)| (bound(first)..=bound(last)).contains(&major))
            })
            .collect();
        ranged.sort();
        ranged.insert(0, "files".to_owned());
        ranged
    }
}

impl Case {
    fn read(described: &Value, majors: &[u64]) -> Self {
        let outcome = match (texts(&described["prints"]), texts(&described["error"])) {
            (Some(lines), None) => Outcome::Prints(lines),
            (None, Some(parts)) => Outcome::Fails(parts),
            _ => panic!("a case either prints or fails: {described}"),
        };
        Self {
            file: described["file"]
                .as_str()
                .expect("a case has a manifest")
                .to_owned(),
            majors: numbers(&described["majors"]).unwrap_or_else(|| majors.to_vec()),
            outcome,
            warnings: texts(&described["warnings"]).unwrap_or_default(),
        }
    }
}

fn fixtures() -> PathBuf {
    repository().join("tests/fixtures")
}

fn read_json(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn numbers(list: &Value) -> Option<Vec<u64>> {
    Some(list.as_array()?.iter().filter_map(Value::as_u64).collect())
}

fn texts(list: &Value) -> Option<Vec<String>> {
    Some(
        list.as_array()?
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    )
}

/// Copies a directory's files over those of another one.
fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).expect("a file lies in its directory"));
        fs::create_dir_all(target.parent().expect("a file lies in a directory"))
            .expect("a directory is made");
        fs::copy(&file, &target).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

/// Returns the files below a directory.
fn files(directory: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let mut left = vec![directory.to_owned()];
    let mut found = Vec::new();
    while let Some(directory) = left.pop() {
        let entries =
            fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
        for path in entries.map(|entry| entry.expect("a name").path()) {
            if path.is_dir() {
                left.push(path)
            } else {
                found.push(path)
            }
        }
    }
    found.into_iter()
}
