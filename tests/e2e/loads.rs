//! What an image holds goes by where a file comes from, and an image that cannot load what it starts is not built.

use serde_json::json;
use vextrus_e2e::{Engine, Kind, Workspace};

/// A service over a package of the workspace, without dependencies to fetch. `files` are more files, or others.
pub(crate) fn workspace(files: &[(&str, &str)]) -> Workspace {
    let service = json!({
        "name": "api",
        "version": "1.0.0",
        "private": true,
        "main": "dist/main.js",
        "scripts": { "build": "sh build.sh" },
        "dependencies": { "lib": "workspace:*" },
        "devDependencies": { "tools": "workspace:*" },
    });
    let package = |name: &str| {
        let manifest = json!({
            "name": name,
            "version": "1.0.0",
            "private": true,
            "main": "dist/index.js",
            "scripts": { "build": "mkdir -p dist && cp src/*.js dist" },
        });
        manifest.to_string()
    };
    let lockfile = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  apps/api:\n    dependencies:\n      lib:\n        \
                    specifier: workspace:*\n        version: link:../../packages/lib\n    devDependencies:\n      tools:\n        \
                    specifier: workspace:*\n        version: link:../../packages/tools\n\n  packages/lib: {}\n\n  \
                    packages/tools: {}\n";
    let workspace = Workspace::empty();
    workspace
        .write(
            "package.json",
            json!({ "name": "root", "private": true, "packageManager": "pnpm@9.15.9" }).to_string(),
        )
        .write("pnpm-workspace.yaml", "packages: ['apps/*', 'packages/*']\n")
        .write("pnpm-lock.yaml", lockfile)
        .write(
            "apps/api/package.json",
            serde_json::to_string_pretty(&service).unwrap(),
        )
        .write("apps/api/service.toml", "# syntax=vextrus/frontend\n")
        .write("apps/api/build.sh", "mkdir -p dist && cp src/*.js dist\n")
        .write("apps/api/src/main.js", "require('lib');\n")
        .write("packages/lib/package.json", package("lib"))
        .write("packages/lib/src/index.js", "")
        .write("packages/tools/package.json", package("tools"))
        .write("packages/tools/src/index.js", "");
    for (path, text) in files {
        workspace.write(path, text);
    }
    workspace
}

/// Returns what a build is refused with.
fn refused(files: &[(&str, &str)]) -> String {
    let engine = Engine::take();
    let refused = engine
        .build(&workspace(files))
        .file("apps/api/service.toml")
        .refused();
    refused.message().to_owned()
}

#[test]
fn a_module_that_nobody_declares_is_missed() {
    let message = refused(&[("apps/api/src/main.js", "require('left-out/index.js');\n")]);
    let expected = "apps/api/package.json:2: the image has no `left-out/index.js`, which /app/apps/api/dist/main.js loads: \
                    `api` does not declare `left-out`; add it to `dependencies` of apps/api/package.json";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn a_module_that_is_for_development_alone_is_missed() {
    let message = refused(&[(
        "apps/api/src/main.js",
        "setTimeout(() => import('tools'), 100);\n",
    )]);
    let expected = "apps/api/package.json:6: the image has no `tools`, which /app/apps/api/dist/main.js loads: `tools` is a \
                    dependency of `api` for development alone; move it to `dependencies` of apps/api/package.json";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn a_file_that_the_build_does_not_hand_on_is_missed() {
    let message = refused(&[(
        "packages/lib/src/index.js",
        "require('../generated/client.js');\n",
    )]);
    let expected = "apps/api/service.toml:1: the image has no `../generated/client.js`, which \
                    /app/packages/lib/dist/index.js loads";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn a_file_of_the_repository_that_is_opened_at_the_start_is_missed() {
    let main = "require('fs').readFileSync('/app/locales/de.json');\n";
    let message = refused(&[("apps/api/src/main.js", main), ("locales/de.json", "{}")]);
    let expected = "apps/api/service.toml:1: the image has no `locales/de.json`, which the service opens at its start; write \
                    `files = [\"locales/de.json\"]` into `[run]`";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn a_file_of_the_repository_that_a_framework_tells_of_is_missed() {
    let main = "for (const file of ['.env', '../../proto/a.proto']) {\n  try {\n    require('fs').readFileSync(file);\n  } \
                catch (error) {\n    console.error(`ERROR [Loader] ${error.message}`);\n  }\n}\nprocess.exit(1);\n";
    let message = refused(&[("apps/api/src/main.js", main), ("proto/a.proto", "")]);
    assert!(
        message.contains("write `files = [\"proto/a.proto\"]` into `[run]`"),
        "{message}"
    );
}

#[test]
fn native_code_of_another_system_is_missed() {
    let message = refused(&[
        (
            "apps/api/build.sh",
            "mkdir -p dist && cp src/*.js src/*.node dist\n",
        ),
        ("apps/api/src/main.js", "require('./addon.node');\n"),
        ("apps/api/src/addon.node", "no code\n"),
    ]);
    assert!(
        message.contains("native code in /app/apps/api/dist/addon.node cannot be loaded"),
        "{message}"
    );
}

#[test]
fn errors_of_the_service_and_what_may_be_missing_stop_no_build() {
    let engine = Engine::take();
    for main in [
        "throw new Error('DATABASE_URL is not set');\n",
        "try { require('fsevents') } catch {}\nsetInterval(() => {}, 1000);\n",
        "require('fs').readFileSync('/run/secrets/key');\n",
        "require('net').connect(5432, 'db');\n",
    ] {
        let workspace = workspace(&[("apps/api/src/main.js", main)]);
        let built = engine.build(&workspace).file("apps/api/service.toml").steps();
        assert!(
            built.names().contains(&"check what the image loads"),
            "{:?}",
            built.names()
        );
    }
}

#[test]
fn nobody_looks_where_the_manifest_says_so() {
    let engine = Engine::take();
    let workspace = workspace(&[
        (
            "apps/api/service.toml",
            "# syntax=vextrus/frontend\n[image]\ncheck = false\n",
        ),
        ("apps/api/src/main.js", "require('left-out');\n"),
    ]);
    let built = engine.build(&workspace).file("apps/api/service.toml").steps();
    assert!(
        !built.names().contains(&"check what the image loads"),
        "{:?}",
        built.names()
    );
}

/// What scripts write stays whole, whatever it is called; of the repository's files those leave that were compiled, and
/// their tests.
#[test]
fn what_a_build_wrote_stays_and_of_the_repository_what_nothing_compiled() {
    let engine = Engine::take();
    let build = "mkdir -p dist/coverage .output/server/node_modules/ms && echo 'module.exports = 1' | tee \
                 dist/coverage/index.js dist/speed.test.js .output/server/node_modules/ms/index.js >/dev/null\n\
                 cp src/main.js dist\n";
    let main = "require('./coverage'); require('./speed.test'); require('../.output/server/node_modules/ms');\n\
                setInterval(() => {}, 1000);\n";
    let workspace = workspace(&[
        ("apps/api/build.sh", build),
        ("apps/api/src/main.js", main),
        ("apps/api/src/typed.ts", ""),
        ("apps/api/src/main.test.ts", ""),
        (
            "apps/api/tsconfig.json",
            r#"{ "extends": "../../compiler", "include": ["src"] }"#,
        ),
        ("apps/api/templates/app/Dockerfile", ""),
        ("apps/api/templates/app/index.ts", ""),
        ("apps/api/drizzle.config.ts", ""),
        ("apps/api/jest.config.ts", ""),
        ("apps/api/.env.production", "GREETING=hello\n"),
        ("apps/api/.env.local", "TOKEN=x\n"),
        ("compiler.json", "{}"),
    ]);
    let built = engine.build(&workspace).file("apps/api/service.toml").run();
    let files = built.image.files();
    let of_workspace = files
        .below("/app")
        .filter(|(_, entry)| matches!(entry.kind, Kind::File));
    let mut names: Vec<&str> = of_workspace.map(|(name, _)| name).collect();
    names.retain(|name| !name.starts_with("/app/packages/"));
    names.sort_unstable();
    let expected = [
        "/app/apps/api/.env.production",
        "/app/apps/api/.output/server/node_modules/ms/index.js",
        "/app/apps/api/build.sh",
        "/app/apps/api/dist/coverage/index.js",
        "/app/apps/api/dist/main.js",
        "/app/apps/api/dist/speed.test.js",
        "/app/apps/api/drizzle.config.ts",
        "/app/apps/api/package.json",
        "/app/apps/api/src/main.js",
        "/app/apps/api/templates/app/Dockerfile",
        "/app/apps/api/templates/app/index.ts",
        "/app/apps/api/tsconfig.json",
        "/app/compiler.json",
    ];
    assert_eq!(names, expected);
}

const WARNING: &str = "did not find a file, and is run once more with every file of the workspace";

/// Builds, and returns the warnings.
fn built(files: &[(&str, &str)]) -> Vec<String> {
    let engine = Engine::take();
    let built = engine
        .build(&workspace(files))
        .file("apps/api/service.toml")
        .steps();
    built.warnings().to_vec()
}

/// A build that reads a file of the workspace by a path that nobody can know before.
const READS: &str =
    "set -e\nnode -e \"require('fs').readFileSync(['..', '..', 'data', 'x.json'].join('/'))\"\n";

#[test]
fn a_build_that_misses_a_file_gets_it() {
    let script = format!("{READS}mkdir -p dist && cp src/*.js dist\n");
    let files = [("apps/api/build.sh", script.as_str()), ("data/x.json", "{}")];
    let warnings = built(&files);
    assert!(
        warnings
            .iter()
            .any(|warning| warning.contains("the build of api") && warning.contains(WARNING)),
        "{warnings:?}"
    );

    let named = [
        files[0],
        files[1],
        (
            "apps/api/service.toml",
            "# syntax=vextrus/frontend\n[build]\nfiles = [\"data\"]\n",
        ),
    ];
    let warnings = built(&named);
    assert!(
        !warnings.iter().any(|warning| warning.contains(WARNING)),
        "{warnings:?}"
    );
}

#[test]
fn a_package_of_the_workspace_that_misses_a_file_gets_it() {
    let manifest = json!({
        "name": "lib",
        "version": "1.0.0",
        "private": true,
        "main": "dist/index.js",
        "scripts": { "build": "sh build.sh" },
    });
    let script = format!("{READS}pnpm -w run codegen && mkdir -p dist && cp src/*.js dist\n");
    let root = json!({
        "name": "root",
        "private": true,
        "packageManager": "pnpm@9.15.9",
        "scripts": { "codegen": "node tools/codegen.js" },
    });
    let warnings = built(&[
        ("packages/lib/package.json", &manifest.to_string()),
        ("packages/lib/build.sh", &script),
        ("package.json", &root.to_string()),
        ("tools/codegen.js", "console.log('generated');\n"),
        ("data/x.json", "{}"),
    ]);
    let told: Vec<&String> = warnings
        .iter()
        .filter(|warning| warning.contains(WARNING))
        .collect();
    assert!(
        told.len() == 1 && told[0].contains("the build of lib"),
        "{warnings:?}"
    );
}

#[test]
fn another_failure_is_tried_once_and_a_file_that_nobody_has_twice() {
    let engine = Engine::take();
    let refused = |script: &str| {
        let workspace = workspace(&[("apps/api/build.sh", script)]);
        let refused = engine.build(&workspace).file("apps/api/service.toml").refused();
        let tries = refused.progress.log().matches("> sh build.sh").count();
        (tries, refused.message().to_owned())
    };
    let (tries, message) = refused("echo 'Cannot find name x' >&2; exit 3\n");
    assert!(
        tries == 1 && message.contains("exit code 3"),
        "{tries}: {message}"
    );
    let (tries, message) = refused("cat ../../none.txt || exit 4\n");
    assert!(
        tries == 2 && message.contains("exit code 4"),
        "{tries}: {message}"
    );
}
