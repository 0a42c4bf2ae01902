//! What a service writes and starts at its start: as the user that the image has, and with what the image has.

use serde_json::json;
use vextrus_e2e::Engine;

use crate::loads::workspace;

const RULE: &str = "WrittenDirectory";

#[test]
fn what_a_service_writes_at_its_start_is_a_volume() {
    let engine = Engine::take();
    let main = "const fs = require('fs');\n\
                fs.mkdirSync('logs/today', { recursive: true });\n\
                fs.appendFileSync('data/count.txt', 'two');\n\
                fs.mkdirSync('/data/cache', { recursive: true });\n\
                console.log(fs.readFileSync('data/count.txt', 'utf8'));\n";
    let workspace = workspace(&[
        ("apps/api/src/main.js", main),
        // What lies there already is the user's as well.
        ("apps/api/data/count.txt", "one"),
    ]);
    let built = engine.build(&workspace).file("apps/api/service.toml").run();
    let volumes = &built.image.config()["config"]["Volumes"];
    let expected = json!({ "/app/apps/api/data": {}, "/app/apps/api/logs": {}, "/data": {} });
    assert_eq!(*volumes, expected);
    let warnings = built.progress.warnings();
    for directory in ["logs", "data", "/data"] {
        let names = format!("write `writable = [\"{directory}\"]` into `[run]`");
        assert!(
            warnings.iter().any(|warning| warning.contains(&names)),
            "{warnings:?}"
        );
    }
    assert_eq!(built.image.container().printed().trim(), "onetwo");
}

#[test]
fn a_directory_that_the_manifest_names_is_the_users_with_what_lies_in_it() {
    let engine = Engine::take();
    let manifest = "# syntax=vextrus/frontend\n[run]\nwritable = [\"data\", \"new [1]\"]\n";
    let main = "const fs = require('fs');\n\
                fs.appendFileSync('data/deep/count.txt', 'two');\n\
                fs.writeFileSync('new [1]/a.txt', '');\n\
                console.log(fs.readFileSync('data/deep/count.txt', 'utf8'));\n";
    let workspace = workspace(&[
        ("apps/api/service.toml", manifest),
        ("apps/api/src/main.js", main),
        ("apps/api/data/deep/count.txt", "one"),
    ]);
    let built = engine.build(&workspace).file("apps/api/service.toml").run();
    let warnings = built.progress.warnings();
    assert!(
        !warnings.iter().any(|warning| warning.contains(RULE)),
        "{warnings:?}"
    );
    assert_eq!(built.image.container().printed().trim(), "onetwo");
}

#[test]
fn what_is_written_beside_code_is_told_and_made_nobodys_volume() {
    let engine = Engine::take();
    let workspace = workspace(&[(
        "apps/api/src/main.js",
        "require('fs').writeFileSync('dist/app.log', '');\n",
    )]);
    let built = engine.build(&workspace).file("apps/api/service.toml").run();
    assert!(built.image.config()["config"]["Volumes"].is_null());
    let warnings = built.progress.warnings();
    assert!(
        warnings
            .iter()
            .any(|warning| warning.contains("it writes dist/app.log and its user may not")),
        "{warnings:?}"
    );
}

#[test]
fn a_program_that_a_shell_does_not_find_is_missed() {
    let engine = Engine::take();
    let manifest = json!({
        "name": "api",
        "version": "1.0.0",
        "private": true,
        "scripts": { "build": "sh build.sh", "start": "sh -c 'no-orm migrate && node dist/main.js'" },
        "dependencies": { "lib": "workspace:*" },
        "devDependencies": { "tools": "workspace:*" },
    });
    let workspace = workspace(&[("apps/api/package.json", &manifest.to_string())]);
    let refused = engine.build(&workspace).file("apps/api/service.toml").refused();
    let message = refused.message();
    assert!(
        message.contains("the image has no program `no-orm`, which it starts"),
        "{message}"
    );
}
