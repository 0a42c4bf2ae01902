//! The edges between modules that the design forbids, read from the sources.
//!
//! Pure stages stay pure: what decides speaks neither to the engine nor in its graphs, so that a plan can be
//! printed, compared and tested without one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors of the house, the ground floor first. A module names those below it and no other.
const FLOORS: [&str; 19] = [
    "secret",
    "diagnostic",
    "path",
    "pattern",
    "inspect",
    "manifest",
    "warning",
    "gateway",
    "options",
    "source",
    "plan",
    "result",
    "lower",
    "kinds",
    "lint",
    "decide",
    "subrequest",
    "story",
    "cli",
];

/// The floors inside of the kind `node`.
const NODE: [&str; 11] = [
    "workspace",
    "npmrc",
    "npm",
    "pnpm",
    "manager",
    "model",
    "scripts",
    "plan",
    "read",
    "values",
    "steps",
];

/// The crates that only some modules may speak in: the graph, the wire, and waiting.
const SPOKEN: [(&str, &[&str]); 6] = [
    (
        "buildkit_llb",
        &[
            "cli",
            "decide",
            "kinds/node/read",
            "lower",
            "options",
            "source",
            "story",
        ],
    ),
    ("buildkit_proto", &["gateway"]),
    ("tonic", &["gateway"]),
    (
        "tokio",
        &["cli", "decide", "gateway", "kinds/node/read", "source", "story"],
    ),
    ("futures_util", &["gateway", "kinds/node/read", "source", "story"]),
    ("clap", &["cli"]),
];

/// The modules that may wait for something.
const ASYNC: [&str; 7] = [
    "cli",
    "decide",
    "gateway",
    "kinds/mod",
    "kinds/node/read",
    "source",
    "story",
];

/// What a file below `lower` must not name: it is the same for every kind of service.
const LANGUAGES: [&str; 22] = [
    "node",
    "nodejs",
    "npm",
    "pnpm",
    "yarn",
    "bun",
    "deno",
    "corepack",
    "javascript",
    "typescript",
    "nest",
    "prisma",
    "python",
    "pip",
    "uv",
    "poetry",
    "celery",
    "ruby",
    "java",
    "golang",
    "rust",
    "cargo",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns all Rust files below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Returns the module that a file is part of: the first part of its path below `src`.
fn module(file: &Path, src: &Path) -> String {
    let relative = file.strip_prefix(src).unwrap();
    let first = relative
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_str()
        .unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// Whether a file is of the tests, which may speak with everything.
fn is_test(file: &Path) -> bool {
    let names = || file.iter().filter_map(|part| part.to_str());
    names().any(|part| {
        matches!(
            part,
            "tests" | "tests.rs" | "fake.rs" | "fixtures.rs" | "testing.rs"
        )
    })
}

/// Returns the paths that a file names, with the lines: those of `use` trees spread out, and those in the code.
fn paths(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut tree: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        // What follows is the tests of the same file.
        if line.trim() == "#[cfg(test)]" && text.lines().nth(number).is_some_and(|next| next.ends_with('{')) {
            break;
        }
        let code = line.split("//").next().unwrap_or_default();
        let trimmed = code.trim();
        let begins = ["use ", "pub use ", "pub(crate) use ", "pub(super) use "]
            .iter()
            .find_map(|start| trimmed.strip_prefix(start));
        match (&mut tree, begins) {
            (None, Some(rest)) => tree = Some((number, rest.to_owned())),
            (Some((_, open)), _) => open.push_str(trimmed),
            (None, None) => found.extend(words(code).map(|word| (number, word.to_owned()))),
        }
        if tree.as_ref().is_some_and(|(_, open)| open.ends_with(';')) {
            let (number, open) = tree.take().unwrap();
            let mut spread = Vec::new();
            spread_tree("", open.trim_end_matches(';'), &mut spread);
            found.extend(spread.into_iter().map(|path| (number, path)));
        }
    }
    found
}

/// Returns what looks like a path in a line of code.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
        .filter(|word| word.contains("::"))
}

/// Spreads `a::{b, c::{d, e}}` out into `a::b`, `a::c::d` and `a::c::e`.
fn spread_tree(prefix: &str, tree: &str, found: &mut Vec<String>) {
    let Some((head, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        found.push(format!("{prefix}{}", path.trim()));
        return;
    };
    let inner = rest.strip_suffix('}').unwrap_or(rest);
    let (mut depth, mut start) = (0, 0);
    let inner = format!("{inner},");
    for (at, character) in inner.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = inner.get(start..at).unwrap().trim();
                if !part.is_empty() {
                    spread_tree(&format!("{prefix}{}", head.trim()), part, found);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// Whether a path lies at or below another.
fn is_below(path: &str, above: &str) -> bool {
    path == above
        || path
            .strip_prefix(above)
            .is_some_and(|rest| rest.starts_with("::"))
}

/// Returns the edges below `root` that lead up or sideways: to a module of `floors` that is not below the file's own.
fn upward(root: &Path, prefix: &str, floors: &[&str]) -> BTreeSet<String> {
    let floor = |name: &str| floors.iter().position(|floor| *floor == name);
    let mut broken = BTreeSet::new();
    for file in sources(root).into_iter().filter(|file| !is_test(file)) {
        let Some(own) = floor(&module(&file, root)) else {
            continue;
        };
        for (line, path) in paths(&fs::read_to_string(&file).unwrap()) {
            let named = path.strip_prefix(prefix).and_then(|rest| rest.strip_prefix("::"));
            let named = named.and_then(|rest| floor(rest.split("::").next().unwrap()));
            if named.is_some_and(|named| named > own) {
                let file = file.strip_prefix(root).unwrap().display();
                broken.insert(format!("{file}:{line} names {path}"));
            }
        }
    }
    broken
}

/// Whether a file lies in one of some folders, or is one of some modules.
fn is_of(file: &Path, src: &Path, modules: &[&str]) -> bool {
    let name = file.strip_prefix(src).unwrap().with_extension("");
    modules.iter().any(|module| name.starts_with(module))
}

#[test]
fn a_module_names_only_the_floors_below_its_own() {
    let src = root().join("src");
    let broken = upward(&src, "crate", &FLOORS);
    assert!(broken.is_empty(), "{broken:#?}");
    let node = src.join("kinds/node");
    let broken = upward(&node, "crate::kinds::node", &NODE);
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_module_stands_on_a_floor() {
    let src = root().join("src");
    let stands =
        |root: &Path| -> BTreeSet<String> { sources(root).iter().map(|file| module(file, root)).collect() };
    let floors = |floors: &[&str], others: &[&str]| -> BTreeSet<String> {
        floors
            .iter()
            .chain(others)
            .map(|name| (*name).to_owned())
            .collect()
    };
    // The list of modules and the program name all of them.
    assert_eq!(stands(&src), floors(&FLOORS, &["lib", "main"]));
    assert_eq!(stands(&src.join("kinds/node")), floors(&NODE, &["mod"]));
}

#[test]
fn crates_are_spoken_in_where_they_belong() {
    let src = root().join("src");
    let mut broken = BTreeSet::new();
    for file in sources(&src).into_iter().filter(|file| !is_test(file)) {
        let text = fs::read_to_string(&file).unwrap();
        for (line, path) in paths(&text) {
            for (name, modules) in SPOKEN {
                if is_below(&path, name) && !is_of(&file, &src, modules) {
                    broken.insert(format!("{}:{line} names {path}", file.display()));
                }
            }
        }
        let code = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default());
        let code = code.take_while(|line| line.trim() != "#[cfg(test)]");
        let waits = |line: &str| line.contains(".await") || line.contains("async ");
        if !is_of(&file, &src, &ASYNC) && !is_of(&file, &src, &["main"]) && code.clone().any(waits) {
            broken.insert(format!("{} waits", file.display()));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn lowering_knows_no_language() {
    let lower = root().join("src/lower");
    let mut broken = BTreeSet::new();
    for file in sources(&lower) {
        let text = fs::read_to_string(&file).unwrap().to_lowercase();
        for (number, line) in (1..).zip(text.lines()) {
            let mut words = line.split(|c: char| !c.is_alphanumeric());
            if let Some(word) = words.find(|word| LANGUAGES.contains(word)) {
                broken.insert(format!("{}:{number} names {word}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_graph_knows_nothing_of_the_frontend() {
    let llb = root().join("../llb");
    let manifest = fs::read_to_string(llb.join("Cargo.toml")).unwrap();
    for name in ["vextrus", "tokio", "tonic", "path ="] {
        assert!(!manifest.contains(name), "llb depends on {name}");
    }
    for file in sources(&llb.join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            !text.contains("vextrus"),
            "{} knows of the frontend",
            file.display()
        );
    }
}

#[test]
fn every_file_is_a_module_of_the_crate() {
    let src = root().join("src");
    let mut reached = BTreeSet::from([src.join("lib.rs"), src.join("main.rs")]);
    let mut todo: Vec<PathBuf> = reached.iter().cloned().collect();
    while let Some(file) = todo.pop() {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let directory = match stem {
            "lib" | "main" | "mod" => file.parent().unwrap().to_owned(),
            _ => file.with_extension(""),
        };
        for line in fs::read_to_string(&file).unwrap().lines() {
            let Some(name) = line
                .trim()
                .strip_suffix(';')
                .and_then(|line| line.rsplit_once("mod "))
            else {
                continue;
            };
            let name = name.1;
            let places = [
                directory.join(format!("{name}.rs")),
                directory.join(name).join("mod.rs"),
            ];
            for place in places.into_iter().filter(|place| place.exists()) {
                if reached.insert(place.clone()) {
                    todo.push(place);
                }
            }
        }
    }
    let lost: Vec<PathBuf> = sources(&src)
        .into_iter()
        .filter(|file| !reached.contains(file))
        .collect();
    assert!(lost.is_empty(), "no `mod` line leads to {lost:#?}");
}

#[test]
fn a_forbidden_edge_is_found_however_it_is_written() {
    let text = "use crate::{diagnostic, gateway::{Failure as F, Gateway}};\n\
                use std::io; // use tonic::x;\n\
                fn f() { tokio::spawn(x); }\n\
                pub(crate) use\n    crate::plan;\n";
    let found: Vec<String> = paths(text).into_iter().map(|(_, path)| path).collect();
    assert_eq!(
        found,
        [
            "crate::diagnostic",
            "crate::gateway::Failure",
            "crate::gateway::Gateway",
            "std::io",
            "tokio::spawn",
            "crate::plan"
        ]
    );
    assert!(is_below("crate::gateway::Failure", "crate::gateway"));
    assert!(!is_below("crate::gateways", "crate::gateway"));
}
