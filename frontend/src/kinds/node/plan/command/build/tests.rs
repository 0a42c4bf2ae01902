use super::*;
use crate::diagnostic::SourceFile;
use crate::kinds::node::workspace::tsconfig::{Follower, Lookup, Packages};

fn built(scripts: &str) -> Option<String> {
    let text = format!(r#"{{ "name": "a", "scripts": {scripts} }}"#);
    let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
    build_script(&manifest).map(str::to_owned)
}

#[test]
fn a_build_is_called_build_or_is_what_the_start_runs_first() {
    for (scripts, expected) in [
        (r#"{ "build": "x", "compile": "tsc" }"#, Some("build")),
        (
            r#"{ "build:ts": "tsc", "build:css": "vite build", "start": "npm run build:ts && fastify start" }"#,
            Some("build:ts"),
        ),
        (
            r#"{ "make": "tsc", "start": "pnpm make && node a.js" }"#,
            Some("make"),
        ),
        (
            r#"{ "migrate": "x up", "start": "pnpm migrate && node a.js" }"#,
            None,
        ),
        (
            r#"{ "build:all": "x", "start:prod": "pnpm run build:all && node a.js" }"#,
            Some("build:all"),
        ),
        (
            r#"{ "transpile": "swc src", "prestart": "npm run build:x", "build:x": "x", "start": "node a.js" }"#,
            Some("build:x"),
        ),
        (
            r#"{ "prestart": "rimraf dist && tsc", "start": "node dist/a.js" }"#,
            Some("prestart"),
        ),
        (r#"{ "prestart": "rimraf tmp", "start": "node a.js" }"#, None),
        (r#"{ "prestart": "node check.js", "start": "node a.js" }"#, None),
    ] {
        assert_eq!(built(scripts).as_deref(), expected, "{scripts}");
    }
}

#[test]
fn what_judges_sources_alone_is_no_build() {
    let of = |fields: &str| {
        let text = format!(r#"{{ "name": "a", {fields} }}"#);
        let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
        build_script(&manifest).map(str::to_owned)
    };
    for fields in [
        r#""main": "src/index.ts", "scripts": { "tsc": "tsc" }"#,
        r#""exports": { ".": "./src/index.js", "./x.css": "./x.css" }, "scripts": { "build:types": "tsc" }"#,
        r#""module": "./lib/index.mts", "scripts": { "compile": "tsup" }"#,
        r#""main": "src/a.ts", "scripts": { "compile": "tsc", "start": "tsx src/a.ts" }"#,
    ] {
        assert_eq!(of(fields), None, "{fields}");
    }
    for (fields, expected) in [
        (
            r#""main": "src/index.ts", "scripts": { "build": "tsc" }"#,
            "build",
        ),
        (
            r#""main": "lib/index.js", "types": "src/index.ts", "scripts": { "tsc": "tsc" }"#,
            "tsc",
        ),
        (
            r#""exports": { ".": "./dist/a.js", "./x": "./src/x.ts" }, "scripts": { "compile": "tsc" }"#,
            "compile",
        ),
        (
            r#""main": "src/a.ts", "scripts": { "compile": "tsc", "start": "node dist/a.js" }"#,
            "compile",
        ),
    ] {
        assert_eq!(of(fields).as_deref(), Some(expected), "{fields}");
    }
}

#[test]
fn what_writes_nothing_and_what_no_task_runs_is_idle() {
    let of = |scripts: &str, config: &str, has_task: bool| {
        let text = format!(r#"{{ "name": "a", "scripts": {scripts} }}"#);
        let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
        let mut follower = Follower::new(&["a/tsconfig.json".to_owned()]);
        follower.advance(&Packages::new(), |path| match path {
            "a/tsconfig.json" => Lookup::Text(config.to_owned()),
            _ => Lookup::Absent,
        });
        let scan = follower.finish().unwrap();
        Vec::from_iter(idle(&manifest, &scan, "a", has_task))
    };
    let silent = r#"{ "compilerOptions": { "noEmit": true } }"#;
    for (scripts, expected) in [
        (r#"{ "tsc": "tsc" }"#, &["tsc"][..]),
        (
            r#"{ "build:types": "npx vue-tsc --pretty -p ." }"#,
            &["build:types"],
        ),
        (
            r#"{ "compile": "tsc -p tsconfig.json && echo ok" }"#,
            &["compile"],
        ),
        (r#"{ "tsc": "tsc -p tsconfig.build.json" }"#, &[]),
        (r#"{ "tsc": "tsc --noEmit false --outDir dist" }"#, &[]),
        (r#"{ "compile": "tsc && esbuild src/a.ts" }"#, &[]),
        (r#"{ "compile": "tsup" }"#, &[]),
        (r#"{ "build": "tsc" }"#, &[]),
    ] {
        assert_eq!(of(scripts, silent, false), expected, "{scripts}");
        assert!(of(scripts, "{}", false).is_empty(), "{scripts}");
    }
    let two = r#"{ "build:types": "tsc", "compile": "tsup", "build": "vite build" }"#;
    assert_eq!(of(two, "{}", true), ["build:types", "compile"]);
    let service = r#"{ "compile": "tsup", "start": "node dist/a.js" }"#;
    assert!(of(service, "{}", true).is_empty());
}

#[test]
fn a_package_that_starts_nothing_is_built_by_its_only_script_of_a_site() {
    let docs = r#"{ "docs:dev": "vitepress dev docs", "docs:build": "vitepress build docs", "docs:preview": "vitepress preview docs" }"#;
    assert_eq!(built(docs).as_deref(), Some("docs:build"));
    let book = r#"{ "storybook": "storybook dev -p 6006", "build-storybook": "storybook build" }"#;
    assert_eq!(built(book).as_deref(), Some("build-storybook"));
    for scripts in [
        r#"{ "docs:build": "vitepress build docs", "start": "node a.js" }"#,
        r#"{ "docs:build": "vitepress build docs", "book": "storybook build" }"#,
        r#"{ "site": "vite build" }"#,
        r#"{ "dev": "eleventy --serve" }"#,
    ] {
        assert_eq!(built(scripts), None, "{scripts}");
    }
}

#[test]
fn the_only_script_that_compiles_and_is_named_so_builds() {
    for (scripts, expected) in [
        (r#"{ "compile": "rimraf lib && tsc" }"#, Some("compile")),
        (
            r#"{ "build:prod": "npx tsup src", "test": "tsc --noEmit" }"#,
            Some("build:prod"),
        ),
        (
            r#"{ "build-ts": "tsc", "build:watch": "tsc --watch" }"#,
            Some("build-ts"),
        ),
        (r#"{ "build:a": "tsc", "build:b": "vite build" }"#, None),
        (
            r#"{ "build:docker": "docker build .", "build:types": "tsc --noEmit" }"#,
            None,
        ),
        (r#"{ "typecheck": "tsc", "start": "node a.js" }"#, None),
        // That for production before all others, and never that for developers.
        (
            r#"{ "build:development": "webpack", "build:production": "cross-env NODE_ENV=production webpack" }"#,
            Some("build:production"),
        ),
        (
            r#"{ "build:a": "env-cmd -f .env.x webpack", "build:prod": "NODE_ENV=production npx rollup -c" }"#,
            Some("build:prod"),
        ),
        (
            r#"{ "bundle": "cross-env NODE_ENV=development webpack", "compile-dev": "tsc", "build_debug": "tsc" }"#,
            None,
        ),
        (
            r#"{ "build:a": "cross-env-shell NODE_ENV=development webpack", "build:b": "webpack --mode production" }"#,
            Some("build:b"),
        ),
        (
            r#"{ "build": "webpack --mode development", "build:release": "webpack --mode production" }"#,
            Some("build:release"),
        ),
        (r#"{ "build": "webpack --mode development" }"#, Some("build")),
        (
            r#"{ "build": "ng build", "build:prod": "vite build" }"#,
            Some("build"),
        ),
        (
            r#"{ "build:dev": "webpack", "start": "npm run build:dev && node a.js" }"#,
            Some("build:dev"),
        ),
        (
            r#"{ "build:x": "NODE_ENV=development tsc", "build:y": "tsc", "start": "npm run build:x && node a.js" }"#,
            Some("build:y"),
        ),
        (
            r#"{ "build:dev": "webpack", "build:prod": "webpack", "start": "npm run build:dev && node a.js" }"#,
            Some("build:prod"),
        ),
        // One that runs the others.
        (
            r#"{ "build:all": "run-s build:a build:b", "build:a": "tsc", "build:b": "vite build" }"#,
            Some("build:all"),
        ),
        (r#"{ "tsc:check": "tsc", "build:test": "tsc" }"#, None),
    ] {
        assert_eq!(built(scripts).as_deref(), expected, "{scripts}");
    }
}
