//! A large pnpm workspace, written out in memory: the size at which planning could be felt.
//!
//! Sixty importers (the root, 9 services, 50 libraries) and 4,200 resolved packages, 8,400 entries of
//! `packages` and `snapshots`, in a lockfile of over 40,000 lines laid out as pnpm 9 writes it. A service
//! uses every third library, a library two others; so a service reaches a good half of all packages.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Resolved packages.
pub(crate) const PACKAGES: usize = 4200;
/// Libraries, each built on its own.
pub(crate) const LIBRARIES: usize = 50;
/// Services.
pub(crate) const SERVICES: usize = 9;
/// Packages depend on others of their group alone.
pub(crate) const GROUP: usize = 40;

/// Returns the files of the workspace by path; the service to build is `services/s0`.
pub(crate) fn files() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut add = |path: String, text: String| _ = files.insert(path, text.into_bytes());
    add("pnpm-lock.yaml".to_owned(), lockfile());
    add(
        "pnpm-workspace.yaml".to_owned(),
        "packages:\n  - services/*\n  - libs/*\n".to_owned(),
    );
    for importer in importers() {
        let path = if importer == "." {
            String::new()
        } else {
            format!("{importer}/")
        };
        add(format!("{path}package.json"), package_json(&importer));
        if importer != "." {
            let extends = "{ \"extends\": \"../../tsconfig.base.json\", \"compilerOptions\": { \"outDir\": \"dist\" } }\n";
            add(format!("{path}tsconfig.json"), extends.to_owned());
        }
    }
    add(
        "tsconfig.base.json".to_owned(),
        "{ \"compilerOptions\": { \"strict\": true } }\n".to_owned(),
    );
    for service in 0..SERVICES {
        add(
            format!("services/s{service}/service.toml"),
            "# syntax=vextrus/frontend\n".to_owned(),
        );
    }
    files
}

fn importers() -> Vec<String> {
    let libraries = (0..LIBRARIES).map(|n| format!("libs/l{n}"));
    let services = (0..SERVICES).map(|n| format!("services/s{n}"));
    let mut all: Vec<String> = std::iter::once(".".to_owned())
        .chain(libraries)
        .chain(services)
        .collect();
    all.sort();
    all
}

/// Returns the libraries that an importer depends on.
fn libraries(importer: &str) -> Vec<usize> {
    match (number(importer, "services/s"), number(importer, "libs/l")) {
        (Some(service), _) => (0..LIBRARIES)
            .filter(|library| (library + service).is_multiple_of(3))
            .collect(),
        // Later libraries only, so that there is no circle.
        (_, Some(library)) => [library + 3, library + 9]
            .into_iter()
            .filter(|n| *n < LIBRARIES)
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns the packages that an importer depends on: production first, then development.
fn packages(importer: &str) -> (Vec<usize>, Vec<usize>) {
    let groups = PACKAGES / GROUP;
    let head = |group: usize| group % groups * GROUP;
    match (number(importer, "services/s"), number(importer, "libs/l")) {
        (Some(service), _) => (
            (0..20).map(|n| head(service * 20 + n)).collect(),
            vec![head(96), head(97)],
        ),
        (_, Some(library)) => ((0..3).map(|n| head(library * 3 + n)).collect(), vec![head(97)]),
        _ => (Vec::new(), (0..4).map(|n| head(96 + n)).collect()),
    }
}

fn number(importer: &str, prefix: &str) -> Option<usize> {
    importer.strip_prefix(prefix)?.parse().ok()
}

fn name(package: usize) -> String {
    if package.is_multiple_of(4) {
        format!("@scope-{}/package-{package:04}", package % 7)
    } else {
        format!("package-{package:04}")
    }
}

fn version(package: usize) -> String {
    format!("{}.{}.{}", package % 9, package % 17, package % 5)
}

/// Returns what a package depends on: three others of its group behind it.
fn dependencies(package: usize) -> Vec<usize> {
    let end = (package / GROUP + 1) * GROUP;
    let mut found: Vec<usize> = [1, 2, 7]
        .map(|step| package + step)
        .into_iter()
        .filter(|n| *n < end)
        .collect();
    found.sort_by_key(|package| name(*package));
    found
}

fn package_json(importer: &str) -> String {
    let (production, development) = packages(importer);
    let mut specifiers: Vec<String> = production
        .into_iter()
        .map(|n| format!("\"{}\": \"^{}\"", name(n), version(n)))
        .collect();
    specifiers.extend(
        libraries(importer)
            .into_iter()
            .map(|n| format!("\"@x/l{n}\": \"workspace:*\"")),
    );
    let development: Vec<String> = development
        .into_iter()
        .map(|n| format!("\"{}\": \"^{}\"", name(n), version(n)))
        .collect();
    let own = importer.rsplit('/').next().unwrap_or(importer);
    let manager = if importer == "." {
        "\"packageManager\": \"pnpm@9.15.9\","
    } else {
        ""
    };
    format!(
        "{{ \"name\": \"@x/{}\", \"version\": \"1.0.0\", {manager} \"main\": \"dist/main.js\",\n\
         \"scripts\": {{ \"build\": \"tsc\", \"start\": \"node dist/main.js\" }},\n\
         \"dependencies\": {{ {} }},\n\"devDependencies\": {{ {} }} }}\n",
        if own == "." { "root" } else { own },
        specifiers.join(", "),
        development.join(", ")
    )
}

fn lockfile() -> String {
    let mut text = String::from(
        "lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n  excludeLinksFromLockfile: false\n\nimporters:\n",
    );
    let mut sorted: Vec<usize> = (0..PACKAGES).collect();
    sorted.sort_by_key(|package| name(*package));
    // Writing to a string does not fail.
    _ = write_all(&mut text, &sorted);
    text
}

fn write_all(text: &mut String, sorted: &[usize]) -> std::fmt::Result {
    let key = |n: usize| quoted(&format!("{}@{}", name(n), version(n)));
    for importer in importers() {
        write!(text, "\n  {importer}:\n")?;
        let (production, development) = packages(&importer);
        let mut entries: BTreeMap<String, (String, String)> = BTreeMap::new();
        for n in production {
            entries.insert(name(n), (format!("^{}", version(n)), version(n)));
        }
        for n in libraries(&importer) {
            let up = if importer.starts_with("libs/") {
                format!("link:../l{n}")
            } else {
                format!("link:../../libs/l{n}")
            };
            entries.insert(format!("@x/l{n}"), ("workspace:*".to_owned(), up));
        }
        let development = development
            .into_iter()
            .map(|n| (name(n), (format!("^{}", version(n)), version(n))));
        for (field, entries) in [
            ("dependencies", entries),
            ("devDependencies", development.collect()),
        ] {
            if !entries.is_empty() {
                writeln!(text, "    {field}:")?;
            }
            for (name, (specifier, version)) in entries {
                let name = quoted(&name);
                write!(
                    text,
                    "      {name}:\n        specifier: {specifier}\n        version: {version}\n"
                )?;
            }
        }
    }
    text.push_str("\npackages:\n");
    for n in sorted {
        let digest = format!("{:0>86}", n * 7919);
        write!(
            text,
            "\n  {}:\n    resolution: {{integrity: sha512-{digest}==}}\n",
            key(*n)
        )?;
        if n.is_multiple_of(3) {
            text.push_str("    engines: {node: '>=18'}\n");
        }
        if n.is_multiple_of(11) {
            text.push_str("    hasBin: true\n");
        }
    }
    text.push_str("\nsnapshots:\n");
    for n in sorted {
        let dependencies = dependencies(*n);
        if dependencies.is_empty() {
            write!(text, "\n  {}: {{}}\n", key(*n))?;
            continue;
        }
        write!(text, "\n  {}:\n    dependencies:\n", key(*n))?;
        for dependency in dependencies {
            writeln!(
                text,
                "      {}: {}",
                quoted(&name(dependency)),
                version(dependency)
            )?;
        }
    }
    Ok(())
}

/// Quotes a key as pnpm does: only `@` in front needs it.
fn quoted(key: &str) -> String {
    if key.starts_with('@') {
        format!("'{key}'")
    } else {
        key.to_owned()
    }
}
