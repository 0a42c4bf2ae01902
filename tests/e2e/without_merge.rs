//! An engine without MergeOp: the classic image store.

use vextrus_e2e::{Engine, Store, Workspace};

#[test]
fn the_same_service_builds_and_runs() {
    let engine = Engine::take();
    let classic = engine.sibling("e2eclassic", Store::Classic);
    let erp = Workspace::erp();
    let built = classic.build(&erp).service("auth").run();

    let container = built.image.container().healthy();
    let hash = container.get("http://127.0.0.1:3002/auth/hash?value=secret");
    assert!(
        hash.json()["hash"]
            .as_str()
            .is_some_and(|hash| hash.starts_with("$2")),
        "{}",
        hash.text()
    );
    drop(container);

    // The fallback caches as well as the merge does.
    let again = classic.build(&erp).service("auth").run();
    assert_eq!(again.progress.ran(), Vec::<&str>::new());
    assert_eq!(again.image.digest(), built.image.digest());

    // And its layers hold the same: what the containerd store joins, the classic one copies.
    let merged = engine.build(&erp).service("auth").run();
    assert_eq!(files(&built.image.files()), files(&merged.image.files()));
}

/// Returns each file's path, kind, owner and permissions.
fn files(tree: &vextrus_e2e::Tree) -> Vec<String> {
    tree.iter()
        .map(|(path, entry)| {
            format!(
                "{path} {:?} {}:{} {:o}",
                entry.kind, entry.uid, entry.gid, entry.mode
            )
        })
        .collect()
}
