//! What is said of secrets says where they are, and shows none.

use super::*;

#[tokio::test]
async fn what_is_masked_is_still_told() {
    let options = Options {
        request_id: Some("frontend.lint".to_owned()),
        ..request("auth")
    };
    let emitted = emitted(planted(), &options).await;
    let text = part(&emitted, "result result.txt");
    for told in [
        ">>> //a.example/:_authToken=***",
        ">>> //b.example/:_authToken=***",
        "`//b.example/:_authToken` holds a credential and is left out",
        "`httpsProxy` holds a credential and is left out",
        "SecretInSettings",
    ] {
        assert!(text.contains(told), "{told} is not in {text}");
    }
}

/// Values of the manifest that steps and the image are to have are told of, and are in no other answer.
#[tokio::test]
async fn no_call_shows_a_value_of_the_manifest() {
    let secret = marker("VALUE", 0);
    let manifest = format!(
        "[run.env]\nDB_PASSWORD = \"{secret}\"\nDATABASE_URL = \"postgres://u:{secret}@db/x\"\n[build.env]\nNPM_TOKEN = \
         \"{secret}\"\n[build.args]\nAPI_KEY = \"{secret}\"\n[image.labels]\na = \"https://u:{secret}@h\"\n"
    );
    for call in CALLS {
        let mut files = example();
        put(&mut files, "services/auth/service.toml", manifest.as_str());
        let options = Options {
            request_id: Some(format!("frontend.{call}")),
            ..request("auth")
        };
        let mut emitted = emitted(files, &options).await;
        part(&emitted, "result result.txt");
        // The graph has what a step is to have.
        emitted.retain(|(part, _)| call != "graph" && !part.starts_with("solve"));
        if !emitted.is_empty() {
            assert_no_marker(&emitted, call);
        }
    }
}

/// An address in a lockfile is what an install needs; it is told of, without the credential.
#[tokio::test]
async fn a_credential_in_the_lockfile_is_told_and_not_shown() {
    let secret = marker("LOCK", 0);
    let url = format!("https://u:{secret}@example.com/x.tgz");
    let manifest = String::from_utf8(small()["services/app/package.json"].clone()).unwrap();
    let own = "\"@t/lib\": \"workspace:*\"";
    let manifest = manifest.replace(own, &format!("{own}, \"x\": \"{url}\""));
    let dependency = format!("      x:\n        specifier: {url}\n        version: {url}\n");
    let lockfile = LOCKFILE.replace("\n  libs/lib", &format!("{dependency}\n  libs/lib"));
    let packages = format!(
        "\npackages:\n\n  x@{url}:\n    resolution: {{tarball: {url}}}\n    version: 1.0.0\n\nsnapshots:\n\n  x@{url}: {{}}\n"
    );
    let files = with([
        ("services/app/package.json", manifest),
        ("pnpm-lock.yaml", lockfile + &packages),
    ]);
    for call in CALLS {
        let options = Options {
            request_id: Some(format!("frontend.{call}")),
            ..request("app")
        };
        let mut emitted = emitted(files.clone(), &options).await;
        if call == "lint" {
            let text = part(&emitted, "result result.txt");
            assert_eq!(text.matches("the address of `x").count(), 2, "{text}");
            assert!(text.contains("pnpm-lock.yaml:"), "{text}");
        }
        emitted.retain(|(part, _)| call != "graph" && !part.starts_with("solve"));
        if !emitted.is_empty() {
            assert_no_marker(&emitted, call);
        }
    }
}

#[tokio::test]
async fn no_mistake_shows_a_marker() {
    let secret = marker("MISTAKE", 0);
    let manifests = [
        format!("[run]\nport = 'x'\nenv = {{ DB_PASSWORD = \"{secret}\" }}\n"),
        format!("[run\nenv = {{ DB_PASSWORD = \"{secret}\" }}\n"),
        format!("[run.env]\nDB_PASSWORD = {secret}\n"),
        format!("[run.env]\nDB_PASSWORD = ['{secret}']\n"),
        format!("[run]\nport = 'x'\nenv.DATABASE_URL = 'postgres://u:{secret}@db/x'\n"),
        format!("[build.env]\nNPM_TOKEN = '''\n{secret}'''\n[run]\nuser = 'x y'\n"),
        format!("# check=error=true\n[run]\nenv = {{ API_KEY = \"{secret}\" }}\n"),
        format!("# check=error=true\n[run]\nenv = {{ \"API_\\u004bEY\" = \"{secret}\" }}\n"),
    ];
    for manifest in manifests {
        for call in [None, Some("frontend.lint")] {
            let mut files = example();
            put(&mut files, "services/auth/service.toml", manifest.as_str());
            let options = Options {
                request_id: call.map(str::to_owned),
                ..request("auth")
            };
            let mut emitted = emitted(files, &options).await;
            // What a step or an image is to have is in the graph; what is said of it is not.
            emitted.retain(|(part, _)| !part.starts_with("solve"));
            assert_no_marker(&emitted, &manifest);
        }
    }
    let mut files = example();
    change(&mut files, "services/auth/package.json", |manifest| {
        manifest["dependencies"]["x"] = format!("git+https://{secret}@github.com/x/x.git").into();
    });
    let drift = emitted(files, &request("auth")).await;
    assert!(
        part(&drift, "message").contains("`x`"),
        "{}",
        part(&drift, "message")
    );
    assert_no_marker(&drift, "drift");
}

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMARKERKEY00xyzzy\n-----END PRIVATE KEY-----\n";

/// Returns the warnings of files that look like secrets, which a build and a check give alike.
async fn told(manifest: &str, ignore: &str) -> Vec<String> {
    let mut files = example();
    for (path, text) in [
        ("services/auth/keys/server.pem", KEY),
        ("services/auth/ca.pem", "-----BEGIN CERTIFICATE-----\nx\n"),
        ("shared/kernel/terraform.tfstate", "MARKERSTATE0xyzzy"),
        ("shared/kernel/src/deploy", KEY),
        ("shared/kernel/src/deploy.ts", KEY),
        ("shared/kernel/dist/deploy", KEY),
        ("services/notification/other.pem", KEY),
        ("services/auth/service.toml", manifest),
        (".dockerignore", ignore),
    ] {
        put(&mut files, path, text);
    }
    let built = run(engine(files.clone()), request("auth")).await.unwrap();
    let warnings = std::mem::take(&mut built.fake.state().warnings);
    let warnings = warnings.into_iter();
    let warnings = warnings.map(|warning| String::from_utf8(warning.short).unwrap());
    let mut warnings: Vec<String> = warnings.filter(|text| text.contains("SecretFile")).collect();
    warnings.sort();
    let options = Options {
        request_id: Some("frontend.lint".to_owned()),
        ..request("auth")
    };
    let answer = emitted(files, &options).await;
    assert_no_marker(&answer, "check");
    let json: Value = serde_json::from_str(&part(&answer, "result result.json")).unwrap();
    let listed = json["warnings"].as_array().unwrap().iter();
    let listed = listed.filter(|warning| warning["ruleName"] == "SecretFile");
    assert_eq!(listed.count(), warnings.len(), "{json}");
    warnings
}

#[tokio::test]
async fn files_that_look_like_secrets_are_told() {
    let found = told("", "").await;
    assert_eq!(found.len(), 3, "{found:?}");
    for (warning, parts) in found.iter().zip([
        [
            "`services/auth/keys/server.pem` looks like a private key",
            "write `services/auth/keys/server.pem` into .dockerignore",
        ],
        [
            "`shared/kernel/src/deploy` looks like a private key",
            "(shared/kernel/src/deploy:1)",
        ],
        [
            "`shared/kernel/terraform.tfstate` looks like a state of Terraform",
            "(shared/kernel/terraform.tfstate:1)",
        ],
    ]) {
        assert!(parts.iter().all(|part| warning.contains(part)), "{warning}");
    }
    assert_eq!(told("", "**/*.pem\n**/*.tfstate\n**/deploy\n").await, [""; 0]);
    let named = "[run]\nfiles = [\"services/auth/keys/server.pem\"]\n";
    assert_eq!(told(named, "").await, found[1..]);
    let skipped = "# syntax=vextrus/frontend\n# check=skip=SecretFile\n";
    assert_eq!(told(skipped, "").await, [""; 0]);
}
