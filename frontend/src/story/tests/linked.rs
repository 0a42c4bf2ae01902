//! Projects that the root alone links to are there for a package whose scripts miss them.

use buildkit_proto::moby::buildkit::v1::frontend as wire;
use tonic::Status;

use super::lost::{defined, failed};
use super::*;

const LOCKFILE: &str = "lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      '@x/around':
        specifier: workspace:*
        version: link:libs/around
      '@x/kit':
        specifier: workspace:^
        version: link:libs/kit
  app: {}
  libs/around:
    dependencies:
      app:
        specifier: workspace:*
        version: link:../../app
  libs/kit:
    dependencies:
      ms:
        specifier: 2.1.3
        version: 2.1.3
packages:
  ms@2.1.3:
    resolution: {integrity: sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==}
snapshots:
  ms@2.1.3: {}
";

/// The root links to two projects, of which one depends on the service.
fn workspace() -> Files {
    let files = [
        ("pnpm-lock.yaml", LOCKFILE),
        ("pnpm-workspace.yaml", "packages: [app, 'libs/*']\n"),
        (
            "package.json",
            r#"{"packageManager":"pnpm@9.15.9","dependencies":{"@x/around":"workspace:*","@x/kit":"workspace:^"}}"#,
        ),
        (
            "app/package.json",
            r#"{"name":"app","scripts":{"build":"tsc","start":"node dist/main.js"}}"#,
        ),
        ("app/service.toml", "# syntax=vextrus/frontend\n"),
        (
            "libs/around/package.json",
            r#"{"name":"@x/around","dependencies":{"app":"workspace:*"}}"#,
        ),
        (
            "libs/kit/package.json",
            r#"{"name":"@x/kit","main":"dist/index.js","scripts":{"build":"tsc"},"dependencies":{"ms":"2.1.3"}}"#,
        ),
        ("app/app/dist/main.js", ""),
    ];
    let files = files.into_iter();
    files
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .collect()
}

fn for_app() -> Options {
    let mut options = request("app");
    options.filename = "app/service.toml".to_owned();
    options
}

/// Ends the build of the service with the status of the first link that it may miss, unless the link's project is built.
fn misses_the_kit(request: &wire::SolveRequest) -> Option<Status> {
    let definition = defined(request)?;
    let names = by_name(&definition);
    let build = names.get("build app")?;
    let message = "process \"/bin/sh\" did not complete successfully: exit code: 118";
    (!names.contains_key("build @x/kit")).then(|| failed(build, message))
}

#[tokio::test]
async fn a_package_that_misses_what_the_root_links_to_is_built_with_it() {
    let state = State {
        refused: Some(misses_the_kit),
        ..engine(workspace())
    };
    let built = run(state, for_app()).await.unwrap();
    let state = built.fake.state();
    let warnings = state.warnings.iter();
    let warnings: Vec<String> = warnings
        .map(|warning| String::from_utf8_lossy(&warning.short).into_owned())
        .filter(|warning| warning.starts_with("UndeclaredDependency"))
        .collect();
    insta::assert_snapshot!(warnings.join("\n"), @"UndeclaredDependency: the build of app did not find `@x/kit`, which only the root's package.json has, and is run once more with it; add it to `dependencies` of app (app/package.json:1)");
}

/// Ends the build of the service so whatever is built before it.
fn misses_it_for_ever(request: &wire::SolveRequest) -> Option<Status> {
    let definition = defined(request)?;
    let build = by_name(&definition).get("build app")?.clone();
    Some(failed(&build, "did not complete successfully: exit code: 118"))
}

#[tokio::test]
async fn what_is_missed_though_it_is_there_ends_the_build() {
    let state = State {
        refused: Some(misses_it_for_ever),
        ..engine(workspace())
    };
    let (gateway, fake) = connect(state).await;
    let failure = build(gateway, for_app()).await.unwrap_err().to_string();
    assert!(failure.contains("build app"), "{failure}");
    let told = fake.state().warnings.len();
    assert!(told <= 3, "{told}");
}

#[tokio::test]
async fn what_the_root_links_to_is_planned_as_if_the_package_declared_it() {
    let (read, facts, planned) = planned_for(engine(workspace()), &for_app()).await.unwrap();
    // A project that depends on the package cannot be one that the package needs.
    let packages = planned.plan.packages.iter();
    let links: Vec<(&str, &[String])> = packages
        .map(|package| (package.name.as_str(), package.links.as_slice()))
        .collect();
    assert_eq!(links, [("app", &["@x/kit".to_owned()][..])]);

    let facts = Facts {
        linked: BTreeSet::from([("app".to_owned(), "@x/kit".to_owned())]),
        ..facts
    };
    let planned = read.plan(&for_app(), &facts).unwrap();
    let names: Vec<&str> = planned
        .plan
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    assert_eq!(names, ["@x/kit", "app"]);
    assert!(
        planned
            .plan
            .packages
            .iter()
            .all(|package| package.links.is_empty())
    );
    let kinds::Model::Node(model) = planned.model;
    let install = &image_of(&model).install;
    let app: Value = serde_json::from_str(&install.files["/app/app/package.json"]).unwrap();
    assert_eq!(app["dependencies"], json!({ "@x/kit": "workspace:^" }));
    assert!(install.files["/app/pnpm-lock.yaml"].contains(
        "  app:\n    dependencies:\n      '@x/kit':\n        specifier: workspace:^\n        version: link:../libs/kit\n"
    ));
    assert_eq!(install.package_count, 1);
}
