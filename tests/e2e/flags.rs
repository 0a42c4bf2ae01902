//! The flags of `docker buildx build`, each by what it does to a build.

use std::net::IpAddr;
use std::path::Path;

use vextrus_e2e::{Engine, Workspace};

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
    let log = engine.build(&tiny).file("service.toml").args(args).steps().log();
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
