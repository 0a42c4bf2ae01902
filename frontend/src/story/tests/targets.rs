//! What each target is made of, and what it leaves out.

use std::fmt::Write as _;

use super::*;
use crate::kinds::node::plan::Contents;
use crate::options::NoCache;
use crate::plan::Stage;

fn target(name: &str) -> Options {
    Options {
        target: Some(name.to_owned()),
        ..request("auth")
    }
}

async fn targeted(files: Files, name: &str) -> Built {
    run(engine(files), target(name)).await.unwrap()
}

/// Adds scripts to the service's package.json.
fn with_scripts(scripts: Value) -> Files {
    let mut files = example();
    let path = "services/auth/package.json";
    let mut manifest: Value = serde_json::from_slice(&files[path]).unwrap();
    for (name, text) in scripts.as_object().unwrap() {
        manifest["scripts"][name] = text.clone();
    }
    files.insert(path.to_owned(), manifest.to_string().into_bytes());
    files
}

fn usual_scripts() -> Files {
    with_scripts(json!({ "lint": "eslint src", "start:dev": "nest start --watch" }))
}

async fn plan_of(files: Files, name: &str) -> Model {
    model_of(engine(files), &target(name)).await
}

async fn refused(files: Files, name: &str) -> String {
    let Err(failure) = run(engine(files), target(name)).await else {
        panic!("--target {name} was built")
    };
    failure.to_string()
}

#[tokio::test]
async fn each_target_is_made_of_what_it_needs() {
    for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Runtime) {
        let name = stage.name();
        let (.., planned) = planned_for(engine(usual_scripts()), &target(name)).await.unwrap();
        let mut plan = serde_json::to_value(planned.plan.outcome).unwrap();
        abbreviate(&mut plan);
        let built = targeted(usual_scripts(), name).await;
        let graph = built.image();
        let steps: Vec<String> = by_name(&graph).into_keys().collect();
        for step in &steps {
            assert!(!step.contains("production"), "{name}: {step}");
        }
        let told = json!({ "plan": plan, "steps": steps, "config": built.config()["config"] });
        insta::assert_json_snapshot!(format!("target-{name}"), told);
    }
    let runtime = targeted(usual_scripts(), "runtime").await;
    let default = built(usual_scripts(), "auth").await;
    assert_eq!(runtime.image().to_bytes(), default.image().to_bytes());
    image_of(&plan_of(usual_scripts(), "runtime").await);
}

#[tokio::test]
async fn the_test_s_graph() {
    let built = targeted(example(), "test").await;
    insta::assert_snapshot!("target-test.graph", buildkit_llb::dump(&built.image()));
}

#[tokio::test]
async fn a_role_has_the_production_image_with_its_own_command() {
    let mut files = example();
    files.insert(
        "services/auth/service.toml".to_owned(),
        b"[run]\nport = 3000\n[target.worker]\ncommand = \"node dist/worker.js\"\nhealthcheck = false\n"
            .to_vec(),
    );
    let worker = targeted(files.clone(), "Worker").await;
    assert_eq!(
        worker.config()["config"]["Cmd"]
            .as_array()
            .unwrap()
            .last()
            .unwrap(),
        "dist/worker.js"
    );
    assert_eq!(worker.config()["config"]["Healthcheck"], Value::Null);
    let layers = |built: &Built| -> Vec<String> {
        let steps = by_name(&built.image()).into_keys();
        steps.filter(|step| step.starts_with("layer ")).collect()
    };
    assert_eq!(layers(&worker), layers(&built(files, "auth").await));
}

#[tokio::test]
async fn the_manifest_names_another_script() {
    let mut files = with_scripts(json!({ "test:ci": "vitest run", "serve": "node ." }));
    files.insert(
        "services/auth/service.toml".to_owned(),
        b"[build]\ntest = \"test:ci\"\ndev = \"serve\"\n".to_vec(),
    );
    let plan = plan_of(files.clone(), "test").await;
    let plan = workbench_of(&plan);
    assert_eq!(
        plan.package.scripts.last().unwrap().command,
        ["pnpm", "run", "test:ci"]
    );
    assert_eq!(plan.command, ["pnpm", "run", "test:ci"]);
    let plan = plan_of(files, "dev").await;
    let plan = workbench_of(&plan);
    assert_eq!(plan.command, ["pnpm", "run", "serve"]);
}

#[tokio::test]
async fn a_script_that_is_not_there_is_missed_where_it_should_be() {
    let mut told = format!("{}\n", refused(example(), "lint").await);
    told += &format!("{}\n", refused(example(), "dev").await);
    let mut files = example();
    files.insert(
        "services/auth/service.toml".to_owned(),
        b"# syntax=vextrus/frontend\n[build]\ntest = \"tset\"\n".to_vec(),
    );
    told += &format!("{}\n", refused(files, "test").await);
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn tests_run_after_what_they_need() {
    let mut files = with_scripts(json!({ "codegen": "x", "postinstall": "prisma generate" }));
    let turbo = r#"{ "tasks": { "test": { "dependsOn": ["^build", "build"] }, "build": { "dependsOn": ["codegen"] } } }"#;
    files.insert("turbo.json".to_owned(), turbo.as_bytes().to_vec());
    files.insert("jest.preset.js".to_owned(), Vec::new());
    files.insert("eslint.config.mjs".to_owned(), Vec::new());
    let plan = plan_of(files.clone(), "test").await;
    let package = workbench_of(&plan).package.clone();
    let scripts: Vec<&str> = package
        .scripts
        .iter()
        .map(|script| script.command[2].as_str())
        .collect();
    assert_eq!(scripts, ["postinstall", "codegen", "build", "test"]);
    assert!(package.extra_files.contains_key("jest.preset.js"));
    assert!(package.extra_files.contains_key("eslint.config.mjs"));
    // A build reads none of it, and so is not run again where it changes.
    let service = plan.packages.last().unwrap();
    assert!(!service.extra_files.contains_key("jest.preset.js"));

    let plan = plan_of(files, "build").await;
    let plan = workbench_of(&plan);
    assert_eq!(plan.contents, Contents::Built);
    assert!(plan.package.scripts.is_empty());
}

#[tokio::test]
async fn tests_need_no_production_image() {
    let mut files = example();
    // A command that the base could not run, and an image too large for its limit.
    files.insert(
        "services/auth/service.toml".to_owned(),
        b"base = \"distroless\"\n[run]\ncommand = [\"sh\", \"-c\", \"node .\"]\n[image]\nmax_size = \"1MB\"\n".to_vec(),
    );
    let built = targeted(files, "test").await;
    assert_eq!(built.config()["config"]["Cmd"], json!(["pnpm", "run", "test"]));
    assert!(!by_name(&built.image()).contains_key("measure the image"));
}

#[tokio::test]
async fn what_one_runs_is_made_for_the_platform_asked_for() {
    let options = Options {
        platforms: vec![Platform::parse("linux/arm64").unwrap()],
        ..target("test")
    };
    let built = run(engine(example()), options).await.unwrap();
    let graph = built.image();
    let platforms: BTreeSet<&str> = graph
        .vertices()
        .filter(|vertex| matches!(vertex.op.op, Some(Op::Exec(_))))
        .map(|vertex| vertex.op.platform.as_ref().unwrap().architecture.as_str())
        .collect();
    assert_eq!(platforms, BTreeSet::from(["arm64"]));
}

/// Returns the steps that run again whatever the cache holds, and the warnings.
async fn uncached(options: Options) -> (BTreeSet<String>, Vec<String>) {
    let built = run(engine(example()), options).await.unwrap();
    let graph = built.image();
    let steps = graph.vertices().filter_map(|vertex| vertex.metadata);
    let steps = steps.filter(|metadata| metadata.ignore_cache);
    let names = steps.map(|metadata| metadata.description["llb.customname"].replace("[auth] ", ""));
    let state = built.fake.state();
    let warnings = state
        .warnings
        .iter()
        .map(|warning| String::from_utf8_lossy(&warning.short).into_owned());
    (names.collect(), warnings.collect())
}

fn filtered(names: &[&str], target: Option<&str>) -> Options {
    Options {
        no_cache: NoCache::Stages(names.iter().map(|name| (*name).to_owned()).collect()),
        target: target.map(str::to_owned),
        ..request("auth")
    }
}

#[tokio::test]
async fn a_stage_runs_again_by_its_name() {
    let mut told = String::new();
    for (names, target) in [
        (&["deps"][..], None),
        (&["build"], None),
        (&["runtime"], None),
        (&["test"], Some("test")),
        (&["test"], None),
        (&["@erp/utils", "auth"], None),
        (&["bulid", "@erp/utlis", "nothing"], None),
    ] {
        let (steps, warnings) = uncached(filtered(names, target)).await;
        writeln!(
            told,
            "--no-cache-filter {} --target {}",
            names.join(","),
            target.unwrap_or("runtime")
        )
        .unwrap();
        for line in steps.into_iter().chain(warnings) {
            writeln!(told, "  {line}").unwrap();
        }
    }
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn without_a_cache_every_program_runs_again() {
    let options = Options {
        no_cache: NoCache::All,
        ..request("auth")
    };
    let built = run(engine(example()), options).await.unwrap();
    let graph = built.image();
    for vertex in graph.vertices() {
        let is_program = matches!(vertex.op.op, Some(Op::Exec(_)));
        let reruns = vertex.metadata.is_some_and(|metadata| metadata.ignore_cache);
        assert_eq!(is_program, reruns, "{:?}", vertex.metadata);
    }
}
