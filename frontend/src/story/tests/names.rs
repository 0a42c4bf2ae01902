//! Names that repositories give: taken twice, or leading out of where they are joined.

use super::*;

/// Returns a workspace in which a service uses two packages, and a lockfile for it.
fn workspace(names: [&str; 2], versions: [&str; 2]) -> Files {
    let manifest = |name: &str, dependencies: &str| {
        format!(
            r#"{{"name": "{name}", "scripts": {{"build": "x", "start": "node x.js"}}, "dependencies": {{{dependencies}}}}}"#
        )
    };
    let importer = |id: &str, name: &str, version: &str| {
        format!(
            "\n  {id}:\n    dependencies:\n      {name}:\n        specifier: '*'\n        version: {version}\n"
        )
    };
    let packages: Vec<String> = BTreeSet::from(versions)
        .into_iter()
        .map(|version| format!("\n  ms@{version}:\n    resolution: {{integrity: sha512-x{version}==}}\n"))
        .collect();
    let snapshots: Vec<String> = BTreeSet::from(versions)
        .into_iter()
        .map(|version| format!("\n  ms@{version}: {{}}\n"))
        .collect();
    let lockfile = format!(
        "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {{}}\n{}      b:\n        specifier: '*'\n        version: link:../../libs/b\n{}{}\npackages:\n{}\nsnapshots:\n{}",
        importer("services/s", "a", "link:../../libs/a"),
        importer("libs/a", "ms", versions[0]),
        importer("libs/b", "ms", versions[1]),
        packages.concat(),
        snapshots.concat()
    );
    let files = [
        (
            "package.json",
            r#"{"name": "root", "packageManager": "pnpm@10.34.9"}"#.to_owned(),
        ),
        (
            "pnpm-workspace.yaml",
            "packages: ['services/*', 'libs/*']\n".to_owned(),
        ),
        ("pnpm-lock.yaml", lockfile),
        (
            "services/s/service.toml",
            "# syntax=vextrus/frontend\n".to_owned(),
        ),
        ("services/s/package.json", manifest("s", r#""a": "*", "b": "*""#)),
        ("libs/a/package.json", manifest(names[0], r#""ms": "*""#)),
        ("libs/b/package.json", manifest(names[1], r#""ms": "*""#)),
        ("app/services/s/x.js", String::new()),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.into_bytes()));
    files.into_iter().collect()
}

/// Returns the lists of what is cut out of installs.
fn lists(built: &Built) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for solve in &built.solves {
        let graph = Definition::of(&Output::from_proto(solve).unwrap()).unwrap();
        for vertex in graph.vertices() {
            let Some(Op::File(file)) = &vertex.op.op else {
                continue;
            };
            for action in &file.actions {
                let Some(pb::file_action::Action::Mkfile(made)) = &action.action else {
                    continue;
                };
                if made.path == "/pieces.json" {
                    found.insert(String::from_utf8(made.data.clone()).unwrap());
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn packages_of_one_name_are_built_each_with_its_own_dependencies() {
    for names in [["same", "same"], ["a", "b"]] {
        let built = run(engine(workspace(names, ["2.1.2", "2.1.3"])), request("s")).await;
        let lists: Vec<String> = lists(&built.unwrap()).into_iter().collect();
        let [list] = lists.as_slice() else {
            panic!("{lists:?}")
        };
        let list: serde_json::Value = serde_json::from_str(list).unwrap();
        let own = |directory: &str| serde_json::json!({ "key": directory, "on": "", "projects": [directory], "to": directory.replace('/', "%2F") });
        assert_eq!(
            list["pieces"],
            serde_json::json!([own("libs/a"), own("libs/b")]),
            "{names:?}"
        );
    }
}

#[tokio::test]
async fn names_that_lead_out_of_a_directory_are_refused() {
    for name in [
        "../../../pnpm/store/v3/files/ab/x",
        "..",
        "a/b",
        "'@a/../b'",
        "/x",
        "'x\\y'",
    ] {
        let mut files = workspace(["a", "b"], ["2.1.2", "2.1.3"]);
        let text = String::from_utf8(files["pnpm-lock.yaml"].clone()).unwrap();
        let text = text.replacen("      ms:\n", &format!("      {name}:\n"), 1);
        files.insert("pnpm-lock.yaml".to_owned(), text.into_bytes());
        let refused = run(engine(files), request("s")).await.unwrap_err().to_string();
        assert!(refused.contains("which no package can have"), "{name}: {refused}");
        assert!(refused.starts_with("pnpm-lock.yaml:"), "{name}: {refused}");
    }
    let mut files = workspace(["a", "b"], ["2.1.2", "2.1.3"]);
    let yaml = "packages: ['services/*', 'libs/*']\nconfigDependencies:\n  '../../../pnpm/store/v10/x': 1.0.0+sha512-x\n";
    files.insert("pnpm-workspace.yaml".to_owned(), yaml.as_bytes().to_vec());
    let refused = run(engine(files), request("s")).await.unwrap_err().to_string();
    assert!(refused.contains("config dependency"), "{refused}");
}

#[tokio::test]
async fn hooks_take_no_part_in_a_build_that_resolves() {
    let mut files = workspace(["a", "b"], ["2.1.2", "2.1.3"]);
    files.insert(".pnpmfile.cjs".to_owned(), Vec::new());
    assert!(run(engine(files.clone()), request("s")).await.is_ok());
    let manifest = "# syntax=vextrus/frontend\n[build]\nfrozen = false\n";
    files.insert("services/s/service.toml".to_owned(), manifest.as_bytes().to_vec());
    let refused = run(engine(files.clone()), request("s"))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("service.toml:3") && refused.contains("hooks"),
        "{refused}"
    );
    files.remove(".pnpmfile.cjs");
    assert!(run(engine(files), request("s")).await.is_ok());
}
