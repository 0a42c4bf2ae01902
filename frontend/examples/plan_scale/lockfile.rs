//! A lockfile of published packages that do not exist, laid out as pnpm 9 writes it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::workspace::{External, Importer, SERVICE, Size, package};

/// Packages depend on others of their group alone, and all of it is reached from its first.
const GROUP: usize = 10;
/// The groups that the workspace is developed with, of all in a hundred.
const TOOLS: usize = 20;

/// Returns what the workspace is developed with, and what its packages depend on: the first of each group.
pub(crate) fn published(size: Size) -> (Vec<External>, Vec<External>) {
    let heads = (0..size.externals).step_by(GROUP).map(external);
    let mut tools: Vec<External> = heads.collect();
    let others = tools.split_off(tools.len() * TOOLS / 100);
    (tools, others)
}

fn external(number: usize) -> External {
    let name = if number.is_multiple_of(4) {
        format!("@scope-{}/external-{number:04}", number % 7)
    } else {
        format!("external-{number:04}")
    };
    (name, format!("{}.{}.{}", number % 9, number % 17, number % 5))
}

/// Returns what a package depends on: others of its group behind it.
fn dependencies(number: usize, size: Size) -> BTreeMap<String, String> {
    let end = size.externals.min((number / GROUP + 1) * GROUP);
    let behind = [1, 2, 5].map(|step| number + step).into_iter();
    behind.filter(|number| *number < end).map(external).collect()
}

/// Returns the lockfile of a workspace.
pub(crate) fn lockfile(size: Size, importers: &[Importer]) -> String {
    let mut text = String::from(
        "lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n  excludeLinksFromLockfile: false\n\nimporters:\n",
    );
    let mut sorted: Vec<&Importer> = importers.iter().collect();
    sorted.sort_by_key(|importer| &importer.directory);
    // Writing to a string does not fail.
    for importer in sorted {
        let _ = write_importer(&mut text, size, importer);
    }
    let _ = write_packages(&mut text, size);
    text
}

fn write_importer(text: &mut String, size: Size, importer: &Importer) -> std::fmt::Result {
    let up = if importer.directory == SERVICE {
        "../../packages"
    } else {
        ".."
    };
    let exact = |(name, version): &External| (name.clone(), (version.clone(), version.clone()));
    let links = importer.links.iter().map(|number| {
        let link = format!("link:{up}/{}", size.stem(*number));
        (package(size, *number), ("workspace:*".to_owned(), link))
    });
    let production: BTreeMap<String, (String, String)> =
        links.chain(importer.production.iter().map(exact)).collect();
    let development = importer.development.iter().map(exact).collect();
    if production.is_empty() && importer.development.is_empty() {
        return writeln!(text, "\n  {}: {{}}", importer.directory);
    }
    writeln!(text, "\n  {}:", importer.directory)?;
    for (field, entries) in [("dependencies", production), ("devDependencies", development)] {
        if !entries.is_empty() {
            writeln!(text, "    {field}:")?;
        }
        for (name, (specifier, version)) in entries {
            let name = quoted(&name);
            writeln!(
                text,
                "      {name}:\n        specifier: {specifier}\n        version: {version}"
            )?;
        }
    }
    Ok(())
}

fn write_packages(text: &mut String, size: Size) -> std::fmt::Result {
    let mut all: Vec<(External, usize)> = (0..size.externals).map(|n| (external(n), n)).collect();
    all.sort();
    let key = |(name, version): &External| quoted(&format!("{name}@{version}"));
    text.push_str("\npackages:\n");
    for (package, number) in &all {
        let digest = format!("{:0>86}", number * 7919);
        writeln!(
            text,
            "\n  {}:\n    resolution: {{integrity: sha512-{digest}==}}",
            key(package)
        )?;
    }
    text.push_str("\nsnapshots:\n");
    for (package, number) in &all {
        let dependencies = dependencies(*number, size);
        if dependencies.is_empty() {
            writeln!(text, "\n  {}: {{}}", key(package))?;
            continue;
        }
        writeln!(text, "\n  {}:\n    dependencies:", key(package))?;
        for (name, version) in dependencies {
            writeln!(text, "      {}: {version}", quoted(&name))?;
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
