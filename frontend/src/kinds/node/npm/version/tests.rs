use super::*;
use crate::diagnostic::SourceFile;

fn read(fields: &str) -> Result<NpmVersion, Diagnostics> {
    let text = format!("{{\"name\": \"w\"{fields}}}");
    let root = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
    NpmVersion::read(Some(&root))
}

#[test]
fn node_brings_the_npm_that_nothing_else_names() {
    for (node, major) in [("20", 10), ("22.1.0", 10), ("22", 10), ("24", 11), ("26", 11)] {
        let chosen = NpmVersion::default().choose(node);
        assert_eq!((chosen.setup, chosen.major), (None, major), "{node}");
    }
}

#[test]
fn an_exact_version_is_set_up_and_a_range_where_the_image_is_outside() {
    for (fields, node, setup, major) in [
        (
            r#", "packageManager": "npm@11.6.1+sha512.ab""#,
            "22",
            Some("11.6.1"),
            11,
        ),
        (r#", "engines": {"npm": ">=9"}"#, "22", None, 10),
        (r#", "engines": {"npm": "^11.1.0"}"#, "22", Some("11.21.2"), 11),
        (r#", "engines": {"npm": "^11.1.0"}"#, "24", None, 11),
        (r#", "engines": {"npm": "10.9.0"}"#, "24", Some("10.9.0"), 10),
        (
            r#", "devEngines": {"packageManager": {"name": "npm", "version": "12"}}"#,
            "22",
            Some("12.2.2"),
            12,
        ),
        (
            r#", "devEngines": {"packageManager": [{"name": "pnpm", "version": "9"}]}"#,
            "22",
            None,
            10,
        ),
    ] {
        let chosen = read(fields).unwrap().choose(node);
        assert_eq!(
            (chosen.setup.as_deref(), chosen.major),
            (setup, major),
            "{fields} {node}"
        );
    }
    let chosen = read(r#", "packageManager": "npm@11.6.1+sha512.ab""#)
        .unwrap()
        .choose("22");
    assert_eq!(chosen.hash.as_deref(), Some("sha512.ab"));
}

#[test]
fn what_cannot_be_is_told_at_its_line() {
    for (fields, part) in [
        (
            ",\n\"packageManager\": \"pnpm@9.15.9\"",
            "but the lockfile here is npm's",
        ),
        (",\n\"packageManager\": \"npm\"", "names no exact version"),
        (
            ",\n\"packageManager\": \"npm@6.14.18\"",
            "npm 6.14.18 (`packageManager` in package.json) is not supported",
        ),
        (
            ",\n\"devEngines\": {\"packageManager\": {\"name\": \"npm\", \"version\": \"<7\"}}",
            "npm <7 (`devEngines.packageManager` in package.json) is not supported",
        ),
    ] {
        let told = read(fields).unwrap_err().to_string();
        assert!(
            told.contains(part) && told.starts_with("package.json:2"),
            "{told}"
        );
    }
}

#[test]
fn what_engines_ask_for_is_advice() {
    for range in ["<7", "^9.0.0", "8.19.4", "newest"] {
        let chosen = read(&format!(r#", "engines": {{"npm": "{range}"}}"#))
            .unwrap()
            .choose("22");
        assert_eq!((chosen.setup, chosen.major), (None, 10), "{range}");
        let why = format!(
            "it comes with Node; `engines.npm` in package.json asks for `{range}`, which is not supported"
        );
        assert_eq!(chosen.why, why);
    }
}
