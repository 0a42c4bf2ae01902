use super::*;
use crate::kinds::node::pnpm::fixtures::{SERVICE, manifest};

fn error(text: &str) -> String {
    PackageJson::parse(&SourceFile::new("a/package.json", text))
        .unwrap_err()
        .to_string()
}

#[test]
fn reads_what_a_build_needs() {
    let manifest = manifest(&format!("\u{feff}{SERVICE}"));
    assert_eq!(manifest.name.as_deref(), Some("@x/a"));
    assert_eq!(manifest.scripts.len(), 1);
    assert_eq!(manifest.bin["a"], "cli.js");
    assert_eq!(manifest.workspaces, ["x/*"]);
    assert!(manifest.is_optional_peer("q") && !manifest.is_optional_peer("p"));
    assert_eq!(manifest.specifier("t"), Some("^5"));
    assert_eq!(manifest.place(&["pnpm", "overrides"]).unwrap().first_line, 17);
    assert_eq!(manifest.place(&["none"]), None);
}

#[test]
fn odd_fields_read_as_absent() {
    let manifest = manifest(
        r#"{"name": 1, "scripts": [], "bin": 2, "files": "x", "dependencies": null, "exports": "./x"}"#,
    );
    assert_eq!(
        (manifest.name, manifest.files.len(), manifest.bin.len()),
        (None, 0, 0)
    );
    assert_eq!(manifest.exports, Some("./x".into()));
}

#[test]
fn mistakes_are_told_together_with_their_lines() {
    assert_eq!(
        error("{\n \"dependencies\": {\n  \"a\": 1,\n  \"b\": null\n },\n \"devDependencies\": []\n}"),
        "a/package.json:3: `dependencies.a` is 1; write a range such as \"^1.0.0\"\n\
         a/package.json:4: `dependencies.b` is null; write a range such as \"^1.0.0\"\n\
         a/package.json:6: `devDependencies` is []; write an object of names and ranges"
    );
    assert!(
        error("{\n  \"a\": }")
            .starts_with("a/package.json:2: a/package.json is not valid JSON (column 8): expected value")
    );
    assert!(error("[]").contains("holds no JSON object"));
    assert!(error("").starts_with("a/package.json:1: "));
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_odd(text in "[\\[\\]{}\":, a-z0-9]{0,60}") {
        if let Ok(manifest) = PackageJson::parse(&SourceFile::new("package.json", text)) {
            manifest.place(&["name"]);
        }
    }
}
