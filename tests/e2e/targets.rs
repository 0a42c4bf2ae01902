//! The targets of a service: what each runs, what it leaves, what it is cached by.

use vextrus_e2e::{Engine, Image, Progress, Tree, Workspace};

/// Returns a service that uses a package, without dependencies from elsewhere.
fn two_packages() -> Workspace {
    let workspace = Workspace::empty();
    let lockfile = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  app:\n    dependencies:\n      lib:\n        \
                    specifier: workspace:*\n        version: link:../lib\n\n  lib: {}\n";
    workspace
        .write("pnpm-workspace.yaml", "packages:\n  - app\n  - lib\n")
        .write("pnpm-lock.yaml", lockfile)
        .write(
            "package.json",
            r#"{ "name": "root", "private": true, "packageManager": "pnpm@9.15.9" }"#,
        )
        .write(
            "lib/package.json",
            r#"{ "name": "lib", "main": "dist/index.js", "scripts": { "build": "node build.js" } }"#,
        )
        .write("lib/src/index.ts", "exports.greet = (name) => 'hello ' + name;\n")
        .write(
            "lib/build.js",
            "// Comments stay behind, as a compiler leaves them.\nconst fs = require('fs');\n\
             const lines = fs.readFileSync('src/index.ts', 'utf8').split('\\n');\n\
             fs.mkdirSync('dist', { recursive: true });\n\
             fs.writeFileSync('dist/index.js', lines.filter((line) => !line.startsWith('//')).join('\\n'));\n",
        )
        .write(
            "app/package.json",
            r#"{
  "name": "app",
  "main": "dist/main.js",
  "scripts": {
    "build": "node build.js",
    "start": "node dist/main.js",
    "dev": "node src/main.js",
    "test": "node test.js",
    "lint": "node ../lint.js"
  },
  "dependencies": { "lib": "workspace:*" }
}
"#,
        )
        .write(
            "app/build.js",
            "require('fs').cpSync('src', 'dist', { recursive: true });\nconsole.log('built', process.env.CI);\n",
        )
        .write("app/src/main.js", "console.log(require('lib').greet('world'));\n")
        .write(
            "app/test.js",
            "const fs = require('fs');\nconst said = require('lib').greet('test');\n\
             if (said !== 'hello test') { console.error('expected hello test, not', said); process.exit(1); }\n\
             fs.mkdirSync('coverage', { recursive: true });\nfs.writeFileSync('coverage/report.txt', said + '\\n');\nconsole.log('1 passed');\n",
        )
        .write("lint.js", "console.log('0 problems');\n")
        .write(
            "app/service.toml",
            "# syntax=vextrus/frontend\n[target.worker]\ncommand = \"node dist/main.js worker\"\n",
        );
    // What these builds run is in no cache before.
    workspace.append("lib/src/index.ts", &format!("// {}\n", crate::never_before()));
    workspace.append("app/src/main.js", &format!("// {}\n", crate::never_before()));
    workspace
}

fn target(engine: &Engine, workspace: &Workspace, name: &str) -> Progress {
    let build = engine.build(workspace).file("app/service.toml");
    build.args(["--target", name]).steps()
}

/// Returns what a container of an image prints, run with arguments of `docker run` and another command.
fn prints(engine: &Engine, image: &Image, arguments: &[&str], command: &[&str]) -> String {
    let run = engine.command(["run", "--rm"]).args(arguments);
    run.args([image.name()]).args(command).output()
}

fn ran(progress: &Progress, step: &str) -> bool {
    progress.ran().contains(&step)
}

/// Honours `--target NAME`: `test` and `lint` run the package's script on the built packages that it uses, and run it
/// again only where something that it reads has changed.
#[test]
fn tests_run_on_built_packages_and_are_cached_by_content() {
    let engine = Engine::take();
    let workspace = two_packages();
    let first = target(&engine, &workspace, "test");
    assert!(first.log().contains("1 passed"), "{}", first.log());
    for not_needed in ["build app", "lint app"] {
        assert!(!ran(&first, not_needed), "{:?}", first.ran());
    }
    let production = |name: &&str| name.contains("production");
    assert!(!first.ran().iter().any(production), "{:?}", first.ran());

    // The test's files are in the context's copy of the package, the linter's lie beside it.
    let lint = target(&engine, &workspace, "lint");
    assert!(
        lint.log().contains("0 problems") && !ran(&lint, "test app"),
        "{}",
        lint.log()
    );

    assert_eq!(target(&engine, &workspace, "test").ran(), Vec::<&str>::new());
    workspace.append("lib/src/index.ts", &format!("// {}\n", crate::never_before()));
    let same = target(&engine, &workspace, "test");
    assert!(
        ran(&same, "build lib") && !ran(&same, "test app"),
        "{:?}",
        same.ran()
    );

    workspace.replace("lib/src/index.ts", "hello", "goodbye");
    let refused = engine
        .build(&workspace)
        .file("app/service.toml")
        .args(["--target", "test"])
        .refused();
    let message = refused.message();
    assert!(message.contains("app/package.json:8"), "{message}");
    assert!(message.contains("\"test\": \"node test.js\""), "{message}");
    let log = refused.progress.log();
    assert!(log.contains("expected hello test, not goodbye test"), "{log}");
}

/// Honours `--output type=tar,dest=FILE`: of `--target test`, the files with what the tests left, such as coverage
/// reports.
#[test]
fn what_tests_leave_is_exported() {
    let engine = Engine::take();
    let workspace = two_packages();
    let build = || {
        engine
            .build(&workspace)
            .file("app/service.toml")
            .args(["--target=test"])
    };
    let image = build().run().image;
    assert_eq!(image.config()["config"]["WorkingDir"], "/app/app");
    assert!(prints(&engine, &image, &[], &[]).contains("1 passed"));

    let archive = tempfile::NamedTempFile::new().unwrap();
    let output = format!("--output=type=tar,dest={}", archive.path().display());
    let _ = build().args([output]).client(&[]).succeeded();
    let files = Tree::read(archive);
    assert_eq!(files.text("app/app/coverage/report.txt"), "hello test\n");
}

/// Honours `--target deps`, `--target build`: the workspace with its dependencies installed, and with all packages built.
#[test]
fn the_workspace_is_an_image_with_a_shell() {
    let engine = Engine::take();
    let workspace = two_packages();
    let image = |name: &str| {
        let build = engine.build(&workspace).file("app/service.toml");
        build.args([format!("--target={name}")]).run().image
    };
    let shell = |image: &Image, script: &str| prints(&engine, image, &[], &["sh", "-c", script]);
    let deps = image("deps");
    assert_eq!(
        shell(&deps, "pwd; ls; readlink node_modules/lib; pnpm --version"),
        "/app/app\nnode_modules\npackage.json\n../../lib\n9.15.9"
    );
    let build = image("build");
    assert_eq!(
        shell(&build, "pnpm --silent start; ls dist src; ls ../lib/dist"),
        "hello world\ndist:\nmain.js\n\nsrc:\nmain.js\nindex.js"
    );
}

/// Honours `--target dev`: an image that runs the development script; directories of the context can be mounted over
/// the packages.
#[test]
fn sources_are_mounted_over_the_development_image() {
    let engine = Engine::take();
    let workspace = two_packages();
    let build = engine.build(&workspace).file("app/service.toml");
    let image = build.args(["--target=dev"]).run().image;
    assert!(prints(&engine, &image, &[], &[]).ends_with("hello world"));

    workspace.replace("app/src/main.js", "'world'", "'mounted world'");
    let source = |path: &str| workspace.path(path).display().to_string();
    for (from, to) in [("app/src", "/app/app/src"), ("app", "/app/app")] {
        let mount = format!("--volume={}:{to}", source(from));
        let printed = prints(&engine, &image, &[&mount], &[]);
        assert!(printed.ends_with("hello mounted world"), "{from}: {printed}");
    }
}

/// Honours `--target NAME`: a table `[target.NAME]` of the manifest is another role of the production image; a name that
/// is no target is an error that lists all of them.
#[test]
fn a_role_is_a_target_and_any_other_name_is_none() {
    let engine = Engine::take();
    let workspace = two_packages();
    let build = || engine.build(&workspace).file("app/service.toml");
    let worker = build().args(["--target=worker"]).run();
    let command = worker.image.config()["config"]["Cmd"].clone();
    assert_eq!(command.as_array().unwrap().last().unwrap(), "worker");

    let refused = build().args(["--target=wroker"]).refused();
    let message = refused.message();
    assert!(
        message.contains(
            "did you mean `--target worker`? The targets are deps, build, test, lint, dev, runtime, worker"
        ),
        "{message}"
    );
}

/// Honours `--no-cache-filter NAME`: the steps of the stage `deps`, `build`, `test`, `lint` or `runtime`, or of the
/// workspace package of that name, run again; a name that is none of them is warned about.
#[test]
fn a_stage_runs_again_by_its_name() {
    let engine = Engine::take();
    let workspace = two_packages();
    let build = |filter: &str| {
        let build = engine.build(&workspace).file("app/service.toml");
        build
            .args([format!("--no-cache-filter={filter}"), "--target=test".to_owned()])
            .steps()
    };
    target(&engine, &workspace, "test");
    assert_eq!(build("TEST").ran(), ["test app"]);
    let lib = build("lib");
    assert!(
        ran(&lib, "build lib") && !ran(&lib, "test app"),
        "{:?}",
        lib.ran()
    );
    let none = build("tset");
    assert_eq!(none.ran(), Vec::<&str>::new());
    let warned = none
        .warnings()
        .iter()
        .any(|warning| warning.contains("did you mean `test`?"));
    assert!(warned, "{:?}", none.warnings());
}
