use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::tables::Build;
use super::targets::Stage;
use super::values::{Base, HealthcheckSetting, Kind, Layout, Network, Script, User};
use super::words::shown;
use super::*;

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

[image]
labels."org.opencontainers.image.title" = "auth"
max_size = "512MiB"
untrimmed = ["swagger-ui-dist", "@nestjs/swagger"]

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
        Some((42, 42))
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

/// Each mistake alone, so that the snapshot reads as a list of inputs and answers.
const MISTAKES: &[&str] = &[
    "[target.test]\nport = 80\n[target.Runtime]",
    "build.test = \"jest --ci\"",
    // Keys.
    "nod = 22",
    "port = 3000",
    "[run]\nnode = 22",
    "[run]\nprot = 3000",
    "[run]\nentrypoint = 'x'",
    "[run.healthcheck]\nstart-period = '3s'",
    "[runn]\nport = 1",
    "[target.worker]\ncomand = 'x'",
    "[build]\nsecrets = [{ name = 'a' }]",
    "[run]\nport = 1\nport = 2",
    "[build]\n[build]",
    // Types.
    "run = 'node'",
    "[build]\nfrozen = 'yes'",
    "[build]\nfiles = 'proto/**'",
    "[build]\npackages = [1]",
    "[build.env]\nPORT = 3000\nDEBUG = true\nRATE = 1.50",
    "[build]\nenv = ['A=b']",
    "[run]\ncommand = 5",
    "[run]\nhealthcheck = true",
    "target = 1979-05-27",
    "[[run]]\nport = 1",
    // Texts.
    "kind = 'python'",
    "kind = 'nodejs'",
    "package = 'Auth Service'",
    "package = '@vextrus'",
    "base = 'alpin'",
    "base = 'scrach'",
    "base = 'Node:22'",
    "base = 'node:22@sha256:abc'",
    "base = 'https://example.com/node'",
    "node = 22.10",
    "node = '>=20'",
    "node = -1",
    "pnpm = 9",
    "pnpm = '9.15'",
    "[build]\nscript = true",
    "[build]\nscript = 'tsc -p .'",
    "[build]\nenv.'NODE-ENV' = 'x'",
    "[build]\nenv.A = \"a\\u0000\"",
    "[build]\npackages = ['--allow-untrusted', 'a b', 'openssl=']",
    "[build]\nfiles = ['/etc/passwd', '../other', 'a\\b', '.', '!a', 'a[', '']",
    "[build]\nenv.A = '1'\nargs.A = '2'",
    "[build]\nsecrets = ['a,b', { env = 'X' }, { id = 'x', target = 'npmrc' }]",
    "[build]\nssh = 'default'",
    "[build]\nnetwork = 'nonne'",
    "[run]\ncommand = 'node dist/main.js && echo done'",
    "[run]\ncommand = 'node \"dist'",
    "[run]\ncommand = []",
    "[run]\ncommand = ''",
    "[run]\nport = 70000",
    "[run]\nport = '3000'",
    "env.A = 'b'",
    "kind = 1",
    "[build]\nenv.A = ''\nsecrets = [{ id = 'a', env = 'A' }, 'b', 'b']",
    "[run]\ncommand = ['', 'x']",
    "[run]\nport = [3000, 0]",
    "[run]\nport = []",
    "[run]\nuser = 'node'",
    "[run]\nuser = '1001:'",
    "[run]\nwritable = ['/', '/proc/x', '../up', '']",
    "[run]\nstop_signal = 'SIGTRM'",
    "[run]\nstop_signal = 1.5\n[target.w]\nstop_signal = 99",
    "[run]\nlayout = 'deploy'",
    "[run.healthcheck]\npath = 'health'",
    "[run.healthcheck]\npath = 'http://localhost:3000/health'",
    "[run.healthcheck]\npath = '/a'\ncommand = 'b'",
    "[run.healthcheck]\ninterval = 30\ntimeout = '30'\nstart_period = '30s1m'\nretries = 0",
    "[run.healthcheck]\ninterval = '5 seconds'\ntimeout = '25h'",
    "[image]\nmax_size = 500",
    "[image]\nmax_size = '500'",
    "[image]\nmax_size = '500mb'",
    "[image]\nuntrimmed = 'typescript'",
    "[image]\nuntrimmed = ['Type Script']",
    "[image]\nlabels.'a b' = 'c'",
    "[target.'2nd']\nport = 1",
    // Syntax.
    "node = ",
    "node 22",
    "node = 22\nbase = \"alpine\npnpm = '9.0.0",
    "[run\nport = 1",
    "[run]\nport = 3000 9090",
];

#[test]
fn mistakes_say_where_what_and_what_to_write() {
    let mut told = String::new();
    for text in MISTAKES {
        let errors = parse(text).expect_err(text);
        writeln!(
            told,
            "{text}\n  => {}\n",
            errors.to_string().replace('\n', "\n  => ")
        )
        .unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn mistakes_are_told_together_in_the_order_of_their_lines() {
    let errors = parse("nod = 1\n[run]\nuser = 'x'\nport = 0\n[build]\nfrozen = 1\n").unwrap_err();
    let lines: Vec<u32> = errors
        .iter()
        .map(|d| d.place.as_ref().unwrap().first_line)
        .collect();
    assert_eq!(lines, [1, 3, 4, 6]);
}

#[test]
fn many_mistakes_are_cut_short() {
    let text: String = (0..1000).fold(String::new(), |text, i| text + &format!("zzzzzz{i} = 1\n"));
    let errors = parse(&text).unwrap_err();
    assert_eq!(errors.iter().count(), read::MAX_PROBLEMS + 1);
    assert!(
        errors
            .to_string()
            .ends_with("and 950 more mistakes in service.toml")
    );
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

#[test]
fn neither_depth_nor_size_stops_the_parser() {
    let many = 200_000;
    for text in [
        format!("node = {}", "[".repeat(many)),
        format!("node = {}{}", "[".repeat(many), "]".repeat(many)),
        format!("node = {}", "{a=".repeat(many)),
        format!("{}a = 1", "a.".repeat(many)),
        format!("[{}a]", "a.".repeat(many)),
        "[[run]]\n".repeat(many / 2),
        "node = \"\n".repeat(many / 2),
        "=\n".repeat(many),
        (0..many / 4).fold(String::from("[run.env]\n"), |text, i| text + &format!("A{i}=1\n")),
        format!("{} = 1", "a".repeat(many * 4)),
        format!("[run]\ncommand = '{}'", "a ".repeat(many)),
    ] {
        let start = Instant::now();
        let result = parse(&text);
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{} took {:?}",
            shown(&text),
            start.elapsed()
        );
        if let Err(errors) = result {
            assert!(errors.to_string().len() < 20_000, "{}", shown(&text));
        }
    }
}

/// A text made of the pieces of manifests, so that most of them get past the TOML parser.
fn pieces() -> impl Strategy<Value = String> {
    let keys = tables::all()
        .into_iter()
        .flat_map(|(_, keys, _)| keys.iter().copied());
    let keys: Vec<&str> = keys.chain(["target.a", "b", "id"]).collect();
    let values = [
        "1",
        "-1",
        "0",
        "99999999999999999999",
        "1.5",
        "true",
        "false",
        "''",
        "'a'",
        "'30s'",
        "'9.9.9é'",
        "[]",
        "[1, 'a']",
        "{}",
        "{ id = 'a' }",
        "{ path = '/' }",
        "1979-05-27",
        "\"\\u0000\"",
        "'1:1'",
        "'@/'",
        "':'",
    ];
    let line = prop_oneof![
        (
            prop::sample::select(keys.clone()),
            prop::sample::select(values.to_vec())
        )
            .prop_map(|(key, value)| format!("{key} = {value}\n")),
        prop::sample::select(vec![
            "[build]\n",
            "[run]\n",
            "[run.healthcheck]\n",
            "[target.x]\n",
            "[image]\n"
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>()) {
        if let Ok(file) = Manifest::decode("a.toml", &bytes) {
            let _ = Manifest::parse(&file);
        }
    }

    #[test]
    fn no_value_makes_it_panic(value in any::<String>(), text in pieces()) {
        let quoted = serde_json::to_string(&value).unwrap();
        for (_, keys, _) in tables::all() {
            for key in keys {
                let _ = parse(&format!("{key} = {quoted}\nrun.{key} = {quoted}\nbuild.{key} = [{quoted}]"));
            }
        }
        if let Ok(manifest) = parse(&text) {
            let merged = manifest.clone().with_defaults(manifest.clone());
            prop_assert_eq!((merged.keys, merged.places), (manifest.keys, manifest.places));
        }
    }
}

#[test]
fn the_documented_defaults_are_those_of_the_code() {
    let (build, run, check, keys) = (
        Build::default(),
        Run::default(),
        tables::Healthcheck::default(),
        Keys::default(),
    );
    let seconds = |period: Duration| format!("{}s", period.as_secs());
    assert_eq!(
        (keys.kind(), keys.base(), build.network()),
        (Kind::Node, Base::Auto, Network::Default)
    );
    let User { uid, gid } = run.user();
    for (table, key, default) in [
        ("", "kind", keys.kind().as_str().to_owned()),
        ("", "base", "auto".to_owned()),
        ("build", "network", build.network().as_str().to_owned()),
        ("build", "frozen", build.frozen().to_string()),
        ("build", "root_postinstall", build.root_postinstall().to_string()),
        ("run", "user", format!("{uid}:{gid}")),
        ("run", "layout", run.layout().as_str().to_owned()),
        ("run.healthcheck", "interval", seconds(check.interval())),
        ("run.healthcheck", "timeout", seconds(check.timeout())),
        ("run.healthcheck", "start_period", seconds(check.start_period())),
        ("run.healthcheck", "retries", check.retries().to_string()),
    ] {
        let (.., properties) = tables::all()
            .into_iter()
            .find(|(header, ..)| *header == table)
            .unwrap();
        let (_, doc, _) = properties().into_iter().find(|(name, ..)| *name == key).unwrap();
        assert!(doc.ends_with(&format!("Default: `{default}`.")), "{key}: {doc}");
    }
    assert_eq!(build.script(), Some("build"));
    assert_eq!(
        Build {
            script: Some(Script::None),
            ..Build::default()
        }
        .script(),
        None
    );
    assert_eq!(run.layout(), Layout::Workspace);
}

#[test]
fn the_reference_is_up_to_date() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for (name, text) in [
        ("manifest.schema.json", reference::schema()),
        ("manifest.md", reference::page()),
    ] {
        let path = docs.join(name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(&docs).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == text,
            "docs/{name} is out of date; run UPDATE=1 cargo test -p vextrus-frontend manifest::"
        );
    }
}
