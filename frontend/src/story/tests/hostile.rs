//! Hostile and broken inputs: each is refused in words or built right, and nothing panics, hangs or takes for ever.

use super::*;

mod chains;
mod files;
mod integrity;
mod local;
mod many;
mod markers;
mod own;
mod paths;
mod repositories;
mod sizes;
mod terminal;

/// A workspace of one service, `services/app`, and the library that it uses, `libs/lib`.
fn small() -> Files {
    let texts = [
        (
            "package.json",
            r#"{"name": "root", "private": true, "packageManager": "pnpm@9.15.9", "engines": {"node": ">=22"}}"#,
        ),
        ("pnpm-workspace.yaml", "packages: ['services/*', 'libs/*']\n"),
        ("pnpm-lock.yaml", LOCKFILE),
        (
            "services/app/service.toml",
            "# syntax=vextrus/frontend\n[run]\nhealthcheck = false\n",
        ),
        (
            "services/app/package.json",
            "{\n  \"name\": \"@t/app\",\n  \"scripts\": { \"build\": \"tsc\", \"start\": \"node dist/main.js\" },\n  \"dependencies\": { \"@t/lib\": \"workspace:*\" }\n}\n",
        ),
        (
            "libs/lib/package.json",
            r#"{"name": "@t/lib", "main": "dist/index.js", "scripts": {"build": "tsc"}}"#,
        ),
        ("libs/lib/src/index.ts", ""),
        ("app/services/app/dist/main.js", ""),
        ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"),
        ("etc/group", "root:x:0:root\n"),
    ];
    let files = texts.into_iter();
    files
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .collect()
}

const LOCKFILE: &str = "lockfileVersion: '9.0'

importers:

  .: {}

  services/app:
    dependencies:
      '@t/lib':
        specifier: workspace:*
        version: link:../../libs/lib

  libs/lib: {}
";

/// Returns the small workspace with other texts in the place of files, or beside them.
fn with<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = (&'static str, T)>) -> Files {
    let mut files = small();
    for (path, text) in texts {
        files.insert(path.to_owned(), text.as_ref().to_vec());
    }
    files
}

/// Plans the small workspace's service.
async fn decided_of(files: Files) -> Result<(Plan, Vec<String>), Failure> {
    decided_on(engine(files)).await
}

/// Returns what is said of files that cannot be built.
async fn refusal(files: Files) -> String {
    let failure = decided_of(files).await.map(|(plan, _)| plan).unwrap_err();
    assert!(failure.diagnostics().is_some(), "{failure}");
    failure.to_string()
}

/// Plans the small workspace's service on an engine that has more than files.
async fn decided_on(state: State) -> Result<(Plan, Vec<String>), Failure> {
    let (.., planned) = planned_for(state, &request("app")).await?;
    let warnings = planned.warnings.iter().map(ToString::to_string).collect();
    Ok((planned.plan, warnings))
}

/// Returns the answer of `--call=plan` for people.
async fn plan_text(files: Files) -> String {
    let options = Options {
        request_id: Some("frontend.plan".to_owned()),
        ..request("app")
    };
    let answer = run(engine(files), options).await.unwrap().result;
    String::from_utf8(answer.metadata["result.txt"].clone()).unwrap()
}

#[tokio::test]
async fn the_small_workspace_is_built() {
    let (plan, warnings) = decided_of(small()).await.unwrap();
    assert_eq!(warnings, Vec::<String>::new());
    let names: Vec<&str> = plan.steps.iter().map(|step| step.name.as_str()).collect();
    assert!(names.contains(&"[app] build @t/lib"), "{names:?}");
    assert!(plan_text(small()).await.contains("[app] build @t/app"));
}
