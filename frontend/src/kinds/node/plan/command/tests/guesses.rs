//! What is started where no script says so to an image.

use super::*;

fn of(json: &str) -> Inferred {
    infer(&package(json), (None, None), ".", &[])
}

#[test]
fn a_watcher_starts_what_an_image_starts_without_it() {
    for (scripts, more, expected, field) in [
        (r#"{"start": "nodemon app.js"}"#, "", "node app.js", "start"),
        (
            r#"{"start": "nodemon ./bin/www"}"#,
            r#", "main": "index.js""#,
            "node bin/www",
            "start",
        ),
        (
            r#"{"start": "node --watch -r dotenv/config server/main.js"}"#,
            "",
            "node -r dotenv/config server/main.js +dotenv",
            "start",
        ),
        (
            r#"{"start": "ts-node-dev --respawn src/main.ts"}"#,
            r#", "devDependencies": {"ts-node": "1"}"#,
            "node_modules/.bin/ts-node src/main.ts +ts-node ts",
            "start",
        ),
        (
            r#"{"dev": "tsx watch src/main.ts"}"#,
            r#", "devDependencies": {"tsx": "1"}"#,
            "node --import tsx src/main.ts +tsx ts",
            "dev",
        ),
        (
            r#"{"start:prod": "npm run up", "up": "supervisor lib/a.mjs"}"#,
            "",
            "node lib/a.mjs",
            "start:prod",
        ),
    ] {
        let found = of(&format!(r#"{{"scripts": {scripts}{more}}}"#));
        assert_eq!(line(&found), expected, "{scripts}");
        assert_eq!(found.field, ["scripts", field], "{scripts}");
    }
    let found = of(r#"{"scripts": {"start": "nodemon app.js"}}"#);
    assert_eq!(
        found.why,
        "scripts.start: nodemon app.js, which is for developers: `node app.js` alone"
    );
}

#[test]
fn what_a_source_becomes_is_looked_for_where_a_build_puts_it() {
    for (json, first) in [
        (
            r#"{"scripts": {"start": "nodemon --exec ts-node src/boot.ts", "build": "tsc"}}"#,
            "dist/boot.js",
        ),
        (
            r#"{"scripts": {"dev": "tsx watch api/boot.ts", "build": "tsup"}}"#,
            "dist/boot.js",
        ),
        (
            r#"{"scripts": {"start": "nodemon lib/boot.js", "build": "babel src -d lib"}}"#,
            "lib/boot.js",
        ),
        (
            r#"{"scripts": {"dev": "nodemon boot.js", "build": "webpack"}}"#,
            "boot.js",
        ),
        (
            r#"{"scripts": {"dev": "babel-node src/boot.js", "build": "babel src -d dist"}}"#,
            "dist/boot.js",
        ),
        (
            r#"{"main": "src/boot.ts", "scripts": {"build": "tsc"}}"#,
            "dist/boot.js",
        ),
        (
            r#"{"name": "a", "bin": "./src/boot.mts", "scripts": {"prepare": "tsc"}}"#,
            "dist/boot.js",
        ),
        (r#"{"main": "src/boot.ts"}"#, "src/boot.ts"),
        (
            r#"{"main": "dist/a.js", "scripts": {"dev": "nodemon src/boot.ts", "build": "tsc"}}"#,
            "dist/a.js",
        ),
    ] {
        let found = of(json);
        let entries = &found.command.entries;
        assert_eq!(entries.first().map(String::as_str), Some(first), "{json}");
        assert!(!found.runs_sources, "{json}");
    }
    let entries = of(r#"{"scripts": {"dev": "tsx watch api/boot.ts", "build": "tsc"}}"#)
        .command
        .entries;
    for entry in ["dist/api/boot.js", "build/boot.mjs", "lib/api/boot.cjs"] {
        assert!(entries.contains(&entry.to_owned()), "{entry}: {entries:?}");
    }
    assert!(!entries.contains(&"api/boot.ts".to_owned()), "{entries:?}");
}

#[test]
fn what_another_runtime_or_several_programs_run_is_a_guess() {
    for scripts in [
        r#"{"start": "bun src/boot.ts"}"#,
        r#"{"start": "deno run -A src/boot.ts"}"#,
        r#"{"dev": "bun --watch src/boot.ts"}"#,
        r#"{"start": "concurrently 'vite' 'nodemon src/boot.ts'"}"#,
    ] {
        let found = of(&format!(
            r#"{{"scripts": {scripts}, "devDependencies": {{"tsx": "1"}}}}"#
        ));
        assert!(found.is_guess(), "{scripts}");
        assert_eq!(found.command.entries[0], "src/boot.ts", "{scripts}");
    }
}

#[test]
fn plain_sources_are_started_where_nothing_is_built() {
    let entries = of("{}").command.entries;
    for entry in [
        "src/index.js",
        "app.js",
        "src/server.mjs",
        "server/index.js",
        "src/app.ts",
        "bin/www",
    ] {
        assert!(entries.contains(&entry.to_owned()), "{entry}");
        let built = of(r#"{"scripts": {"build": "tsc"}}"#).command.entries;
        assert!(!built.contains(&entry.to_owned()), "{entry}");
    }
}

#[test]
fn other_names_start_a_service_too() {
    for (scripts, expected) in [
        (r#"{"prod": "node a.js"}"#, "node a.js"),
        (
            r#"{"serve": "node b.js", "start:docker": "node a.js"}"#,
            "node a.js",
        ),
        (r#"{"serve": "tsx a.ts"}"#, "node --import tsx a.ts +tsx ts"),
        (
            r#"{"start": "nodemon b.js", "docker_start": "prisma migrate deploy && node a.js"}"#,
            "sh -c 'prisma migrate deploy && exec node --require /usr/lib/vextrus/init.cjs a.js'",
        ),
        (
            r#"{"server:live": "fastify start a.js"}"#,
            "node_modules/.bin/fastify start a.js +fastify",
        ),
    ] {
        let found = of(&format!(
            r#"{{"scripts": {scripts}, "dependencies": {{"fastify": "1"}}}}"#
        ));
        assert_eq!(line(&found), expected, "{scripts}");
    }
    for scripts in [
        r#"{"serve": "http-server dist"}"#,
        r#"{"serve": "docusaurus serve"}"#,
        r#"{"run:prod": "docker compose up"}"#,
        r#"{"start:local": "node a.js"}"#,
        r#"{"serve:e2e": "node a.js"}"#,
    ] {
        let text =
            format!(r#"{{"scripts": {scripts}, "dependencies": {{"docusaurus": "1", "http-server": "1"}}}}"#);
        assert_eq!(of(&text).field, Vec::<String>::new(), "{scripts}");
    }
}

#[test]
fn scripts_that_are_run_one_by_one_are_followed() {
    for (start, expected) in [
        ("run-s build serve", "node a.js"),
        ("npm-run-all -s build:* 'serve -- --port 1'", "node a.js --port 1"),
        ("npm run build && run-s serve", "node a.js"),
        (
            "run-s migrate serve",
            "sh -c 'knex up && exec node --require /usr/lib/vextrus/init.cjs a.js'",
        ),
        (
            "knex up && run-s build serve",
            "sh -c 'knex up && exec node --require /usr/lib/vextrus/init.cjs a.js'",
        ),
    ] {
        let scripts = serde_json::json!({ "start": start, "build": "tsc", "build:x": "tsc", "serve": "node a.js", "migrate": "knex up" });
        let found = of(&serde_json::json!({ "scripts": scripts }).to_string());
        assert_eq!(line(&found), expected, "{start}");
    }
}

#[test]
fn the_reason_names_what_was_passed_over() {
    for (json, expected) in [
        (
            "{}",
            "no start script and no main, and nothing is built: the usual files",
        ),
        (
            r#"{"scripts": {"build": "tsc"}}"#,
            "no start script and no main: the usual output of a build",
        ),
        (
            r#"{"scripts": {"build": "tsc", "start": "turbo run serve"}, "main": "src/a.ts"}"#,
            "scripts.start (`turbo run serve`) runs `turbo`, which no image does and main (`src/a.ts`) is a source: the usual output of a build",
        ),
        (
            r#"{"scripts": {"start": "bun src/a.ts", "build": "tsc"}, "bin": {"a": "a.js", "b": "b.js"}}"#,
            "scripts.start (`bun src/a.ts`) runs `bun`, which no image does and no main and `bin` has several programs: what a build makes of it, as scripts.start runs src/a.ts",
        ),
        (
            r#"{"name": "a", "scripts": {"dev": "nodemon a.js"}, "bin": "src/b.ts"}"#,
            "no start script and no main and the program (`src/b.ts`) is a source, but scripts.dev runs a.js",
        ),
        (
            r#"{"name": "a", "bin": "b.js"}"#,
            "no start script and no main, but a program: b.js",
        ),
    ] {
        assert_eq!(of(json).why, expected, "{json}");
    }
}

#[test]
fn what_nx_is_told_to_write_is_started() {
    let text = r#"{"name": "api", "targets": {"build": {"executor": "@nx/js:tsc",
        "options": {"outputPath": "out", "main": "apps/api/src/boot.ts"}}}}"#;
    let file = SourceFile::new("project.json", text);
    let nx = crate::kinds::node::workspace::nx::of_project(&file, "api", &Default::default()).unwrap();
    let found = infer(&package("{}"), (None, Some(&nx)), ".", &[]);
    let entries = &found.command.entries;
    assert_eq!(entries[0], "out/boot.js");
    assert!(entries.contains(&"out/src/boot.js".to_owned()), "{entries:?}");
    assert_eq!(found.why, "no start script and no main: what Nx writes, out/boot");
}
