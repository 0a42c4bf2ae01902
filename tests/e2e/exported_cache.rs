//! The cache that one engine exports and another one, which has built nothing yet, imports.

use tempfile::TempDir;
use vextrus_e2e::{Engine, Progress, Registry, Store, Workspace};

/// Honours `--cache-to type=registry,ref=REF,mode=max`: the result of every step is exported, those of the
/// installs and builds that leave nothing of their own in the image among them.
///
/// Honours `--cache-to type=inline`: the image that is pushed carries the cache of its own steps.
///
/// Honours `--cache-to type=local,dest=DIRECTORY`: writes the same cache into a directory.
///
/// Honours `--cache-from type=registry,ref=REF`: an engine that has built nothing takes every step from there, and
/// after a change runs the builds that the change reaches.
///
/// Honours `--cache-from REF`: takes the steps of an image from the cache that it carries; also the short form of
/// `type=registry`.
///
/// Honours `--cache-from type=local,src=DIRECTORY`: takes every step from a directory, as from a registry.
#[test]
fn an_engine_that_built_nothing_runs_nothing_that_another_one_exported() {
    let engine = Engine::take_beside();
    // Nor has the other one a history: of what an engine's collector has taken away no link leads to what stands on it, so
    // that nothing of that is found where it is imported.
    let exporting = engine.sibling(Store::Containerd);
    let registry = Registry::start();
    let directory = TempDir::with_prefix("vextrus-e2e-").unwrap();
    let directory = directory.path().to_str().unwrap();
    let (here, there) = (Workspace::erp(), Workspace::erp());
    let built = exporting.build(&here).service("auth").run();
    let cache = registry.reference("cache/auth");
    for export in [
        format!("type=registry,ref={cache},mode=max"),
        format!("type=local,dest={directory},mode=max"),
    ] {
        exporting
            .build(&here)
            .service("auth")
            .args(["--cache-to", &export])
            .steps();
    }
    let inline = exporting
        .build(&here)
        .service("auth")
        .args(["--cache-to", "type=inline"])
        .push(&registry);

    // Each import has an engine of its own: of what an engine has forgotten it may keep keys without results.
    for import in [
        format!("--cache-from=type=local,src={directory}"),
        format!("--cache-from={}", inline.reference()),
    ] {
        let fresh = engine.sibling(Store::Containerd);
        let imported = fresh.build(&there).service("auth").args([&import]).run();
        nothing_ran(&imported.progress, &import);
        assert_eq!(imported.image.digest(), built.image.digest(), "with {import}");
    }
    let fresh = engine.sibling(Store::Containerd);
    let import = format!("--cache-from=type=registry,ref={cache}");
    let imported = fresh.build(&there).service("auth").args([&import]).run();
    nothing_ran(&imported.progress, &import);
    assert_eq!(imported.image.digest(), built.image.digest());

    let changed = format!("console.info('changed {}');\n", crate::never_before());
    there.append("services/auth/src/main.ts", &changed);
    let after = fresh.build(&there).service("auth").args([&import]).run();
    // What programs run in may be made once more: the engine begins with it while it still asks the registry for what
    // stands on it, and on a slow machine is done before it has the answer.
    let mut ran = after.progress.ran();
    ran.retain(|name| !name.starts_with("set up pnpm") && !name.starts_with("install g++"));
    let expected = [
        "build @erp/auth-service",
        "check what the image loads",
        // A text, written anew where the layer that has it is.
        "configuration of compilers",
        "files of the image",
        "image",
        "layer @erp/auth-service",
        "sources of @erp/auth-service",
    ];
    assert_eq!(ran, expected, "{}", imports(&after.progress));

    // What was made on top of imported results is what the exporting engine makes of the same files.
    let same = exporting.build(&there).service("auth").run();
    assert_eq!(after.image.digest(), same.image.digest());
}

fn nothing_ran(progress: &Progress, import: &str) {
    let ran = progress.ran();
    let imports = imports(progress);
    assert!(
        ran.is_empty(),
        "with {import} these ran:\n{}\n{imports}",
        ran.join("\n")
    );
}

/// Returns what became of the imports, a line each: a cache that cannot be imported is no error to the engine, but a line of
/// its progress.
fn imports(progress: &Progress) -> String {
    let imports = progress
        .steps()
        .iter()
        .filter(|step| step.name.starts_with("importing"));
    imports
        .map(|step| format!("{} {:?} {}\n", step.name, step.statuses, step.log))
        .collect()
}
