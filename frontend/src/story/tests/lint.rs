//! What each rule finds in variations of the example, and what it leaves alone.

use super::*;

/// Returns the warnings of the service auth, whose manifest and other files are changed first.
async fn warnings(manifest: &str, change: impl FnOnce(&mut Files)) -> Vec<String> {
    let mut files = example();
    let text = format!("# syntax=vextrus/frontend\n# check=experimental=all\n{manifest}");
    files.insert("services/auth/service.toml".to_owned(), text.into_bytes());
    change(&mut files);
    let (.., planned) = planned_for(engine(files), &request("auth")).await.unwrap();
    planned.warnings.iter().map(ToString::to_string).collect()
}

fn write(path: &'static str, text: &'static str) -> impl FnOnce(&mut Files) {
    move |files| _ = files.insert(path.to_owned(), text.as_bytes().to_vec())
}

/// Replaces a text in a file.
fn replace(path: &'static str, from: &'static str, to: &'static str) -> impl FnOnce(&mut Files) {
    move |files| {
        let text = String::from_utf8(files[path].clone()).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        files.insert(path.to_owned(), text.replace(from, to).into_bytes());
    }
}

#[tokio::test]
async fn scripts_of_the_root_that_make_something_are_named() {
    let with = |scripts: &'static str| replace("package.json", "\"prepare\": \"husky\"", scripts);
    let generates = r#""postinstall": "husky && node tools/generate.js", "prepare": "panda codegen""#;
    let found = warnings("", with(generates)).await;
    let [postinstall, prepare] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert!(
        postinstall.contains("`postinstall` of the root (`node tools/generate.js`)"),
        "{postinstall}"
    );
    assert!(
        postinstall.contains("package.json:") && postinstall.contains("root_postinstall = true"),
        "{postinstall}"
    );
    assert!(
        prepare.contains("`prepare` of the root (`panda codegen`)"),
        "{prepare}"
    );
    let found = warnings("[build]\nroot_postinstall = true\n", with(generates)).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let asks = |files: &mut Files| {
        let turbo = r#"{ "tasks": { "build": { "dependsOn": ["//#codegen"] }, "dev": { "dependsOn": ["//#other"] } } }"#;
        files.insert("turbo.json".to_owned(), turbo.as_bytes().to_vec());
        with(r#""codegen": "node tools/generate.js", "other": "node other.js""#)(files);
    };
    let found = warnings("", asks).await;
    assert!(
        found.len() == 1 && found[0].contains("`codegen` of the root"),
        "{found:?}"
    );
    assert!(
        found[0].contains("though turbo.json puts it in front of one"),
        "{found:?}"
    );
    let quiet =
        r#""postinstall": "patch-package && npx playwright install", "prepare": "is-ci || lefthook install""#;
    assert_eq!(warnings("", with(quiet)).await, [""; 0]);
}

#[tokio::test]
async fn the_example_gives_no_warning() {
    for service in SERVICES {
        let (.., planned) = planned_for(engine(example()), &request(service)).await.unwrap();
        assert_eq!(planned.warnings, [], "{service}");
    }
}

#[tokio::test]
async fn rules_about_the_manifest() {
    let manifest = r#"
kind = "node"
base = "node:lts-slim"

[build]
files = ["services/auth/tsconfig.json", "tools/x.txt"]
env = { SENTRY_AUTH_TOKEN = "5e1f0c3a", TOKEN_TTL = "1h", PUBLIC_KEY = "a", MAX_TOKEN = "4096" }
frozen = true

[build.args]
SECRET = ""

[run]
port = 3000
user = "0:0"
env = { PORT = "8080", NODE_ENV = "development", DB_PASSWORD_FILE = "/run/db", DATABASE_URL = "postgres://u:p@db/x" }
healthcheck = false

[image]
labels = { "x.token" = "ghp_0123456789abcdefghijklmnopqrstuvwxyz" }

[target.worker]

[target.admin]
user = "0"
"#;
    let change = write("tools/x.txt", "x");
    insta::assert_snapshot!(warnings(manifest, change).await.join("\n"));
}

#[tokio::test]
async fn rules_about_versions() {
    let found = async |manifest, change: Box<dyn FnOnce(&mut Files)>| warnings(manifest, change).await;
    let node = |text| Box::new(write(".nvmrc", text)) as Box<dyn FnOnce(&mut Files)>;
    assert_eq!(
        found("", node("20\n")).await,
        ["EndOfLifeNode: Node 20 (.nvmrc: 20) gets no more security fixes; take a newer one (.nvmrc:1)"]
    );
    assert_eq!(
        found("", node("18\n")).await,
        [
            "NodeOutsideEngines: .nvmrc says `18`, which `engines.node` in package.json (`>=20.11`) does not let in, so that Node 22 is used; bring the two together (.nvmrc:1)",
        ]
    );
    let volta = |files: &mut Files| {
        files.remove(".nvmrc");
        replace(
            "package.json",
            "\"private\"",
            "\"volta\": { \"node\": \"18.20.0\" }, \"private\"",
        )(files);
    };
    let [warning] = &found("", Box::new(volta)).await[..] else {
        panic!("one warning")
    };
    assert!(
        warning.contains("volta.node says `18.20.0`") && warning.contains("(package.json:"),
        "{warning}"
    );
    assert_eq!(
        found("node = \"18\"\n", node("22")).await,
        [
            "EndOfLifeNode: Node 18 (the manifest names it) gets no more security fixes; take a newer one (services/auth/service.toml:3)",
            "NodeOutsideEngines: Node 18 is used (the manifest names it), but `engines.node` in package.json is `>=20.11`; bring the two together (services/auth/service.toml:3)",
        ]
    );
    // A word for whatever is the newest one leaves it to the range, if there is one.
    assert_eq!(found("", node("lts/*\n")).await, [""; 0]);
    for word in ["lts/*", "node", "stable"] {
        let change = move |files: &mut Files| {
            files.insert(".nvmrc".to_owned(), word.as_bytes().to_vec());
            replace("package.json", "\"node\": \">=20.11\"", "\"npm\": \"x\"")(files);
        };
        let says = format!(
            "UnpinnedNode: Node 22 is used, and .nvmrc says `{word}`, which names no version; write \"engines\": {{ \"node\": \">=22\" }} into the package.json, or `node = \"22\"` (.nvmrc:1)"
        );
        assert_eq!(found("", Box::new(change)).await, [says]);
    }
    assert_eq!(
        found("node = \"25\"\n", node("22")).await,
        [
            "EndOfLifeNode: Node 25 (the manifest names it) gets no more security fixes; take a newer one (services/auth/service.toml:3)"
        ]
    );
    let nothing = |files: &mut Files| {
        files.remove(".nvmrc");
        replace("package.json", "\"node\": \">=20.11\"", "\"npm\": \"x\"")(files);
        replace("package.json", "\"packageManager\": \"pnpm@9.15.9\",", "")(files);
    };
    insta::assert_snapshot!(found("", Box::new(nothing)).await.join("\n"));
}

#[tokio::test]
async fn rules_about_the_image() {
    let curl = "base = \"debian\"\n[run.healthcheck]\ncommand = \"curl -f http://localhost:3000/health\"\n";
    assert_eq!(
        warnings(curl, |_| ()).await,
        [
            "HealthcheckProgram: the health check runs `curl`, which docker.io/library/node:22-bookworm-slim does not have; write `path = \"/…\"` instead of `command` (services/auth/service.toml:4)"
        ]
    );
    let installed = format!("[run]\npackages = [\"curl\"]\n{curl}").replace("base = \"debian\"\n", "");
    assert_eq!(warnings(&installed, |_| ()).await, Vec::<String>::new());
    let start = replace(
        "services/auth/package.json",
        "\"start:prod\": \"node dist/main.js\"",
        "\"start:prod\": \"tsx src/main.ts\"",
    );
    let found = warnings("", |files| {
        start(files);
        replace(
            "services/auth/package.json",
            "\"devDependencies\": {",
            "\"devDependencies\": {\n    \"tsx\": \"^4.20.0\",",
        )(files);
        let lock = String::from_utf8(example()["pnpm-lock.yaml"].clone()).unwrap();
        let tsx = lock
            .find("      tsx:\n")
            .map(|at| lock[at..].lines().take(3).collect::<Vec<_>>().join("\n"))
            .unwrap();
        let auth = lock.find("\n  services/auth:\n").unwrap();
        let (head, tail) = lock.split_at(auth);
        let tail = tail.replacen(
            "    devDependencies:\n",
            &format!("    devDependencies:\n{tsx}\n"),
            1,
        );
        files.insert("pnpm-lock.yaml".to_owned(), format!("{head}{tail}").into_bytes());
    })
    .await;
    assert_eq!(
        found,
        [
            "DevelopmentProgram: the command runs `tsx`, which is in `devDependencies`; move it to `dependencies` (services/auth/package.json:33)"
        ]
    );
}

#[tokio::test]
async fn rules_about_npmrc() {
    let npmrc =
        "cafile=/etc/ca.pem\nstore-dir=~/s\n//r.example/:_authToken=abc\n//s.example/:_authToken=${T}\n";
    assert_eq!(
        warnings("", write(".npmrc", npmrc)).await,
        [
            "MachineFileInNpmrc: `cafile` names a file of the machine and is left out; pass an .npmrc with it as the secret `npmrc` (.npmrc:1)",
            "SecretInNpmrc: `//r.example/:_authToken` holds a credential and is left out; write `${VARIABLE}` in its place and pass `--secret id=VARIABLE` (.npmrc:3)",
        ]
    );
}

#[tokio::test]
async fn what_the_workspace_sets_otherwise_is_not_redundant() {
    let defaults = write("vextrus.toml", "[run]\nuser = \"2000\"\n");
    assert_eq!(
        warnings("[run]\nuser = \"1001:1001\"\n", defaults).await,
        Vec::<String>::new()
    );
    let found = warnings("[run]\nuser = \"1001:1001\"\n", |_| ()).await;
    assert_eq!(
        found,
        ["RedundantKey: `run.user` says the default; leave it out (services/auth/service.toml:4)"]
    );
}

#[tokio::test]
async fn warnings_stop_a_build_that_asks_for_it() {
    let mut files = example();
    let text = b"# syntax=vextrus/frontend\n# check=error=true\n[run]\nuser = 0\n";
    files.insert("services/auth/service.toml".to_owned(), text.to_vec());
    let (gateway, fake) = connect(engine(files)).await;
    let failure = build(gateway, request("auth")).await.unwrap_err();
    assert_eq!(failure.to_string(), "lint violation found for rules: RootUser");
    let state = fake.state();
    let warning = &state.warnings[0];
    assert_eq!(
        String::from_utf8_lossy(&warning.short),
        "RootUser: `run.user` is root; leave it out to run as 1001:1001 (services/auth/service.toml:4)"
    );
    assert_eq!(warning.ranges.len(), 1);
}
