//! The flags of `docker buildx build`, each by what it does to a build.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::IpAddr;
use std::os::unix::net::UnixListener;
use std::path::Path;

use tempfile::TempDir;
use vextrus_e2e::{Engine, Progress, Workspace};

const MANIFEST: &str = "service.toml";
const SYNTAX: &str = "# syntax=vextrus/frontend\n";

/// Returns a package whose build prints with a script of its own, which is in no cache.
fn printing(script: &str) -> Workspace {
    Workspace::tiny(&format!("{script}\n: {}\n", crate::never_before()))
}

/// Returns what stands behind a word at the beginning of a line of the log.
fn said<'a>(log: &'a str, word: &str) -> Vec<&'a str> {
    let lines = log
        .lines()
        .filter_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    lines.map(str::trim).collect()
}

/// Honours `--add-host NAME=ADDRESS`: every step that runs a program resolves the name; `host-gateway` is the engine's
/// host.
/// Honours `--shm-size SIZE`: every step has a `/dev/shm` of that size.
/// Honours `--ulimit NAME=SOFT[:HARD]`: every step runs under the limit.
/// Honours `--cgroup-parent NAME`: every step runs in a control group below it.
/// Honours `--build-arg BUILDKIT_SANDBOX_HOSTNAME=NAME`: every step runs on a host of that name.
#[test]
fn a_step_runs_as_the_flags_say() {
    let script = "
        sed 's/^/host /' /etc/hosts
        echo shm $(df -k /dev/shm | tail -n 1)
        sed 's/^/limit /' /proc/self/limits
        echo name $(cat /proc/sys/kernel/hostname)
        sed 's/^/group /' /proc/self/cgroup";
    let engine = Engine::take();
    let tiny = printing(script);
    let args = [
        "--add-host=db.example=10.1.2.3",
        "--add-host=outside=host-gateway",
        "--shm-size=96m",
        "--ulimit=core=1024:2048",
        "--cgroup-parent=vextrus-e2e",
        "--build-arg=BUILDKIT_SANDBOX_HOSTNAME=builder-7",
    ];
    let log = engine.build(&tiny).file(MANIFEST).args(args).steps().log();
    let hosts = said(&log, "host");
    let outside = hosts.iter().find(|line| line.ends_with("outside"));
    let outside = outside.and_then(|line| line.split_whitespace().next()?.parse::<IpAddr>().ok());
    assert!(
        hosts.contains(&"10.1.2.3\tdb.example") && outside.is_some(),
        "{log}"
    );
    assert!(said(&log, "shm")[0].starts_with("tmpfs 98304 "), "{log}");
    let core = said(&log, "limit")
        .into_iter()
        .find(|line| line.starts_with("Max core"));
    let core: Vec<&str> = core.unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["1024", "2048"]);
    assert_eq!(said(&log, "name"), ["builder-7"]);
    // Where control groups are a name space too, a step sees none above its own; the host does.
    let inside = said(&log, "group")
        .iter()
        .any(|line| line.contains("vextrus-e2e"));
    assert!(
        inside || Path::new("/sys/fs/cgroup/vextrus-e2e").exists(),
        "{log}"
    );
}

/// Returns the variables that a script printed with `env | sed 's/^/env /'`.
fn variables(log: &str) -> BTreeMap<&str, &str> {
    said(log, "env")
        .into_iter()
        .filter_map(|line| line.split_once('='))
        .collect()
}

/// Honours `--build-arg NAME=VALUE`: the service's build reads it where `[build.args]` declares it, else its default;
/// one that nothing declares is warned about.
/// Honours `TARGETPLATFORM`, `TARGETOS`, `TARGETARCH`, `TARGETVARIANT`, `TARGETSTAGE`, `BUILDPLATFORM`, `BUILDOS`, `BUILDARCH`, `BUILDVARIANT`: filled in
/// where `[build.args]` declares them.
#[test]
fn declared_arguments_reach_the_build() {
    let predefined = [
        "TARGETPLATFORM",
        "TARGETOS",
        "TARGETARCH",
        "TARGETVARIANT",
        "TARGETSTAGE",
        "BUILDPLATFORM",
        "BUILDOS",
        "BUILDARCH",
        "BUILDVARIANT",
    ];
    let declared: String = predefined.iter().map(|name| format!("{name} = \"\"\n")).collect();
    let engine = Engine::take();
    let tiny = printing("env | sed 's/^/env /'");
    let manifest = format!(
        "{SYNTAX}[build.args]\nGIT_SHA = \"none\"\nAPI = \"https://api.example\"\nUNSET = \"\"\n{declared}"
    );
    tiny.write(MANIFEST, manifest);
    let args = ["--build-arg=GIT_SHA=abc", "--build-arg=GIT_SAH=typo"];
    let progress = engine.build(&tiny).file(MANIFEST).args(args).steps();
    let log = progress.log();
    let env = variables(&log);
    assert_eq!((env["GIT_SHA"], env["API"]), ("abc", "https://api.example"));
    assert!(
        !env.contains_key("UNSET") && !env.contains_key("GIT_SAH"),
        "{log}"
    );
    let warned = "no step reads the build argument `GIT_SAH`; did you mean `GIT_SHA`?";
    let warnings = progress.warnings();
    assert!(
        warnings.iter().any(|warning| warning.contains(warned)),
        "{warnings:?}"
    );

    let (os, architecture) = (env["TARGETOS"], env["TARGETARCH"]);
    assert_eq!(os, "linux");
    assert_eq!(env["TARGETPLATFORM"], format!("{os}/{architecture}"));
    assert_eq!(env["TARGETSTAGE"], "runtime");
    for part in ["PLATFORM", "OS", "ARCH", "VARIANT"] {
        let (target, build) = (
            env[format!("TARGET{part}").as_str()],
            env[format!("BUILD{part}").as_str()],
        );
        assert_eq!(target, build, "{part}");
    }
}

/// Honours `--build-arg HTTP_PROXY=URL`, `HTTPS_PROXY`, `FTP_PROXY`, `NO_PROXY`, `ALL_PROXY`, `http_proxy`, `https_proxy`, `ftp_proxy`, `no_proxy`, `all_proxy`: every step that runs a
/// program has them, and no cache key.
#[test]
fn proxies_reach_every_step_and_no_cache_key() {
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];
    let proxies = |host: &str| names.map(|name| format!("--build-arg={name}=http://{host}.example"));
    let engine = Engine::take();
    // Tools and dependencies are there before the proxies, which do not exist.
    let tiny = printing("true");
    engine.build(&tiny).file(MANIFEST).steps();
    tiny.write("build.sh", printing("env | sed 's/^/env /'").read("build.sh"));
    let log = engine
        .build(&tiny)
        .file(MANIFEST)
        .args(proxies("one"))
        .steps()
        .log();
    let env = variables(&log);
    for name in names {
        assert_eq!(env[name], "http://one.example", "{name}");
        assert_eq!(env[name.to_lowercase().as_str()], "http://one.example", "{name}");
    }
    let again = engine.build(&tiny).file(MANIFEST).args(proxies("two")).steps();
    assert_eq!(again.ran(), Vec::<&str>::new());
    // As buildx passes on what a user wrote in small letters.
    tiny.append("build.sh", "\n");
    let small = proxies("three").map(|argument| argument.replace("_PROXY", "_proxy"));
    let small = small.map(|argument| {
        argument
            .replace("HTTP", "http")
            .replace("S_", "s_")
            .replace("FTP", "ftp")
            .replace("NO_", "no_")
            .replace("ALL_", "all_")
    });
    let log = engine.build(&tiny).file(MANIFEST).args(small).steps().log();
    assert_eq!(variables(&log)["HTTPS_PROXY"], "http://three.example");
}

/// Honours `--network MODE`: with `none` the repository's scripts have no network, and what is installed is still fetched; with
/// `host` every step has the engine's own; `default` is a network of its own, but for scripts that only
/// compile.
/// Honours `--allow ENTITLEMENT`: `network.host` is needed where the manifest asks for it, and the error says so.
#[test]
fn a_step_has_the_network_that_is_asked_for() {
    let script = "echo net $(readlink /proc/self/ns/net)\nsed 's/^ */device /' /proc/net/dev";
    let engine = Engine::take();
    let of = |progress: &Progress| said(&progress.log(), "net").concat();
    let build = |tiny: &Workspace, args: &[&str]| {
        engine
            .build(tiny)
            .file(MANIFEST)
            .args(args.iter().copied())
            .steps()
    };
    let none = build(&printing(script), &["--network=none"]);
    let devices = said(&none.log(), "device")
        .iter()
        .filter(|line| line.contains(": "))
        .count();
    assert_eq!(devices, 1, "no more than loopback: {}", none.log());

    let host = build(&printing(script), &["--network=host"]);
    let expected = engine
        .command([
            "run",
            "--rm",
            "--network=host",
            "--entrypoint=readlink",
            "node:22-alpine",
            "/proc/self/ns/net",
        ])
        .output();
    assert_eq!(of(&host), expected);
    assert_ne!(of(&build(&printing(script), &["--network=default"])), expected);

    let tiny = printing(script);
    tiny.write(MANIFEST, format!("{SYNTAX}[build]\nnetwork = \"host\"\n"));
    assert_eq!(of(&build(&tiny, &["--allow=network.host"])), expected);
    tiny.append("build.sh", "\n");
    let refused = engine.build(&tiny).file(MANIFEST).refused();
    for part in [
        "service.toml:3\n",
        ">>> network = \"host\"",
        "add `--allow network.host`",
    ] {
        assert!(refused.message().contains(part), "{}", refused.message());
    }
}

/// Honours `--secret id=ID,src=FILE`, `--secret id=ID,env=NAME`: read by the build whose manifest asks for it, as a file or
/// as a variable; part of no cache key.
/// Honours `--ssh ID=SOCKET`: asked by the build whose manifest says `ssh`.
#[test]
fn secrets_and_agents_reach_the_build_that_asks_for_them() {
    let files = TempDir::with_prefix("vextrus-e2e-").unwrap();
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("secret"), "of a file").unwrap();
    // An agent without keys: a list of identities is what it is asked for, and gives.
    let agent = UnixListener::bind(path("agent")).unwrap();
    std::thread::spawn(move || {
        for connection in agent.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 5];
            while connection.read_exact(&mut request).is_ok() {
                assert_eq!(request, [0, 0, 0, 1, 11]);
                connection.write_all(&[0, 0, 0, 5, 12, 0, 0, 0, 0]).unwrap();
            }
        }
    });
    // The answer may come in pieces.
    let ask = "const s = require('net').connect(process.env.SSH_AUTH_SOCK, () => s.write(Buffer.from([0, 0, 0, 1, 11])));
        let said = ''; s.on('data', (data) => { said += data.toString('hex'); if (said.length === 18) s.end(); });
        s.on('close', () => console.log('agent ' + said));";
    let script = format!(
        "echo file $(cat /run/secrets/plain)\necho elsewhere $(cat /tmp/elsewhere)\necho variable $TOKEN\necho optional \"[$NOTHING]\"\nnode -e \"{ask}\""
    );
    let engine = Engine::take();
    let tiny = printing(&script);
    let manifest = "[build]
ssh = true
secrets = [
  \"plain\",
  { id = \"plain\", target = \"/tmp/elsewhere\" },
  { id = \"token\", env = \"TOKEN\" },
  { id = \"nothing\", env = \"NOTHING\", required = false },
]
";
    tiny.write(MANIFEST, format!("{SYNTAX}{manifest}"));
    let secret = format!("--secret=id=plain,src={}", path("secret"));
    let ssh = format!("--ssh=default={}", path("agent"));
    let args = [
        &secret,
        "--secret=id=token,env=VEXTRUS_TOKEN",
        &ssh,
        "--progress=plain",
        "--output=type=cacheonly",
    ];
    let built = engine
        .build(&tiny)
        .file(MANIFEST)
        .args(args)
        .client(&[("VEXTRUS_TOKEN", "of a variable")]);
    let built = built.succeeded();
    let log: String = built
        .stderr
        .lines()
        .filter_map(|line| line.split_once(' ')?.1.split_once(' '))
        .map(|(_, said)| format!("{said}\n"))
        .collect();
    assert_eq!(said(&log, "file"), ["of a file"], "{log}");
    assert_eq!(said(&log, "elsewhere"), ["of a file"]);
    assert_eq!(said(&log, "variable"), ["of a variable"]);
    assert_eq!(said(&log, "optional"), ["[]"]);
    assert_eq!(said(&log, "agent"), ["000000050c00000000"]);

    fs::write(path("secret"), "of a changed file").unwrap();
    let again = engine
        .build(&tiny)
        .file(MANIFEST)
        .args(args)
        .client(&[("VEXTRUS_TOKEN", "changed")]);
    let again = again.succeeded();
    assert!(
        !again.stderr.contains("of a changed file"),
        "a secret moved a step:\n{}",
        again.stderr
    );

    tiny.append("build.sh", "\n");
    let refused = engine
        .build(&tiny)
        .file(MANIFEST)
        .args([&secret, "--secret=id=token,env=PATH"])
        .refused();
    for part in ["service.toml:3\n", ">>> ssh = true", "add `--ssh default`"] {
        assert!(refused.message().contains(part), "{}", refused.message());
    }
}
