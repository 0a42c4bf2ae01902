//! What the trim of production dependencies takes away, and what it leaves.

use serde_json::Value;
use vextrus_e2e::{Engine, Kind, Tree, Workspace, repository};

/// Where packages that pnpm installed lie.
const STORE: &str = "/app/node_modules/.pnpm";

/// The first bytes of a program for Linux on a processor (`e_machine`), with a string that names a C library.
fn elf(machine: u8, libc: &str) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01\x00".to_vec();
    bytes.resize(64, 0);
    bytes[18] = machine;
    bytes.extend(libc.as_bytes());
    bytes.push(0);
    bytes
}

/// Runs the script on the files of one package among others, for glibc on x64; returns what of the package is left.
fn trimmed(package: &[(&str, &[u8])], beside: &[(&str, &str)], names: &str) -> Vec<String> {
    let engine = Engine::take();
    let tree = Workspace::empty();
    for (path, content) in package {
        tree.write(
            &format!("app/node_modules/.pnpm/one@1.0.0/node_modules/one/{path}"),
            content,
        );
    }
    for (path, text) in beside {
        tree.write(&format!("app/{path}"), text);
    }
    let script = std::fs::read(repository().join("frontend/src/kinds/node/scripts/trim.cjs")).unwrap();
    let dockerfile =
        format!("FROM node:22-bookworm-slim\nCOPY . /\nRUN node /trim.cjs /app gnu/x64 {names}\n");
    tree.write("trim.cjs", script).write("Dockerfile", dockerfile);
    let files = engine.build(&tree).file("Dockerfile").run().image.files();
    let top = format!("{STORE}/one@1.0.0/node_modules/one");
    let left = files
        .below(&top)
        .map(|(path, _)| path[top.len() + 1..].to_owned());
    left.collect()
}

/// A package with something of every kind.
fn every_kind() -> Vec<(&'static str, &'static [u8])> {
    vec![
        (
            "package.json",
            br#"{"name": "one", "main": "index.js", "scripts": {"test": "mocha test/*.js"}}"#,
        ),
        ("LICENSE", b""),
        ("README.md", b""),
        ("CHANGELOG.md", b""),
        ("binding.gyp", b"{}"),
        ("build/Release/one.node", b"\x7fELF"),
        ("guide.md", b""),
        ("index.d.ts", b""),
        ("index.d.ts.map", b""),
        ("index.js", b"//# sourceMappingURL=index.js.map"),
        ("index.js.flow", b""),
        ("index.js.map", b""),
        ("index.ts", b""),
        ("lib/data.json", b""),
        ("lib/engine.wasm", b""),
        ("src/one.cc", b""),
        ("src/one.h", b""),
        ("test/LICENSE", b""),
        ("test/one.js", b""),
        ("types/index.d.mts", b""),
    ]
}

/// What of it is left.
const LEFT: [&str; 12] = [
    "LICENSE",
    "binding.gyp",
    "build",
    "build/Release",
    "build/Release/one.node",
    "guide.md",
    "index.js",
    "lib",
    "lib/data.json",
    "lib/engine.wasm",
    "package.json",
    "test",
];

#[test]
fn each_kind_that_nothing_loads_goes() {
    let mut left = LEFT.to_vec();
    left.push("test/LICENSE");
    assert_eq!(trimmed(&every_kind(), &[], ""), left);
}

#[test]
fn a_package_that_the_manifest_names_stays_whole() {
    let all = trimmed(&every_kind(), &[], "other one");
    let files = every_kind();
    let missing: Vec<_> = files
        .iter()
        .filter(|(path, _)| !all.contains(&(*path).to_owned()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_a_package_says_it_loads_stays() {
    let manifest = br#"{
        "name": "one", "main": "lib/main.ts", "bin": {"one": "test/cli.js"},
        "exports": {
            ".": {"types": "./index.d.ts", "require": {"types": "./cjs.d.cts", "default": "./index.js"}},
            "./declared": "./declared.d.ts", "./map": "./index.js.map"
        },
        "scripts": {"test": "mocha test"}
    }"#;
    let package: [(&str, &[u8]); 12] = [
        ("package.json", manifest),
        ("README.md", b"the licence is in here"),
        ("cjs.d.cts", b""),
        ("declared.d.ts", b""),
        ("deep/package.json", br#"{"main": "../deep.js.map"}"#),
        ("deep.js.map", b""),
        ("index.d.ts", b""),
        ("index.js", b""),
        ("index.js.map", b""),
        ("lib/main.ts", b""),
        ("test/cli.js", b""),
        ("util.ts", b""),
    ];
    let left = [
        "README.md",
        "declared.d.ts",
        "deep",
        "deep.js.map",
        "deep/package.json",
        "index.js",
        "index.js.map",
        "lib",
        "lib/main.ts",
        "package.json",
        "test",
        "test/cli.js",
        "util.ts",
    ];
    assert_eq!(trimmed(&package, &[], ""), left);
}

#[test]
fn what_the_code_of_a_package_speaks_of_stays() {
    let package: [(&str, &[u8]); 8] = [
        (
            "package.json",
            br#"{"name": "one", "directories": {"test": "./test"}}"#,
        ),
        ("LICENSE", b""),
        ("CHANGELOG.md", b""),
        ("README.md", b""),
        (
            "index.js",
            b"read('lib.' + name + '.d.ts'); print('README.md'); require('./test/helper')",
        ),
        ("index.js.map", b""),
        ("lib.es5.d.ts", b""),
        ("test/helper.js", b""),
    ];
    let left = [
        "LICENSE",
        "README.md",
        "index.js",
        "lib.es5.d.ts",
        "package.json",
        "test",
        "test/helper.js",
    ];
    assert_eq!(trimmed(&package, &[], ""), left);
}

#[test]
fn a_compiler_that_the_service_depends_on_finds_what_it_reads() {
    let package: [(&str, &[u8]); 5] = [
        ("package.json", br#"{"name": "one"}"#),
        ("index.d.ts", b""),
        ("index.js", b""),
        ("index.js.map", b""),
        ("index.ts", b""),
    ];
    // pnpm's links are in place of the package that a link leads to.
    let service = |manifest: &'static str| {
        [
            (
                "services/a/package.json",
                r#"{"dependencies": {"database": "1"}}"#,
            ),
            ("services/a/node_modules/database/package.json", manifest),
            (
                "services/a/node_modules/ts-node/package.json",
                r#"{"name": "ts-node"}"#,
            ),
        ]
    };
    let used = service(r#"{"dependencies": {"ts-node": "10"}}"#);
    assert_eq!(
        trimmed(&package, &used, ""),
        ["index.d.ts", "index.js", "index.ts", "package.json"]
    );
    // As database libraries have it for their command lines.
    let unused = service(
        r#"{"peerDependencies": {"ts-node": "10"}, "peerDependenciesMeta": {"ts-node": {"optional": true}}}"#,
    );
    assert_eq!(trimmed(&package, &unused, ""), ["index.js", "package.json"]);
}

#[test]
fn machine_code_for_others_goes() {
    let (gnu, musl, arm) = (
        elf(62, "libc.so.6"),
        elf(62, "libc.musl-x86_64.so.1"),
        elf(183, "libc.so.6"),
    );
    let (windows, mac) = (vec![b'M', b'Z'], b"\xcf\xfa\xed\xfe".to_vec());
    let padded = |mut bytes: Vec<u8>| {
        bytes.resize(128, 0);
        bytes
    };
    let (windows, mac) = (padded(windows), padded(mac));
    let package: [(&str, &[u8]); 7] = [
        ("package.json", br#"{"name": "one"}"#),
        ("prebuilds/darwin-x64+arm64/one.node", &mac),
        ("prebuilds/linux-arm64/one.node", &arm),
        ("prebuilds/linux-x64/one.glibc.node", &gnu),
        ("prebuilds/linux-x64/one.musl.node", &musl),
        ("prebuilds/win32-x64/one.node", &windows),
        ("releases/x86_64-pc-windows-msvc/helper.dll", &windows),
    ];
    let left = [
        "package.json",
        "prebuilds",
        "prebuilds/linux-x64",
        "prebuilds/linux-x64/one.glibc.node",
    ];
    assert_eq!(trimmed(&package, &[], ""), left);
    // With nothing for the runtime's C library, `tidy.cjs` has something to refuse.
    let alone: [(&str, &[u8]); 2] = [("package.json", br#"{"name": "one"}"#), ("one.node", &musl)];
    assert_eq!(trimmed(&alone, &[], ""), ["one.node", "package.json"]);
}

/// Returns the files that a package.json names to be loaded.
fn targets(manifest: &Value) -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(path) => found.push(path.clone()),
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Object(conditions) => conditions
                .iter()
                .filter(|(condition, _)| !condition.starts_with("types"))
                .for_each(|(_, item)| collect(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for field in ["main", "module", "bin", "exports", "imports"] {
        collect(&manifest[field], &mut found);
    }
    found
}

/// Whatever the manifests of a real service's dependencies name is there, trimmed or not; what is left is as it was,
/// and `untrimmed` gives all of it.
#[test]
fn everything_that_manifests_name_is_there() {
    let engine = Engine::take();
    let erp = Workspace::erp();
    for service in ["auth", "file-storage"] {
        let trimmed = engine.build(&erp).service(service).run().image;
        let manifest = format!("services/{service}/service.toml");
        erp.append(&manifest, "\n[image]\nuntrimmed = true\n");
        let whole = engine.build(&erp).service(service).run().image;
        assert!(trimmed.compressed_size() < whole.compressed_size());
        check(&trimmed.files(), &whole.files());
    }
}

fn check(trimmed: &Tree, whole: &Tree) {
    let mut named = 0;
    for (path, entry) in whole.below(STORE) {
        if path.ends_with("/package.json") && entry.kind == Kind::File {
            let Ok(manifest) = serde_json::from_str(&whole.text(path)) else {
                continue;
            };
            let directory = path.trim_end_matches("package.json");
            for target in targets(&manifest) {
                let file = format!("{directory}{target}");
                let candidates = [file.clone(), format!("{file}.js"), format!("{file}/index.js")];
                let Some(found) = candidates.iter().find_map(|path| whole.resolve(path)) else {
                    continue;
                };
                named += 1;
                assert!(
                    trimmed.get(&found).is_some(),
                    "{path} names {target}, which is gone"
                );
            }
        }
        match trimmed.get(path) {
            Some(left) => assert_eq!(left, entry, "{path}"),
            None => assert!(
                is_trimmed(path) || entry.kind == Kind::Directory,
                "{path} is gone"
            ),
        }
    }
    assert!(named > 200, "only {named} targets: are these packages?");
    let added = trimmed.below(STORE).find(|(path, _)| whole.get(path).is_none());
    assert!(added.is_none(), "{added:?}");
    let licences = |tree: &Tree| {
        let names = tree.below(STORE).filter(|(path, _)| path.contains("/LICEN"));
        names.count()
    };
    assert_eq!(licences(trimmed), licences(whole));
}

/// Says whether a file that is gone is of a kind that may go.
fn is_trimmed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let kinds = [
        ".ts",
        ".mts",
        ".cts",
        ".tsx",
        ".map",
        ".flow",
        ".md",
        ".markdown",
        ".cc",
        ".c",
        ".cpp",
        ".h",
        ".hpp",
        ".node",
    ];
    let tests = ["/test/", "/tests/", "/__tests__/", "/spec/"];
    kinds.iter().any(|kind| name.ends_with(kind))
        || tests.iter().any(|directory| path.contains(directory))
        || [
            "readme",
            "changelog",
            "history",
            "contributing",
            "security",
            "changes",
        ]
        .iter()
        .any(|document| name.to_lowercase().starts_with(document))
}
