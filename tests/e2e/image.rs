//! The image of a service whose manifest is the single line.

use std::time::Duration;

use vextrus_e2e::{Engine, Kind, Workspace};

#[test]
fn it_runs_locked_down_and_answers() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let built = engine.build(&erp).service("auth").run();
    assert_eq!(built.image.inspect()["Config"]["User"], "1001:1001");

    let container = built.image.container().healthy();
    let live = container.get("http://127.0.0.1:3002/health/live");
    assert_eq!(
        (live.status, live.json()["status"].as_str()),
        (200, Some("up")),
        "{}",
        live.text()
    );
    let ready = container.get("http://127.0.0.1:3002/health/ready");
    assert_eq!(ready.status, 200, "{}", ready.text());
    // bcrypt is compiled by the install, and loaded here.
    let hash = container.get("http://127.0.0.1:3002/auth/hash?value=secret");
    assert!(
        hash.json()["hash"]
            .as_str()
            .is_some_and(|hash| hash.starts_with("$2")),
        "{}",
        hash.text()
    );

    let (_, identity) = container.exec(&["node", "-p", "process.getuid() + ':' + process.getgid()"]);
    assert_eq!(identity.trim(), "1001:1001");
    let write = "require('fs').writeFileSync('/app/services/auth/x', '')";
    assert!(
        !container.exec(&["node", "-e", write]).0,
        "the image's files can be written"
    );
}

#[test]
fn it_stops_when_it_is_asked_to() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let built = engine.build(&erp).service("auth").run();
    let container = built.image.container().healthy();
    let (took, code) = container.stop();
    assert_ne!(code, 137, "the service had to be killed");
    assert!(took < Duration::from_secs(2), "stopping took {took:?}");
}

#[test]
fn it_holds_what_runs_and_nothing_else() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    let tree = engine.build(&erp).service("auth").run().image.files();

    let passwd = tree.text("/etc/passwd");
    let account = passwd.lines().find(|line| line.split(':').nth(2) == Some("1001"));
    assert_eq!(
        account.and_then(|line| line.split(':').nth(3)),
        Some("1001"),
        "{passwd}"
    );
    assert!(
        tree.text("/etc/group")
            .lines()
            .any(|line| line.split(':').nth(2) == Some("1001"))
    );

    // Neither where the service or the workspace finds it, nor in pnpm's virtual store.
    let development = [
        "typescript",
        "@nestjs/cli",
        "tsx",
        "tsup",
        "husky",
        "@types/bcrypt",
    ];
    for package in development {
        let (link, store) = (
            format!("/node_modules/{package}"),
            format!("/.pnpm/{}@", package.replace('/', "+")),
        );
        let found = tree
            .below("/app")
            .find(|(path, _)| path.ends_with(&link) || path.contains(&store));
        assert_eq!(
            found.map(|(path, _)| path),
            None,
            "the image has the devDependency {package}"
        );
    }

    let own = tree
        .below("/app")
        .filter(|(path, _)| !path.contains("/node_modules/"));
    let own: Vec<&str> = own
        .filter(|(_, entry)| entry.kind == Kind::File)
        .map(|(path, _)| path)
        .collect();
    assert!(own.contains(&"/app/services/auth/dist/main.js"), "{own:?}");
    assert!(own.contains(&"/app/shared/kernel/dist/index.js"), "{own:?}");
    // Programs may read a tsconfig.json where they run, with what it extends.
    assert!(own.contains(&"/app/tsconfig.base.json"), "{own:?}");
    let sources = [".ts", ".tsx", ".mts", ".cts", ".tsbuildinfo"];
    let left: Vec<&&str> = own
        .iter()
        .filter(|path| sources.iter().any(|end| path.ends_with(end)))
        .collect();
    assert!(left.is_empty(), "the image has sources: {left:?}");
    let others = ["notification", "file-storage", "api-gateway"];
    let other = own
        .iter()
        .find(|path| others.iter().any(|name| path.contains(name)));
    assert_eq!(other, None, "the image has another service's files");
}
