use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::*;
use crate::kinds::node::pnpm::fixtures::{lockfile, manifest};
use crate::kinds::node::pnpm::prune::prune;

/// A lockfile in the making: what each project depends on, and how many packages of its own each package reaches.
#[derive(Default)]
struct Text {
    importers: String,
    packages: BTreeMap<String, usize>,
}

impl Text {
    /// A root with one tool, and two tools of 250 packages each that projects may use.
    fn new() -> Self {
        let packages = [
            ("compiler@1.0.0", 3),
            ("tests@1.0.0", 250),
            ("linter@1.0.0(compiler@1.0.0)", 250),
            ("tests-types@1.0.0", 20),
            ("framework@1.0.0", 60),
            ("framework-tests@1.0.0(framework@1.0.0)", 90),
            ("plugin@1.0.0(0123456789abcdef)", 90),
        ];
        Self::default()
            .project(".", &[], &[("compiler", "1.0.0")])
            .with(packages)
    }

    fn with<'t>(mut self, packages: impl IntoIterator<Item = (&'t str, usize)>) -> Self {
        self.packages
            .extend(packages.into_iter().map(|(key, count)| (key.to_owned(), count)));
        self
    }

    fn project(mut self, id: &str, runs: &[(&str, &str)], development: &[(&str, &str)]) -> Self {
        let _ = write!(self.importers, "\n  {id}:\n");
        let fields = [("dependencies", runs), ("devDependencies", development)];
        for (field, dependencies) in fields.into_iter().filter(|(_, of)| !of.is_empty()) {
            let _ = writeln!(self.importers, "    {field}:");
            for (name, version) in dependencies {
                let _ = writeln!(
                    self.importers,
                    "      {name}:\n        specifier: ^1.0.0\n        version: {version}"
                );
            }
        }
        self
    }

    fn lockfile(&self) -> Lockfile {
        let mut packages = String::new();
        let mut snapshots = String::new();
        for (key, count) in &self.packages {
            let (bare, _) = key.split_once('(').unwrap_or((key, ""));
            let (name, _) = bare.rsplit_once('@').unwrap();
            let _ = writeln!(packages, "\n  {bare}:\n    resolution: {{integrity: sha512-x}}");
            let _ = writeln!(snapshots, "\n  {key}:\n    dependencies:");
            for index in 0..*count {
                let _ = writeln!(snapshots, "      {name}-{index}: 1.0.0");
            }
            for index in 0..*count {
                let _ = writeln!(
                    packages,
                    "\n  {name}-{index}@1.0.0:\n    resolution: {{integrity: sha512-x}}"
                );
                let _ = writeln!(snapshots, "\n  {name}-{index}@1.0.0: {{}}");
            }
        }
        lockfile(&format!(
            "lockfileVersion: '9.0'\n\nimporters:\n{}\npackages:\n{packages}\nsnapshots:\n{snapshots}",
            self.importers
        ))
    }
}

/// What services are developed with.
const COMMON: [(&str, &str); 2] = [("tests", "1.0.0"), ("linter", "1.0.0(compiler@1.0.0)")];

fn tools(closure: &Closure) -> Vec<&str> {
    let root = closure.importers.get(".").unwrap();
    root.dev_dependencies.keys().map(String::as_str).collect()
}

#[test]
fn the_large_tools_of_a_project_are_tools_of_the_root() {
    let own = [&COMMON[..], &[("tests-types", "1.0.0")]].concat();
    let lock = Text::new().project("apps/a", &[], &own).lockfile();
    let closure = closure(&lock, "apps/a").unwrap().unwrap();
    assert_eq!(tools(&closure), ["compiler", "linter", "tests"]);
    assert_eq!(closure.packages.len(), 4 + 251 + 251);
    assert_eq!(closure.importers.len(), 1);

    let root = manifest(r#"{ "devDependencies": { "compiler": "^1.0.0" } }"#);
    let reduced = root.reduced(closure.reduce("."), true);
    let reduced: serde_json::Value = serde_json::from_str(&reduced).unwrap();
    let declared = serde_json::json!({ "compiler": "^1.0.0", "linter": "^1.0.0", "tests": "^1.0.0" });
    assert_eq!(reduced["devDependencies"], declared);
}

#[test]
fn what_is_resolved_with_what_runs_differs_between_projects_and_is_left_out() {
    let own = [
        &COMMON[..],
        &[
            ("framework-tests", "1.0.0(framework@1.0.0)"),
            ("plugin", "1.0.0(0123456789abcdef)"),
        ],
    ]
    .concat();
    let runs = [("framework", "1.0.0")];
    let lock = Text::new()
        .project("apps/a", &runs, &own)
        .project("apps/b", &[], &COMMON)
        .lockfile();
    let [a, b] = ["apps/a", "apps/b"].map(|id| closure(&lock, id).unwrap().unwrap());
    assert_eq!(tools(&a), ["compiler", "linter", "tests"]);
    assert_eq!(prune(&lock, &a).text, prune(&lock, &b).text);
}

#[test]
fn what_another_project_uses_changes_nothing() {
    let text = || Text::new().project("apps/a", &[], &COMMON);
    let alone = text().lockfile();
    let beside = text()
        .with([("bundler@1.0.0", 300)])
        .project("apps/b", &[], &[("bundler", "1.0.0")])
        .lockfile();
    let pruned = |lock: &Lockfile| prune(lock, &closure(lock, "apps/a").unwrap().unwrap()).text;
    assert_eq!(pruned(&alone), pruned(&beside));
}

#[test]
fn few_packages_are_not_worth_an_install() {
    let lock = Text::new()
        .project("apps/a", &[], &[("tests", "1.0.0")])
        .lockfile();
    for id in ["apps/a", ".", "apps/unknown"] {
        assert_eq!(closure(&lock, id).unwrap(), None, "{id}");
    }
}

#[test]
fn tools_of_the_repository_itself_are_left_out() {
    let own = [
        &COMMON[..],
        &[
            ("kit", "link:../../libs/kit"),
            ("vendored", "file:vendor/vendored"),
        ],
    ]
    .concat();
    let lock = Text::new()
        .with([("vendored@file:vendor/vendored", 100)])
        .project("apps/a", &[], &own)
        .project("libs/kit", &[], &[("plugin", "1.0.0(0123456789abcdef)")])
        .lockfile();
    let closure = closure(&lock, "apps/a").unwrap().unwrap();
    assert_eq!(tools(&closure), ["compiler", "linter", "tests"]);
}
