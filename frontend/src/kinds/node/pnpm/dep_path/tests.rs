use super::*;
use LockfileVersion::{V6, V9};

#[test]
fn takes_keys_apart() {
    // (version, key, name, version, suffix, patch, peers)
    type Row<'a> = (
        LockfileVersion,
        &'a str,
        Option<&'a str>,
        &'a str,
        &'a str,
        Option<&'a str>,
        &'a [&'a str],
    );
    let rows: &[Row<'_>] = &[
        (V9, "react@18.2.0", Some("react"), "18.2.0", "", None, &[]),
        (V9, "@x/a@1.0.0-rc.1", Some("@x/a"), "1.0.0-rc.1", "", None, &[]),
        (
            V9,
            "a@1.0.0(@b/c@2.0.0(d@3.0.0(e@4.0.0)))(f@5.0.0)",
            Some("a"),
            "1.0.0",
            "(@b/c@2.0.0(d@3.0.0(e@4.0.0)))(f@5.0.0)",
            None,
            &["@b/c@2.0.0(d@3.0.0(e@4.0.0))", "f@5.0.0"],
        ),
        (
            V9,
            "is-odd@3.0.1(patch_hash=dn5u)(react@18.0.0)",
            Some("is-odd"),
            "3.0.1",
            "(patch_hash=dn5u)(react@18.0.0)",
            Some("dn5u"),
            &["react@18.0.0"],
        ),
        (
            V9,
            "a@1.0.0(6slkyxrpsqxpyxlq3pvdxvwkhe)",
            Some("a"),
            "1.0.0",
            "(6slkyxrpsqxpyxlq3pvdxvwkhe)",
            None,
            &["6slkyxrpsqxpyxlq3pvdxvwkhe"],
        ),
        (
            V9,
            "@x/ui@file:libs/ui(react@18.3.1)",
            Some("@x/ui"),
            "file:libs/ui",
            "(react@18.3.1)",
            None,
            &["react@18.3.1"],
        ),
        (
            V9,
            "b@https://codeload.github.com/a/b/tar.gz/c0",
            Some("b"),
            "https://codeload.github.com/a/b/tar.gz/c0",
            "",
            None,
            &[],
        ),
        (
            V9,
            "b@git+https://git@host:a/b.git#c0",
            Some("b"),
            "git+https://git@host:a/b.git#c0",
            "",
            None,
            &[],
        ),
        (V9, "c@work:1.0.0", Some("c"), "work:1.0.0", "", None, &[]),
        (
            V9,
            "node@runtime:22.0.0",
            Some("node"),
            "runtime:22.0.0",
            "",
            None,
            &[],
        ),
        (
            V6,
            "/react-dom@18.3.1(react@18.3.1)",
            Some("react-dom"),
            "18.3.1",
            "(react@18.3.1)",
            None,
            &["react@18.3.1"],
        ),
        (V6, "/@x/a@1.0.0", Some("@x/a"), "1.0.0", "", None, &[]),
        (
            V6,
            "file:libs/ui(react@18.3.1)",
            None,
            "file:libs/ui",
            "(react@18.3.1)",
            None,
            &["react@18.3.1"],
        ),
        (
            V6,
            "@codeload.github.com/a/b/tar.gz/c0",
            None,
            "@codeload.github.com/a/b/tar.gz/c0",
            "",
            None,
            &[],
        ),
        (
            V6,
            "git@github.com+a/b/c0",
            None,
            "git@github.com+a/b/c0",
            "",
            None,
            &[],
        ),
        // Not pnpm's, and no reason to fail.
        (V9, "", None, "", "", None, &[]),
        (V9, "@", None, "@", "", None, &[]),
        (V9, "a)(", None, "a)(", "", None, &[]),
        (V9, "a@1)", Some("a"), "1)", "", None, &[]),
    ];
    for (version, key, name, number, suffix, patch, peers) in rows {
        let path = DepPath::new(*key, *version);
        assert_eq!(path.name(), *name, "{key}");
        assert_eq!(path.version(), *number, "{key}");
        assert_eq!(path.suffix(), *suffix, "{key}");
        assert_eq!(path.patch_hash(), *patch, "{key}");
        assert_eq!(path.peers().collect::<Vec<_>>(), *peers, "{key}");
        assert_eq!(format!("{}{}", path.without_suffix(), path.suffix()), *key);
    }
}

#[test]
fn references_become_keys() {
    for (version, alias, reference, want) in [
        (V9, "react", "18.2.0", "react@18.2.0"),
        (V9, "a", "1.0.0(@b/c@2.0.0)", "a@1.0.0(@b/c@2.0.0)"),
        (V9, "num", "is-number@7.0.0", "is-number@7.0.0"),
        (V9, "num", "@x/number@7.0.0(a@1.0.0)", "@x/number@7.0.0(a@1.0.0)"),
        (
            V9,
            "@x/ui",
            "file:libs/ui(react@18.3.1)",
            "@x/ui@file:libs/ui(react@18.3.1)",
        ),
        (V9, "b", "https://x@host/b.tgz", "b@https://x@host/b.tgz"),
        (V9, "std", "@jsr/std__path@1.0.0", "@jsr/std__path@1.0.0"),
        (V6, "react", "18.2.0", "/react@18.2.0"),
        (V6, "a", "1.0.0(@b/c@2.0.0)", "/a@1.0.0(@b/c@2.0.0)"),
        (V6, "num", "/is-number@7.0.0", "/is-number@7.0.0"),
        (
            V6,
            "@x/ui",
            "file:libs/ui(react@18.3.1)",
            "file:libs/ui(react@18.3.1)",
        ),
        (V6, "ui", "file:ui", "file:ui"),
        (V6, "b", "github.com/a/b/c0", "github.com/a/b/c0"),
        (
            V6,
            "b",
            "@codeload.github.com/a/b/tar.gz/c0",
            "@codeload.github.com/a/b/tar.gz/c0",
        ),
    ] {
        assert_eq!(
            Reference::parse(alias, reference, version),
            Reference::Package(DepPath::new(want, version)),
            "{alias}: {reference}"
        );
    }
    assert_eq!(
        Reference::parse("k", "link:../kernel", V9),
        Reference::Link("../kernel".into())
    );
}

proptest::proptest! {
    #[test]
    fn any_text_comes_back_whole(text in ".*") {
        for version in [V6, V9] {
            let path = DepPath::new(text.clone(), version);
            let whole = format!("{}{}", path.without_suffix(), path.suffix());
            proptest::prop_assert_eq!(&whole, &text);
            let _ = (path.name(), path.version(), path.patch_hash(), path.peers().count());
            let _ = Reference::parse(&text, &text, version);
        }
    }
}
