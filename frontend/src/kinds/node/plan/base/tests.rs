use std::collections::BTreeSet;

use super::*;
use crate::diagnostic::SourceFile;
use crate::manifest::Manifest;

fn native(glibc: &[&str], portable: &[&str]) -> Native {
    let set = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<BTreeSet<_>>()
    };
    Native {
        needs_glibc: set(glibc),
        portable: set(portable),
        compiles: BTreeSet::new(),
        ..Native::default()
    }
}

fn wanted(base: &str) -> Base {
    let text = format!("base = \"{base}\"\n");
    Manifest::parse(&SourceFile::new("service.toml", text))
        .unwrap()
        .base()
        .clone()
}

#[test]
fn the_smallest_base_that_native_code_runs_on() {
    for (native, reference, why) in [
        (native(&[], &[]), "node:22-alpine", "no native code in production"),
        (
            native(&[], &["sharp"]),
            "node:22-alpine",
            "native code runs on musl: sharp",
        ),
        (
            native(&["bcrypt"], &["sharp"]),
            "node:22-bookworm-slim",
            "native code for glibc: bcrypt",
        ),
        (
            native(&["a", "b", "c", "d", "e"], &[]),
            "node:22-bookworm-slim",
            "native code for glibc: a, b, c and 2 more",
        ),
    ] {
        let base = choose(&Base::Auto, "22", &native, Found::default());
        assert_eq!(
            (base.reference.as_str(), base.why.as_str()),
            (&*format!("docker.io/library/{reference}"), why)
        );
        assert_eq!(base.libc == Libc::Musl, reference.ends_with("alpine"));
        assert!(base.has_shell && base.node == "node");
    }
}

#[test]
fn the_manifest_has_the_last_word() {
    let native = native(&["bcrypt"], &[]);
    for (base, reference, libc, has_shell) in [
        ("alpine", "docker.io/library/node:20-alpine", Libc::Musl, true),
        (
            "debian",
            "docker.io/library/node:20-bookworm-slim",
            Libc::Gnu,
            true,
        ),
        (
            "distroless",
            "gcr.io/distroless/nodejs20-debian12",
            Libc::Gnu,
            false,
        ),
        (
            "registry.example.com/node:20-alpine3.20",
            "registry.example.com/node:20-alpine3.20",
            Libc::Musl,
            true,
        ),
        (
            "registry.example.com/node:20",
            "registry.example.com/node:20",
            Libc::Gnu,
            true,
        ),
        (
            "gcr.io/distroless/nodejs20-debian12:nonroot",
            "gcr.io/distroless/nodejs20-debian12:nonroot",
            Libc::Gnu,
            false,
        ),
    ] {
        let found = choose(&wanted(base), "20", &native, Found::default());
        assert_eq!(
            (found.reference.as_str(), found.libc, found.has_shell),
            (reference, libc, has_shell)
        );
        assert_eq!(found.node == "/nodejs/bin/node", !has_shell, "{base}");
    }
    // A full version names no distroless image.
    assert_eq!(
        choose(&wanted("distroless"), "20.11.1", &native, Found::default()).reference,
        "gcr.io/distroless/nodejs20-debian12"
    );
}

#[test]
fn scratch_is_debians_node_alone() {
    let base = choose(
        &wanted("scratch"),
        "22",
        &native(&[], &["sharp"]),
        Found::default(),
    );
    assert_eq!(
        (base.reference.as_str(), base.libc),
        ("docker.io/library/node:22-bookworm-slim", Libc::Gnu)
    );
    assert_eq!(
        (base.name(), base.has_shell, base.only_node),
        ("scratch", false, true)
    );
}

#[test]
fn what_was_found_in_an_image_moves_what_was_hoped() {
    let native = native(&[], &["sharp"]);
    assert!(choose(&Base::Auto, "22", &native, Found::default()).is_hoped);
    let found = Found {
        is_for_glibc: true,
        ..Found::default()
    };
    let base = choose(&Base::Auto, "22", &native, found);
    assert_eq!((base.libc, base.is_hoped), (Libc::Gnu, false));
    let named = choose(&wanted("alpine"), "22", &native, found);
    assert_eq!((named.libc, named.is_hoped), (Libc::Musl, false));
}

/// What a build packs was installed for Debian, where builds run: another variant than musl's.
#[test]
fn native_code_that_a_build_packs_runs_where_builds_do() {
    let packed = Found {
        is_packed: true,
        ..Found::default()
    };
    let variants = native(&[], &["@libsql/client", "sharp"]);
    assert_eq!(
        choose(&Base::Auto, "22", &variants, Found::default()).libc,
        Libc::Musl
    );
    let base = choose(&Base::Auto, "22", &variants, packed);
    assert_eq!(base.libc, Libc::Gnu);
    assert_eq!(
        base.why,
        "the build packs native code, for the C library that it runs on: @libsql/client, sharp"
    );
    assert_eq!(
        choose(&Base::Auto, "22", &native(&[], &[]), packed).libc,
        Libc::Musl
    );
}
