//! Builds that bake and compose files describe.

use serde_json::{Value, json};
use vextrus_e2e::{Docker, Engine, Finished, Progress, Workspace};

/// Images by name, removed in the end.
struct Names<'a>(&'a Docker, Vec<String>);

impl Drop for Names<'_> {
    fn drop(&mut self) {
        let remove = self.0.command(["image", "rm", "--force"]).args(&self.1);
        if !remove.succeeds() {
            eprintln!("the images {:?} were not all removed", self.1);
        }
    }
}

/// Returns a name that no other run has at the same time.
fn own(name: &str) -> String {
    format!("vextrus-e2e-{}-{name}", std::process::id())
}

/// Returns a label of an image.
fn label(docker: &Docker, image: &str, label: &str) -> String {
    let format = format!("{{{{index .Config.Labels {label:?}}}}}");
    docker
        .command(["image", "inspect", "--format", &format, image])
        .output()
}

/// Runs an image to its end and returns what it printed.
fn printed(docker: &Docker, image: &str) -> String {
    docker
        .command(["run", "--rm", "--pull=never", "--read-only", image])
        .output()
}

/// Returns a service with a role, and an argument that its package's build prints into what the service prints.
fn workspace() -> Workspace {
    let workspace = Workspace::service_and_library();
    workspace
        .write(
            "service/service.toml",
            "# syntax=vextrus/frontend\n[build.args]\nWORD = \"default\"\n\
             [target.worker]\ncommand = [\"node\", \"-p\", \"'worker'\"]\n",
        )
        .write(
            "service/package.json",
            r#"{"name": "service", "version": "1.0.0", "license": "UNLICENSED", "main": "dist/index.js",
                "scripts": {"build": "node build.js"}, "dependencies": {"library": "workspace:*"}}"#,
        )
        .write(
            "service/build.js",
            "const fs = require('node:fs');\nfs.mkdirSync('dist', { recursive: true });\n\
             const word = JSON.stringify(process.env.WORD);\n\
             fs.writeFileSync('dist/index.js', `console.log(require('library'), ${word});\\n`);\n",
        )
        .remove("service/index.js");
    workspace
}

fn bake(engine: &Engine, workspace: &Workspace, args: &[&str]) -> Finished {
    let bake = ["buildx", "bake", "--progress=rawjson", "--provenance=false"];
    let bake = engine.command(bake).args(args).directory(workspace.root());
    bake.within(vextrus_e2e::BUILD_LIMIT).finish().succeeded()
}

/// Honours `docker buildx bake`: groups, `inherits`, `matrix`, variables, arguments, targets and labels of a bake file
/// in HCL or JSON, `--set` over them, and `--print`.
#[test]
fn a_bake_file_says_what_is_built() {
    let engine = Engine::take();
    let workspace = workspace();
    let (image, runtime, worker) = (own("bake"), own("bake:runtime"), own("bake:worker"));
    workspace.write(
        "docker-bake.hcl",
        format!(
            r#"
variable "WORD" {{ default = "variable" }}
group "default" {{ targets = ["roles"] }}
target "common" {{
  context    = "."
  dockerfile = "service/service.toml"
  args       = {{ WORD = WORD }}
  labels     = {{ "of" = "common" }}
}}
target "roles" {{
  inherits = ["common"]
  name     = role
  matrix   = {{ role = ["runtime", "worker"] }}
  target   = role
  tags     = ["{image}:${{role}}"]
}}
"#
        ),
    );
    let printed_file = bake(&engine, &workspace, &["--print"]).stdout;
    let said: Value = serde_json::from_slice(&printed_file).unwrap();
    assert_eq!(said["target"]["worker"]["target"], "worker");
    assert_eq!(said["target"]["runtime"]["dockerfile"], "service/service.toml");

    let _names = Names(&engine, vec![runtime.clone(), worker.clone()]);
    let _ = bake(&engine, &workspace, &["--load", "--set", "worker.labels.of=set"]);
    assert_eq!(printed(&engine, &runtime), "library variable");
    assert_eq!(printed(&engine, &worker), "worker");
    assert_eq!(label(&engine, &runtime, "of"), "common");
    assert_eq!(label(&engine, &worker, "of"), "set");

    // The same as JSON, with another word for one target: what is as before does not run again.
    let target = |role: &str, tag: &str| {
        json!({"context": ".", "dockerfile": "service/service.toml", "target": role, "tags": [tag],
            "args": {"WORD": "variable"}})
    };
    let file = json!({"target": {"one": target("runtime", &runtime), "two": target("worker", &worker)}});
    workspace.write("bake.json", file.to_string());
    let json = ["--file", "bake.json", "--load", "one", "two"];
    let again = bake(&engine, &workspace, &json);
    assert_eq!(Progress::parse(&again.stderr).ran(), Vec::<&str>::new());
    let set = ["--file", "bake.json", "--load", "--set", "*.args.WORD=set", "one"];
    let _ = bake(&engine, &workspace, &set);
    assert_eq!(printed(&engine, &runtime), "library set");
}

/// Honours `docker compose build`: a service's `build.dockerfile` is the manifest; `build.args`, `build.target` and
/// `build.labels` are those of the build, whether compose builds by bake or by itself.
#[test]
fn compose_builds_services() {
    let engine = Engine::take();
    let workspace = workspace();
    let (web, worker) = (own("web:latest"), own("worker:latest"));
    for (by_bake, word) in [("true", "one"), ("false", "two")] {
        let build = |more: Value| {
            let mut build =
                json!({"context": ".", "dockerfile": "service/service.toml", "labels": {"of": word}});
            build
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            build
        };
        let file = json!({"name": own("build"), "services": {
            "web": {"image": web, "build": build(json!({"args": {"WORD": word}}))},
            "worker": {"image": worker, "build": build(json!({"target": "worker"}))},
        }});
        workspace.write("compose.yaml", file.to_string());
        let _names = Names(&engine, vec![web.clone(), worker.clone()]);
        let compose = engine.command(["compose", "build"]).env("COMPOSE_BAKE", by_bake);
        let compose = compose.directory(workspace.root());
        let _ = compose.within(vextrus_e2e::BUILD_LIMIT).finish().succeeded();
        assert_eq!(printed(&engine, &web), format!("library {word}"));
        assert_eq!(printed(&engine, &worker), "worker");
        assert_eq!(label(&engine, &web, "of"), word);
    }
}

/// Honours `docker compose up --build --wait`: a service is built, runs locked down, and is awaited by the image's
/// own health check.
#[test]
fn compose_awaits_the_images_health_check() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let image = own("erp:latest");
    // No port or network of the machine, on which other engines may run.
    erp.write(
        "alone.yaml",
        format!("services:\n  auth:\n    image: {image}\n    network_mode: none\n    ports: !reset []\n"),
    );
    let _names = Names(&engine, vec![image]);
    let project = own("up");
    let compose = |args: &[&str]| {
        let files = [
            "--file",
            "compose.yaml",
            "--file",
            "alone.yaml",
            "--project-name",
            &project,
        ];
        let compose = engine.command(["compose"]).args(files).args(args);
        let compose = compose.directory(erp.root()).within(vextrus_e2e::BUILD_LIMIT);
        compose.finish()
    };
    let up = compose(&["up", "--build", "--wait", "--wait-timeout", "300", "auth"]);
    let state = compose(&["ps", "--all", "--format", "{{.Service}} {{.Health}}"]);
    let logs = compose(&["logs", "auth"]);
    let down = compose(&["down", "--volumes", "--timeout", "20"]);
    assert!(
        up.status.success(),
        "{}\n{}",
        up.stderr,
        String::from_utf8_lossy(&logs.stdout)
    );
    assert_eq!(String::from_utf8_lossy(&state.stdout).trim(), "auth healthy");
    let _ = down.succeeded();
}
