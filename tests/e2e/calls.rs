//! Questions about a build: `--call` and `--check`, in text and in JSON, with the status that scripts look at.

use insta::assert_snapshot;
use serde_json::Value;
use vextrus_e2e::{Called, Engine, Workspace};

const MANIFEST: &str = "services/auth/service.toml";
const SYNTAX: &str = "# syntax=vextrus/frontend\n";
/// A manifest that one rule warns about.
const ROOT: &str = "[run]\nport = 3001\nuser = \"0:0\"\n";

/// Asks about the service auth, after its manifest was written and other files changed.
fn call(manifest: &str, change: impl FnOnce(&Workspace), args: &[&str]) -> Called {
    let engine = Engine::take();
    let erp = Workspace::erp();
    erp.write(MANIFEST, format!("{SYNTAX}{manifest}"));
    change(&erp);
    let called = engine
        .build(&erp)
        .service("auth")
        .args(args.iter().copied())
        .call();
    assert!(engine.answers());
    called
}

fn json(called: &Called) -> Value {
    serde_json::from_str(&called.answer).unwrap_or_else(|error| panic!("{error}: {}", called.answer))
}

/// Honours `--check`, `--call=check`, `--call=lint`: tells what the lint rules find without running a step, and
/// ends with 1 where they find something, which `ignorestatus=true` leaves out.
#[test]
fn check_ends_with_one_where_a_rule_warns() {
    let clean = call("", |_| (), &["--check"]);
    assert_eq!(
        (clean.answer.trim(), clean.status),
        ("Check complete, no warnings found.", 0)
    );
    let found = call(ROOT, |_| (), &["--check"]);
    assert_eq!(found.status, 1);
    assert_snapshot!(found.answer);
    for form in ["check", "lint"] {
        assert_eq!(
            call(ROOT, |_| (), &[&format!("--call={form}")]).answer,
            found.answer
        );
    }
    let ignored = call(ROOT, |_| (), &["--call=check,ignorestatus=true,format=json"]);
    assert_eq!(ignored.status, 0);
    let warning = &json(&ignored)["warnings"][0];
    assert_eq!(warning["ruleName"], "RootUser");
    assert_eq!(warning["location"]["ranges"][0]["start"]["line"], 4);
    assert!(
        warning["url"]
            .as_str()
            .unwrap()
            .ends_with("/docs/rules/root-user.md")
    );
}

#[test]
fn check_shows_each_file_under_its_own_name() {
    let literal = |erp: &Workspace| _ = erp.write(".npmrc", "//npm.example/:_authToken=abc\n");
    let found = call(ROOT, literal, &["--check"]);
    assert_eq!(found.status, 1);
    assert_snapshot!(found.answer);
}

#[test]
fn check_tells_the_mistake_that_stops_a_build() {
    let typo = "[run]\nprot = 3001\nuser = \"node\"\n";
    let refused = call(typo, |_| (), &["--check"]);
    assert_eq!(refused.status, 1);
    assert_snapshot!(refused.error);
    let told = call(typo, |_| (), &["--call=check,format=json"]);
    assert_eq!(told.status, 1);
    let error = &json(&told)["buildError"];
    assert_eq!(error["location"]["ranges"][0]["start"]["line"], 3);
    let drift = call(
        "",
        |erp| _ = erp.replace("services/auth/package.json", "\"bcrypt\"", "\"bcrypts\""),
        &["--check"],
    );
    assert!(
        drift.error.contains("services/auth/package.json:"),
        "{}",
        drift.error
    );
}

/// Honours `--call=outline`: lists build arguments, secrets, agents, caches, images, and every value that the repository
/// decides, with the reason and the line.
///
/// Honours `--call=targets`: lists what `--target` takes.
///
/// Honours `--call=subrequests.describe`: lists the calls.
///
/// Honours `--call=NAME,format=json`: the same for programs.
#[test]
fn outline_targets_and_calls_are_listed() {
    let manifest = "[build]\nsecrets = [\"sentry\"]\nssh = true\n\n[build.args]\n# The commit.\nGIT_SHA = \"unknown\"\n\n[target.worker]\ncommand = \"node dist/worker.js\"\n";
    let told = |call_of: &str| {
        let called = call(manifest, |_| (), &[&format!("--call={call_of}")]);
        assert_eq!(called.status, 0, "{}", called.error);
        called
    };
    assert_snapshot!("outline", told("outline").answer);
    assert_snapshot!("targets", told("targets").answer);
    assert_snapshot!("describe", told("subrequests.describe").answer);
    let outline = json(&told("outline,format=json"));
    assert_eq!(outline["args"][0]["name"], "GIT_SHA");
    assert_eq!(outline["args"][0]["location"]["ranges"][0]["start"]["line"], 8);
    let targets = json(&told("targets,format=json"));
    let default: Vec<&Value> = targets["targets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|target| target["default"] == true)
        .collect();
    assert_eq!(default.len(), 1);
    assert_eq!(default[0]["name"], "runtime");
    assert_eq!(json(&told("subrequests.describe,format=json"))[0]["type"], "rpc");
}

/// Honours `--call=graph`: the frontend's own call: the definition that the build sends to the engine.
///
/// Honours `--call=plan`: the frontend's own call: which steps the build has, and why each value is what it is.
///
/// Honours `--call=schema`: the frontend's own call: the JSON Schema of the manifest.
#[test]
fn the_plan_and_the_schema_are_told() {
    let plan = call("", |_| (), &["--call=plan", "--target=test"]);
    assert_eq!(plan.status, 0, "{}", plan.error);
    assert_snapshot!(plan.answer);
    let plan = json(&call("", |_| (), &["--call=plan,format=json"]));
    assert_eq!(plan["package"], "@erp/auth-service");
    let graph = call("", |_| (), &["--call=graph"]).answer;
    assert!(
        graph.starts_with("v0 source docker-image://")
            && graph.contains("named [auth] build @erp/auth-service\n"),
        "{graph}"
    );
    // With the whole name as well.
    let schema = json(&call("", |_| (), &["--call=frontend.schema,format=json"]));
    assert_eq!(schema["properties"]["image"]["type"], "object");
}

#[test]
fn a_call_that_there_is_not_is_refused() {
    let refused = call("", |_| (), &["--call=convertllb"]);
    assert_eq!(refused.status, 1);
    assert!(
        refused.error.contains("unsupported request frontend.convertllb"),
        "{}",
        refused.error
    );
}

/// Honours `--build-arg BUILDKIT_DOCKERFILE_CHECK=skip=RULE;error=true`: chooses lint rules, and whether a warning
/// stops the build, in the place of the manifest's line `# check=`.
#[test]
fn rules_are_skipped_or_stop_the_build() {
    let skipped = call(&format!("# check=skip=RootUser\n{ROOT}"), |_| (), &["--check"]);
    assert_eq!(skipped.status, 0, "{}", skipped.answer);
    let argument = "--build-arg=BUILDKIT_DOCKERFILE_CHECK=";
    let skipped = call(ROOT, |_| (), &["--check", &format!("{argument}skip=all")]);
    assert_eq!(skipped.status, 0, "{}", skipped.answer);
    let unknown = call(&format!("# check=skip=RootUsr\n{ROOT}"), |_| (), &["--check"]);
    assert!(
        unknown.answer.contains("did you mean `RootUser`?"),
        "{}",
        unknown.answer
    );

    let engine = Engine::take();
    let erp = Workspace::erp();
    erp.write(MANIFEST, format!("{SYNTAX}{ROOT}"));
    let build = engine.build(&erp).service("auth");
    let refused = build.args([format!("{argument}error=true")]).refused();
    assert_eq!(refused.progress.ran(), Vec::<&str>::new());
    assert_eq!(
        refused.progress.warnings(),
        ["RootUser: `run.user` is root; leave it out to run as 1001:1001 (services/auth/service.toml:4)"]
    );
    assert_snapshot!(refused.message());
}
