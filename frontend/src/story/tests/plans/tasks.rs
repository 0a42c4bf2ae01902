//! Which scripts a build runs, and in which order.

use super::*;

#[tokio::test]
async fn scripts_run_in_pnpms_order_without_developers_hooks() {
    for (own, expected) in [
        (json!({ "build": "tsc" }), &["build"][..]),
        (
            json!({ "build": "tsc", "postinstall": "prisma generate" }),
            &["postinstall", "build"],
        ),
        (
            json!({ "build": "tsc", "install": "node gen.js", "prepare": "tsc" }),
            &["install", "build"],
        ),
        (json!({ "prepare": "tsc" }), &["prepare"]),
        (
            json!({ "build": "tsc", "prepare": "panda codegen", "postinstall": "husky" }),
            &["prepare", "build"],
        ),
        (
            json!({ "build": "tsc", "prepare": "husky && panda codegen" }),
            &["panda codegen", "build"],
        ),
        (
            json!({ "build": "tsc", "prepare": "npm run build && node after.js", "postinstall": "npm run build" }),
            &["build", "node after.js"],
        ),
        (json!({ "prepare": "husky install" }), &[]),
        (
            json!({ "postinstall": "npx only-allow pnpm", "build": "tsc" }),
            &["build"],
        ),
        (json!({ "test": "jest" }), &[]),
        (json!({}), &[]),
    ] {
        let mut files = example();
        set(
            &mut files,
            "shared/kernel/package.json",
            json!({ "scripts": own }),
        );
        let plan = planned(files, "auth").await;
        assert_eq!(scripts(&plan, "shared/kernel"), expected, "{own}");
        assert_eq!(
            plan.pieces.contains_key("shared/kernel"),
            !expected.is_empty(),
            "{own}"
        );
    }
}

#[tokio::test]
async fn tasks_that_turbo_runs_before_a_build_run_before_it() {
    let mut files = example();
    let turbo = r#"{ "tasks": { "build": { "dependsOn": ["^build", "codegen", "lint"] }, "codegen": { "dependsOn": ["fetch"] } } }"#;
    write(&mut files, "turbo.json", turbo);
    let own = json!({ "build": "tsc", "codegen": "x", "fetch": "y", "lint": "eslint ." });
    set(
        &mut files,
        "shared/kernel/package.json",
        json!({ "scripts": own }),
    );
    let plan = planned(files, "auth").await;
    assert_eq!(scripts(&plan, "shared/kernel"), ["fetch", "codegen", "build"]);
    assert_eq!(scripts(&plan, "shared/utils"), ["build"]);
}

#[tokio::test]
async fn tasks_of_turbo_that_no_build_comes_to_do_not_run() {
    let mut files = example();
    let name = package(&planned(files.clone(), "auth").await, "shared/kernel")
        .name
        .clone();
    let turbo = json!({ "tasks": {
        "build": { "dependsOn": ["^build", "^generate"] },
        "dev": { "dependsOn": [format!("{name}#db:setup")], "persistent": true },
        "generate": {},
    } });
    write(&mut files, "turbo.json", &turbo.to_string());
    let own = json!({ "build": "tsc", "db:setup": "docker compose up", "generate": "x" });
    for directory in ["shared/kernel", "services/auth"] {
        let file = format!("{directory}/package.json");
        set(&mut files, &file, json!({ "scripts": own }));
    }
    let plan = planned(files, "auth").await;
    assert_eq!(scripts(&plan, "shared/kernel"), ["generate", "build"]);
    assert_eq!(scripts(&plan, "services/auth"), ["build"]);
}
