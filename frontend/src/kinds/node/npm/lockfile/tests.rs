use super::*;
use crate::kinds::node::npm::fixtures::{LOCK, lockfile, refusal};

#[test]
fn names_are_found_as_node_finds_them() {
    let lockfile = lockfile(LOCK);
    for (from, name, found) in [
        ("apps/api", "host", Some("apps/api/node_modules/host")),
        ("libs/ui", "host", Some("node_modules/host")),
        ("libs/core", "deep", Some("libs/core/node_modules/deep")),
        (
            "node_modules/bundler",
            "inside",
            Some("node_modules/bundler/node_modules/inside"),
        ),
        (
            "node_modules/bundler/node_modules/inside",
            "deep",
            Some("node_modules/deep"),
        ),
        ("", "tool", Some("node_modules/tool")),
        ("", "inside", None),
        ("apps/api", "@w/core", Some("node_modules/@w/core")),
    ] {
        assert_eq!(lockfile.around(from).find(name), found, "{name} from {from}");
    }
}

#[test]
fn links_lead_to_projects() {
    let lockfile = lockfile(LOCK);
    let ids: Vec<&str> = lockfile.importer_ids().collect();
    assert_eq!(ids, [".", "apps/api", "apps/web", "libs/core", "libs/ui"]);
    let links: Vec<(&str, &str)> = lockfile.links().collect();
    assert!(links.contains(&("@w/core", "libs/core")), "{links:?}");
    assert!(lockfile.has_importer(".") && !lockfile.has_importer("libs"));
    let alias = lockfile.get("node_modules/alias").unwrap();
    assert_eq!(alias.name("node_modules/alias"), "real");
    let bundled: Vec<&str> = lockfile.bundled_in("node_modules/bundler").collect();
    assert_eq!(bundled, ["node_modules/bundler/node_modules/inside"]);
}

#[test]
fn mistakes_have_lines() {
    let lockfile = lockfile(LOCK);
    let place = lockfile.place("node_modules/alias").unwrap();
    assert_eq!(
        LOCK.lines()
            .nth(place.first_line as usize - 1)
            .unwrap()
            .trim()
            .get(..20),
        Some("\"node_modules/alias\"")
    );
}

#[test]
fn other_formats_are_refused_with_what_to_do() {
    for (text, parts) in [
        ("{", "package-lock.json:1: package-lock.json is not valid JSON"),
        ("{\n<<<<<<< HEAD\n}", "marks of a merge"),
        ("[]", "holds no JSON object"),
        (r#"{"lockfileVersion": 1, "dependencies": {}}"#, "npm 5 and 6"),
        (r#"{"lockfileVersion": 4, "packages": {}}"#, "`packageExtensions`"),
        (
            r#"{"lockfileVersion": 99, "packages": {}}"#,
            "has the `lockfileVersion` 99",
        ),
        (r#"{"packages": {}}"#, "has the `lockfileVersion` none"),
        (r#"{"lockfileVersion": 3}"#, "has no `packages`"),
        (
            r#"{"lockfileVersion": 3, "packages": {"node_modules/../../x": {}}}"#,
            "is no directory of the workspace",
        ),
        (
            r#"{"lockfileVersion": 3, "packages": {"/etc": {}}}"#,
            "is no directory of the workspace",
        ),
        (
            r#"{"lockfileVersion": 3, "packages": {"node_modules/x": 1}}"#,
            "is no object",
        ),
        (
            r#"{"lockfileVersion": 3, "packages": {"node_modules/x": {"link": true}}}"#,
            "which is no directory",
        ),
        (
            r#"{"lockfileVersion": 3, "packages": {"node_modules/x": {"link": true, "resolved": "/etc"}}}"#,
            "which is no directory",
        ),
    ] {
        let found = refusal(text);
        assert!(found.contains(parts), "{text}: {found}");
    }
    let long = format!(
        r#"{{"lockfileVersion": 3, "packages": {{"{}": {{}}}}}}"#,
        "a/".repeat(4000) + "a"
    );
    assert!(refusal(&long).contains("longer than"));
}

#[test]
fn several_mistakes_are_told_at_once() {
    let text = r#"{"lockfileVersion": 3, "packages": {"../../x/..": {}, "node_modules/y": []}}"#;
    let refused = Lockfile::parse(&SourceFile::new("package-lock.json", text)).unwrap_err();
    assert_eq!(refused.iter().count(), 2);
}

#[test]
fn versions_2_and_3_are_the_same_but_for_what_npm_6_reads() {
    let two = LOCK.replace(
        "\"lockfileVersion\": 3,",
        "\"lockfileVersion\": 2, \"dependencies\": {\"x\": {\"version\": \"1.0.0\"}},",
    );
    let (two, three) = (lockfile(&two), lockfile(LOCK));
    assert_eq!(two.entries, three.entries);
}
