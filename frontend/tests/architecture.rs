//! The edges between modules that the design forbids, read from the sources.
//!
//! Pure stages stay pure: what decides speaks neither to the engine nor in its graphs, so that a plan can be
//! printed, compared and tested without one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a module, by its path below `src`, must not name.
const FORBIDDEN: [(&str, &[&str]); 11] = [
    (
        "diagnostic",
        &["buildkit_llb", "buildkit_proto", "tokio", "tonic", "crate"],
    ),
    (
        "manifest",
        &[
            "buildkit_llb",
            "buildkit_proto",
            "tokio",
            "tonic",
            "crate::story",
            "crate::context",
            "crate::gateway",
            "crate::lower",
            "crate::options",
            "crate::plan",
            "crate::result",
            "crate::workspace",
        ],
    ),
    (
        "workspace",
        &[
            "buildkit_llb",
            "buildkit_proto",
            "tokio",
            "tonic",
            "crate::story",
            "crate::context",
            "crate::gateway",
            "crate::lower",
            "crate::options",
            "crate::plan",
            "crate::result",
        ],
    ),
    (
        "plan",
        &[
            "buildkit_llb",
            "buildkit_proto",
            "tokio",
            "tonic",
            "futures_util",
            "crate::context",
            "crate::gateway",
            "crate::lower",
            "crate::options",
            "crate::result",
        ],
    ),
    (
        "lint",
        &[
            "buildkit_llb",
            "buildkit_proto",
            "tokio",
            "tonic",
            "futures_util",
            "crate::story",
            "crate::context",
            "crate::gateway",
            "crate::lower",
            "crate::options",
            "crate::result",
            "crate::subrequest",
        ],
    ),
    (
        "subrequest",
        &[
            "buildkit_llb",
            "buildkit_proto",
            "tokio",
            "tonic",
            "futures_util",
            "crate::context",
            "crate::lower",
            "crate::result",
        ],
    ),
    (
        "lower",
        &[
            "tokio",
            "tonic",
            "futures_util",
            "crate::story",
            "crate::context",
            "crate::gateway",
            "crate::manifest",
            "crate::options",
            "crate::subrequest",
            "crate::workspace",
        ],
    ),
    (
        "context",
        &["crate::story", "crate::result", "crate::subrequest", "tonic"],
    ),
    (
        "options",
        &[
            "buildkit_proto",
            "tokio",
            "tonic",
            "crate::story",
            "crate::context",
            "crate::lower",
            "crate::plan",
            "crate::workspace",
        ],
    ),
    (
        "result",
        &[
            "buildkit_llb",
            "tokio",
            "tonic",
            "crate::story",
            "crate::context",
            "crate::gateway",
            "crate::lower",
            "crate::plan",
            "crate::workspace",
        ],
    ),
    (
        "gateway",
        &[
            "buildkit_llb",
            "crate::story",
            "crate::context",
            "crate::lower",
            "crate::manifest",
            "crate::plan",
            "crate::workspace",
        ],
    ),
];

/// The crates that only one side of the frontend may speak in.
const WIRE: [(&str, &[&str]); 2] = [("tonic", &["gateway"]), ("buildkit_proto", &["gateway"])];

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

/// Returns every edge of `files` that is in the list, as lines for people.
fn broken(src: &Path, forbidden: &BTreeMap<&str, &[&str]>) -> BTreeSet<String> {
    let mut broken = BTreeSet::new();
    for file in sources(src).into_iter().filter(|file| !is_test(file)) {
        let Some(forbidden) = forbidden.get(module(&file, src).as_str()) else {
            continue;
        };
        for (line, path) in paths(&fs::read_to_string(&file).unwrap()) {
            if forbidden.iter().any(|above| is_below(&path, above)) {
                broken.insert(format!(
                    "{}:{line} names {path}",
                    file.strip_prefix(src).unwrap().display()
                ));
            }
        }
    }
    broken
}

#[test]
fn stages_name_only_what_comes_before_them() {
    let broken = broken(&root().join("src"), &BTreeMap::from(FORBIDDEN));
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_wire_ends_in_the_gateway() {
    let src = root().join("src");
    let mut broken = BTreeSet::new();
    for file in sources(&src).into_iter().filter(|file| !is_test(file)) {
        let module = module(&file, &src);
        for (line, path) in paths(&fs::read_to_string(&file).unwrap()) {
            for (wire, allowed) in WIRE {
                if is_below(&path, wire) && !allowed.contains(&module.as_str()) {
                    broken.insert(format!("{}:{line} names {path}", file.display()));
                }
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
fn every_module_is_under_a_rule_or_tells_the_story() {
    let src = root().join("src");
    let ruled: BTreeSet<&str> = FORBIDDEN.iter().map(|(module, _)| *module).collect();
    let modules: BTreeSet<String> = sources(&src).iter().map(|file| module(file, &src)).collect();
    for module in &ruled {
        assert!(modules.contains(*module), "the rule for {module} is for nothing");
    }
    let free: Vec<&String> = modules
        .iter()
        .filter(|module| !ruled.contains(module.as_str()))
        .collect();
    assert_eq!(free, ["build", "lib", "main"]);
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
