//! Markers in the place of credentials, in every file and spelling: none comes out of the frontend.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::*;
use crate::manifest::targets::Stage;

mod steps;
mod told;

/// Files that nobody asks for, and that hold a credential by their name. Each is planted in the service, in a package
/// that it uses, in a directory below that, and at the root.
const FILES: [&str; 26] = [
    ".aws/credentials",
    ".azure/accessTokens.json",
    ".composer/auth.json",
    ".dev.vars",
    ".docker/config.json",
    ".env",
    ".env.local",
    ".env.production.local",
    ".envrc",
    ".git-credentials",
    ".gnupg/secring.gpg",
    ".htpasswd",
    ".kube/config",
    ".my.cnf",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".ssh/config",
    ".terraform/terraform.tfstate",
    ".terraform.d/credentials.tfrc.json",
    ".vault-token",
    ".yarnrc.yml",
    "_netrc",
    "id_ed25519",
    "id_rsa",
];
const DIRECTORIES: [&str; 4] = ["services/auth", "shared/kernel", "shared/kernel/src/deep", ""];

/// Lines of the workspace's `.npmrc`, with `{}` where the marker is.
const NPMRC: [&str; 19] = [
    "//a.example/:_authToken={}",
    "\"//b.example/:_authToken\"={}",
    "'//c.example/:_authToken'='{}'",
    "\"//d.example/:_auth\\u0054oken\" = \"{}\"",
    "//e.example/:_password[]={}",
    "_AUTH={}",
    "username = {}",
    "//f.example/:_authToken=${NONE-{}}",
    "${NONE-//g.example/:_authToken}={}",
    "//h.example/:_authToken: {}",
    "registry=https://{}@r.example/",
    "@s:registry=https://u:{}@r.example/",
    "https-proxy=http://{}:x@proxy.example:1",
    "//i.example/:always-auth=true\r//j.example/:_authToken={}",
    "node-linker=isolated ; //k.example/:_authToken={}",
    "# //l.example/:_authToken={}",
    "key=\"-----BEGIN PRIVATE KEY-----\\n{}\"",
    "//m.example/:_authToken=x;{}",
    "[section]\n//n.example/:_authToken={}",
];

/// What can be asked instead of building.
const CALLS: [&str; 7] = [
    "lint",
    "outline",
    "plan",
    "targets",
    "graph",
    "subrequests.describe",
    "schema",
];

/// What leaves the frontend, each with what it is.
type Emitted = Vec<(String, Vec<u8>)>;

/// Returns a marker that nothing else is like.
fn marker(what: &str, number: usize) -> String {
    format!("MARKER{what}{number:02}xyzzy")
}

fn put(files: &mut Files, path: &str, text: impl Into<Vec<u8>>) {
    files.insert(path.to_owned(), text.into());
}

fn change(files: &mut Files, path: &str, change: impl FnOnce(&mut Value)) {
    let mut manifest: Value = serde_json::from_slice(&files[path]).unwrap();
    change(&mut manifest);
    put(files, path, serde_json::to_string_pretty(&manifest).unwrap());
}

/// Returns lines, each with a marker of its own.
fn marked(what: &str, lines: &[&str]) -> Vec<String> {
    let lines = lines.iter().enumerate();
    lines
        .map(|(at, line)| line.replace("{}", &marker(what, at)))
        .collect()
}

/// Returns the example with markers in all files that hold credentials, with the scripts that targets run.
fn planted() -> Files {
    let mut files = example();
    for (at, name) in FILES.iter().enumerate() {
        for directory in DIRECTORIES {
            let path = crate::path::join(directory, name);
            put(&mut files, &path, marker("FILE", at));
        }
    }
    let npmrc = marked("NPMRC", &NPMRC).join("\r\n");
    put(&mut files, ".npmrc", format!("\u{feff}{npmrc}\r\n"));
    let settings = [
        "httpsProxy: http://u:{}@proxy.example:1",
        "_auth: { 'https://r.example': { '@': { authToken: {} } } }",
        "registries: { default: 'https://{}@r.example/' }",
        "npmToken: {}",
        "authConfig: { '//r.example/:_authToken': {} }",
    ];
    let workspace = String::from_utf8(files["pnpm-workspace.yaml"].clone()).unwrap();
    let settings = marked("YAML", &settings).join("\n");
    put(
        &mut files,
        "pnpm-workspace.yaml",
        format!("{workspace}\n{settings}\n"),
    );
    change(&mut files, "package.json", |manifest| {
        manifest["pnpm"]["httpProxy"] = format!("http://u:{}@proxy.example", marker("JSON", 0)).into();
        manifest["pnpm"]["_authToken"] = marker("JSON", 1).into();
        manifest["publishConfig"] = json!({ "_authToken": marker("JSON", 2) });
        manifest["config"] = json!({ "token": marker("JSON", 3) });
    });
    change(&mut files, "services/auth/package.json", |manifest| {
        manifest["publishConfig"] = json!({ "//r.example/:_authToken": marker("JSON", 4) });
        for script in ["lint", "test", "start:dev"] {
            manifest["scripts"][script] = "node .".into();
        }
        manifest["scripts"]["deploy"] = format!("DEPLOY_TOKEN={} node deploy.js", marker("JSON", 5)).into();
    });
    let role = "[target.worker]\ncommand = \"node dist/worker.js\"\nhealthcheck = false\n";
    let manifest = format!(
        "# syntax=vextrus/frontend\n# token: {}\n{role}",
        marker("TOML", 0)
    );
    put(&mut files, "services/auth/service.toml", manifest);
    files
}

/// Returns a request for each stage, and for the role of the planted manifest.
fn targets() -> impl Iterator<Item = Options> {
    let stages = Stage::ALL.into_iter().map(Stage::name);
    stages.chain(["worker"]).map(|target| Options {
        target: Some(target.to_owned()),
        ..request("auth")
    })
}

/// Returns all that leaves the frontend where it is asked for something: what it sends, and what it answers.
async fn emitted(files: Files, options: &Options) -> Emitted {
    let (gateway, fake) = connect(engine(files)).await;
    let answer = build(gateway.clone(), options.clone()).await;
    let mut emitted = Emitted::new();
    match answer {
        Ok(result) => {
            let metadata = result.metadata.into_iter();
            emitted.extend(metadata.map(|(key, value)| (format!("result {key}"), value)));
        }
        Err(failure) => {
            emitted.push(("message".to_owned(), failure.to_string().into_bytes()));
            gateway.return_failure(&failure).await.unwrap();
            let returned = fake.state().returned.take().unwrap();
            emitted.push(("failure".to_owned(), returned.encode_to_vec()));
        }
    }
    let state = fake.state();
    let solves = state.solves.iter().enumerate();
    emitted.extend(solves.map(|(at, solve)| (format!("solve {at}"), solve.encode_to_vec())));
    let warnings = state.warnings.iter();
    emitted.extend(warnings.map(|warning| ("warning".to_owned(), warning.encode_to_vec())));
    emitted
}

fn part<'a>(emitted: &'a Emitted, name: &str) -> std::borrow::Cow<'a, str> {
    let (_, bytes) = emitted.iter().find(|(part, _)| part == name).unwrap();
    String::from_utf8_lossy(bytes)
}

/// Returns a text with what it holds in base64, as JSON has files, decoded behind it.
fn decoded(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let is_code = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let words = text.split(|c| !is_code(c)).filter(|word| word.len() >= 16);
    let decoded = words.filter_map(|word| BASE64.decode(word).ok());
    let decoded: Vec<String> = decoded
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    format!("{text}\n{}", decoded.join("\n"))
}

#[track_caller]
fn assert_no_marker(emitted: &Emitted, what: &str) {
    assert!(!emitted.is_empty(), "{what}");
    for (part, bytes) in emitted {
        let text = decoded(bytes);
        let found = text.find("MARKER").and_then(|at| text.get(at..at + 20));
        assert_eq!(found, None, "{what}, {part}");
    }
}

#[tokio::test]
async fn no_build_sends_a_marker() {
    for options in targets() {
        let target = options.target.clone().unwrap();
        let emitted = emitted(planted(), &options).await;
        part(&emitted, "result containerimage.config");
        let warnings = emitted.iter().filter(|(part, _)| part == "warning").count();
        assert!(warnings >= 20, "{target}: {warnings} warnings");
        assert_no_marker(&emitted, &target);
    }
    let several = Options {
        platforms: vec![platform("linux/amd64"), platform("linux/arm64")],
        ..request("auth")
    };
    assert_no_marker(&emitted(planted(), &several).await, "two platforms");
}

#[tokio::test]
async fn no_call_answers_with_a_marker() {
    for call in CALLS {
        for options in targets() {
            let options = Options {
                request_id: Some(format!("frontend.{call}")),
                ..options
            };
            let emitted = emitted(planted(), &options).await;
            part(&emitted, "result result.txt");
            assert_no_marker(&emitted, call);
        }
    }
}
