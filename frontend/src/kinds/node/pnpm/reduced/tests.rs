use super::*;
use crate::diagnostic::SourceFile;
use crate::kinds::node::pnpm::fixtures::manifest;
use crate::kinds::node::pnpm::lockfile::ResolvedDependency;

const SERVICE: &str = r#"{
  "name": "@x/a",
  "version": "1.0.0",
  "scripts": {"build": "tsc", "odd": 1},
  "packageManager": "pnpm@9.15.9",
  "devEngines": {"packageManager": {"name": "pnpm"}},
  "main": "dist/main.js",
  "bin": "cli.js",
  "engines": {"node": ">=20"},
  "dependencies": {"z": "1", "a": "workspace:*"},
  "devDependencies": {"t": "^5"},
  "peerDependencies": {"p": "*", "q": "*"},
  "peerDependenciesMeta": {"q": {"optional": true}, "p": {"optional": false}},
  "dependenciesMeta": {"a": {"injected": true}, "t": {"injected": true}},
  "publishConfig": {"directory": "dist", "access": "public"},
  "resolutions": {"z": "$t"},
  "pnpm": {"overrides": {"a>b": "$z", "c": "$gone"}, "onlyBuiltDependencies": ["e"]},
  "workspaces": {"packages": ["x/*"]}
}"#;

#[test]
fn a_development_install_reads_all_dependencies_and_no_scripts() {
    insta::assert_snapshot!(manifest(SERVICE).reduced(Reduce::Development, true));
}

#[test]
fn a_production_install_reads_what_the_lockfile_keeps() {
    let entry = |specifier: &str| ResolvedDependency {
        specifier: specifier.into(),
        version: "1.0.0".into(),
    };
    let importer = Importer {
        dependencies: [
            ("a".into(), entry("workspace:*")),
            ("z".into(), entry("9")),
            ("p".into(), entry("^3")),
        ]
        .into(),
        dependencies_meta: [("a".into(), serde_json::json!({"injected": true}))].into(),
        ..Importer::default()
    };
    insta::assert_snapshot!(manifest(SERVICE).reduced(Reduce::Production(&importer), false));
    let injected = manifest(SERVICE).reduced(Reduce::Injected(&importer), false);
    assert!(injected.contains("\"peerDependencies\"") && !injected.contains("devDependencies"));
    assert!(!injected.contains("^3"));
}

#[test]
fn a_bare_root_carries_settings_alone() {
    let root = manifest(SERVICE).reduced(Reduce::None, true);
    assert!(root.contains("onlyBuiltDependencies") && root.contains("\"a>b\": \"1\""));
    assert!(!root.contains("ependencies\": {"), "{root}");
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_odd(text in "[\\[\\]{}\":, a-z0-9]{0,60}") {
        if let Ok(manifest) = PackageJson::parse(&SourceFile::new("package.json", text)) {
            manifest.reduced(Reduce::Development, true);
        }
    }
}
