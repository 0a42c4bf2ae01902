use std::fmt::Write as _;
use std::time::Duration;

use super::targets::Stage;
use super::values::{Base, HealthcheckSetting, User};
use super::*;

mod any_text;
mod mistakes;
mod reference;

fn parse(text: &str) -> Result<Manifest, Diagnostics> {
    Manifest::parse(&SourceFile::new("service.toml", text))
}

fn good(text: &str) -> Manifest {
    parse(text).unwrap()
}

const FULL: &str = r#"# syntax=vextrus/frontend
kind = "node"
package = "@vextrus/auth"
base = "debian"
node = 22
pnpm = "9.15.4"

[build]
script = "build:prod"
test = "test:ci"
lint = "lint:ci"
dev = "serve"
env = { NODE_OPTIONS = "--max-old-space-size=4096" }
args = { GIT_SHA = "", API_URL = "https://api.example.com" }
packages = ["python3", "g++=4:12.2.0-3"]
files = ["./proto/**/", "nest-cli.json"]
secrets = ["npm_token", { id = "sentry", env = "SENTRY_AUTH_TOKEN", required = false }]
ssh = true
network = "none"
frozen = false
root_postinstall = true

[run]
command = "node --enable-source-maps 'dist/main.js'"
port = [3000, 9090]
env.NODE_ENV = "production"
packages = ["openssl"]
user = "1000"
files = ["templates"]
writable = ["uploads/", "/var/cache/auth"]
stop_signal = "int"
layout = "workspace"

[run.healthcheck]
path = "/health/ready"
interval = "1m30s"
timeout = "500ms"
start_period = "1h"
retries = 5

[static]
output = "../dist/web/"
fallback = "404.html"
base_path = "/app/"
immutable = ["assets/**"]
source_maps = true
nginx = "nginx.conf"
headers.Content-Security-Policy = "default-src 'self'"
redirects."/old" = "https://example.com/new"

[image]
labels."org.opencontainers.image.title" = "auth"
max_size = "512MiB"
check = false
untrimmed = ["swagger-ui-dist", "@nestjs/swagger"]
created = "2026-11-28T12:00:00+01:00"

[target.worker]
command = ["node", "dist/worker.js"]
env.ROLE = "worker"
healthcheck = false

[target.migrate.healthcheck]
command = "node dist/ping.js"
"#;

#[test]
fn reads_every_key() {
    insta::assert_debug_snapshot!(good(FULL).keys);
}

#[test]
fn the_full_example_sets_every_key_there_is() {
    let manifest = good(FULL);
    for (header, keys, _) in tables::all() {
        for key in keys {
            let path = if header.is_empty() {
                (*key).to_owned()
            } else {
                format!("{header}.{key}")
            };
            // Two ways to ask exclude each other; the migration of the example has the other one.
            let path = path.replace("run.healthcheck.command", "target.migrate.healthcheck.command");
            assert!(manifest.place(&path).is_some(), "{path}");
        }
    }
}

#[test]
fn one_line_is_a_whole_manifest() {
    let manifest = good("# syntax=vextrus/frontend\n");
    assert_eq!(manifest.keys, Keys::default());
    assert_eq!(manifest.first_line().to_string(), "service.toml:1");
    assert_eq!(manifest.role(&Target::default()), Run::default());
}

#[test]
fn the_first_line_is_that_of_the_syntax() {
    for (text, line) in [
        ("", 1),
        ("#syntax=vextrus/frontend", 1),
        ("# our service\n#  syntax = vextrus/frontend:1\n", 2),
        ("node = 22\n# syntax=vextrus/frontend", 1),
        ("# syntaxes\nnode = 22\n", 1),
    ] {
        assert_eq!(good(text).first_line().first_line, line, "{text:?}");
    }
}

#[test]
fn places_cover_the_key_and_its_value() {
    let manifest = good(FULL);
    let lines = |path: &str| {
        manifest
            .place(path)
            .map(|place| (place.first_line, place.last_line))
    };
    assert_eq!(lines("node"), Some((5, 5)));
    assert_eq!(lines("run"), Some((23, 23)));
    assert_eq!(lines("run.port[1]"), Some((25, 25)));
    assert_eq!(lines("run.env.NODE_ENV"), Some((26, 26)));
    assert_eq!(lines("build.secrets[1].env"), Some((17, 17)));
    assert_eq!(lines("run.healthcheck.retries"), Some((39, 39)));
    assert_eq!(
        lines("image.labels.org.opencontainers.image.title"),
        Some((52, 52))
    );
    assert_eq!(lines("run.prot"), None);
    assert_eq!(manifest.nearest_place("run.healthcheck.nothing").first_line, 34);
    assert_eq!(manifest.nearest_place("nothing").first_line, 1);
    let several = good("[build]\nfiles = [\n  \"a\",\n  \"b\",\n]\n");
    let place = several.place("build.files").unwrap();
    assert_eq!((place.first_line, place.last_line), (2, 5));
    assert_eq!(several.place("build.files[1]").unwrap().first_line, 4);
}

#[test]
fn the_service_wins_key_by_key() {
    let root = SourceFile::new(
        "vextrus.toml",
        r#"node = 20
base = "alpine"
[build]
files = ["a", "b"]
env = { A = "root", B = "root" }
[run]
port = 3000
user = 1000
healthcheck = { path = "/health", interval = "10s" }
[target.worker]
command = "node worker.js"
env.ROLE = "worker"
"#,
    );
    let service = good(
        r#"node = 22
[build]
files = ["c"]
env = { B = "service" }
[run.healthcheck]
command = "node ping.js"
[target.worker]
env.QUEUE = "mail"
"#,
    );
    let merged = service.with_defaults(Manifest::parse_defaults(&root).unwrap());
    assert_eq!(merged.node.as_ref().unwrap().as_str(), "22");
    assert_eq!(merged.base(), Base::Alpine);
    assert_eq!(merged.build.files.as_ref().unwrap().len(), 1);
    assert_eq!(merged.build.env.get("A").unwrap(), "root");
    assert_eq!(merged.build.env.get("B").unwrap(), "service");
    let Some(HealthcheckSetting::On(check)) = &merged.run.healthcheck else {
        panic!()
    };
    assert_eq!(
        check.path, None,
        "the command of the service replaces the path of the workspace"
    );
    assert_eq!(check.command.as_ref().unwrap().words(), ["node", "ping.js"]);
    assert_eq!(check.interval(), Duration::from_secs(10));

    let place = |path: &str| merged.place(path).map(|place| place.to_string());
    assert_eq!(place("node").unwrap(), "service.toml:1");
    assert_eq!(place("base").unwrap(), "vextrus.toml:2");
    assert_eq!(place("build.files[0]").unwrap(), "service.toml:3");
    assert_eq!(
        place("build.files[1]"),
        None,
        "the list of the workspace was replaced"
    );
    assert_eq!(place("build.env.A").unwrap(), "vextrus.toml:5");
    assert_eq!(merged.first_line().to_string(), "service.toml:1");

    let worker = merged.role(&target("worker"));
    assert_eq!(worker.command.as_ref().unwrap().words(), ["node", "worker.js"]);
    assert_eq!(worker.env.len(), 2);
    assert_eq!(worker.user(), User { uid: 1000, gid: 1000 });
    assert_eq!(
        merged.role_place(&target("worker"), "command").to_string(),
        "vextrus.toml:11"
    );
    assert_eq!(
        merged.role_place(&target("worker"), "port").to_string(),
        "vextrus.toml:7"
    );
}

#[test]
fn a_target_overrides_the_run_table() {
    let manifest = good(FULL);
    let worker = manifest.role(&target("worker"));
    assert_eq!(worker.command.unwrap().words(), ["node", "dist/worker.js"]);
    assert_eq!(worker.healthcheck, Some(HealthcheckSetting::Off));
    assert_eq!(worker.env.len(), 2);
    assert_eq!(worker.port.unwrap().all(), [3000, 9090]);
    let migrate = manifest.role(&target("migrate"));
    let Some(HealthcheckSetting::On(check)) = migrate.healthcheck else {
        panic!()
    };
    assert!(check.path.is_none() && check.command.is_some() && check.retries() == 5);
}

/// Returns the choice of a role.
fn target(role: &str) -> Target {
    Target {
        stage: Stage::Runtime,
        role: Some(role.to_owned()),
    }
}

#[test]
fn the_targets_of_a_manifest_are_listed_and_found() {
    let manifest = good(
        "[build]\ntest = \"test:ci\"\n[target.Worker]\ncommand = \"node worker.js\"\n[target.migrate]\nport = 1\n",
    );
    let mut told = String::new();
    for listed in manifest.targets() {
        let default = if listed.is_default() { " (default)" } else { "" };
        let name = listed.target.name();
        writeln!(told, "{name}{default}: {}, {}", listed.description, listed.place).unwrap();
        assert_eq!(manifest.target(Some(name)).unwrap(), listed.target);
    }
    insta::assert_snapshot!(told);
    assert_eq!(manifest.target(None).unwrap(), Target::default());
    assert_eq!(manifest.target(Some("worker")).unwrap(), target("Worker"));
    assert_eq!(manifest.target(Some("TEST")).unwrap().stage, Stage::Test);
}

#[test]
fn a_target_that_is_not_there_is_refused() {
    let error = |text: &str, target: &str| good(text).target(Some(target)).unwrap_err().to_string();
    let mut told = String::new();
    for (text, target) in [
        ("", "worker"),
        ("[target.worker]\n[target.migrate]", "wroker"),
        ("[target.worker]\n[target.migrate]", "production"),
    ] {
        writeln!(told, "{}", error(text, target)).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn the_workspace_file_names_no_package() {
    let file = SourceFile::new("vextrus.toml", "package = 'auth'\nnod = 1");
    insta::assert_snapshot!(Manifest::parse_defaults(&file).unwrap_err(), @r"
    vextrus.toml:1: `package` names one service and has no meaning for all of them; write it in that service's own manifest
    vextrus.toml:2: unknown key `nod`; did you mean `node`?
    ");
}

#[test]
fn decodes_utf_8_with_or_without_its_mark() {
    for bytes in [&b"node = 22"[..], b"\xEF\xBB\xBFnode = 22"] {
        assert_eq!(Manifest::decode("a.toml", bytes).unwrap().text, "node = 22");
    }
    assert_eq!(Manifest::decode("a.toml", b"").unwrap().text, "");
}

#[test]
fn refuses_bytes_that_are_no_text() {
    let error = |bytes: &[u8]| Manifest::decode("a.toml", bytes).unwrap_err().to_string();
    insta::assert_snapshot!(
        [
            error(b"node = 22\n# caf\xE9\n"),
            error(b"\xFF\xFFa\n\xFFb"),
            error(b"\xFF\xFEn\0o\0"),
            error(b"node = 22\n\nbase = \"a\0\""),
            error(&vec![b'#'; document::MAX_BYTES + 1]),
        ]
        .join("\n"),
        @r"
    a.toml:2: the byte at offset 15 is not UTF-8; save the file as UTF-8
    a.toml:1: the byte at offset 0 is not UTF-8; save the file as UTF-8
    a.toml is UTF-16; save it as UTF-8
    a.toml:3: the byte at offset 20 is NUL; a manifest is TOML text
    a.toml has 1048577 bytes, and a manifest at most 1048576; name the manifest with `--file`
    "
    );
    assert!(Manifest::decode("a.toml", &vec![b'#'; document::MAX_BYTES]).is_ok());
}

#[test]
fn windows_line_ends_count_as_one() {
    let manifest = good("# syntax=vextrus/frontend\r\nnode = 22\r\n[run]\r\nport = 1\r\n");
    assert_eq!(manifest.place("run.port").unwrap().first_line, 4);
}
