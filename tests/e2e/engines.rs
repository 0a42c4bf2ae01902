//! Other engines than today's: without MergeOp, the oldest one that is supported, one that is too old.

use std::collections::BTreeSet;

use vextrus_e2e::{BUILD_LIMIT, Docker, Engine, Entry, Store, Workspace};

/// Honours `docker --context NAME`: the engine of that context builds, on whatever machine it is.
#[test]
fn the_classic_image_store_which_has_no_merge_builds_the_same() {
    let beside = Engine::take_beside();
    let classic = beside.sibling(Store::Classic);
    builds_as(&classic);
    installs_as(&classic);
    builds_by_context(&classic);
}

/// An install for development adds to that of the tools where they can be merged, and to nothing of the kind elsewhere.
fn installs_as(other: &Docker) {
    let erp = Workspace::erp();
    let installed = |docker: &Docker| {
        let built = docker
            .build(&erp)
            .service("auth")
            .args(["--target", "deps"])
            .run();
        files(built.image.files().below("/app"))
    };
    let (there, here) = (installed(other), installed(&Engine::take()));
    assert!(here.len() > 30_000, "{} files", here.len());
    let differ = |a: &[String], b: &[String]| -> Vec<String> {
        let b: BTreeSet<&String> = b.iter().collect();
        a.iter()
            .filter(|file| !b.contains(file))
            .take(20)
            .cloned()
            .collect()
    };
    assert_eq!(differ(&here, &there), Vec::<String>::new());
    assert_eq!(differ(&there, &here), Vec::<String>::new());
}

/// Builds on the other engine from a client that is set up for the first one.
fn builds_by_context(other: &Docker) {
    let (engine, erp) = (Docker::default(), Workspace::erp());
    let name = format!("vextrus-e2e-{}", std::process::id());
    let host = format!("host={}", other.host().unwrap());
    let create = ["context", "create", &name, "--docker", &host];
    let _ = engine.command(create).finish().succeeded();
    let tag = format!("{name}:context");
    let build = ["--context", &name, "buildx", "build", "--load", "--tag", &tag];
    let built = engine
        .command(build)
        .args(["--file", "services/auth/service.toml", "."])
        .directory(erp.root())
        .within(BUILD_LIMIT)
        .finish();
    let _ = engine.command(["context", "rm", &name]).finish();
    let _ = built.succeeded();
    assert!(other.command(["image", "inspect", &tag]).succeeds());
    assert!(!engine.command(["image", "inspect", &tag]).succeeds());
}

/// The Docker Engine of Debian trixie is 26.1, whose BuildKit is 0.13: what the README names as the oldest.
#[test]
fn the_oldest_supported_engine_builds_the_same() {
    builds_as(&Engine::take_beside().of_release("trixie"));
}

/// The Docker Engine of Debian bookworm is 20.10, whose BuildKit is 0.8.
#[test]
fn an_engine_that_is_too_old_is_told_what_it_lacks() {
    let beside = Engine::take_beside();
    let old = beside.of_release("bookworm");
    let erp = Workspace::erp();
    let refused = old.build(&erp).service("auth").refused();
    let expected = "this engine's BuildKit is too old: it cannot key a mount by what made it instead of reading all \
                    of its files (exec.mount.cache.content), nor copy only the files that patterns choose \
                    (file.copy.includeexcludepatterns); use Docker Engine 26.1 or later";
    assert!(refused.message().contains(expected), "{}", refused.message());
    assert_eq!(refused.progress.ran(), Vec::<&str>::new());
}

/// Builds a service on both engines: it runs on the other one too, has the same files, and is cached as well.
fn builds_as(other: &Docker) {
    let erp = Workspace::erp();
    let built = other.build(&erp).service("auth").run();
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
    let engine = Engine::take();
    let here = engine.build(&erp).service("auth").run();
    assert_eq!(
        files(built.image.files().iter()),
        files(here.image.files().iter())
    );
    drop(here);
    drop(engine);

    let again = other.build(&erp).service("auth").run();
    assert_eq!(again.progress.ran(), Vec::<&str>::new());
    assert_eq!(again.image.digest(), built.image.digest());

    erp.append("services/auth/src/main.ts", "console.info('changed');\n");
    let changed = other.build(&erp).service("auth").run();
    // Where nothing can be merged, each layer above the changed one is copied: the service's, and what the check has found.
    let expected = [
        "build @erp/auth-service",
        "check what the image loads",
        "files of the image",
        "image",
        "image",
        "layer @erp/auth-service",
        "sources of @erp/auth-service",
    ];
    assert_eq!(changed.progress.ran(), expected);
    assert_ne!(changed.image.digest(), built.image.digest());
}

/// Returns each file's path, kind, owner and permissions.
fn files<'t>(tree: impl Iterator<Item = (&'t str, &'t Entry)>) -> Vec<String> {
    tree.map(|(path, entry)| {
        format!(
            "{path} {:?} {}:{} {:o}",
            entry.kind, entry.uid, entry.gid, entry.mode
        )
    })
    .collect()
}
