//! The flags of buildx on the steps of a graph.

use super::*;
use crate::manifest::values::Network;
use crate::options::Ulimit;

/// Returns the program runs of a build by name.
pub(super) fn execs(image: &Definition) -> BTreeMap<String, pb::ExecOp> {
    let named = image.vertices().filter_map(|vertex| match &vertex.op.op {
        Some(Op::Exec(exec)) => {
            let name = vertex.metadata?.description.get("llb.customname")?;
            Some((name.split_once("] ")?.1.to_owned(), exec.clone()))
        }
        _ => None,
    });
    named.collect()
}

/// Whether a step has no network, whatever is asked for.
fn needs_no_network(name: &str) -> bool {
    name.starts_with("cut ") || name.starts_with("ask ") || name.starts_with("check ")
}

#[tokio::test]
async fn every_program_runs_as_the_flags_say() {
    let options = Options {
        add_hosts: vec![("db".to_owned(), "10.0.0.5".parse().unwrap())],
        network: Some(Network::Host),
        shm_size: Some(64 << 20),
        ulimits: vec![Ulimit {
            name: "nofile".to_owned(),
            soft: 1,
            hard: 2,
        }],
        cgroup_parent: Some("parent".to_owned()),
        hostname: Some("builder".to_owned()),
        ..request("auth")
    };
    let image = run(engine(example()), options).await.unwrap().image();
    let execs = execs(&image);
    assert!(execs.len() > 8, "{:?}", execs.keys());
    for (name, exec) in execs {
        let meta = exec.meta.unwrap();
        let host = &meta.extra_hosts[0];
        assert_eq!(
            (host.host.as_str(), host.ip.as_str()),
            ("db", "10.0.0.5"),
            "{name}"
        );
        assert_eq!(
            (meta.hostname.as_str(), meta.cgroup_parent.as_str()),
            ("builder", "parent"),
            "{name}"
        );
        let limit = &meta.ulimit[0];
        assert_eq!(
            (limit.name.as_str(), limit.soft, limit.hard),
            ("nofile", 1, 2),
            "{name}"
        );
        let network = match needs_no_network(&name) {
            true => pb::NetMode::None,
            false => pb::NetMode::Host,
        };
        assert_eq!(exec.network, network as i32, "{name}");
        let shm = exec.mounts.iter().find(|mount| mount.dest == "/dev/shm").unwrap();
        assert_eq!(shm.tmpfs_opt.unwrap().size, 64 << 20, "{name}");
    }
}

#[tokio::test]
async fn scripts_lose_the_network_and_installs_keep_it() {
    let options = Options {
        network: Some(Network::None),
        ..request("auth")
    };
    let image = run(engine(example()), options).await.unwrap().image();
    for (name, exec) in execs(&image) {
        let expected = if name.starts_with("build ") || needs_no_network(&name) {
            pb::NetMode::None
        } else {
            pb::NetMode::Unset
        };
        assert_eq!(exec.network, expected as i32, "{name}");
    }
}
