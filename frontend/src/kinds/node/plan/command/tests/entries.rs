//! Where the file that a service starts with is looked for.

use super::*;

#[test]
fn an_entry_is_looked_for_where_compilers_put_it() {
    for (entry, expected) in [
        ("dist/main.js", &["dist/main.js", "dist/src/main.js"][..]),
        ("./dist/src/main.js", &["dist/src/main.js", "dist/main.js"]),
        ("src/index.js", &["src/index.js"]),
        ("src/index.ts", &["src/index.ts"]),
        ("server/index.ts", &["server/index.ts"]),
        ("../../dist/apps/api/main.js", &["../../dist/apps/api/main.js"]),
        ("server.js", &["server.js"]),
        (
            "dist/",
            &[
                "dist",
                "dist.js",
                "dist.cjs",
                "dist.mjs",
                "dist/index.js",
                "dist/src/index.js",
            ],
        ),
    ] {
        assert_eq!(node::candidates(entry), expected, "{entry}");
    }
    let all = node::candidates("dist/main");
    assert_eq!(
        all[..5],
        [
            "dist/main",
            "dist/main.js",
            "dist/main.cjs",
            "dist/main.mjs",
            "dist/main/index.js"
        ]
    );
    assert_eq!(
        all[5..],
        [
            "dist/src/main.js",
            "dist/src/main.cjs",
            "dist/src/main.mjs",
            "dist/src/main/index.js"
        ]
    );
}

#[test]
fn the_entry_can_be_replaced_in_its_place() {
    for script in [
        "node -r dotenv/config dist/main.js --x",
        "tsx src/a.ts",
        "nest start",
        "node a.js",
    ] {
        let manifest = with_start(script);
        let command = infer(&manifest, (Some("dist/main"), None), ".", &[]).command;
        assert_eq!(
            command.args[command.entry_index.unwrap()],
            command.entries[0],
            "{script}"
        );
    }
}

fn entries(manifest: &str, directory: &str) -> Vec<String> {
    let manifest = PackageJson::parse(&SourceFile::new("package.json", manifest)).unwrap();
    infer(&manifest, (None, None), directory, &[]).command.entries
}

#[test]
fn an_entry_is_looked_for_where_compilers_move_it() {
    let found = entries(r#"{"scripts": {"start:prod": "node dist/main"}}"#, "apps/api");
    let positions: Vec<_> = [
        "dist/main.js",
        "dist/src/main.js",
        "dist/apps/api/src/main.js",
        "dist/api/src/main.js",
    ]
    .iter()
    .map(|entry| found.iter().position(|candidate| candidate == entry).unwrap())
    .collect();
    assert!(positions.is_sorted(), "{found:?}");
}

#[test]
fn without_a_script_the_usual_outputs_count_with_every_extension() {
    let found = entries("{}", ".");
    assert_eq!(found.first().map(String::as_str), Some("dist/main.js"));
    assert!(found.iter().any(|entry| entry == "dist/main.mjs"), "{found:?}");
    assert!(found.iter().any(|entry| entry == "index.ts"), "{found:?}");
    let built = entries(r#"{"scripts": {"build": "tsc"}}"#, ".");
    assert!(!built.iter().any(|entry| entry.ends_with(".ts")), "{built:?}");
}

#[test]
fn a_tool_that_compiles_at_the_start_gives_way_to_what_was_built() {
    let with = |field: &str, rest: &str| {
        let text = format!(
            r#"{{"scripts": {{"start": "tsx src/index.ts", "build": "tsc"}}, "{field}": {{"tsx": "1"}}{rest}}}"#
        );
        infer(&package(&text), (None, None), ".", &[])
    };
    let built = with("devDependencies", r#", "main": "dist/index.js""#);
    assert_eq!(
        (line(&built).as_str(), built.why.as_str()),
        (
            "node dist/index.js",
            "main: dist/index.js, since scripts.start (`tsx src/index.ts`) is for developers"
        )
    );
    // Who depends on it for production means it, and without `main` nothing else is known.
    assert!(with("dependencies", r#", "main": "dist/index.js""#).runs_sources);
    assert!(with("devDependencies", "").runs_sources);
}

#[test]
fn one_program_is_what_a_service_starts() {
    let of = |text: &str| infer(&package(text), (None, None), ".", &[]).command.entries[0].clone();
    assert_eq!(
        of(r#"{"name": "report", "bin": {"report": "./dist/cli.js"}}"#),
        "dist/cli.js"
    );
    assert_eq!(
        of(r#"{"name": "report", "bin": "bin/run.js", "main": "dist/a.js"}"#),
        "dist/a.js"
    );
    assert_eq!(of(r#"{"bin": {"a": "a.js", "b": "b.js"}}"#), "dist/main.js");
}

#[test]
fn a_compilers_output_is_looked_into() {
    let manifest = package(r#"{"scripts": {"start": "nest start"}}"#);
    let entries = infer(
        &manifest,
        (Some("dist/bootstrap"), None),
        ".",
        &["out/server".to_owned()],
    )
    .command
    .entries;
    assert_eq!(entries[0], "dist/bootstrap.js");
    assert!(
        entries.contains(&"out/server/bootstrap.js".to_owned()),
        "{entries:?}"
    );
}

#[test]
fn an_entry_that_no_build_leaves_there_is_looked_for_below_its_outputs() {
    let of = |text: &str| infer(&package(text), (None, None), ".", &[]).command.entries;
    let entries = of(r#"{"scripts": {"build": "node ace build", "start": "node bin/server.js"}}"#);
    assert_eq!(
        entries,
        [
            "bin/server.js",
            "bin/src/server.js",
            "build/bin/server.js",
            "dist/bin/server.js",
            "build/bin/src/server.js",
            "dist/bin/src/server.js"
        ]
    );
    for text in [
        r#"{"scripts": {"start": "node dist/server.js"}}"#,
        r#"{"scripts": {"start": "node src/server.ts"}}"#,
        r#"{"scripts": {"start": "node .output/server.mjs"}}"#,
    ] {
        let entries = of(text);
        assert!(
            !entries.iter().any(|entry| entry.starts_with("build/")),
            "{entries:?}"
        );
    }
}
