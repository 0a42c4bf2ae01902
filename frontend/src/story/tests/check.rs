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

/// What was found of an image, by what the image had of the root's dependencies.
async fn found(report: Value, more: &[(&str, &str)]) -> Result<Built, Failure> {
    let mut files = example();
    files.insert(
        "usr/lib/vextrus/loaded.json".to_owned(),
        report.to_string().into_bytes(),
    );
    for (path, text) in more {
        files.insert((*path).to_owned(), text.as_bytes().to_vec());
    }
    run(engine(files), request("auth")).await
}

fn told(built: &Built) -> Vec<String> {
    let state = built.fake.state();
    let warnings = state.warnings.iter();
    warnings
        .map(|warning| String::from_utf8_lossy(&warning.short).into_owned())
        .collect()
}

fn installs(built: &Built) -> Vec<String> {
    let names = by_name(&built.image()).into_keys();
    names
        .filter(|name| name.ends_with("production packages"))
        .collect()
}

#[tokio::test]
async fn what_the_root_alone_declares_is_installed_if_the_image_lacks_it() {
    let main = "/app/services/auth/dist/main.js";
    let named = json!({ "undeclared": [
        { "name": "rimraf", "from": "/app/shared/kernel/dist/index.js" },
        { "name": "nobody", "from": main },
    ] });
    let built = found(named, &[]).await.unwrap();
    let usual = found(json!({}), &[]).await.unwrap();
    assert_ne!(installs(&built), installs(&usual));
    insta::assert_snapshot!(told(&built).join("\n"), @r#"UndeclaredDependency: only the root's package.json has `rimraf`, which /app/shared/kernel/dist/index.js loads, so that it is installed with the service; add it to `dependencies` of shared/kernel/package.json (shared/kernel/package.json:2)"#);
    assert_eq!(told(&usual), [""; 0]);
    // What is loaded at the start is the same; what still is missing with it is a mistake.
    let loaded = json!({ "missing": { "kind": "module", "name": "tsx/cjs", "from": main } });
    let refused = found(loaded, &[]).await.unwrap_err().to_string();
    assert!(refused.contains("the image has no `tsx/cjs`"), "{refused}");
}

#[tokio::test]
async fn what_is_written_at_the_start_is_a_volume() {
    let logs = "/app/services/auth/logs";
    let report = json!({ "missing": { "kind": "denied", "name": logs, "from": format!("{logs}/a.log"), "isFatal": true } });
    let built = found(report, &[]).await.unwrap();
    let volumes = &built.config()["config"]["Volumes"];
    assert_eq!(*volumes, json!({ logs: {} }));
    insta::assert_snapshot!(told(&built).join("\n"), @r#"WrittenDirectory: the service writes /app/services/auth/logs/a.log at its start, so that it is a volume of its user's; write `writable = ["logs"]` into `[run]` (services/auth/service.toml:1)"#);
    // Beside its code nothing can be one, and where it runs it may be told to write elsewhere.
    let report = json!({ "missing": {
        "kind": "denied",
        "name": "/app/services/auth",
        "from": "/app/services/auth/a.log",
        "isThere": true,
        "holdsCode": true,
    } });
    let built = found(report, &[]).await.unwrap();
    assert!(built.config()["config"]["Volumes"].is_null());
    insta::assert_snapshot!(told(&built).join("\n"), @"WrittenDirectory: the service ends at its start, since it writes a.log and its user may not; have it write into a directory of its own, and name that in `writable` of `[run]` (services/auth/service.toml:1)");
}

#[tokio::test]
async fn a_base_that_was_hoped_to_run_native_code_gives_way() {
    let alpine = "docker.io/library/node:22-alpine";
    let package = "node_modules/.pnpm/@x+pdf@1.0.0/node_modules/@x/pdf";
    let noted = json!({ "foreign": [package] });
    let loaded = json!({ "missing": {
        "kind": "native",
        "name": "Error loading shared library ld-linux-x86-64.so.2: No such file or directory",
        "from": format!("/app/{package}/pdf.node"),
    } });
    let build = async |report: &Value, manifest: &str| {
        let mut files = example();
        let path = "services/notification/service.toml";
        files.insert(path.to_owned(), manifest.as_bytes().to_vec());
        files.insert("app/services/notification/dist/main.js".to_owned(), Vec::new());
        let path = "usr/lib/vextrus/loaded.json";
        files.insert(path.to_owned(), report.to_string().into_bytes());
        run(engine(files), request("notification")).await
    };
    let stands_on_alpine = |built: &Built| buildkit_llb::dump(&built.image()).contains(alpine);
    let usual = build(&json!({}), "# syntax=vextrus/frontend\n").await.unwrap();
    assert!(stands_on_alpine(&usual) && told(&usual).is_empty());
    let built = build(&noted, "# syntax=vextrus/frontend\n").await.unwrap();
    let words = told(&built).join("\n");
    let is_told = words.contains("GlibcOnly: ") && words.contains("`@x/pdf`; the image stands on Debian");
    assert!(is_told && !stands_on_alpine(&built), "{words}");
    // Where nothing can be started, the install's own note is read.
    let mut files = example();
    let note = json!([package]).to_string().into_bytes();
    files.insert(".foreign-native.json".to_owned(), note.clone());
    files.insert("app/.foreign-native.json".to_owned(), note);
    let path = "app/services/notification/dist/main.js";
    files.insert(path.to_owned(), Vec::new());
    let options = Options {
        platforms: vec![platform("linux/arm64")],
        ..request("notification")
    };
    let built = run(engine(files), options).await.unwrap();
    assert!(!stands_on_alpine(&built) && told(&built).join("").contains("`@x/pdf`"));
    // Where nobody looks, the install refuses; and where a base is named nothing is hoped for.
    let notes = async |manifest: &str| {
        let mut files = example();
        let path = "services/notification/service.toml";
        files.insert(path.to_owned(), manifest.as_bytes().to_vec());
        let planned = planned_for(engine(files), &request("notification"))
            .await
            .unwrap();
        let kinds::Model::Node(model) = planned.2.model;
        let install = &image_of(&model).install;
        let setup = install.setup.as_ref().map(|setup| &setup.command);
        setup
            .unwrap_or(&install.command)
            .join(" ")
            .contains(".foreign-native.json")
    };
    assert!(notes("# syntax=vextrus/frontend\n").await);
    assert!(!notes("# syntax=vextrus/frontend\nimage.check = false\n").await);
    assert!(!notes("# syntax=vextrus/frontend\nbase = \"alpine\"\n").await);
    // Who names a base has it.
    let manifest = "# syntax=vextrus/frontend\nbase = \"alpine\"\n";
    let refused = build(&loaded, manifest).await.unwrap_err().to_string();
    assert!(refused.contains("native code in /app/node_modules"), "{refused}");
}

#[tokio::test]
async fn of_the_root_no_more_is_installed_than_is_missing() {
    let (read, facts, _) = planned_for(engine(example()), &request("auth")).await.unwrap();
    let facts = Facts {
        looked: Looked {
            of_root: BTreeSet::from(["rimraf".to_owned()]),
            ..Looked::default()
        },
        ..facts
    };
    let kinds::Model::Node(model) = read.plan(&request("auth"), &facts).unwrap().model;
    let production = image_of(&model);
    let root: Value = serde_json::from_str(&production.install.files["/app/package.json"]).unwrap();
    assert_eq!(root["dependencies"], json!({ "rimraf": "^6.1.0" }));
    assert_eq!(root.get("devDependencies"), None);
    let names = production
        .checked
        .iter()
        .flatten()
        .map(|package| package.source.as_str());
    assert!(
        !names.clone().any(|name| name == "."),
        "the root is no package of the image"
    );
    assert!(!production.of_root.contains_key("rimraf") && production.of_root.contains_key("husky"));
}

#[tokio::test]
async fn a_program_that_the_root_alone_has_is_installed_and_found_there() {
    let files = example();
    let text = String::from_utf8(files["services/auth/package.json"].clone()).unwrap();
    for (script, command) in [
        ("rimraf dist", "/app/node_modules/.bin/rimraf dist"),
        (
            "node --import tsx src/main.ts",
            "node --require /usr/lib/vextrus/init.cjs --import tsx src/main.ts",
        ),
    ] {
        let text = text.replace("node dist/main.js", script);
        let mut files = example();
        files.insert("services/auth/package.json".to_owned(), text.into_bytes());
        files.insert("app/services/auth/src/main.ts".to_owned(), Vec::new());
        let (.., planned) = planned_for(engine(files), &request("auth")).await.unwrap();
        let kinds::Model::Node(model) = &planned.model;
        assert_eq!(image_of(model).runtime.command.args.join(" "), command);
        let warnings: Vec<&str> = planned.warnings.iter().map(|warning| warning.rule.name).collect();
        assert_eq!(warnings, ["UndeclaredDependency"]);
    }
}

#[tokio::test]
async fn nothing_is_installed_beside_an_output_that_is_complete() {
    let text = String::from_utf8(example()["services/auth/package.json"].clone()).unwrap();
    let start = |script: &str| text.replace("node dist/main.js", script);
    let nitro = start("node .output/server/index.mjs");
    let entry = ("app/services/auth/.output/server/index.mjs", "");
    let installs = async |report: Value, package: &str, more: &[(&str, &str)]| {
        let files = [&[("services/auth/package.json", package)], more].concat();
        let built = found(report, &files).await.unwrap();
        assert_eq!(told(&built), [""; 0]);
        installs(&built)
    };
    let nothing = installs(json!({}), &nitro, &[entry]).await;
    assert_eq!(nothing, ["install 0 production packages"]);
    let main = "/app/services/auth/.output/server/index.mjs";
    let lazy = json!({ "undeclared": [{ "name": "pg", "from": main }] });
    let others = json!({ "undeclared": [{ "name": "pg-native", "from": main }] });
    assert_eq!(installs(others, &nitro, &[entry]).await, nothing);
    let route = "/app/services/auth/.output/server/chunks/page.mjs";
    let imported = |from: &str| json!({ "undeclared": [{ "name": "vue", "from": from, "imported": true }] });
    let failed = found(imported(route), &[("services/auth/package.json", &nitro), entry]).await;
    insta::assert_snapshot!(failed.unwrap_err().to_string(), @"services/auth/package.json:15: the image has no `vue`, which /app/services/auth/.output/server/chunks/page.mjs loads: `@erp/auth-service` does not declare `vue`; add it to `dependencies` of services/auth/package.json");
    let beside = imported("/app/services/auth/worker.mjs");
    assert_eq!(installs(beside, &nitro, &[entry]).await, nothing);
    let all = installs(json!({}), &text, &[]).await;
    assert_eq!(installs(lazy, &nitro, &[entry]).await, all);
    // Another file is started than such an output has.
    let nuxt = text
        .replace("\"start:prod\"", "\"other\"")
        .replace("\"start\"", "\"others\"")
        .replace("\"main\": \"dist/main.js\",", "")
        .replace("\"pg\"", "\"nuxt\": \"4.0.0\", \"pg\"");
    let unfrozen = ("services/auth/service.toml", "# syntax=vextrus/frontend\n");
    assert!(
        found(json!({}), &[("services/auth/package.json", &nuxt), unfrozen])
            .await
            .is_err(),
        "the lockfile has no nuxt"
    );
}
