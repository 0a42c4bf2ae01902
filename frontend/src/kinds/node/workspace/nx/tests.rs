use super::*;

fn file(name: &str) -> (String, Arc<SourceFile>) {
    (name.to_owned(), SourceFile::new(name, ""))
}

fn built(nx: &str, files: &[&str]) -> Option<NxBuild> {
    let files: Vec<_> = files.iter().map(|name| file(name)).collect();
    of_plugins(&Settings::parse(nx).plugins, &files, "web")
}

#[test]
fn a_plugin_builds_by_the_configuration_of_its_tool() {
    let nx = r#"{ "plugins": [
        { "plugin": "@nx/eslint/plugin", "options": { "targetName": "lint" } },
        "@nx/jest/plugin",
        // With options, and without.
        { "plugin": "@nx/vite/plugin", "options": { "buildTargetName": "bundle" } },
        "@nx/next/plugin",
        { "plugin": "@nx/react/router-plugin", "options": {} },
        { "plugin": "@nx/js/typescript", "options": { "typecheck": {}, "build": { "configName": "tsconfig.build.json" } } },
        { "plugin": "./tools/own" },
    ] }"#;
    let words = |files: &[&str]| built(nx, files).map(|found| found.words().join(" "));
    let bundle = "nx run-many --targets=bundle --projects=web";
    let build = "nx run-many --targets=build --projects=web";
    assert_eq!(words(&["apps/web/vite.config.mts"]).as_deref(), Some(bundle));
    assert_eq!(
        words(&["apps/web/eslint.config.mjs", "apps/web/jest.config.ts"]),
        None
    );
    let runs = |files: &[&str]| built(nx, files).map(|found| (found.runs.join(" "), found.starts));
    let next = ("next build".to_owned(), Some("next start"));
    assert_eq!(runs(&["apps/web/next.config.js"]), Some(next));
    let found = built(nx, &["tsconfig.build.json"]).unwrap();
    assert_eq!(
        (found.words().join(" ").as_str(), found.runs.join(" ").as_str()),
        (build, "tsc --build tsconfig.build.json")
    );
    assert_eq!(found.place.unwrap().file.name, "tsconfig.build.json");
    // A library has both.
    let nx = r#"{ "plugins": [
        { "plugin": "@nx/js/typescript", "options": { "build": {} } },
        { "plugin": "@nx/vite/plugin", "options": { "buildTargetName": "build" } }
    ] }"#;
    let both = built(nx, &["libs/ui/tsconfig.lib.json", "libs/ui/vite.config.mts"]).unwrap();
    assert_eq!(both.runs, ["vite", "build"]);
    let router = runs(&["apps/web/react-router.config.ts"]).unwrap();
    assert_eq!(router.0, "react-router build");
    for text in [
        "",
        "[]",
        "{\"plugins\": {}}",
        "{\"plugins\": [1, {}, \"@nx/js\"]}",
    ] {
        assert_eq!(Settings::parse(text).plugins, [], "{text}");
    }
}

#[test]
fn a_plugin_may_be_about_some_directories() {
    let nx = r#"{ "plugins": [{ "plugin": "@nx/vite/plugin",
        "options": { "buildTargetName": "build" }, "include": ["apps/**"], "exclude": ["apps/old/**/*"] }] }"#;
    let is_built = |path: &str| built(nx, &[path]).is_some();
    assert!(is_built("apps/web/vite.config.ts"));
    assert!(!is_built("libs/ui/vite.config.ts"));
    assert!(!is_built("apps/old/vite.config.ts"));
}

#[test]
fn a_target_says_what_it_runs_and_where_that_writes() {
    let settings = Settings::default();
    let file = |text: &str| SourceFile::new("apps/web/project.json", text);
    let of = |text: &str| of_project(&file(text), "from-package", &settings);
    let angular = r#"{ "name": "web", "targets": { "build": {
        "executor": "@angular/build:application", "options": { "outputPath": "dist/apps/web" } } } }"#;
    let found = of(angular).unwrap();
    assert_eq!(found.words(), ["nx", "build", "web"]);
    assert_eq!(found.runs, ["ng", "build"]);
    assert_eq!(found.output.as_deref(), Some("dist/apps/web"));
    let vite = of(r#"{ "targets": { "build": { "executor": "@nrwl/vite:build" } } }"#).unwrap();
    assert_eq!(
        (vite.name.as_str(), vite.runs.join(" ").as_str()),
        ("from-package", "vite build")
    );
    for command in [
        r#"{ "command": "astro build" }"#,
        r#"{ "executor": "nx:run-commands", "options": { "command": "astro build" } }"#,
    ] {
        let text = format!(r#"{{ "targets": {{ "build": {command} }} }}"#);
        assert_eq!(of(&text).unwrap().runs, ["astro", "build"], "{command}");
    }
    // One without an executor adds to a plugin's, or to what nx.json has for all.
    let adds = r#"{ "targets": { "build": { "outputs": ["{workspaceRoot}/dist/apps/web"] } } }"#;
    for text in ["", "{}", r#"{ "targets": { "lint": {} } }"#, adds] {
        assert_eq!(of(text), None, "{text}");
    }
    let all = r#"{ "targetDefaults": { "build": { "executor": "@nx/js:tsc", "options": { "outputPath": "out" } } } }"#;
    let found = of_project(&file(adds), "web", &Settings::parse(all)).unwrap();
    assert_eq!(
        (found.runs.join(" ").as_str(), found.output.as_deref()),
        ("js build", Some("out"))
    );
}

#[test]
fn a_target_says_which_file_starts_what_it_writes() {
    let of = |options: &str| {
        let text = format!(
            r#"{{ "name": "api", "targets": {{ "build": {{ "executor": "@nx/esbuild:esbuild", "options": {options} }} }} }}"#
        );
        let file = SourceFile::new("apps/api/project.json", text);
        of_project(&file, "api", &Settings::default()).unwrap().entries()
    };
    let found = of(r#"{ "outputPath": "dist/apps/api", "main": "apps/api/src/server.main.ts" }"#);
    assert_eq!(
        found,
        [
            "dist/apps/api/server.main",
            "dist/apps/api/src/server.main",
            "dist/apps/api/main",
            "dist/apps/api/src/main",
            "dist/apps/api/index",
            "dist/apps/api/src/index"
        ]
    );
    let named =
        of(r#"{ "outputPath": "{workspaceRoot}/out", "main": "a/src/x.mts", "outputFileName": "app.cjs" }"#);
    assert_eq!(named[..3], ["out/app", "out/src/app", "out/x"]);
    assert_eq!(
        of(r#"{ "outputPath": "{projectRoot}/dist" }"#)[0],
        "{projectRoot}/dist/main"
    );
    assert!(of(r#"{ "main": "a.ts" }"#).is_empty());
}
