use proptest::prelude::*;

use super::*;

/// Returns the environment of a frontend with these options, as the gateway writes it.
fn env(options: &[&str]) -> Vec<(String, String)> {
    let name = |i| format!("BUILDKIT_FRONTEND_OPT_{i}");
    options
        .iter()
        .enumerate()
        .map(|(i, option)| (name(i), (*option).to_owned()))
        .collect()
}

fn read(options: &[&str]) -> Result<Options, Diagnostics> {
    Options::from_env(env(options).into_iter())
}

fn good(options: &[&str]) -> Options {
    read(options).unwrap()
}

fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn nothing_is_asked_for_by_default() {
    let options = good(&[]);
    assert_eq!(
        options,
        Options {
            filename: "Dockerfile".to_owned(),
            ..Options::default()
        }
    );
    assert_eq!(options.build_platform(), None);
}

#[test]
fn empty_values_are_no_values() {
    let empty = good(&[
        "filename=",
        "target=",
        "platform=",
        "multi-platform=",
        "image-resolve-mode=",
        "add-hosts=",
        "force-network-mode=",
        "shm-size=",
        "ulimit=",
        "cgroup-parent=",
        "hostname=",
        "cache-imports=",
        "cache-from=",
        "context=",
        "contextkey=",
        "requestid=",
        "frontend.caps=",
        "source=",
        "cmdline=",
        "build-arg:BUILDKIT_MULTI_PLATFORM=",
        "build-arg:SOURCE_DATE_EPOCH=",
    ]);
    let build_args = map(&[("BUILDKIT_MULTI_PLATFORM", ""), ("SOURCE_DATE_EPOCH", "")]);
    assert_eq!(
        empty,
        Options {
            build_args,
            ..good(&[])
        }
    );
}

#[test]
fn plain_texts() {
    let options = good(&[
        "filename=services/auth/service.toml",
        "target=worker",
        "cgroup-parent=/a",
        "hostname=builder",
        "context=https://example.com/repo.git#main:dir",
        "contextkey=ctx",
        "dockerfilekey=file",
        "contextsubdir=sub",
        "requestid=frontend.outline",
        "source=vextrus/frontend",
        "cmdline=vextrus/frontend a=b",
        "vcs:source=https://example.com/repo",
        "vcs:revision=0123-dirty",
    ]);
    assert_eq!(
        options,
        Options {
            filename: "services/auth/service.toml".to_owned(),
            target: some("worker"),
            cgroup_parent: some("/a"),
            hostname: some("builder"),
            context: some("https://example.com/repo.git#main:dir"),
            context_key: some("ctx"),
            dockerfile_key: some("file"),
            context_subdir: some("sub"),
            request_id: some("frontend.outline"),
            source: some("vextrus/frontend"),
            cmdline: some("vextrus/frontend a=b"),
            vcs_source: some("https://example.com/repo"),
            vcs_revision: some("0123-dirty"),
            ..Options::default()
        }
    );
}

#[test]
fn families_of_named_options() {
    let options = good(&[
        "build-arg:HTTP_PROXY=http://a:1/?b=c",
        "build-arg:TEXT=two\nlines",
        "build-arg:filename=shadow",
        "label:org.example.a=b=c",
        "context:shared=local:shared",
        "context:node:22::linux/arm64=docker-image://node:22",
        "local-sessionid:context=abc",
        "sharedkey:localdir:context=key",
        "vcs:localdir:context=services/auth",
        "input-metadata:base={}",
    ]);
    let build_args = [
        ("HTTP_PROXY", "http://a:1/?b=c"),
        ("TEXT", "two\nlines"),
        ("filename", "shadow"),
    ];
    assert_eq!(options.build_args, map(&build_args));
    assert_eq!(
        options.filename, "Dockerfile",
        "a build argument shadows no option"
    );
    assert_eq!(options.labels, map(&[("org.example.a", "b=c")]));
    let contexts = [
        ("shared", "local:shared"),
        ("node:22::linux/arm64", "docker-image://node:22"),
    ];
    assert_eq!(options.contexts, map(&contexts));
    assert_eq!(options.local_sessions, map(&[("context", "abc")]));
    assert_eq!(options.shared_keys, map(&[("context", "key")]));
    assert_eq!(options.local_directories, map(&[("context", "services/auth")]));
    assert_eq!(options.input_metadata, map(&[("base", "{}")]));
    assert_eq!(options.unknown, BTreeMap::new());
}

#[test]
fn unknown_options_are_kept() {
    let options = good(&["new=1", "input:context=git", "vcs:branch=main", "flag"]);
    let unknown = [
        ("new", "1"),
        ("input:context", "git"),
        ("vcs:branch", "main"),
        ("flag", ""),
    ];
    assert_eq!(options.unknown, map(&unknown));
}

#[test]
fn platforms() {
    assert_eq!(
        good(&["platform=linux/amd64, linux/aarch64/v8"]).platforms,
        ["linux/amd64", "linux/arm64"].map(|text| Platform::parse(text).unwrap())
    );
    assert_eq!(good(&["multi-platform=true"]).multi_platform, Some(true));
    let overridden = good(&["multi-platform=true", "build-arg:BUILDKIT_MULTI_PLATFORM=0"]);
    assert_eq!(overridden.multi_platform, Some(false));
    assert_eq!(
        good(&["multi-platform=false", "platform=linux/arm64"]).multi_platform,
        Some(false)
    );
}

#[test]
fn cache_options() {
    assert_eq!(good(&["no-cache="]).no_cache, NoCache::All);
    let stages = NoCache::Stages(vec!["install".to_owned(), "build".to_owned()]);
    assert_eq!(good(&["no-cache=Install,build"]).no_cache, stages);
    assert_eq!(
        good(&["image-resolve-mode=pull"]).image_resolve_mode,
        ResolveMode::ForcePull
    );
    assert_eq!(
        good(&["image-resolve-mode=local"]).image_resolve_mode,
        ResolveMode::PreferLocal
    );
    assert_eq!(
        good(&["image-resolve-mode=default"]).image_resolve_mode,
        ResolveMode::Default
    );

    let import = |kind: &str, attrs: &[(&str, &str)]| CacheImport {
        kind: kind.to_owned(),
        attrs: map(attrs),
    };
    let json = r#"cache-imports=[{"Type":"registry","Attrs":{"ref":"a/b:c"}},{"Type":"gha","Attrs":null}]"#;
    let imports = [import("registry", &[("ref", "a/b:c")]), import("gha", &[])];
    assert_eq!(good(&[json]).cache_imports, imports);
    assert_eq!(good(&[json, "cache-from=old"]).cache_imports, imports);
    let old = [
        import("registry", &[("ref", "x")]),
        import("registry", &[("ref", "y")]),
    ];
    assert_eq!(good(&["cache-from=x,y"]).cache_imports, old);
    assert_eq!(good(&["cache-from=x,y", "cache-imports="]).cache_imports, old);
    assert_eq!(good(&["cache-imports=null"]).cache_imports, []);
}

#[test]
fn what_the_steps_run_with() {
    let options = good(&["add-hosts=DB=10.0.0.5,v6=::1,b=[fe80::1]", "shm-size=134217728"]);
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    let hosts = [("db", "10.0.0.5"), ("v6", "::1"), ("b", "fe80::1")];
    assert_eq!(
        options.add_hosts,
        hosts.map(|(name, ip)| (name.to_owned(), address(ip)))
    );
    assert_eq!(options.shm_size, Some(128 << 20));
    assert_eq!(good(&["shm-size=0"]).shm_size, None);
    for (text, network) in [
        ("none", Some(Network::None)),
        ("host", Some(Network::Host)),
        ("sandbox", Some(Network::Default)),
        ("default", Some(Network::Default)),
    ] {
        assert_eq!(good(&[&format!("force-network-mode={text}")]).network, network);
    }
    let limit = |name: &str, soft, hard| Ulimit {
        name: name.to_owned(),
        soft,
        hard,
    };
    let limits = [
        limit("nofile", 1024, 2048),
        limit("core", -1, -1),
        limit("nproc", 5, -1),
        limit("cpu", 9, 9),
    ];
    assert_eq!(
        good(&["ulimit=nofile=1024:2048,core=-1,nproc=5:-1,cpu=9"]).ulimits,
        limits
    );
    assert_eq!(
        good(&["build-arg:BUILDKIT_SANDBOX_HOSTNAME=a", "hostname=b"]).hostname,
        some("a")
    );
}

#[test]
fn attestations() {
    let kinds = |options: &[&str]| good(options).attestations;
    let max = BTreeMap::from([(
        "provenance".to_owned(),
        map(&[("mode", "max"), ("inline-only", "true")]),
    )]);
    assert_eq!(
        kinds(&["attest:provenance=type=provenance,mode=max,inline-only=true"]),
        max
    );
    let quoted = BTreeMap::from([("sbom".to_owned(), map(&[("generator", "a/b:c,d")]))]);
    assert_eq!(kinds(&["attest:sbom=\"generator=a/b:c,d\""]), quoted);
    let plain = BTreeMap::from([("sbom".to_owned(), BTreeMap::new())]);
    assert_eq!(kinds(&["attest:sbom="]), plain);
    assert_eq!(kinds(&["build-arg:BUILDKIT_ATTEST_SBOM=true"]), plain);
    for off in [
        "attest:sbom=false",
        "attest:sbom=disabled=true",
        "attest:sbom=type=sbom,disabled=1",
    ] {
        assert_eq!(kinds(&[off]), BTreeMap::new(), "{off}");
    }
    assert_eq!(kinds(&["attest:sbom=disabled=false"]), plain);
    assert_eq!(
        kinds(&["attest:sbom=", "build-arg:BUILDKIT_ATTEST_SBOM=0"]),
        BTreeMap::new()
    );
}

#[test]
fn required_capabilities() {
    let caps = good(&["frontend.caps=moby.buildkit.frontend.subrequests+forward,a"]).required_caps;
    assert_eq!(caps, ["moby.buildkit.frontend.subrequests+forward", "a"]);
}

#[test]
fn the_engine_describes_itself() {
    let workers = r#"[{"id":"w1","labels":{"network":"host"},"platforms":[
        {"architecture":"amd64","os":"linux"},{"architecture":"amd64","os":"linux"},
        {"architecture":"amd64","os":"linux","variant":"v2"}],"gcPolicy":null},
        {"labels":null,"platforms":null}]"#;
    let vars = [
        ("BUILDKIT_SESSION_ID", "abc"),
        ("BUILDKIT_EXPORTEDPRODUCT", "docker"),
        ("BUILDKIT_WORKERS", workers),
        ("PATH", "/bin"),
    ];
    let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let options = Options::from_env(vars.into_iter()).unwrap();
    assert_eq!(options.session_id, some("abc"));
    assert_eq!(options.product, some("docker"));
    assert_eq!(options.workers.len(), 2);
    assert_eq!(options.workers[0].id, "w1");
    assert_eq!(options.workers[0].labels, map(&[("network", "host")]));
    assert_eq!(options.workers[0].platforms, ["linux/amd64", "linux/amd64/v2"]);
    assert_eq!(options.build_platform(), Some("linux/amd64"));
    assert_eq!(options.unknown, BTreeMap::new());
}

#[test]
fn mistakes_name_the_flag() {
    let mut told = Vec::new();
    for option in [
        "platform=linux//arm64",
        "platform=a/b/c/d",
        "platform=linux/amd64,linux arm64",
        "platform=windows/amd64",
        "platform=linux/amd46",
        "platform=linux/sparrow",
        "build-arg:SOURCE_DATE_EPOCH=today",
        "multi-platform=yes",
        "build-arg:BUILDKIT_MULTI_PLATFORM=2",
        "image-resolve-mode=never",
        "add-hosts=db",
        "add-hosts=db=host",
        "add-hosts==1.2.3.4",
        "add-hosts=\"db=1.2.3.4",
        "force-network-mode=bridge",
        "shm-size=64m",
        "shm-size=-1",
        "ulimit=nofile",
        "ulimit=files=1",
        "ulimit=nofile=many",
        "ulimit=nofile=2:1",
        "ulimit=nofile=-1:5",
        "ulimit=nofile=-2",
        "cache-imports={}",
        "attest:vuln=true",
        "build-arg:BUILDKIT_ATTEST_VULN=true",
        "attest:sbom=generator",
        "memory=1073741824",
        "cpusetcpus=0",
        "gateway-devel=1",
        "build-arg:BUILDKIT_DISABLE_FILEOP=1",
    ] {
        told.push(format!("{option}\n  => {}", read(&[option]).expect_err(option)));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn mistakes_are_told_together() {
    let vars = env(&[
        "shm-size=x",
        "multi-platform=false",
        "platform=linux/amd64,linux/arm64",
        "build-arg:SOURCE_DATE_EPOCH=today",
        "ulimit=x",
    ])
    .into_iter();
    let errors =
        Options::from_env(vars.chain([("BUILDKIT_WORKERS".to_owned(), "x".to_owned())])).unwrap_err();
    assert_eq!(errors.iter().count(), 5, "{errors}");
}

#[test]
fn the_order_of_the_variables_does_not_matter() {
    let options = [
        "cache-from=old",
        "cache-imports=[]",
        "hostname=a",
        "build-arg:BUILDKIT_SANDBOX_HOSTNAME=b",
    ];
    let reversed: Vec<&str> = options.iter().rev().copied().collect();
    assert_eq!(good(&options), good(&reversed));
}

proptest! {
    #[test]
    fn no_value_makes_it_panic(value in any::<String>()) {
        for key in [
            "platform", "multi-platform", "no-cache", "image-resolve-mode", "add-hosts", "force-network-mode",
            "shm-size", "ulimit", "cache-imports", "cache-from", "attest:sbom", "frontend.caps", "memory", "a:b",
        ] {
            let _ = read(&[&format!("{key}={value}")]);
        }
        let _ = read(&[&value]);
        let _ = Options::from_env([("BUILDKIT_WORKERS".to_owned(), value)].into_iter());
    }
}
