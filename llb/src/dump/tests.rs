use std::sync::Arc;

use crate::{
    CacheSharing, Copy, Definition, Exec, File, Image, Local, Location, MkDir, MkFile, Mount, Network,
    Output, Platform, ProxyEnv, Rm, SecretEnv, Security, SourceFile, Symlink, diff, dump, merge,
};

fn text(output: &Output) -> String {
    dump(&Definition::of(output).unwrap())
}

#[test]
fn a_command_is_shown_with_everything_it_has() {
    let base = Image::new("alpine")
        .platform(&Platform::new("linux", "arm64"))
        .output();
    let context = Local::new("context").session("s").output();
    let file = Arc::new(SourceFile {
        filename: "a.toml".to_owned(),
        language: String::new(),
        data: Vec::new(),
    });
    let built = Exec::new(["sh", "-c", "echo \"$A\" >/out/a"])
        .root(&base)
        .cwd("/app")
        .user("1000")
        .hostname("box")
        .cgroup_parent("parent")
        .env("A", "a b")
        .env("EMPTY", "")
        .env("PATH", "/bin:/usr/bin")
        .proxy(ProxyEnv {
            http: "http://proxy".to_owned(),
            ..ProxyEnv::default()
        })
        .host("db", [10, 0, 0, 1])
        .ulimit("nofile", 1, 2)
        .valid_exit_codes([0, 2])
        .network(Network::Host)
        .security(Security::Insecure)
        .secret_env(SecretEnv::new("token").name("TOKEN").optional(true))
        .mount(Mount::bind(&context, "/app").selector("/sub").read_only())
        .mount(Mount::bind(&context, "/drop").discarded().without_content_cache())
        .mount(Mount::bind(&Output::scratch(), "/out"))
        .mount(
            Mount::cache("/cache", "id")
                .sharing(CacheSharing::Locked)
                .from(&context)
                .selector("/seed"),
        )
        .mount(Mount::cache("/cache2", ""))
        .mount(Mount::tmpfs("/tmp").size(64))
        .mount(Mount::tmpfs("/tmp2"))
        .mount(Mount::secret("/run/s", "s").optional(true))
        .mount(Mount::ssh("/run/a", "default").owner(1, 2))
        .name("build it")
        .description("k", "v")
        .progress_group("g", "group", true)
        .ignore_cache()
        .location(&Location::new(&file, 1..=3).and(7..=7))
        .build();
    assert_eq!(
        text(&built.mount("/out").unwrap()),
        r#"v0 source docker-image://docker.io/library/alpine:latest for linux/arm64
v1 source local://context
  local.session = s
v2 exec sh -c "echo \"$A\" >/out/a" for linux/arm64
  named build it
  described k = v
  group g (group), weak
  ignore cache
  at a.toml:1-3,7
  cwd /app
  user 1000
  hostname box
  cgroup parent
  env A = "a b"
  env EMPTY = ""
  env PATH = /bin:/usr/bin
  env SSH_AUTH_SOCK = /run/a
  proxy http = http://proxy
  host db = 10.0.0.1
  ulimit nofile = 1:2
  valid exit codes [0, 2]
  network host
  security insecure
  env TOKEN = secret token, optional
  mount / = v0 -> 0
  mount /app = v1:/sub, read-only
  mount /cache = cache id:/seed locked from v1
  mount /cache2 = cache "" shared
  mount /drop = v1, discarded, keyed by origin
  mount /out = scratch -> 1
  mount /tmp = tmpfs of 64 bytes
  mount /tmp2 = tmpfs
  mount /run/s = secret s, mode 0400 owner 0:0, optional
  mount /run/a = ssh default, mode 0600 owner 1:2
result v2#1
"#
    );
}

#[test]
fn file_actions_are_shown_in_order() {
    let context = Local::new("context").output();
    let file = File::on(&Output::scratch())
        .mkdir(MkDir::new("/a b").parents(true).owner_by_name("node", "www"))
        .mkfile(MkFile::new("/text", "one\n\ttwo\n").mode(0o600).timestamp(0))
        .mkfile(MkFile::new("/open", "no end"))
        .mkfile(MkFile::new("/empty", ""))
        .mkfile(MkFile::new("/binary", [0, 1]))
        .mkfile(MkFile::new("/long", "x\n".repeat(41)))
        .symlink(Symlink::new("../x", "/link").owner(1, 2))
        .rm(Rm::new("/a*").wildcard(true).allow_not_found(true))
        .copy(
            Copy::new(&context, "/*", "/to/")
                .mode(0o755)
                .allow_wildcard(true)
                .unpack(true)
                .include(["src/**"])
                .exclude(["a b"]),
        )
        .output();
    assert_eq!(
        text(&file),
        r#"v0 source local://context
v1 file
  mkdir "/a b" on scratch, mode 0755, parents, owner node:www
  mkfile /text, mode 0600, time 0
    |one
    |	two
  mkfile /open, mode 0644
    |no end
    (no newline at the end)
  mkfile /empty, mode 0644
  mkfile /binary, mode 0644, 2 bytes sha256:b413f47d13ee2fe6c845b2ee141af81de858df4ec549a58b7970bb96645bc8d2
  mkfile /long, mode 0644, 82 bytes sha256:f0eb4d40b9b8f5f5476e19779713487ca6b9d84496d1f82544500bdbee1b5492
  symlink /link -> ../x, owner 1:2
  rm /a*, wildcard, allow-not-found
  copy v0:/* -> /to/, mode 0755, wildcard, unpack
    include src/**
    exclude "a b"
result v1
"#
    );
}

#[test]
fn layers_are_shown_by_their_inputs() {
    let (a, b) = (Image::new("a").output(), Image::new("b").output());
    let head = merge([diff(&a, &b), diff(&a, &Output::scratch()), b]);
    assert_eq!(
        text(&head),
        "v0 source docker-image://docker.io/library/a:latest\n\
         v1 source docker-image://docker.io/library/b:latest\n\
         v2 diff v0 -> v1\n\
         v3 diff v0 -> scratch\n\
         v4 merge v2 v3 v1\n\
         result v4\n"
    );
}
