//! The image as `pnpm deploy` would fill it.

use vextrus_e2e::{Engine, Fixture, Releases, Workspace};

const MANIFEST: &str = "services/api/service.toml";
/// The major of pnpm whose `deploy` keeps to the lockfile whatever it is made with.
const MAJOR: u64 = 10;

/// A workspace whose service prints what each package of its image finds of its dependencies.
fn workspace(pnpm: &Releases) -> Workspace {
    Fixture::named("deploy-layout").workspace(MAJOR, pnpm)
}

#[test]
fn every_package_finds_what_pnpm_deploy_gives_it() {
    let (engine, pnpm) = (Engine::take(), Releases::of_pnpm());
    let workspace = workspace(&pnpm);
    let version = pnpm.version(MAJOR);
    let dockerfile = format!(
        "FROM node:22-bookworm-slim\nRUN npm install --global pnpm@{version}\nWORKDIR /repository\nCOPY . .\n\
         RUN pnpm install --frozen-lockfile && pnpm --recursive run build\n\
         RUN pnpm --filter @x/api deploy --legacy --prod /app\nWORKDIR /app\nCMD [\"node\", \"main.js\"]\n"
    );
    workspace.write("Dockerfile", dockerfile);
    let printed = |file: &str| {
        engine
            .build(&workspace)
            .file(file)
            .run()
            .image
            .container()
            .printed()
    };
    let expected = printed("Dockerfile");
    assert!(expected.contains("@x/utils@3.0.0 ms ms@1.0.0"), "{expected}");
    assert_eq!(printed(MANIFEST), expected);
}

#[test]
fn a_changed_package_moves_its_own_layer() {
    let (engine, pnpm) = (Engine::take(), Releases::of_pnpm());
    let workspace = workspace(&pnpm);
    let before = engine.build(&workspace).file(MANIFEST).run().image;
    for (file, more) in [("libs/utils/index.js", 4_000), ("services/api/main.js", 4_000)] {
        workspace.append(file, "// changed\n");
        let after = engine.build(&workspace).file(MANIFEST).run().image;
        assert_eq!(after.container().printed(), before.container().printed());
        let bytes = after.bytes_beyond(&before);
        assert!(bytes > 0 && bytes < more, "{file}: {bytes}");
    }
}

#[test]
fn every_link_leads_somewhere_and_the_store_has_what_it_has_elsewhere() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let usual = engine.build(&erp).service("auth").run().image.files();
    let manifest = "# syntax=vextrus/frontend\n[run]\nlayout = \"deploy\"\n";
    erp.write("services/auth/service.toml", manifest);
    let moved = engine.build(&erp).service("auth").run().image.files();
    for (path, _) in moved.below("/app") {
        assert!(moved.resolve(path).is_some(), "{path} leads nowhere");
    }
    // What is published is where it is in either, link by link but for those that lead to the workspace.
    let is_published = |path: &str| !path.contains("/@erp/") && !path.contains("@workspace+");
    let stored = |tree: &vextrus_e2e::Tree| -> Vec<String> {
        let files = tree
            .below("/app/node_modules/.pnpm")
            .map(|(path, _)| path.to_owned());
        files
            .filter(|path| is_published(path) && !path.ends_with("/@erp"))
            .collect()
    };
    assert_eq!(stored(&moved), stored(&usual));
    for file in [
        "/app/dist/main.js",
        "/app/package.json",
        "/app/node_modules/@erp/utils",
    ] {
        assert!(moved.get(file).is_some(), "{file}");
    }
    let elsewhere = moved
        .below("/app")
        .find(|(path, _)| path.starts_with("/app/services") || path.starts_with("/app/shared"));
    assert_eq!(elsewhere.map(|(path, _)| path), None);
}
