use std::collections::BTreeMap;

use buildkit_proto::pb;

use super::image::normalise;
use crate::testing::{op, problems};
use crate::{Differ, Git, Http, Image, Local, OciLayout, Output, Platform, ResolveMode};

/// Checks everything that a source op can say.
fn check(output: &Output, identifier: &str, attributes: &[(&str, &str)], platform: Option<pb::Platform>) {
    let attrs: BTreeMap<_, _> = attributes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let source = pb::SourceOp {
        identifier: identifier.to_owned(),
        attrs,
    };
    let expected = pb::Op {
        inputs: Vec::new(),
        platform,
        constraints: Some(pb::WorkerConstraints::default()),
        op: Some(pb::op::Op::Source(source)),
    };
    assert_eq!(op(output), expected);
}

#[test]
fn image() {
    check(
        &Image::new("node").output(),
        "docker-image://docker.io/library/node:latest",
        &[],
        None,
    );
    let platform = Platform::parse("linux/arm/v7").unwrap();
    let full = Image::new("example.org/a/b:1")
        .resolve_mode(ResolveMode::ForcePull)
        .checksum("sha256:00")
        .platform(&platform)
        .output();
    check(
        &full,
        "docker-image://example.org/a/b:1",
        &[("image.resolvemode", "pull"), ("image.checksum", "sha256:00")],
        Some(pb::Platform::from(&platform)),
    );
    assert_eq!(full.platform(), Some(&platform));
}

#[test]
fn image_references_are_written_in_full() {
    let table = [
        ("node", "docker.io/library/node:latest"),
        ("node:22", "docker.io/library/node:22"),
        ("node:3", "docker.io/library/node:3"),
        ("node@sha256:00", "docker.io/library/node@sha256:00"),
        ("node:22@sha256:00", "docker.io/library/node:22@sha256:00"),
        ("a/b", "docker.io/a/b:latest"),
        ("docker.io/node", "docker.io/library/node:latest"),
        ("index.docker.io/a/b:1", "docker.io/a/b:1"),
        (
            "docker.io/library/node:22-bookworm-slim",
            "docker.io/library/node:22-bookworm-slim",
        ),
        ("localhost/a", "localhost/a:latest"),
        ("localhost:5000/a", "localhost:5000/a:latest"),
        ("example.org:443/a/b:1", "example.org:443/a/b:1"),
        ("Host/a", "Host/a:latest"),
    ];
    for (given, expected) in table {
        assert_eq!(normalise(given), expected, "{given}");
        assert_eq!(normalise(expected), expected, "what is in full stays");
    }
}

#[test]
fn local() {
    check(&Local::new("context").output(), "local://context", &[], None);
    let full = Local::new("context")
        .session("s1")
        .include(["a", "b \"c\""])
        .include(["d"])
        .exclude(["**/node_modules", "!keep"])
        .follow_paths(["e"])
        .shared_key_hint("hint")
        .differ(Differ::None)
        .metadata_only(["package.json"])
        // A local source is the same for every platform.
        .platform(&Platform::new("linux", "arm64"))
        .output();
    check(
        &full,
        "local://context",
        &[
            ("local.session", "s1"),
            ("local.includepattern", r#"["a","b \"c\"","d"]"#),
            ("local.excludepatterns", r#"["**/node_modules","!keep"]"#),
            ("local.followpaths", r#"["e"]"#),
            ("local.sharedkeyhint", "hint"),
            ("local.differ", "none"),
            ("local.metadatatransfer", "true"),
            ("local.metadatatransferexclude", r#"["package.json"]"#),
        ],
        None,
    );
    let none: [&str; 0] = [];
    check(
        &Local::new("c")
            .include(none)
            .differ(Differ::Metadata)
            .metadata_only(none)
            .output(),
        "local://c",
        &[("local.differ", "metadata"), ("local.metadatatransfer", "true")],
        None,
    );
}

#[test]
fn git() {
    let secrets = [
        ("git.authtokensecret", "GIT_AUTH_TOKEN"),
        ("git.authheadersecret", "GIT_AUTH_HEADER"),
    ];
    let with = |also: &[(&'static str, &'static str)]| [secrets.as_slice(), also].concat();
    check(
        &Git::new("https://github.com/moby/buildkit.git").output(),
        "git://github.com/moby/buildkit.git",
        &with(&[("git.fullurl", "https://github.com/moby/buildkit.git")]),
        None,
    );
    check(
        &Git::new("github.com/moby/buildkit")
            .reference("v1")
            .subdir("/client/../llb/")
            .output(),
        "git://github.com/moby/buildkit#v1:llb",
        &with(&[("git.fullurl", "https://github.com/moby/buildkit")]),
        None,
    );
    check(
        &Git::new("https://user@host:8443/a")
            .subdir("b")
            .known_ssh_hosts("ignored")
            .output(),
        "git://host:8443/a#:b",
        &with(&[("git.fullurl", "https://user@host:8443/a")]),
        None,
    );
    check(
        &Git::new("git@github.com:moby/buildkit.git")
            .known_ssh_hosts("one\n")
            .known_ssh_hosts("two")
            .output(),
        "git://github.com/moby/buildkit.git",
        &with(&[
            ("git.fullurl", "git@github.com:moby/buildkit.git"),
            ("git.knownsshhosts", "one\ntwo\n"),
            ("git.mountsshsock", "default"),
        ]),
        None,
    );
    check(
        &Git::new("ssh://git@host:22/a")
            .ssh_socket("key")
            .full_url("ssh://git@mirror/a")
            .auth_token_secret("")
            .auth_header_secret("header")
            .keep_git_dir(true)
            .checksum("abcdef0")
            .skip_submodules(true)
            .output(),
        "git://host:22/a",
        &[
            ("git.fullurl", "ssh://git@mirror/a"),
            ("git.authheadersecret", "header"),
            ("git.mountsshsock", "key"),
            ("git.keepgitdir", "true"),
            ("git.checksum", "abcdef0"),
            ("git.skipsubmodules", "true"),
        ],
        None,
    );
}

#[test]
fn http() {
    check(
        &Http::new("https://example.org/a").output(),
        "https://example.org/a",
        &[],
        None,
    );
    let full = Http::new("http://example.org/a")
        .checksum("sha256:00")
        .filename("b")
        .mode(0o4755)
        .uid(1000)
        .gid(1001)
        .auth_header_secret("header")
        .output();
    check(
        &full,
        "http://example.org/a",
        &[
            ("http.checksum", "sha256:00"),
            ("http.filename", "b"),
            ("http.perm", "0755"),
            ("http.uid", "1000"),
            ("http.gid", "1001"),
            ("http.authheadersecret", "header"),
        ],
        None,
    );
}

#[test]
fn oci_layout() {
    let platform = Platform::new("linux", "amd64");
    check(
        &OciLayout::new("a@sha256:00")
            .store("store", "session")
            .platform(&platform)
            .output(),
        "oci-layout://a@sha256:00",
        &[("oci.store", "store"), ("oci.session", "session")],
        Some(pb::Platform::from(&platform)),
    );
}

#[test]
fn sources_that_cannot_be_are_problems() {
    assert_eq!(
        problems(&Image::new("").output()),
        ["\"\" is not an image reference"]
    );
    assert_eq!(problems(&Image::new("a b").output()).len(), 1);
    assert_eq!(
        problems(&Local::new("").output()),
        ["a local source needs a name, such as context"]
    );
    assert_eq!(problems(&Git::new("").output()).len(), 1);
    assert_eq!(
        problems(&Http::new("ftp://a").output()),
        ["\"ftp://a\" is not an http:// or https:// URL"]
    );
    assert_eq!(
        problems(&OciLayout::new("a:1").output()),
        ["\"a:1\" has no digest; write name@sha256:..."]
    );
}
