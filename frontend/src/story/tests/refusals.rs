//! Requests and files that cannot be built: one message that says what and where.

use std::fmt::Write as _;

use super::*;

/// A change to what is asked for, and to the files.
type Change = fn(&mut Options, &mut Files);

#[tokio::test]
async fn a_request_that_cannot_be_built_says_why() {
    let cases: [(&str, Change); 12] = [
        ("an unknown target", |options, _| {
            options.target = Some("worker".to_owned())
        }),
        ("no build file", |options, _| {
            options.filename = "services/auth/missing.toml".to_owned()
        }),
        ("mistakes of the manifest", |_, files| {
            write(
                files,
                "services/auth/service.toml",
                "[run]\nprot = 1\nport = 99999\n",
            )
        }),
        ("no lockfile", |_, files| _ = files.remove("pnpm-lock.yaml")),
        ("no package.json beside the manifest", |_, files| {
            let manifest = files["services/auth/service.toml"].clone();
            files.insert("deploy/service.toml".to_owned(), manifest);
            files.remove("services/auth/service.toml");
        }),
        ("an unknown package", |_, files| {
            write(
                files,
                "services/auth/service.toml",
                "package = \"@erp/auth-servise\"\n",
            )
        }),
        ("a package.json that is no JSON", |_, files| {
            write(files, "shared/kernel/package.json", "{\n  \"name\": \n}\n")
        }),
        ("a script that is missing", |_, files| {
            write(
                files,
                "services/auth/service.toml",
                "[build]\nscript = \"compile\"\n",
            )
        }),
        ("sources for another runtime", |_, files| {
            let path = "services/auth/package.json";
            let mut manifest: serde_json::Value = serde_json::from_slice(&files[path]).unwrap();
            manifest["scripts"] = serde_json::json!({ "start": "NODE_ENV=production bun src/main.ts" });
            manifest["main"] = "src/main.ts".into();
            write(files, path, &serde_json::to_string_pretty(&manifest).unwrap())
        }),
        ("nothing that starts, and nothing that makes it", |_, files| {
            let path = "services/auth/package.json";
            let mut manifest: serde_json::Value = serde_json::from_slice(&files[path]).unwrap();
            manifest["scripts"] = serde_json::json!({ "start": "turbo run serve" });
            manifest["main"] = "src/main.ts".into();
            write(files, path, &serde_json::to_string_pretty(&manifest).unwrap());
            files.remove("services/auth/src/main.ts");
        }),
        ("what scratch does not have", |_, files| {
            let text = "base = \"scratch\"\n[run]\npackages = [\"openssl\"]\ncommand = [\"sh\", \"-c\", \"node dist\"]\n";
            write(files, "services/auth/service.toml", text)
        }),
        ("an entry that was not built", |_, files| {
            _ = files.remove("app/services/auth/dist/main.js")
        }),
    ];
    let mut told = String::new();
    for (name, change) in cases {
        let (mut options, mut files) = (request("auth"), example());
        change(&mut options, &mut files);
        if name.starts_with("no package.json") {
            options.filename = "deploy/service.toml".to_owned();
        }
        let failure = run(engine(files), options)
            .await
            .err()
            .unwrap_or_else(|| panic!("{name} is built"));
        assert!(failure.diagnostics().is_some(), "{name}: {failure}");
        writeln!(told, "{name}:\n  {}", failure.to_string().replace('\n', "\n  ")).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn a_node_that_builds_cannot_run_on_is_refused_at_its_line() {
    let engines = |range: &str| format!("\"node\": \"{range}\"");
    for (path, from, to, place) in [
        (".nvmrc", "22", "v19.9.0", ".nvmrc:1"),
        (
            "package.json",
            &*engines(">=20.11"),
            &*engines("14.x || 17"),
            "package.json:",
        ),
        (
            "services/auth/service.toml",
            "",
            "# syntax=vextrus/frontend\nnode = \"17.1\"\n",
            "services/auth/service.toml:2",
        ),
    ] {
        let mut files = example();
        if path != "services/auth/service.toml" {
            // The range would win, and the other file.
            let text = String::from_utf8(files["package.json"].clone()).unwrap();
            write(
                &mut files,
                "package.json",
                &text.replace(&engines(">=20.11"), &engines("*")),
            );
            write(&mut files, ".nvmrc", "lts/*");
        }
        match from {
            ">=20.11" | "" | "22" => write(&mut files, path, to),
            _ => {
                let text = String::from_utf8(files[path].clone()).unwrap();
                write(&mut files, path, &text.replace(&engines("*"), to));
            }
        }
        let told = run(engine(files), request("auth"))
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(
            told.starts_with(place) && told.contains("has no image with Debian 12"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn an_unknown_subrequest_is_called_so() {
    let options = Options {
        request_id: Some("frontend.unknown".to_owned()),
        ..request("auth")
    };
    let failure = run(engine(example()), options).await.err().unwrap();
    assert_eq!(failure.to_string(), "unsupported request frontend.unknown");
}

#[tokio::test]
async fn what_the_engine_answers_passes_through() {
    let broken = State {
        broken: Some(tonic::Status::unknown("no space left on device")),
        ..engine(example())
    };
    let failure = run(broken, request("auth")).await.err().unwrap();
    assert!(
        failure.to_string().contains("no space left on device"),
        "{failure}"
    );
}

fn write(files: &mut Files, path: &str, text: &str) {
    files.insert(path.to_owned(), text.as_bytes().to_vec());
}

#[tokio::test]
async fn what_a_build_writes_outside_of_its_package_is_not_in_the_image() {
    let mut files = example();
    let path = "services/auth/package.json";
    let text = String::from_utf8(files[path].clone()).unwrap();
    let moved = text.replace("node dist/main.js", "node ../../dist/services/auth/main.js");
    assert_ne!(text, moved);
    write(&mut files, path, &moved);
    let failure = run(engine(files), request("auth")).await.err().unwrap();
    assert_eq!(
        failure.to_string(),
        "services/auth/service.toml:1: @erp/auth-service: ../../dist/services/auth/main.js (scripts.start:prod: node \
         ../../dist/services/auth/main.js) lies outside of the package, and the image holds what a build writes into its \
         package; have it write there, as by `outDir` of tsconfig.json"
    );
}
