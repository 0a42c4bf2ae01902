//! The command line: the program itself, run on the example and on small workspaces.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What the program left.
#[derive(Debug)]
struct Ran {
    status: i32,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/erp")
}

/// Runs the program in a directory, without what BuildKit tells a frontend.
fn run(directory: &Path, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_vextrus-frontend"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let ran = Ran {
        status: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    };
    assert!(
        !ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'),
        "{ran:?}"
    );
    ran
}

/// A directory of a test's own, with files in it.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("vextrus-cli-{name}-{}", std::process::id()));
        let directory = Self(root);
        fs::create_dir_all(&directory.0).unwrap();
        for (path, text) in files {
            directory.write(path, text);
        }
        directory
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const MANIFEST: &str = "# syntax=vextrus/frontend\n[run]\nhealthcheck = false\n";
const LOCKFILE: &str =
    "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  services/a: {}\n\n  services/b: {}\n";
const ROOT: &str =
    "{ \"private\": true, \"packageManager\": \"pnpm@10.0.0\", \"engines\": { \"node\": \">=20\" } }";
const SERVICE: &str = "{ \"name\": \"NAME\", \"scripts\": { \"start\": \"node index.js\" } }";

/// Two services that have nothing in common but their workspace.
fn two(name: &str) -> Directory {
    let service = |name: &str| SERVICE.replace("NAME", name);
    Directory::new(
        name,
        &[
            ("pnpm-lock.yaml", LOCKFILE),
            ("pnpm-workspace.yaml", "packages: ['services/*']\n"),
            ("package.json", ROOT),
            ("services/a/package.json", &service("a")),
            ("services/a/index.js", ""),
            ("services/a/service.toml", MANIFEST),
            ("services/b/package.json", &service("b")),
            ("services/b/service.toml", MANIFEST),
            ("services/b/Cargo.toml", "[package]\n"),
        ],
    )
}

#[test]
fn a_plan_is_told_for_people_and_for_programs() {
    let text = run(&example(), &["plan", "services/auth/service.toml"]);
    assert_eq!((text.status, text.err.as_str()), (0, ""));
    assert!(
        text.out
            .starts_with("PLAN:   @erp/auth-service, target runtime\nFILE:   services/auth/service.toml\n"),
        "{}",
        text.out
    );
    assert!(
        text.out.contains("[auth] build @erp/auth-service"),
        "{}",
        text.out
    );

    let json = run(
        &example(),
        &["plan", "services/auth/service.toml", "--format", "json"],
    )
    .json();
    assert_eq!(json["version"], 1);
    assert_eq!(json["plan"]["package"], "@erp/auth-service");
    let elsewhere = [
        "-C",
        "examples/erp",
        "plan",
        "services/auth/service.toml",
        "--format=json",
    ];
    let root = example().join("../..");
    assert_eq!(run(&root, &elsewhere).json(), json, "the context is -C's");

    let test = [
        "plan",
        "services/auth/service.toml",
        "--target",
        "test",
        "--platform",
        "linux/arm64",
    ];
    let test = run(&example(), &test);
    assert!(test.out.contains("target test") && test.out.contains("[auth] test @erp/auth-service"));
}

#[test]
fn the_only_manifest_need_not_be_named() {
    let directory = two("only");
    let several = run(&directory.0, &["plan"]);
    assert_eq!(several.status, 2);
    assert!(
        several
            .err
            .contains("name one of services/a/service.toml, services/b/service.toml"),
        "{several:?}"
    );
    fs::remove_file(directory.0.join("services/b/service.toml")).unwrap();
    assert!(
        run(&directory.0, &["plan"])
            .out
            .starts_with("PLAN:   a, target runtime\n")
    );
    fs::remove_file(directory.0.join("services/a/service.toml")).unwrap();
    assert!(
        run(&directory.0, &["plan"])
            .err
            .contains("no manifest is below the context")
    );
}

#[test]
fn a_change_of_a_file_is_told_with_what_it_reaches() {
    let directory = two("why");
    let why = |path: &str| run(&directory.0, &["why", path, "--format", "json"]).json();
    let source = why("services/a/index.js");
    assert_eq!(source["version"], 1);
    assert_eq!(source["services"][0]["package"], "a");
    assert_eq!(source["services"][0]["layers"], serde_json::json!(["a"]));
    assert_eq!(source["untouched"], serde_json::json!(["b"]));
    let lockfile = why("./pnpm-lock.yaml");
    assert_eq!(lockfile["services"].as_array().unwrap().len(), 2);
    let manifest = why("services/b/service.toml");
    assert_eq!(manifest["services"][0]["package"], "b");
    assert_eq!(manifest["untouched"], serde_json::json!(["a"]));
    directory.write("README.md", "");
    let nothing = run(&directory.0, &["why", "README.md"]);
    assert_eq!(nothing.out, "FILE: README.md\n\nuntouched: a, b\n");
    for elsewhere in ["../elsewhere", "none", "/etc/passwd"] {
        assert_eq!(run(&directory.0, &["why", elsewhere]).status, 2, "{elsewhere}");
    }
    let absolute = directory.0.join("services/a/index.js");
    assert_eq!(why(absolute.to_str().unwrap()), source);
    // What decides, and is no input of a step.
    directory.write(".nvmrc", "20\n");
    let node = why(".nvmrc");
    assert_eq!(node["services"].as_array().unwrap().len(), 2);
    assert_eq!(node["services"][0]["steps"][0]["why"], "the file decides it");
    directory.write("services/a/service.toml.dockerignore", "secrets\n");
    let ignore = why("services/a/service.toml.dockerignore");
    assert_eq!(ignore["untouched"], serde_json::json!(["b"]));
    // Another service's package.json is read, and decides nothing here.
    let neighbour = why("services/b/package.json");
    assert_eq!(neighbour["untouched"], serde_json::json!(["a"]));

    let shared = run(&example(), &["why", "shared/utils/src/index.ts"]);
    assert!(
        shared
            .out
            .contains("  runs again  [auth] build @erp/utils: it reads the file\n"),
        "{}",
        shared.out
    );
    assert!(
        shared.out.contains("  moves       the layer of @erp/utils\n"),
        "{}",
        shared.out
    );
}

#[test]
fn findings_are_told_by_the_status() {
    let directory = two("check");
    let clean = run(&directory.0, &["check"]);
    assert_eq!(
        (clean.status, clean.out.as_str(), clean.err.as_str()),
        (0, "", "")
    );
    directory.write("services/b/service.toml", &format!("{MANIFEST}user = 0\n"));
    let found = run(&directory.0, &["check"]);
    assert_eq!(found.status, 1);
    assert!(
        found.out.contains("services/b/service.toml") && found.out.contains("RootUser"),
        "{found:?}"
    );
    let json = run(&directory.0, &["check", "--format", "json"]);
    assert_eq!((json.status, &json.json()["version"]), (1, &Value::from(1)));
    assert_eq!(run(&directory.0, &["check", "services/a/service.toml"]).status, 0);
    // A mistake that stops the build is a finding too.
    directory.write("services/b/service.toml", &format!("{MANIFEST}prot = 1\n"));
    let mistake = run(&directory.0, &["check"]);
    assert_eq!(mistake.status, 1);
    assert!(mistake.out.contains("did you mean `port`"), "{mistake:?}");
    let plan = run(&directory.0, &["plan", "services/b/service.toml"]);
    assert_eq!((plan.status, plan.out.as_str()), (2, ""));
    assert!(plan.err.contains("prot") && plan.err.contains(">>>"), "{plan:?}");
}

#[test]
fn mistakes_of_the_manifest_and_of_the_workspace_are_told_together() {
    let directory = two("together");
    directory.write("services/a/service.toml", &format!("{MANIFEST}prot = 1\n"));
    directory.write("services/b/package.json", "{ \"name\": }");
    let plan = run(&directory.0, &["plan", "services/a/service.toml"]);
    assert!(
        plan.err.contains("services/a/service.toml:4") && plan.err.contains("services/b/package.json:1"),
        "{plan:?}"
    );
}

#[test]
fn wrong_use_is_answered_at_once() {
    let nothing = run(&example(), &[]);
    assert_eq!(nothing.status, 2);
    assert!(nothing.err.contains("Usage: vextrus"), "{nothing:?}");
    for wrong in [
        &["paln"][..],
        &["plan", "none.toml"],
        &["check", "none.toml"],
        &["plan", "--platform", "vax", "services/auth/service.toml"],
        &["plan", "--build-arg", "X", "services/auth/service.toml"],
        &["-C", "none", "check"],
        &["inspect", "nothing"],
    ] {
        let ran = run(&example(), wrong);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{wrong:?} {ran:?}");
        assert!(!ran.err.is_empty(), "{wrong:?}");
    }
    assert_eq!(run(&example(), &["--help"]).status, 0);
    assert!(run(&example(), &["--version"]).out.starts_with("vextrus "));
}

#[test]
fn a_pipe_that_is_closed_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vextrus-frontend"))
        .args(["plan", "services/auth/service.toml", "--format", "json"])
        .current_dir(example())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
