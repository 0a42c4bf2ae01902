use std::net::{IpAddr, Ipv4Addr};

use buildkit_proto::pb;

use crate::testing::{digest, input, op, problems};
use crate::{
    CacheSharing, Definition, Exec, Image, Local, Mount, Network, Output, Platform, ProxyEnv, SecretEnv,
    Security,
};

fn exec_op(output: &Output) -> pb::ExecOp {
    match op(output).op {
        Some(pb::op::Op::Exec(exec)) => exec,
        other => panic!("not an exec: {other:?}"),
    }
}

fn bind(input: i64, dest: &str, output: i64) -> pb::Mount {
    pb::Mount {
        input,
        dest: dest.to_owned(),
        output,
        ..pb::Mount::default()
    }
}

#[test]
fn the_least_command() {
    let base = Image::new("alpine").output();
    let root = Exec::new(["true"]).root(&base).build().root();
    let expected = pb::ExecOp {
        meta: Some(pb::Meta {
            args: vec!["true".to_owned()],
            cwd: "/".to_owned(),
            remove_mount_stubs_recursive: true,
            ..pb::Meta::default()
        }),
        mounts: vec![bind(0, "/", 0)],
        ..pb::ExecOp::default()
    };
    assert_eq!(
        op(&root),
        pb::Op {
            inputs: vec![input(&base)],
            platform: None,
            constraints: Some(pb::WorkerConstraints::default()),
            op: Some(pb::op::Op::Exec(expected)),
        }
    );
    assert_eq!(input(&root).index, 0);
}

#[test]
fn every_field_of_the_command() {
    let platform = Platform::new("linux", "arm64");
    let root = Exec::new(["sh", "-c", "a b"])
        .cwd("/app")
        .env("B", "2")
        .env("A", "0")
        .env("A", "1=1")
        .secret_env(SecretEnv::new("token").name("TOKEN").optional(true))
        .secret_env(SecretEnv::new("KEY"))
        .user("1000:1000")
        .network(Network::Host)
        .security(Security::Insecure)
        .hostname("box")
        .cgroup_parent("parent")
        .host("b", Ipv4Addr::new(10, 0, 0, 1))
        .host("a", "::1".parse::<IpAddr>().unwrap())
        .ulimit("nofile", 1024, 2048)
        .ulimit("core", 0, -1)
        .proxy(ProxyEnv {
            http: "h".to_owned(),
            https: "s".to_owned(),
            ftp: "f".to_owned(),
            no: "n".to_owned(),
            all: "a".to_owned(),
        })
        .valid_exit_codes([3, 0, 3])
        .platform(&platform)
        .root(&Output::scratch())
        .build()
        .root();
    assert_eq!(op(&root).platform, Some(pb::Platform::from(&platform)));
    assert_eq!(op(&root).inputs, []);
    let own = str::to_owned;
    assert_eq!(
        exec_op(&root),
        pb::ExecOp {
            meta: Some(pb::Meta {
                args: vec![own("sh"), own("-c"), own("a b")],
                env: vec![own("A=1=1"), own("B=2")],
                cwd: own("/app"),
                user: own("1000:1000"),
                proxy_env: Some(pb::ProxyEnv {
                    http_proxy: own("h"),
                    https_proxy: own("s"),
                    ftp_proxy: own("f"),
                    no_proxy: own("n"),
                    all_proxy: own("a"),
                }),
                extra_hosts: vec![
                    pb::HostIp {
                        host: own("b"),
                        ip: own("10.0.0.1")
                    },
                    pb::HostIp {
                        host: own("a"),
                        ip: own("::1")
                    },
                ],
                hostname: own("box"),
                ulimit: vec![
                    pb::Ulimit {
                        name: own("core"),
                        soft: 0,
                        hard: -1
                    },
                    pb::Ulimit {
                        name: own("nofile"),
                        soft: 1024,
                        hard: 2048
                    },
                ],
                cgroup_parent: own("parent"),
                remove_mount_stubs_recursive: true,
                valid_exit_codes: vec![0, 3],
            }),
            mounts: vec![bind(-1, "/", 0)],
            network: pb::NetMode::Host.into(),
            security: pb::SecurityMode::Insecure.into(),
            secretenv: vec![
                pb::SecretEnv {
                    id: own("KEY"),
                    name: own("KEY"),
                    optional: false
                },
                pb::SecretEnv {
                    id: own("token"),
                    name: own("TOKEN"),
                    optional: true
                },
            ],
            cdi_devices: Vec::new(),
        }
    );
    assert_eq!(exec_op(&root).network(), pb::NetMode::Host);
    let none = Exec::new(["a"])
        .root(&Output::scratch())
        .network(Network::None)
        .build()
        .root();
    assert_eq!(exec_op(&none).network(), pb::NetMode::None);
}

/// The order and the indices are those of BuildKit's own client: file systems by destination, then secrets,
/// then agents; inputs in the order of first use, each once; outputs counted over the mounts that have one.
#[test]
fn every_mount() {
    let (base, context) = (Image::new("alpine").output(), Local::new("context").output());
    let built = Exec::new(["make"])
        .root(&base)
        .mount(
            Mount::ssh("/run/agent", "default")
                .optional(true)
                .mode(0o660)
                .owner(3, 4),
        )
        .mount(
            Mount::secret("/run/secret", "token")
                .optional(true)
                .mode(0o440)
                .owner(1, 2),
        )
        .mount(Mount::tmpfs("/tmp").size(64))
        .mount(
            Mount::cache("/cache2", "c2")
                .sharing(CacheSharing::Locked)
                .from(&context)
                .selector("seed"),
        )
        .mount(Mount::cache("/cache1", "c1").sharing(CacheSharing::Private))
        .mount(Mount::bind(&context, "/src").selector("/sub").read_only())
        .mount(Mount::bind(&base, "/drop").discarded())
        .mount(Mount::bind(&context, "/b-out").without_content_cache())
        .mount(Mount::bind(&Output::scratch(), "/out"))
        .build();
    let exec = exec_op(&built.root());
    assert_eq!(op(&built.root()).inputs, [input(&base), input(&context)]);
    let cache = |id: &str, sharing: pb::CacheSharingOpt| {
        Some(pb::CacheOpt {
            id: id.to_owned(),
            sharing: sharing.into(),
        })
    };
    assert_eq!(
        exec.mounts,
        [
            bind(0, "/", 0),
            pb::Mount {
                content_cache: pb::MountContentCache::Off.into(),
                ..bind(1, "/b-out", 1)
            },
            pb::Mount {
                mount_type: pb::MountType::Cache.into(),
                cache_opt: cache("c1", pb::CacheSharingOpt::Private),
                ..bind(-1, "/cache1", -1)
            },
            pb::Mount {
                selector: "seed".to_owned(),
                mount_type: pb::MountType::Cache.into(),
                cache_opt: cache("c2", pb::CacheSharingOpt::Locked),
                ..bind(1, "/cache2", -1)
            },
            bind(0, "/drop", -1),
            bind(-1, "/out", 2),
            pb::Mount {
                selector: "/sub".to_owned(),
                readonly: true,
                ..bind(1, "/src", -1)
            },
            pb::Mount {
                mount_type: pb::MountType::Tmpfs.into(),
                tmpfs_opt: Some(pb::TmpfsOpt { size: 64 }),
                ..bind(-1, "/tmp", -1)
            },
            pb::Mount {
                mount_type: pb::MountType::Secret.into(),
                secret_opt: Some(pb::SecretOpt {
                    id: "token".to_owned(),
                    uid: 1,
                    gid: 2,
                    mode: 0o440,
                    optional: true
                }),
                ..bind(-1, "/run/secret", 0)
            },
            pb::Mount {
                mount_type: pb::MountType::Ssh.into(),
                ssh_opt: Some(pb::SshOpt {
                    id: "default".to_owned(),
                    uid: 3,
                    gid: 4,
                    mode: 0o660,
                    optional: true
                }),
                ..bind(-1, "/run/agent", 0)
            },
        ]
    );
    assert_eq!(exec.meta.unwrap().env, ["SSH_AUTH_SOCK=/run/agent"]);

    let index = |dest| built.mount(dest).map(|output| input(&output).index);
    assert_eq!(
        [index("/"), index("/b-out"), index("/out")],
        [Some(0), Some(1), Some(2)]
    );
    for dest in ["/src", "/drop", "/cache1", "/tmp", "/run/secret", "/elsewhere"] {
        assert_eq!(index(dest), None, "{dest} has no output");
    }
    assert_eq!(
        digest(&built.mount("/out").unwrap()),
        digest(&built.root()),
        "one vertex"
    );
}

#[test]
fn secrets_and_agents_have_safe_modes() {
    let root = Exec::new(["a"])
        .root(&Output::scratch())
        .env("SSH_AUTH_SOCK", "/mine")
        .mount(Mount::secret("/s", "s"))
        .mount(Mount::ssh("/a", "a"))
        .build()
        .root();
    let exec = exec_op(&root);
    assert_eq!(exec.mounts[1].secret_opt.as_ref().unwrap().mode, 0o400);
    assert_eq!(exec.mounts[2].ssh_opt.as_ref().unwrap().mode, 0o600);
    assert_eq!(
        exec.meta.unwrap().env,
        ["SSH_AUTH_SOCK=/mine"],
        "the command's own value stays"
    );
}

#[test]
fn a_read_only_root_is_its_own_output() {
    let base = Image::new("alpine").output();
    let built = Exec::new(["a"])
        .root_read_only(&base)
        .mount(Mount::bind(&Output::scratch(), "/out"))
        .build();
    assert_eq!(input(&built.root()), input(&base));
    assert!(built.mount("/").is_none());
    let out = built.mount("/out").unwrap();
    assert_eq!(input(&out).index, 0, "the first output that there is");
    assert_eq!(
        exec_op(&out).mounts[0],
        pb::Mount {
            readonly: true,
            ..bind(0, "/", -1)
        }
    );
}

#[test]
fn the_order_of_building_is_not_in_the_bytes() {
    let (base, context) = (Image::new("alpine").output(), Local::new("context").output());
    let one = Exec::new(["a"])
        .env("A", "1")
        .env("B", "2")
        .secret_env(SecretEnv::new("C"))
        .secret_env(SecretEnv::new("D"))
        .mount(Mount::bind(&context, "/a").read_only())
        .mount(Mount::secret("/b", "b"))
        .mount(Mount::secret("/c", "c"))
        .ulimit("core", 0, 0)
        .ulimit("nofile", 1, 1)
        .root(&base);
    let other = Exec::new(["a"])
        .root(&base)
        .ulimit("nofile", 1, 1)
        .ulimit("core", 0, 0)
        .mount(Mount::secret("/c", "c"))
        .mount(Mount::secret("/b", "b"))
        .mount(Mount::bind(&context, "/a").read_only())
        .secret_env(SecretEnv::new("D"))
        .secret_env(SecretEnv::new("C"))
        .env("B", "2")
        .env("A", "1");
    let bytes = |exec: Exec| Definition::of(&exec.build().root()).unwrap().to_bytes();
    assert_eq!(bytes(one), bytes(other));
}

#[test]
fn the_platform_is_that_of_the_root() {
    let arm = Platform::new("linux", "arm64");
    let base = Image::new("alpine").platform(&arm).output();
    let on_arm = Exec::new(["a"]).root(&base).build().root();
    assert_eq!(op(&on_arm).platform, Some(pb::Platform::from(&arm)));
    assert_eq!(on_arm.platform(), Some(&arm));
    let amd = Platform::new("linux", "amd64");
    let on_amd = Exec::new(["a"]).root(&base).platform(&amd).build().root();
    assert_eq!(op(&on_amd).platform, Some(pb::Platform::from(&amd)));
}

#[test]
fn commands_that_cannot_run_are_problems() {
    let exec = || Exec::new(["a"]).root(&Output::scratch());
    let none: [&str; 0] = [];
    let table: [(Exec, &str); 9] = [
        (
            Exec::new(none).root(&Output::scratch()),
            "a command needs at least one argument, the program",
        ),
        (
            exec().cwd("app"),
            "the working directory \"app\" is not an absolute path",
        ),
        (
            exec().env("A=B", ""),
            "\"A=B\" is not the name of an environment variable",
        ),
        (
            exec().secret_env(SecretEnv::new("")),
            "\"\" is not the name of an environment variable",
        ),
        (
            exec().env("A", "").secret_env(SecretEnv::new("A")),
            "the environment variable A is set twice, to a value and to a secret",
        ),
        (exec().mount(Mount::tmpfs("")), "a mount has no destination"),
        (exec().mount(Mount::tmpfs("//")), "\"//\" is mounted on twice"),
        (
            exec().mount(Mount::tmpfs("/a")).mount(Mount::cache("/a/", "")),
            "\"/a/\" is mounted on twice",
        ),
        (
            exec().mount(Mount::tmpfs("a")).mount(Mount::secret("a", "")),
            "\"a\" is mounted on twice",
        ),
    ];
    for (exec, expected) in table {
        assert_eq!(problems(&exec.build().root()), [expected]);
    }
    let read_only = Exec::new(["a"])
        .root_read_only(&Output::scratch())
        .mount(Mount::bind(&Output::scratch(), "/out"))
        .build();
    assert_eq!(
        problems(&read_only.mount("/out").unwrap()),
        ["a read-only root needs a file system, not scratch"]
    );
    let windows = exec().platform(&Platform::new("windows", "amd64")).cwd("C:\\");
    assert_eq!(problems(&windows.build().root()), [""; 0]);
}
