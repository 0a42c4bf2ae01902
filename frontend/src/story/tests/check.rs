//! What is said of an image that cannot load what it starts.

use super::*;

/// Returns what a build comes to whose image lacks something.
async fn with(missing: Value) -> Result<(), String> {
    let mut files = example();
    files.insert(
        "usr/lib/vextrus/loaded.json".to_owned(),
        json!({ "missing": missing }).to_string().into_bytes(),
    );
    let built = run(engine(files), request("auth")).await;
    built.map(|_| ()).map_err(|failure| failure.to_string())
}

#[tokio::test]
async fn an_image_that_lacks_what_it_loads_is_refused_at_the_line_to_change() {
    let main = "/app/services/auth/dist/main.js";
    let cases = [
        json!({ "kind": "module", "name": "ms", "from": main }),
        json!({ "kind": "module", "name": "@nestjs/testing/index.js", "from": main }),
        json!({ "kind": "module", "name": "./missing", "from": "/app/shared/kernel/dist/index.js" }),
        json!({ "kind": "module", "name": "pg/lib\u{1b}[31m", "from": "/app/shared/kernel/dist/index.js" }),
        json!({ "kind": "module", "name": "tslib", "from": "/app/node_modules/.pnpm/@x+y@1.0.0/node_modules/@x/y/index.js" }),
        json!({ "kind": "module", "name": "ms" }),
        json!({ "kind": "program", "name": "tsx" }),
        json!({ "kind": "program", "name": "typescript" }),
        json!({ "kind": "file", "name": "/app/services/auth/service.toml" }),
        json!({ "kind": "native", "from": "/app/node_modules/a/b.node",
            "name": "Error loading shared library ld-linux-x86-64.so.2: No such file" }),
        json!({ "kind": "unbuilt", "name": "Could not locate the bindings file. Tried:",
            "from": "/app/node_modules/.pnpm/sqlite3@5.1.7/node_modules/sqlite3/build/node_sqlite3.node" }),
        json!({ "kind": "unbuilt", "name": "Cannot find module '/app/services/auth/a.node'", "from": "/app/services/auth/a.node" }),
        json!({ "kind": "native", "name": "libvips.so.42: cannot open shared object file" }),
    ];
    let mut told = Vec::new();
    for case in cases {
        told.push(with(case).await.unwrap_err());
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn a_file_that_the_repository_has_not_may_be_given_where_the_image_runs() {
    for file in ["/app/services/auth/config.json", "/etc/service.conf", "/app"] {
        with(json!({ "kind": "file", "name": file })).await.unwrap();
    }
}

#[tokio::test]
async fn nobody_looks_where_the_manifest_says_so_or_builds_do_not_run_there() {
    let steps = async |state: State, options: Options| {
        let (.., planned) = planned_for(state, &options).await.unwrap();
        let values = planned.plan.values.iter();
        let value = values.filter(|value| value.key == "image.check");
        let value = value.map(|value| format!("{}: {}", value.value, value.why));
        let value: Vec<String> = value.collect();
        (planned.plan, value)
    };
    let is_checked = |plan: &Plan| {
        plan.steps
            .iter()
            .any(|step| step.name.ends_with("check what the image loads"))
    };
    let (plan, value) = steps(engine(example()), request("auth")).await;
    assert!(is_checked(&plan) && value.is_empty(), "{value:?}");

    let mut files = example();
    let manifest = b"# syntax=vextrus/frontend\n[image]\ncheck = false\n".to_vec();
    files.insert("services/auth/service.toml".to_owned(), manifest);
    let (plan, value) = steps(engine(files), request("auth")).await;
    assert!(!is_checked(&plan));
    assert_eq!(value, ["false: the manifest sets it"]);

    let options = Options {
        platforms: vec![platform("linux/arm64")],
        ..request("auth")
    };
    let (plan, value) = steps(engine(example()), options).await;
    assert!(!is_checked(&plan));
    assert_eq!(
        value,
        ["false: builds run on linux/amd64, and not on linux/arm64"]
    );
}
