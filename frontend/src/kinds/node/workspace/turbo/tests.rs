//! Which tasks run before a build.

use std::sync::Arc;

use super::*;

fn file(text: &str) -> Arc<SourceFile> {
    SourceFile::new("turbo.json", text)
}

fn tasks(text: &str) -> Tasks {
    Tasks::parse(&file(text))
}

/// What runs before a task of the package alone.
fn before<'a>(tasks: &'a Tasks, package: &str, task: &'a str) -> Vec<&'a str> {
    tasks.around(package, task, &Reached::default()).before
}

/// What runs around the build of each package of a workspace.
fn built(tasks: &Tasks, packages: &[(&str, &[&str])]) -> String {
    let dependencies = packages
        .iter()
        .map(|(name, dependencies)| (*name, dependencies.iter().copied().collect()));
    let reached = tasks.reached(&dependencies.collect());
    let lines = packages.iter().map(|(name, _)| {
        let Around { before, after } = tasks.around(name, "build", &reached);
        let line = [before.join(" "), "*".to_owned(), after.join(" ")].join(" ");
        format!("{name}: {}", line.trim())
    });
    lines.collect::<Vec<_>>().join(", ")
}

#[test]
fn scripts_come_behind_those_that_they_need() {
    let tasks = tasks(
        r#"{ "tasks": { "build": { "dependsOn": ["^build", "codegen", "lint", "a#b", "$X"] },
            "codegen": { "dependsOn": ["fetch", "^proto"] }, "test": { "dependsOn": ["build", 1] } } }"#,
    );
    assert_eq!(before(&tasks, "x", "build"), ["fetch", "codegen"]);
    assert_eq!(before(&tasks, "x", "test"), ["fetch", "codegen", "build"]);
    assert!(before(&tasks, "x", "fetch").is_empty() && before(&tasks, "x", "none").is_empty());
    // `^` means the packages that one depends on, and not itself.
    assert_eq!(
        built(&tasks, &[("x", &["lib"]), ("lib", &[])]),
        "x: fetch codegen *, lib: fetch codegen proto *"
    );
}

#[test]
fn tasks_of_other_packages_run_where_a_build_comes_to_them() {
    let packages: &[(&str, &[&str])] = &[("web", &["db"]), ("db", &[])];
    for (text, expected) in [
        // What only another task needs.
        (
            r#"{ "build": {}, "dev": { "dependsOn": ["db#db:setup"] }, "deploy": { "dependsOn": ["^push", "web#ship"] } }"#,
            "web: *, db: *",
        ),
        (r#"{ "web#dev": { "dependsOn": ["db#up"] } }"#, "web: *, db: *"),
        // By way of others, from any package's build.
        (
            r#"{ "build": { "dependsOn": ["gen"] }, "gen": { "dependsOn": ["db#pull"] }, "db#pull": { "dependsOn": ["auth"] } }"#,
            "web: gen *, db: auth pull gen *",
        ),
        (
            r#"{ "build": {}, "web#build": { "dependsOn": ["^generate"] }, "generate": { "dependsOn": ["web#routes"] } }"#,
            "web: routes *, db: generate *",
        ),
        // What needs the build itself comes behind it.
        (
            r#"{ "web#build": { "dependsOn": ["db#bundle"] }, "bundle": { "dependsOn": ["types"] }, "types": { "dependsOn": ["build", "x"] } }"#,
            "web: *, db: x * types bundle",
        ),
        (
            r#"{ "build": { "dependsOn": ["//#root", "other#x", "^lint"] } }"#,
            "web: *, db: *",
        ),
        // A circle, which Turborepo refuses.
        (
            r#"{ "build": { "dependsOn": ["db#a"] }, "a": { "dependsOn": ["b"] }, "b": { "dependsOn": ["a", "web#build"] } }"#,
            "web: *, db: b a *",
        ),
    ] {
        let text = format!(r#"{{ "tasks": {text} }}"#);
        assert_eq!(built(&tasks(&text), packages), expected, "{text}");
    }
}

#[test]
fn tasks_of_the_root_are_those_that_a_build_comes_to() {
    let tasks = tasks(
        r#"{ "tasks": { "build": { "dependsOn": ["//#codegen", "//#lint", "gen"] }, "gen": { "dependsOn": ["//#fetch"] },
            "dev": { "dependsOn": ["//#start"] } } }"#,
    );
    let reached = tasks.reached(&BTreeMap::from([("web", BTreeSet::new())]));
    assert_eq!(Vec::from_iter(tasks.of_root(&reached)), ["codegen", "fetch"]);
}

#[test]
fn a_package_has_tasks_of_its_own() {
    let tasks = tasks(
        r##"{ "tasks": { "build": { "dependsOn": ["codegen", "schema#generate"] }, "web#build": { "dependsOn": ["icons"] },
            "schema#generate": { "dependsOn": ["fetch"] } } }"##,
    );
    assert_eq!(
        built(&tasks, &[("api", &[]), ("web", &[]), ("schema", &[])]),
        "api: codegen *, web: icons *, schema: codegen fetch generate *"
    );
    assert_eq!(before(&tasks, "schema", "generate"), ["fetch"]);
}

#[test]
fn a_packages_own_file_adds_to_those_that_it_extends() {
    let root = tasks(
        r#"{ "tasks": { "build": { "dependsOn": ["^build", "codegen"] }, "codegen": { "dependsOn": ["fetch"] } } }"#,
    );
    for (own, expected) in [
        (r#"{ "build": { "dependsOn": ["own"] } }"#, "own *"),
        (
            r#"{ "build": { "outputs": ["dist/**"] }, "x": {} }"#,
            "fetch codegen *",
        ),
        (r#"{ "build": { "dependsOn": [] } }"#, "*"),
        (
            r#"{ "build": { "dependsOn": ["$TURBO_EXTENDS$", "own"] } }"#,
            "own fetch codegen *",
        ),
        (r#"{ "build": { "extends": false, "outputs": [] } }"#, "*"),
        (r#"{ "codegen": { "dependsOn": ["own"] } }"#, "own codegen *"),
    ] {
        let mut tasks = root.clone();
        let text = format!(r#"{{ "extends": ["//"], "tasks": {own} }}"#);
        tasks.add("api", &file(&text));
        assert_eq!(
            built(&tasks, &[("api", &[])]),
            format!("api: {expected}"),
            "{own}"
        );
    }
    let mut tasks = root;
    tasks.add("api", &file(r#"{ "extends": ["//", "shared"] }"#));
    tasks.add(
        "shared",
        &file(r#"{ "extends": ["//", "api"], "tasks": { "build": { "dependsOn": ["shared"] } } }"#),
    );
    assert_eq!(built(&tasks, &[("api", &[])]), "api: shared *");
}

#[test]
fn no_task_comes_before_itself() {
    let tasks = tasks(
        r#"{ "pipeline": { "build": { "dependsOn": ["a"] }, "a": { "dependsOn": ["b", "build"] }, "b": { "dependsOn": ["a", "b"] } } }"#,
    );
    assert_eq!(before(&tasks, "a", "build"), ["b", "a"]);
    assert_eq!(before(&tasks, "a", "a"), ["b", "build"]);
    assert_eq!(before(&tasks, "a", "b"), ["build", "a"]);
    assert_eq!(built(&tasks, &[("a", &[])]), "a: b a *");
}

#[test]
fn a_chain_of_tasks_has_any_length() {
    let many = 100_000;
    let chain: Vec<String> = (0..many)
        .map(|task| format!(r#""t{task}": {{ "dependsOn": ["t{}"] }}"#, task + 1))
        .collect();
    let tasks = tasks(&format!(r#"{{ "tasks": {{ {} }} }}"#, chain.join(", ")));
    assert_eq!(before(&tasks, "a", "t0").len(), many);
}
