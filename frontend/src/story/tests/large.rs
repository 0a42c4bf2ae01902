//! A lockfile of the size at which planning could be felt.

use super::*;

#[path = "../../../examples/plan_time/monorepo.rs"]
mod monorepo;

#[tokio::test]
async fn forty_thousand_lines_are_planned() {
    let mut files = monorepo::files();
    let lock = String::from_utf8(files["pnpm-lock.yaml"].clone()).unwrap();
    assert!(lock.lines().count() >= 40_000, "{}", lock.lines().count());
    assert_eq!(lock.matches("\n    resolution:").count(), monorepo::PACKAGES);
    files.insert("app/services/s0/dist/main.js".to_owned(), Vec::new());
    let plan = planned(files.clone(), "s0").await;

    // Every third library, each with its own install, and the service itself.
    let libraries = (0..monorepo::LIBRARIES).step_by(3).count();
    assert_eq!(plan.packages.len(), libraries + 1);
    assert_eq!(plan.installs.len(), libraries + 1);
    // All of a group are reached from its first: three groups a library, twenty for the service.
    let groups = (0..20).chain(
        (0..monorepo::LIBRARIES)
            .step_by(3)
            .flat_map(|library| (0..3).map(move |n| library * 3 + n)),
    );
    let groups: BTreeSet<usize> = groups
        .map(|group| group % (monorepo::PACKAGES / monorepo::GROUP))
        .collect();
    assert_eq!(
        image_of(&plan).install.package_count,
        groups.len() * monorepo::GROUP
    );
    let pruned = image_of(&plan).install.files["/app/pnpm-lock.yaml"]
        .lines()
        .count();
    assert!(pruned < lock.lines().count() * 2 / 3, "{pruned}");

    let graph = built(files, "s0").await.image();
    let builds = by_name(&graph)
        .into_keys()
        .filter(|name| name.starts_with("build @x/"))
        .count();
    assert_eq!(builds, libraries + 1);
}
