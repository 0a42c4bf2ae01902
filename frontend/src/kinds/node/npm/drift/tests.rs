use super::*;
use crate::kinds::node::npm::fixtures::{LOCK, lockfile, manifest, manifests};

fn drift(changed: &[(&str, &str)]) -> Drift {
    let mut manifests = manifests();
    for (id, text) in changed {
        manifests.insert((*id).to_owned(), manifest(id, text));
    }
    let needed = BTreeSet::from(["apps/web".to_owned()]);
    Drift::find(&lockfile(LOCK), &manifests, &needed)
}

#[test]
fn what_was_locked_has_not_drifted() {
    assert_eq!(drift(&[]), Drift::default());
}

#[test]
fn each_difference_is_told_at_its_line() {
    let found = drift(&[(
        "apps/web",
        "{\"name\": \"@w/web\",\n\"dependencies\": {\n\"types\": \"^2.0.0\",\n\"new\": \"1\"},\n\"devDependencies\": {\n\"@w/ui\": \"*\"}}",
    )]);
    let told: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    let parts = [
        (
            "apps/web/package.json:6",
            "in `devDependencies`, but package-lock.json holds it in `dependencies`",
        ),
        (
            "apps/web/package.json:4",
            "declares `new` as `1`, which package-lock.json does not hold",
        ),
        ("apps/web/package.json:3", "was written for `^1.0.0`"),
    ];
    for (place, part) in parts {
        assert!(
            told.iter()
                .any(|told| told.starts_with(place) && told.contains(part)),
            "{part}: {told:#?}"
        );
    }
    assert_eq!(told.len(), 3);
}

#[test]
fn what_is_no_longer_declared_is_told_at_the_lockfile_s() {
    let found = drift(&[(
        "apps/web",
        r#"{"name": "@w/web", "dependencies": {"@w/ui": "*"}}"#,
    )]);
    let told = found.errors[0].to_string();
    assert!(
        told.starts_with("package-lock.json:2") && told.contains("no longer declares"),
        "{told}"
    );
}

#[test]
fn other_projects_are_warned_of() {
    let found = drift(&[("apps/api", r#"{"name": "@w/api"}"#)]);
    assert!(found.errors.is_empty() && found.warnings.len() == 6, "{found:#?}");
}

#[test]
fn optional_dependencies_win_as_npm_has_it() {
    let found = drift(&[(
        "apps/api",
        r#"{"name": "@w/api", "dependencies": {"@w/core": "*", "bundler": "^1.0.0", "alias": "npm:real@^2.0.0", "host": "^2.0.0",
            "native": "^0.1.0"}, "optionalDependencies": {"native": "^1.0.0"}, "devDependencies": {"tester": "^1.0.0"}}"#,
    )]);
    assert_eq!(found, Drift::default());
}
