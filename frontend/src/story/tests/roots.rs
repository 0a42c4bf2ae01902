//! Which workspace a service belongs to, and what is installed where its projects have a lockfile each.

use super::*;

const SETTING: &str = "shared-workspace-lockfile=false\n";
const YAML: &str = "packages: ['services/*', 'libs/*']\n";
const BARE: &str = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n";

/// Returns files by their paths below a directory.
fn below(directory: &str, files: &[(&str, &str)]) -> Files {
    let path = |path: &str| crate::path::join(directory, path);
    let files = files
        .iter()
        .map(|(name, text)| (path(name), text.as_bytes().to_vec()));
    files.collect()
}

/// Returns a lockfile in which each importer links to one directory, or to none.
fn lockfile(importers: &[(&str, Option<&str>)]) -> String {
    let mut text = "lockfileVersion: '9.0'\n\nimporters:\n".to_owned();
    for (id, link) in importers {
        text += &match link {
            Some(link) => format!(
                "\n  {id}:\n    dependencies:\n      l:\n        specifier: workspace:*\n        version: link:{link}\n"
            ),
            None => format!("\n  {id}: {{}}\n"),
        };
    }
    text
}

/// Returns a workspace whose service `s` and library `l` have a lockfile each, as pnpm 9 reads it.
fn separate() -> Vec<(&'static str, String)> {
    let manifest = |name: &str, rest: &str| {
        format!(r#"{{"name": "{name}", "scripts": {{"build": "x", "start": "node x.js"}}{rest}}}"#)
    };
    vec![
        (
            "package.json",
            r#"{"name": "root", "packageManager": "pnpm@9.15.9"}"#.to_owned(),
        ),
        ("pnpm-workspace.yaml", YAML.to_owned()),
        (".npmrc", SETTING.to_owned()),
        (
            "services/s/service.toml",
            "# syntax=vextrus/frontend\n".to_owned(),
        ),
        (
            "services/s/package.json",
            manifest("s", r#", "dependencies": {"l": "workspace:*"}"#),
        ),
        (
            "services/s/pnpm-lock.yaml",
            lockfile(&[(".", Some("../../libs/l"))]),
        ),
        ("libs/l/package.json", manifest("l", "")),
        ("libs/l/pnpm-lock.yaml", BARE.to_owned()),
        ("libs/other/package.json", manifest("other", "")),
        ("libs/other/pnpm-lock.yaml", BARE.to_owned()),
    ]
}

fn placed(directory: &str, files: &[(&str, String)]) -> Files {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    below(directory, &files)
}

fn with(
    mut files: Vec<(&'static str, String)>,
    path: &'static str,
    text: &str,
) -> Vec<(&'static str, String)> {
    files.retain(|(name, _)| *name != path);
    files.push((path, text.to_owned()));
    files
}

/// Returns the plan of the service whose manifest lies in a directory.
async fn plan_of(files: Files, directory: &str) -> Result<Model, Failure> {
    let options = Options {
        filename: format!("{directory}/service.toml"),
        ..request("")
    };
    let (.., planned) = planned_for(engine(files), &options).await?;
    let kinds::Model::Node(model) = planned.model;
    Ok(*model)
}

/// Returns where the service lies in the context and in the container.
async fn service(files: Files, directory: &str) -> (String, String) {
    let plan = plan_of(files, directory).await.unwrap();
    let service = plan.packages.last().unwrap();
    (service.source.clone(), service.directory.clone())
}

fn lockfiles(install: &kinds::node::plan::Install) -> Vec<&str> {
    let paths = install.files.keys().map(String::as_str);
    paths.filter(|path| path.ends_with("pnpm-lock.yaml")).collect()
}

#[tokio::test]
async fn each_project_is_installed_by_its_own_lockfile() {
    let at_root = with(separate(), "pnpm-lock.yaml", BARE);
    for directory in [".", "backend"] {
        for (workspace, has_root) in [(separate(), false), (at_root.clone(), true)] {
            let service = crate::path::join(directory, "services/s");
            let plan = plan_of(placed(directory, &workspace), &service).await.unwrap();
            let order: Vec<_> = plan
                .packages
                .iter()
                .map(|package| package.directory.as_str())
                .collect();
            assert_eq!(order, ["/app/libs/l", "/app/services/s"]);
            let mut expected = vec!["/app/libs/l/pnpm-lock.yaml"];
            expected.extend(has_root.then_some("/app/pnpm-lock.yaml"));
            assert_eq!(lockfiles(&plan.installs["libs/l"]), expected);
            expected.push("/app/services/s/pnpm-lock.yaml");
            assert_eq!(lockfiles(&plan.installs["services/s"]), expected);
            assert_eq!(lockfiles(&image_of(&plan).install), expected);
            let files = &image_of(&plan).install.files;
            assert_eq!(files["/app/.npmrc"], SETTING);
            assert_eq!(
                files["/app/pnpm-workspace.yaml"],
                "packages: [\".\",\"libs/l\",\"services/s\"]\n"
            );
            assert!(files["/app/services/s/pnpm-lock.yaml"].contains("link:../../libs/l"));
            assert!(files.contains_key("/app/package.json"));
        }
    }
}

#[tokio::test]
async fn the_setting_is_read_where_the_major_reads_it() {
    let newer = with(
        separate(),
        "package.json",
        r#"{"packageManager": "pnpm@11.28.11"}"#,
    );
    let refused = plan_of(placed(".", &newer), "services/s").await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("no pnpm-lock.yaml in the build context"),
        "{refused}"
    );
    let yaml = format!("{YAML}sharedWorkspaceLockfile: false\n");
    let newer = with(newer, "pnpm-workspace.yaml", &yaml);
    let plan = plan_of(placed(".", &newer), "services/s").await.unwrap();
    assert_eq!(plan.packages.len(), 2);
    let older = with(with(separate(), ".npmrc", ""), "pnpm-workspace.yaml", &yaml);
    plan_of(placed(".", &older), "services/s").await.unwrap_err();
}

#[tokio::test]
async fn a_dependency_without_a_lockfile_of_its_own_is_named() {
    let mut files = placed(".", &separate());
    files.remove("libs/l/pnpm-lock.yaml");
    let refused = plan_of(files, "services/s").await.unwrap_err();
    let told = refused.to_string();
    assert!(
        told.contains("`libs/l` has no pnpm-lock.yaml of its own"),
        "{told}"
    );
}

#[tokio::test]
async fn a_mistake_of_any_project_s_lockfile_has_its_line() {
    let files = with(
        separate(),
        "libs/other/pnpm-lock.yaml",
        "lockfileVersion: '4.0'\n",
    );
    let refused = plan_of(placed(".", &files), "services/s").await.unwrap_err();
    assert!(
        refused.to_string().contains("libs/other/pnpm-lock.yaml:1"),
        "{refused}"
    );
}

const MANIFEST: &str = r#"{"name": "s", "scripts": {"start": "node x.js"}}"#;
const TOML: &str = "# syntax=vextrus/frontend\n";

#[tokio::test]
async fn a_service_with_a_lockfile_and_no_workspace_is_its_own_root() {
    let own = [
        ("service.toml", TOML),
        ("package.json", MANIFEST),
        ("pnpm-lock.yaml", BARE),
    ];
    let alone = below("deep/s", &own);
    assert_eq!(
        service(alone.clone(), "deep/s").await,
        ("deep/s".into(), "/app".into())
    );
    // Beside a workspace that does not know it, too.
    let mut beside = alone;
    let others = lockfile(&[(".", None), ("libs/l", None)]);
    beside.extend(below(
        ".",
        &[
            ("package.json", "{}"),
            ("pnpm-workspace.yaml", YAML),
            ("pnpm-lock.yaml", &others),
            ("libs/l/package.json", r#"{"name": "l"}"#),
        ],
    ));
    assert_eq!(service(beside, "deep/s").await, ("deep/s".into(), "/app".into()));
}

#[tokio::test]
async fn of_workspaces_in_each_other_the_innermost_is_the_services() {
    let inner = lockfile(&[(".", None), ("services/s", None)]);
    let inner = below(
        "tools/g",
        &[
            ("package.json", "{}"),
            ("pnpm-workspace.yaml", YAML),
            ("pnpm-lock.yaml", &inner),
            ("services/s/service.toml", TOML),
            ("services/s/package.json", MANIFEST),
        ],
    );
    let found = ("tools/g/services/s".to_owned(), "/app/services/s".to_owned());
    for id in ["services/s", "tools/g/services/s"] {
        // The outer workspace has a service of the same name, or takes the inner one for its own.
        let outer = lockfile(&[(".", None), (id, None)]);
        let mut files = below(
            ".",
            &[
                ("package.json", "{}"),
                ("pnpm-workspace.yaml", "packages: ['**']\n"),
                ("pnpm-lock.yaml", &outer),
                ("services/s/service.toml", TOML),
                ("services/s/package.json", &MANIFEST.replace("x.js", "outer.js")),
            ],
        );
        files.extend(inner.clone());
        assert_eq!(service(files, "tools/g/services/s").await, found, "{id}");
    }
}

#[tokio::test]
async fn settings_that_a_tool_left_in_a_package_make_no_workspace() {
    let outer = lockfile(&[(".", None), ("services/s", None)]);
    let files = below(
        ".",
        &[
            ("package.json", "{}"),
            ("pnpm-workspace.yaml", YAML),
            ("pnpm-lock.yaml", &outer),
            ("services/s/service.toml", TOML),
            ("services/s/package.json", MANIFEST),
            (
                "services/s/pnpm-workspace.yaml",
                "onlyBuiltDependencies: [esbuild]\n",
            ),
        ],
    );
    assert_eq!(
        service(files, "services/s").await,
        ("services/s".into(), "/app/services/s".into())
    );
}

/// Returns the patterns of each transfer from the context that deciding takes, by the vertex's name.
async fn transfers(files: Files, directory: &str) -> BTreeMap<String, Vec<String>> {
    let options = Options {
        filename: format!("{directory}/service.toml"),
        ..request("")
    };
    let (gateway, fake) = connect(engine(files)).await;
    decide::read(&Reader::Engine(gateway), &options).await.unwrap();
    let state = fake.state();
    let definitions = state.solves.iter().filter_map(|solve| solve.definition.as_ref());
    let mut transfers = BTreeMap::new();
    for op in definitions.flat_map(|definition| &definition.def) {
        let Some(Op::Source(source)) = pb::Op::decode(op.as_slice()).unwrap().op else {
            continue;
        };
        if let (Some(patterns), Some(hint)) = (
            source.attrs.get("local.includepattern"),
            source.attrs.get("local.sharedkeyhint"),
        ) {
            transfers.insert(hint.clone(), serde_json::from_str(patterns).unwrap());
        }
    }
    transfers
}

#[tokio::test]
async fn configuration_is_looked_for_beside_the_workspaces_root() {
    let has = |patterns: &[String], wanted: &str| patterns.iter().any(|pattern| pattern == wanted);
    let here = transfers(placed(".", &separate()), "services/s").await;
    assert_eq!(here.len(), 1);
    assert!(has(&here["vextrus-metadata"], "jest.*"));
    let below = transfers(placed("backend", &separate()), "backend/services/s").await;
    assert!(has(&below["vextrus-configuration"], "backend/jest.*"));
}

#[tokio::test]
async fn few_patterns_are_tried_on_every_file_as_regular_expressions() {
    let transfers = transfers(placed(".", &separate()), "services/s").await;
    let everywhere = transfers["vextrus-metadata"]
        .iter()
        .filter_map(|pattern| pattern.strip_prefix("**/"));
    let slow: Vec<&str> = everywhere.filter(|name| name.contains(['*', '?', '['])).collect();
    let expected = ["tsconfig*.json", "*.prisma", ".pnpmfile.*js", "pnpmfile.*js"];
    assert_eq!(slow, expected);
}
