//! Markers in the place of credentials: what a build leaves anywhere has none of them.

use std::collections::BTreeSet;

use tempfile::TempDir;
use vextrus_e2e::{Build, Engine, Workspace};

mod left;

use left::{Left, decoded};

/// Files in which tools keep what they log in with, planted in the service, in the package that it uses, in a directory
/// below that, and at the root.
const FILES: [&str; 26] = [
    ".aws/credentials",
    ".azure/accessTokens.json",
    ".composer/auth.json",
    ".config/pnpm/auth.ini",
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
    ".npmrc.bak",
    ".pgpass",
    ".pypirc",
    ".ssh/config",
    ".terraform/terraform.tfstate",
    ".vault-token",
    ".yarnrc.yml",
    "id_ed25519",
    "id_rsa",
];
const DIRECTORIES: [&str; 4] = ["service", "library", "library/deep/er", "."];

/// Lines of the workspace's `.npmrc`, with `{}` where the marker is.
const NPMRC: [&str; 14] = [
    "//a.example/:_authToken={}",
    "\"//b.example/:_authToken\"={}",
    "'//c.example/:_authToken'='{}'",
    "\"//d.example/:_auth\\u0054oken\" = \"{}\"",
    "//e.example/:_password[]={}",
    "_AUTH={}",
    "username = {}",
    "//f.example/:_authToken=${NONE-{}}",
    "//g.example/:_authToken: {}",
    "@s:registry=https://{}@r.example/",
    "@t:registry=https://u:{}@r.example/",
    "https-proxy=http://{}:x@proxy.example:1",
    "# //h.example/:_authToken={}",
    "key=\"-----BEGIN PRIVATE KEY-----\\n{}\"",
];

/// Settings of pnpm elsewhere.
const SETTINGS: [&str; 3] = [
    "httpsProxy: http://u:{}@proxy.example:1",
    "npmToken: {}",
    "authConfig: { '//r.example/:_authToken': {} }",
];

/// The service's manifest: what it asks for gets to its build, and nowhere else.
const MANIFEST: &str = "\
# syntax=vextrus/frontend
# token: VXMARKCOMMENTxyzzy
[build]
secrets = [\"plain\", { id = \"token\", env = \"BUILD_TOKEN\" }]
[build.args]
API_KEY = \"\"
[target.worker]
command = \"node index.js\"
healthcheck = false
";

/// A build that has its secrets, and of the planted files none.
const BUILD: &str = "\
set -e
test -s /run/secrets/plain
test -n \"$BUILD_TOKEN\"
test -n \"$API_KEY\"
if grep -r VX[M]ARKFILE /app; then exit 1; fi
";

/// What is copied and told of by its place alone.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nVXMARKKEYxyzzy\n-----END PRIVATE KEY-----\n";

const TARGETS: [&str; 7] = ["runtime", "deps", "build", "test", "lint", "dev", "worker"];
const CALLS: [&str; 7] = [
    "check",
    "outline",
    "plan",
    "targets",
    "graph",
    "subrequests.describe",
    "schema",
];

fn marker(what: &str, number: usize) -> String {
    format!("VXMARK{what}{number:02}xyzzy")
}

fn marked(what: &str, lines: &[&str]) -> String {
    let lines = lines.iter().enumerate();
    lines
        .map(|(at, line)| line.replace("{}", &marker(what, at)) + "\n")
        .collect()
}

/// Returns a workspace with markers in every place that holds credentials.
fn planted() -> Workspace {
    let workspace = Workspace::service_and_library();
    for (at, name) in FILES.iter().enumerate() {
        for directory in DIRECTORIES {
            let text = format!("password = {}\n", marker("FILE", at));
            workspace.write(&format!("{directory}/{name}"), text);
        }
    }
    workspace
        .write(".npmrc", marked("NPMRC", &NPMRC))
        .append("pnpm-workspace.yaml", &marked("YAML", &SETTINGS))
        .write(
            "package.json",
            r#"{"name": "root", "private": true, "packageManager": "pnpm@10.34.9",
                "pnpm": {"httpProxy": "http://u:VXMARKJSONxyzzy@proxy.example", "_authToken": "VXMARKJSONxyzzy"}}"#,
        )
        .write(
            "service/package.json",
            r#"{"name": "service", "version": "1.0.0", "license": "UNLICENSED", "main": "index.js",
                "scripts": {"build": "sh build.sh", "test": "node .", "lint": "node .", "dev": "node .",
                    "deploy": "DEPLOY_TOKEN=VXMARKSCRIPTxyzzy node deploy.js"},
                "dependencies": {"library": "workspace:*"}}"#,
        )
        .write("service/service.toml", MANIFEST)
        .write(
            "service/build.sh",
            format!("{BUILD}# {}\n", crate::never_before()),
        )
        .write("service/kept.txt", "VXMARKKEPTxyzzy\n")
        .write("service/keys/deploy", KEY)
        .write("library/server.pem", KEY)
        .write("elsewhere/file.txt", marker("FILE", 90))
        .write(".git/config", marker("FILE", 91));
    workspace
}

/// Adds what the command line gives: secrets in every form, and a build argument that holds one.
fn equipped<'a>(build: Build<'a>, secrets: &TempDir) -> Build<'a> {
    let path = |name: &str, text: String| {
        let path = secrets.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let npmrc = format!("//z.example/:_authToken={}\n", marker("SECRET", 0));
    build.file("service/service.toml").args([
        format!("--secret=id=npmrc,src={}", path("npmrc", npmrc)),
        format!("--secret=id=plain,src={}", path("plain", marker("SECRET", 1))),
        format!("--secret=id=token,src={}", path("token", marker("SECRET", 2))),
        format!("--build-arg=API_KEY={}", marker("ARG", 0)),
    ])
}

/// No credential of the repository, and none of the command line, is in what a build leaves or says: layers,
/// configuration and history of any target's image, provenance, the exported cache, the client's metadata, the progress
/// as text and as records, answers to calls. Build arguments are in BuildKit's own record, as with any frontend.
#[test]
fn no_build_leaves_a_credential_anywhere() {
    let engine = Engine::take_exporting();
    let (workspace, secrets) = (planted(), TempDir::with_prefix("vextrus-e2e-").unwrap());
    let directory = TempDir::with_prefix("vextrus-e2e-").unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let mut left = Left::default();
    for (at, target) in TARGETS.into_iter().enumerate() {
        // The first build runs its steps, and shows them as text.
        let progress = if at == 0 { "plain" } else { "rawjson" };
        let (image, cache, metadata) = (
            path(&format!("{target}.tar")),
            path(&format!("{target}-cache")),
            path(&format!("{target}.json")),
        );
        let build = equipped(engine.build(&workspace), &secrets).args([
            format!("--target={target}"),
            format!("--progress={progress}"),
            "--attest=type=provenance,mode=max".to_owned(),
            format!("--sbom={}", target == "runtime"),
            format!("--output=type=oci,dest={image}"),
            format!("--cache-to=type=local,dest={cache},mode=max"),
            format!("--metadata-file={metadata}"),
        ]);
        let finished = build.client(&[]).succeeded();
        let said = String::from_utf8_lossy(&decoded(finished.stderr.as_bytes())).into_owned();
        for told in ["SecretFile", "SecretInNpmrc", "SecretInSettings"] {
            // For dependencies no sources are copied.
            let is_told = target == "deps" && told == "SecretFile" || said.contains(told);
            assert!(is_told, "the build of {target} does not tell of {told}");
        }
        left.said(&format!("{target}: {progress}"), finished.stderr.as_bytes());
        left.archive(&format!("{target}: image"), &image);
        left.directory(&format!("{target}: cache"), &cache);
        left.record(&format!("{target}: metadata"), &std::fs::read(&metadata).unwrap());
    }
    for call in CALLS {
        for format in ["", ",format=json"] {
            let build = equipped(engine.build(&workspace), &secrets);
            let called = build.args([format!("--call={call}{format}")]).client(&[]);
            assert!(!called.stdout.is_empty(), "{call}: {}", called.stderr);
            let what = format!("--call={call}{format}");
            // The graph is what a build does, arguments included.
            match call {
                "graph" => left.record(&what, &called.stdout),
                _ => left.said(&what, &called.stdout),
            }
            left.said(&what, called.stderr.as_bytes());
        }
    }
    // The search finds what is there.
    assert!(left.is_in("VXMARKKEPT", "runtime: image"), "{left:?}");
    assert!(left.is_in("VXMARKKEPT", "runtime: cache"), "{left:?}");
    assert!(
        left.is_in("VXMARKARG", "runtime: image"),
        "no provenance: {left:?}"
    );
    let found: BTreeSet<&(String, String)> = left.found.iter().filter(|found| !is_expected(found)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// Files that are no credentials by their names are copied: what they hold may be in layers, and is nowhere said.
fn is_expected((marker, place): &(String, String)) -> bool {
    let is = |names: &[&str]| names.iter().any(|name| marker.starts_with(name));
    let (is_layer, is_record) = (place.ends_with(" layer"), place.ends_with(" record"));
    is(&["VXMARKKEPT", "VXMARKKEY", "VXMARKSCRIPT"]) && is_layer || is(&["VXMARKARG"]) && is_record
}
