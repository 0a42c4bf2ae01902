//! The example of npm: what is installed, what a change reruns and pushes, and how it runs.

use std::time::{Duration, Instant};

use serde_json::json;
use vextrus_e2e::{BUILD_LIMIT, Engine, Kind, PackageLock, Progress, Tree, Workspace, repository};

use crate::never_before;

/// The most that a change of one service's code may push.
const SMALL_PUSH: u64 = 100_000;

const API: &str = "apps/api/service.toml";

fn shop() -> Workspace {
    Workspace::tracked(&repository().join("examples/shop"))
}

#[test]
fn of_npm_the_image_holds_what_the_lockfile_says_and_nothing_else() {
    let (engine, shop) = (Engine::take(), shop());
    for service in ["api", "worker"] {
        let image = engine
            .build(&shop)
            .file(&format!("apps/{service}/service.toml"))
            .run()
            .image;
        let (tree, wanted) = (
            image.files(),
            PackageLock::of(&shop).production(&format!("apps/{service}")),
        );
        let mut present = packages(&tree);
        for (location, version) in &wanted.required {
            assert_eq!(
                present.remove(location).as_ref(),
                Some(version),
                "{location} of {service}"
            );
        }
        for (location, version) in present {
            assert_eq!(
                wanted.optional.get(&location),
                Some(&version),
                "{location} of {service} is not production's"
            );
        }
        for link in &wanted.links {
            let path = format!("/app/{link}");
            assert!(
                matches!(tree.get(&path).unwrap().kind, Kind::Link(_)),
                "{path} is no link"
            );
            assert!(tree.resolve(&path).is_some(), "{path} leads nowhere");
        }
        // Declarations stay where the code of a package speaks of them.
        let is_left = |path: &str| {
            let own = !path.contains("/node_modules/") && path.ends_with(".ts");
            own || path.ends_with("/.package-lock.json") || path.ends_with(".map")
        };
        let left = tree
            .below("/app")
            .map(|(path, _)| path)
            .find(|path| is_left(path));
        assert!(left.is_none(), "{left:?}");
    }
}

/// Returns the versions of what lies in a node_modules, by location.
fn packages(tree: &Tree) -> std::collections::BTreeMap<String, String> {
    let manifests = tree.below("/app").filter_map(|(path, _)| {
        let location = path.strip_prefix("/app/")?.strip_suffix("/package.json")?;
        let (_, name) = location.rsplit_once("node_modules/")?;
        let is_package = if name.starts_with('@') {
            name.matches('/').count() == 1
        } else {
            !name.contains('/')
        };
        is_package.then(|| (location.to_owned(), path.to_owned()))
    });
    let version = |(location, path): (String, String)| {
        let manifest: serde_json::Value = serde_json::from_str(&tree.text(&path)).unwrap();
        (
            location,
            manifest["version"].as_str().unwrap_or_default().to_owned(),
        )
    };
    manifests.map(version).collect()
}

#[test]
fn of_npm_a_change_of_a_service_reruns_its_build_alone_and_pushes_little() {
    let (engine, shop) = (Engine::take(), shop());
    let before = engine.build(&shop).file(API).run();
    shop.append(
        "apps/api/src/main.ts",
        &format!("console.info('changed {}');\n", never_before()),
    );
    let after = engine.build(&shop).file(API).run();
    let expected = [
        "build @shop/api",
        "check what the image loads",
        "files of the image",
        "image",
        "layer @shop/api",
        "sources of @shop/api",
    ];
    assert_eq!(after.progress.ran(), expected);
    let pushed = after.image.bytes_beyond(&before.image);
    assert!(
        (1..SMALL_PUSH).contains(&pushed),
        "the change would push {pushed} bytes"
    );
}

#[test]
fn of_npm_another_service_s_change_reruns_nothing() {
    let (engine, shop) = (Engine::take(), shop());
    let before = engine.build(&shop).file(API).run();
    shop.append("apps/worker/src/main.ts", "console.info('changed');\n");
    // And a dependency of its own, as npm locks it.
    shop.replace(
        "apps/worker/package.json",
        "\"pino\": \"^10.0.0\"",
        "\"pino\": \"^10.0.0\",\n    \"zod\": \"^3.24.0\"",
    );
    shop.replace(
        "package-lock.json",
        "\"pino\": \"^10.0.0\"\n      }\n    },\n    \"node_modules/@fast",
        "\"pino\": \"^10.0.0\",\n        \"zod\": \"^3.24.0\"\n      }\n    },\n    \"node_modules/@fast",
    );
    let after = engine.build(&shop).file(API).run();
    assert_eq!(after.progress.ran(), Vec::<&str>::new());
    assert_eq!(after.image.digest(), before.image.digest());
}

#[test]
fn of_npm_a_shared_package_is_built_once_in_a_bake_and_stops_what_comes_out_the_same() {
    let (engine, shop) = (Engine::take(), shop());
    let target =
        |service: &str| json!({ "context": ".", "dockerfile": format!("apps/{service}/service.toml") });
    let targets = json!({ "api": target("api"), "worker": target("worker") });
    let before = engine.bake_by(&shop, &targets, BUILD_LIMIT);

    let line = format!("export const changed = '{}';\n", never_before());
    shop.append("packages/pricing/src/index.ts", &line);
    let after = engine.bake_by(&shop, &targets, BUILD_LIMIT);
    let runs = after
        .progress
        .ran()
        .iter()
        .filter(|step| **step == "build @shop/pricing")
        .count();
    assert_eq!(runs, 1, "{:?}", after.progress.ran());
    installs_nothing(&after.progress);
    for (service, image) in &after.images {
        let pushed = image.bytes_beyond(&before.images[service]);
        assert!(
            (1..SMALL_PUSH).contains(&pushed),
            "{service} would push {pushed} bytes"
        );
    }

    // A line of spaces: the compiler's output has no trace of it.
    let blank = format!("{:b}\n", never_before())
        .replace('0', " ")
        .replace('1', "\t");
    shop.append("packages/pricing/src/index.ts", &blank);
    let same = engine.build(&shop).file(API).run();
    assert_eq!(
        same.progress.ran(),
        ["build @shop/pricing", "sources of @shop/pricing"]
    );
    assert_eq!(same.image.digest(), after.images["api"].digest());
}

fn installs_nothing(progress: &Progress) {
    let ran = progress.ran();
    let installs: Vec<&&str> = ran.iter().filter(|step| step.contains("install ")).collect();
    assert!(installs.is_empty(), "{installs:?}");
}

/// The container is read-only and has no capabilities, as every one of these tests.
#[test]
fn of_npm_the_services_run_locked_down() {
    let (engine, shop) = (Engine::take(), shop());
    let api = engine.build(&shop).file(API).run().image;
    let container = api.container().answering("http://127.0.0.1:3000/health");
    let basket = json!({ "items": [{ "cents": 250, "count": 3 }] });
    let answer = container.post("http://127.0.0.1:3000/total", &basket);
    assert_eq!(answer.json(), json!({ "cents": 750 }));
    let (_, code) = container.stop();
    assert_eq!(code, 0, "{}", container.logs());

    let worker = engine.build(&shop).file("apps/worker/service.toml").run().image;
    let container = worker.container().started();
    let deadline = Instant::now() + Duration::from_secs(30);
    while !container.logs().contains("open baskets") && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(
        container.logs().contains("\"cents\":3490"),
        "{}",
        container.logs()
    );
}
