//! `pnpm-workspace.yaml`: which directories are projects, catalogs, and from pnpm 10 on the settings.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::yaml;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, SourceFile, cut, names};
use crate::kinds::node::npmrc::without_credentials;
use crate::kinds::node::workspace::ImporterId;
use crate::kinds::node::workspace::globs::Globs;
use crate::kinds::node::workspace::package_json::PackageJson;

/// A workspace's file.
#[derive(Debug, Clone)]
pub struct PnpmWorkspace {
    /// The file, for places in messages.
    pub file: Arc<SourceFile>,
    /// `packages` as written; `None` where the file has none.
    pub packages: Option<Vec<String>>,
    /// All keys as written, `packages` included, in the order of the file.
    pub raw: Map<String, Value>,
    globs: Globs,
}

/// Has pnpm 10 and later do without packages for patches.
const ALLOW_UNUSED_PATCHES: &str = "allowUnusedPatches";
/// What only a resolution or an install reads, which may be long.
const OF_VERSIONS: [&str; 9] = [
    "packages",
    "allowBuilds",
    "catalog",
    "catalogs",
    "onlyBuiltDependencies",
    "overrides",
    "packageExtensions",
    "patchedDependencies",
    "minimumReleaseAgeExclude",
];
/// How much of a value is shown in a message, in characters.
const SHOWN: usize = 80;

impl PnpmWorkspace {
    /// Reads the workspace's file; of several documents the first.
    ///
    /// # Errors
    /// Malformed YAML, `packages` that is no list of strings, malformed patterns.
    pub fn parse(file: &Arc<SourceFile>) -> Result<Self, Diagnostics> {
        const ADVICE: &str = "write keys and values such as `packages: [\"apps/*\"]`";
        let text = file.text.trim_start_matches('\u{feff}');
        let value = yaml::parse_first(text).map_err(|error| error.at(file, 1, ADVICE))?;
        let raw = match value {
            Value::Object(map) => map,
            Value::Null => Map::new(),
            _ => {
                let message = format!("{} holds no mapping; {ADVICE}", file.name);
                return Err(Diagnostic::named(names::INVALID_WORKSPACE_FILE, message)
                    .at(Place::of_line(file, 1))
                    .into());
            }
        };
        let place = Place::of_line(file, key_line(file, "packages"));
        let at =
            |message: String| Diagnostic::named(names::INVALID_WORKSPACE_FILE, message).at(place.clone());
        let mut wrong = Vec::new();
        let mut packages = None;
        match raw.get("packages") {
            None | Some(Value::Null) => {}
            Some(Value::Array(items)) => {
                let strings = items.iter().filter_map(|item| {
                    let string = item.as_str().map(str::to_owned);
                    if string.is_none() {
                        wrong.push(at(format!(
                            "`packages` holds {}; write a pattern in quotes, such as \"apps/*\"",
                            cut(&item.to_string(), SHOWN)
                        )));
                    }
                    string
                });
                packages = Some(strings.collect::<Vec<_>>());
            }
            Some(other) => wrong.push(at(format!(
                "`packages` is {}; write a list of patterns",
                cut(&other.to_string(), SHOWN)
            ))),
        }
        let globs = Globs::compile("packages", packages.as_deref().unwrap_or_default());
        let globs = globs.unwrap_or_else(|found| {
            wrong.extend(found.into_iter().map(at));
            Globs::default()
        });
        Diagnostics::check(wrong)?;
        Ok(Self {
            file: Arc::clone(file),
            packages,
            raw,
            globs,
        })
    }

    /// Whether a directory that holds a package.json is a project of the workspace; the root always is.
    pub fn contains(&self, directory: &str) -> bool {
        self.globs.contain(directory)
    }

    /// Returns a setting by its name, such as `overrides`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.raw.get(key).filter(|value| !value.is_null())
    }

    /// Returns the line of a top-level key.
    pub fn place(&self, key: &str) -> Place {
        Place::of_line(&self.file, key_line(&self.file, key))
    }

    /// Returns the line of a text below a top-level key, else the key's.
    pub fn place_of_text(&self, key: &str, text: &str) -> Place {
        let first = key_line(&self.file, key);
        let lines = (1..).zip(self.file.text.lines());
        let mut lines = lines.filter(|(number, line)| *number >= first && line.contains(text));
        Place::of_line(&self.file, lines.next().map_or(first, |(number, _)| number))
    }

    /// Returns the keys of settings that hold credentials, which stay out of the build.
    pub fn credentials(&self) -> Vec<String> {
        without_credentials(&self.raw).1
    }

    /// Returns the same settings for a workspace of only these projects, without credentials.
    ///
    /// Comments go, so that they do not decide over a cache. Overrides of the form `$name` are replaced by
    /// the range that `root` declares for the name, since the root's dependencies may be left out.
    pub fn narrowed<'a>(
        &self,
        importers: impl IntoIterator<Item = &'a ImporterId>,
        root: Option<&PackageJson>,
    ) -> String {
        let mut out = projects(importers);
        let (settings, _) = without_credentials(&self.raw);
        for (key, mut value) in settings
            .into_iter()
            .filter(|(key, _)| key != "packages" && key != ALLOW_UNUSED_PATCHES)
        {
            if let (Some(root), "overrides") = (root, key.as_str()) {
                root.resolve_references(&mut value);
            }
            yaml::entry(&mut out, &key, &value, 0);
        }
        if self.raw.contains_key("patchedDependencies") {
            // Patches of the whole workspace stay, and of a closure without any package pnpm would say that none was used.
            yaml::entry(&mut out, ALLOW_UNUSED_PATCHES, &Value::from(true), 0);
        }
        out
    }

    /// Returns the settings of a workspace whose dependencies are installed, without its list of projects: what is run in
    /// it reads nothing of how versions are chosen.
    pub fn of_scripts(&self) -> String {
        let mut out = String::new();
        let (settings, _) = without_credentials(&self.raw);
        for (key, value) in &settings {
            if !OF_VERSIONS.contains(&key.as_str()) {
                yaml::entry(&mut out, key, value, 0);
            }
        }
        out
    }
}

/// Writes the list of a workspace's projects.
pub fn projects<'a>(importers: impl IntoIterator<Item = &'a ImporterId>) -> String {
    // The root comes first: pnpm 8 and 9 refuse a list that is empty.
    let mut directories: Vec<String> = importers.into_iter().map(|id| escape(id)).collect();
    directories.sort();
    directories.retain(|directory| directory != ".");
    directories.insert(0, ".".to_owned());
    let mut out = String::new();
    yaml::entry(&mut out, "packages", &Value::from(directories), 0);
    out
}

/// Writes a directory as a pattern that matches it alone.
fn escape(directory: &str) -> String {
    let mut out = String::with_capacity(directory.len());
    for c in directory.chars() {
        if r"*?[]{}()!\".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Returns the 1-based line of a top-level key; the first where it stands in no line of its own.
fn key_line(file: &SourceFile, key: &str) -> u32 {
    let starts = |line: &str| {
        let line = line
            .trim_start_matches('\u{feff}')
            .trim_start_matches(['"', '\'']);
        line.strip_prefix(key)
            .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
    };
    (1..)
        .zip(file.text.lines())
        .find(|(_, line)| starts(line))
        .map_or(1, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::node::pnpm::fixtures::{ids, manifest};

    fn workspace(text: &str) -> PnpmWorkspace {
        PnpmWorkspace::parse(&SourceFile::new("pnpm-workspace.yaml", text)).unwrap()
    }

    #[test]
    fn finds_projects_by_pattern() {
        let workspace = workspace(
            "packages:\n  - 'apps/*'\n  - libs/**\n  - ./tools/{a,b}/\n  - '!**/test/**'\n  - ../out\n  - .hidden/x\n",
        );
        for (directory, want) in [
            (".", true),
            ("apps/a", true),
            ("apps/a/b", false),
            ("libs", true),
            ("libs/a/b/c", true),
            ("libs/a/test/b", false),
            ("tools/a", true),
            ("tools/c", false),
            ("../out", true),
            ("libs/x/node_modules/y", false),
            ("libs/.cache/y", false),
            (".hidden/x", true),
            ("other", false),
        ] {
            assert_eq!(workspace.contains(directory), want, "{directory}");
        }
    }

    #[test]
    fn narrows_to_the_closure_and_keeps_every_setting() {
        let text = "# why\npackages:\n  - apps/*\ncatalog:\n  react: ^18 # pinned\noverrides:\n  'a>b': $b\n  c: '1.0'\nallowBuilds:\n  esbuild: true\nnodeLinker: hoisted\nsupportedArchitectures:\n  os: [linux, current]\nminimumReleaseAge: 1440\n";
        let root = manifest(r#"{"devDependencies": {"b": "^2.0.0"}}"#);
        let narrowed = workspace(text).narrowed(&ids(&["libs/k", ".", "apps/[id]"]), Some(&root));
        assert_eq!(
            narrowed,
            "packages: [\".\",\"apps/\\\\[id\\\\]\",\"libs/k\"]\ncatalog:\n  react: ^18\noverrides:\n  a>b: ^2.0.0\n  c: '1.0'\nallowBuilds:\n  esbuild: true\nnodeLinker: hoisted\nsupportedArchitectures:\n  os: [\"linux\",\"current\"]\nminimumReleaseAge: 1440\n"
        );
        assert!(workspace(&narrowed).contains("libs/k") && !workspace(&narrowed).contains("apps/i"));
    }

    #[test]
    fn patches_may_be_of_packages_that_the_closure_lacks() {
        for own in ["", "allowUnusedPatches: false\n"] {
            let text = format!("{own}patchedDependencies:\n  a@1.0.0: patches/a.patch\n");
            let narrowed = workspace(&text).narrowed(&ids(&[]), None);
            let want = "packages: [\".\"]\npatchedDependencies:\n  a@1.0.0: patches/a.patch\nallowUnusedPatches: true\n";
            assert_eq!(narrowed, want);
        }
    }

    #[test]
    fn scripts_are_run_with_what_does_not_choose_versions() {
        let text = "packages: [a]\ncatalog:\n  react: ^18\noverrides:\n  a: $b\nscriptShell: bash\n\
                    patchedDependencies:\n  a@1.0.0: patches/a.patch\nenablePrePostScripts: false\n";
        assert_eq!(
            workspace(text).of_scripts(),
            "scriptShell: bash\nenablePrePostScripts: false\n"
        );
        assert_eq!(
            projects(&ids(&["libs/k", ".", "apps/[id]"])),
            "packages: [\".\",\"apps/\\\\[id\\\\]\",\"libs/k\"]\n"
        );
    }

    #[test]
    fn an_empty_file_has_settings_to_come() {
        for text in ["", "# nothing\n", "---\n"] {
            let workspace = workspace(text);
            assert_eq!(workspace.packages, None);
            assert_eq!(workspace.narrowed(&ids(&[]), None), "packages: [\".\"]\n");
        }
        assert_eq!(
            workspace("---\npackages: [a]\n---\nb: 1\n").packages,
            Some(vec!["a".to_owned()])
        );
    }

    #[test]
    fn mistakes_have_lines() {
        for (text, want) in [
            (
                "a: 1\npackages: x\n",
                "pnpm-workspace.yaml:2: `packages` is \"x\"; write a list",
            ),
            (
                "packages:\n  - 1\n  - 'a[b'\n",
                "pnpm-workspace.yaml:1: `packages` holds `a[b`",
            ),
            (
                &format!("a: 1\npackages: ['a', '{}']\n", "{a,b}".repeat(2000)),
                "pnpm-workspace.yaml:2: `packages` holds `{a,b}{a,b}",
            ),
            ("packages: [\n", "is not valid YAML"),
            (
                "- a\n",
                "pnpm-workspace.yaml:1: pnpm-workspace.yaml holds no mapping",
            ),
        ] {
            let error = PnpmWorkspace::parse(&SourceFile::new("pnpm-workspace.yaml", text))
                .unwrap_err()
                .to_string();
            assert!(error.contains(want), "{text:?}: {error}");
        }
    }
}
