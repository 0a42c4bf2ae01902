use super::*;
use crate::diagnostic::SourceFile;
use crate::kinds::node::pnpm::fixtures::{SERVICE, manifest};
use crate::kinds::node::pnpm::lockfile::ResolvedDependency;

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

#[test]
fn patches_may_be_of_packages_that_the_closure_lacks() {
    let root = r#"{"pnpm": {"patchedDependencies": {"a@1.0.0": "patches/a.patch"}}}"#;
    for (is_root, want) in [(true, true), (false, false)] {
        let reduced = manifest(root).reduced(Reduce::None, is_root);
        assert_eq!(
            reduced.contains(r#""allowNonAppliedPatches": true"#),
            want,
            "{reduced}"
        );
    }
    let plain = manifest(r#"{"pnpm": {"overrides": {}}}"#).reduced(Reduce::None, true);
    assert!(!plain.contains("Patches"), "{plain}");
}
