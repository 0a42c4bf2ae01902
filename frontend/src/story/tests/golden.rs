//! TEMPORARY: writes every graph to $GOLDEN.
use super::*;
#[tokio::test]
async fn golden() {
    let Some(out) = std::env::var_os("GOLDEN") else {
        return;
    };
    let out = std::path::PathBuf::from(out);
    std::fs::create_dir_all(&out).unwrap();
    let mut files = example();
    let services: Vec<String> =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/erp/services"))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
    for service in &services {
        files.insert(format!("app/services/{service}/dist/main.js"), Vec::new());
    }
    files.insert("hooks".to_owned(), Vec::new());
    for service in &services {
        let path = format!("services/{service}/package.json");
        let mut manifest: Value = serde_json::from_slice(&files[&path]).unwrap();
        for (name, text) in [("lint", "eslint src"), ("start:dev", "nest start --watch")] {
            manifest["scripts"][name] = text.into();
        }
        files.insert(path, manifest.to_string().into_bytes());
    }
    let write =
        async |name: String, files: Files, change: &dyn Fn(&mut Options, &mut State), service: &str| {
            let mut options = request(service);
            let mut state = engine(files);
            change(&mut options, &mut state);
            let mut text = String::new();
            match run(state, options).await {
                Err(e) => text = format!("error {e}"),
                Ok(built) => {
                    let mut all: Vec<String> = built
                        .solves
                        .iter()
                        .map(|s| {
                            use std::fmt::Write as _;
                            let d = Definition::of(&Output::from_proto(s).unwrap()).unwrap();
                            let mut t = buildkit_llb::dump(&d);
                            let bytes = d.to_bytes();
                            let h = <sha2::Sha256 as sha2::Digest>::digest(&bytes);
                            for v in d.vertices() {
                                write!(
                                    t,
                                    "meta {} {:?}\n",
                                    v.digest,
                                    v.metadata.map(|m| (
                                        m.description.get("llb.customname").cloned(),
                                        m.progress_group.clone(),
                                        m.ignore_cache
                                    ))
                                )
                                .unwrap();
                            }
                            write!(t, "bytes {h:x?}\n").unwrap();
                            t
                        })
                        .collect();
                    all.sort();
                    text.push_str(&all.join("\n=====\n"));
                    for (k, v) in &built.result.metadata {
                        text.push_str(&format!("\n{k}: {}", String::from_utf8_lossy(v)));
                    }
                    let state = built.fake.state();
                    for w in &state.warnings {
                        text.push_str(&format!("\nwarn {}", String::from_utf8_lossy(&w.short)));
                    }
                }
            }
            std::fs::write(out.join(name), text).unwrap();
        };
    for service in &services {
        write(format!("{service}-plain"), files.clone(), &|_, _| (), service).await;
        write(
            format!("{service}-arm64"),
            files.clone(),
            &|o, _| o.platforms = vec![platform("linux/arm64")],
            service,
        )
        .await;
    }
    for service in ["auth", "file-storage", "finance"] {
        write(
            format!("{service}-both"),
            files.clone(),
            &|o, _| o.platforms = ["linux/amd64", "linux/arm64"].map(platform).into(),
            service,
        )
        .await;
        for target in ["deps", "build", "test", "lint", "dev"] {
            write(
                format!("{service}-{target}"),
                files.clone(),
                &|o, _| o.target = Some(target.to_owned()),
                service,
            )
            .await;
            write(
                format!("{service}-{target}-arm"),
                files.clone(),
                &|o, _| {
                    o.target = Some(target.to_owned());
                    o.platforms = vec![platform("linux/arm64")]
                },
                service,
            )
            .await;
        }
        write(
            format!("{service}-nomerge"),
            files.clone(),
            &|_, s| s.llb_caps.retain(|c| *c != "mergeop" && *c != "diffop"),
            service,
        )
        .await;
        write(
            format!("{service}-sde"),
            files.clone(),
            &|o, _| o.source_date_epoch = Some(1_700_000_000),
            service,
        )
        .await;
        write(
            format!("{service}-nocache"),
            files.clone(),
            &|o, _| o.no_cache = crate::options::NoCache::All,
            service,
        )
        .await;
        write(
            format!("{service}-nocachef"),
            files.clone(),
            &|o, _| {
                o.no_cache = crate::options::NoCache::Stages(vec![
                    "deps".into(),
                    "@erp/utils".into(),
                    "runtime".into(),
                ])
            },
            service,
        )
        .await;
        write(
            format!("{service}-flags"),
            files.clone(),
            &|o, _| {
                o.shm_size = Some(1 << 20);
                o.hostname = Some("h".into());
                o.cgroup_parent = Some("c".into());
                o.build_args.insert("http_proxy".into(), "x".into());
                o.build_args.insert("BUILDKIT_CACHE_MOUNT_NS".into(), "ns".into());
            },
            service,
        )
        .await;
        write(
            format!("{service}-sbom"),
            files.clone(),
            &|o, s| {
                o.attestations.insert("sbom".into(), BTreeMap::new());
                s.gateway_caps.push("reference.attestations");
            },
            service,
        )
        .await;
        let mut hooks = files.clone();
        hooks.insert("hooks".to_owned(), b"sharp\n".to_vec());
        write(
            format!("{service}-hooks"),
            hooks,
            &|o, _| o.platforms = vec![platform("linux/arm64")],
            service,
        )
        .await;
        for stage in ["deps", "build"] {
            write(
                format!("{service}-given-{stage}"),
                files.clone(),
                &|o, _| {
                    o.contexts
                        .insert(stage.to_owned(), "docker-image://node:22-alpine".to_owned());
                },
                service,
            )
            .await;
            for target in ["test", "build", "deps"] {
                write(
                    format!("{service}-given-{stage}-{target}"),
                    files.clone(),
                    &|o, _| {
                        o.target = Some(target.into());
                        o.contexts
                            .insert(stage.to_owned(), "docker-image://node:22-alpine".to_owned());
                    },
                    service,
                )
                .await;
            }
        }
        write(
            format!("{service}-package"),
            files.clone(),
            &|o, s| {
                o.contexts.insert("erp/utils".to_owned(), "local:mine".to_owned());
                let _ = s;
            },
            service,
        )
        .await;
    }
    for (name, manifest) in [
        ("scratch", "# syntax=x\nbase = \"scratch\"\n"),
        (
            "keys",
            "# syntax=x\nbase = \"debian\"\n[build]\npackages = [\"jq\"]\nsecrets = [\"a\", { id = \"b\", env = \"B\", required = false }]\nssh = true\nnetwork = \"none\"\nfiles = [\"package.json\"]\n[build.args]\nTARGETARCH = \"\"\nX = \"y\"\n[run]\nuser = 0\npackages = [\"curl\"]\nfiles = [\"pnpm-workspace.yaml\"]\nwritable = [\"up\"]\nport = [1, 2]\n[image]\nmax_size = \"900MB\"\n[target.worker]\ncommand = \"node dist/worker.js\"\n",
        ),
        (
            "custom",
            "# syntax=x\nbase = \"docker.io/library/node:22-alpine\"\n",
        ),
        ("distroless", "# syntax=x\nbase = \"distroless\"\n"),
    ] {
        let mut files = files.clone();
        files.insert(
            "services/auth/service.toml".to_owned(),
            manifest.as_bytes().to_vec(),
        );
        for (variant, arm) in [("amd", false), ("arm", true)] {
            write(
                format!("m-{name}-{variant}"),
                files.clone(),
                &|o, s| {
                    if arm {
                        o.platforms = vec![platform("linux/arm64")];
                    }
                    s.images
                        .insert("gcr.io/distroless/nodejs22-debian12:latest".into(), node_image());
                },
                "auth",
            )
            .await;
            write(
                format!("m-{name}-{variant}-sbom"),
                files.clone(),
                &|o, s| {
                    if arm {
                        o.platforms = vec![platform("linux/arm64")];
                    }
                    o.attestations.insert("sbom".into(), BTreeMap::new());
                    s.gateway_caps.push("reference.attestations");
                },
                "auth",
            )
            .await;
            write(
                format!("m-{name}-{variant}-worker"),
                files.clone(),
                &|o, _| {
                    if arm {
                        o.platforms = vec![platform("linux/arm64")];
                    }
                    o.target = Some("worker".into());
                },
                "auth",
            )
            .await;
            write(
                format!("m-{name}-{variant}-test"),
                files.clone(),
                &|o, _| {
                    if arm {
                        o.platforms = vec![platform("linux/arm64")];
                    }
                    o.target = Some("test".into());
                },
                "auth",
            )
            .await;
        }
    }
}
