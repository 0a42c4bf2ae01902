//! Many mistakes of one kind: the first are told, the others counted, and each costs as much as the one before.

use super::*;

const COUNT: usize = 20_000;

/// Returns the service's package.json with this many dependencies beside its own, one a line from the fifth on.
fn manifest(count: usize) -> String {
    let dependencies: String = (0..count)
        .map(|n| format!("    \"d{n}\": \"^1.0.0\",\n"))
        .collect();
    format!(
        "{{\n  \"name\": \"@t/app\",\n  \"scripts\": {{ \"build\": \"tsc\" }},\n  \"dependencies\": {{\n{dependencies}    \"@t/lib\": \"workspace:*\"\n  }}\n}}\n"
    )
}

/// Returns a lockfile in which the service has this many dependencies beside its own.
fn lockfile(count: usize, specifier: &str) -> String {
    let each = |text: &str| -> String { (0..count).map(|n| text.replace('#', &n.to_string())).collect() };
    let entry = format!("      d#:\n        specifier: {specifier}\n        version: 1.0.0\n");
    let own = LOCKFILE.replace("  libs/lib: {}", &format!("{}\n  libs/lib: {{}}", each(&entry)));
    let packages = each("  d#@1.0.0:\n    resolution: {integrity: sha512-x}\n");
    let snapshots = each("  d#@1.0.0: {}\n");
    format!("{own}\npackages:\n\n{packages}\nsnapshots:\n\n{snapshots}")
}

fn told(text: &str, of: &str) {
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 52, "{text}");
    assert_eq!(lines[0], format!("{COUNT} mistakes:"));
    assert!(lines[1].contains(of), "{}", lines[1]);
    assert_eq!(lines[51], "and 19950 more mistakes");
}

#[tokio::test]
async fn dependencies_that_the_lockfile_lacks_are_counted() {
    let text = refusal(with([("services/app/package.json", manifest(COUNT))])).await;
    told(
        &text,
        "services/app/package.json:5: `services/app` declares `d0` as `^1.0.0`, which pnpm-lock.yaml does not hold",
    );
}

#[tokio::test]
async fn dependencies_that_the_lockfile_has_otherwise_are_counted() {
    let files = [
        ("services/app/package.json", manifest(COUNT)),
        ("pnpm-lock.yaml", lockfile(COUNT, "^2.0.0")),
    ];
    told(
        &refusal(with(files)).await,
        "but pnpm-lock.yaml was written for `^2.0.0`",
    );
}

#[tokio::test]
async fn dependencies_that_nobody_declares_are_counted() {
    let text = refusal(with([("pnpm-lock.yaml", lockfile(COUNT, "^2.0.0"))])).await;
    told(&text, "pnpm-lock.yaml:7: pnpm-lock.yaml holds `d0`");
}

#[tokio::test]
async fn what_does_not_stop_the_build_is_counted_too() {
    let files = [
        (
            "services/app/service.toml",
            "[build]\nfrozen = false\n[run]\nhealthcheck = false\n".to_owned(),
        ),
        ("services/app/package.json", manifest(COUNT)),
    ];
    let (_, warnings) = decided_of(with(files)).await.unwrap();
    assert_eq!(
        warnings.len(),
        52,
        "drift, what is left of it, and the unfrozen lockfile"
    );
    assert_eq!(warnings[51], "LockfileDrift: and 19950 more like these");
}

#[tokio::test]
async fn specifiers_that_are_none_are_counted() {
    let text = manifest(COUNT).replace("\"^1.0.0\"", "1");
    told(
        &refusal(with([("libs/lib/package.json", text)])).await,
        "libs/lib/package.json:5: `dependencies.d0` is 1",
    );
}

#[tokio::test]
async fn patterns_that_are_none_are_counted() {
    let items: String = (0..COUNT).map(|_| "\n  - 1".to_owned()).collect();
    let text = refusal(with([("pnpm-workspace.yaml", format!("packages:{items}\n"))])).await;
    told(&text, "pnpm-workspace.yaml:1: `packages` holds 1");
}
