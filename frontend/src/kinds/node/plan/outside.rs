//! What a package's build reads outside of the packages: configuration that is known to be there, and files
//! that its scripts and compiler settings name.

use std::collections::{BTreeMap, BTreeSet};

use super::input::PackageInput;
use crate::kinds::node::Workspace;
use crate::kinds::node::workspace::Project;
use crate::path::{is_within, join, leaves, parent};
use crate::pattern::literal;
use crate::source::is_credential;

/// Configuration at the workspace's root that builds look for by walking up, as globs on the file's name.
pub const ROOT_CONFIGURATION: [&str; 12] = [
    "tsconfig*.json",
    "jsconfig*.json",
    "babel.config.*",
    ".babelrc*",
    ".swcrc",
    ".browserslistrc",
    "postcss.config.*",
    "tailwind.config.*",
    "tsup.config.*",
    "tsdown.config.*",
    "vite.config.*",
    "nx.json",
];

/// Configuration at the workspace's root that tests and linters look for by walking up, as globs on the file's name.
pub const CHECK_CONFIGURATION: [&str; 19] = [
    "jest.*",
    "vitest.*",
    ".mocharc*",
    "ava.config.*",
    "cypress.config.*",
    "playwright.config.*",
    ".nycrc*",
    ".c8rc*",
    "eslint.config.*",
    ".eslintrc*",
    ".eslintignore",
    ".prettierrc*",
    "prettier.config.*",
    ".prettierignore",
    ".editorconfig",
    "biome.json*",
    ".oxlintrc*",
    "stylelint.config.*",
    ".stylelintrc*",
];

/// Returns configuration outside of what the build tree holds already: pattern in the context to container path.
pub(super) fn configuration(
    input: &PackageInput<'_>,
    importer: &str,
    project: &Project,
    globs: &[&str],
) -> BTreeMap<String, String> {
    let workspace = input.workspace;
    let mut files: BTreeSet<String> = project
        .typescript
        .configs
        .keys()
        .filter(|path| !is_in_tree(input, importer, path))
        .cloned()
        .collect();
    if importer != "." {
        let matches = |name: &&String| globs.iter().any(|glob| matches_name(glob, name));
        let names = workspace.root_files.iter().filter(matches);
        files.extend(names.map(|name| workspace.context_path(name)));
    }
    if input.root_postinstall && importer != "." {
        // The install has the root's manifest without its scripts.
        files.insert(workspace.context_path("package.json"));
    }
    let placed = placed(workspace, files).into_iter();
    placed.map(|(path, place)| (literal(&path), place)).collect()
}

/// Returns the configurations that the service's own extends, of those that no package of the image has: container path to
/// text.
pub(super) fn settings(input: &PackageInput<'_>, project: &Project) -> BTreeMap<String, String> {
    let workspace = input.workspace;
    let packages = input.production.iter().map(String::as_str).chain([input.service]);
    let is_there = |path: &str| {
        packages
            .clone()
            .any(|id| is_within(path, &workspace.context_path(id)))
    };
    let configs = project.typescript.configs.iter();
    let outside = configs.filter(|(path, _)| !is_there(path) && !is_credential(path));
    let placed = outside.map(|(path, text)| (workspace.container_of_context(path), text.clone()));
    placed.collect()
}

/// Returns what scripts and compiler settings name outside of packages, which may or may not exist: context
/// path to container path.
pub(super) fn named(input: &PackageInput<'_>, importer: &str, project: &Project) -> BTreeMap<String, String> {
    let workspace = input.workspace;
    let own = workspace.context_path(importer);
    let scripts = project.manifest.scripts.values();
    let named = scripts.flat_map(|script| named_by_script(script, &own));
    let mut files = BTreeSet::new();
    for path in named.chain(project.typescript.sources.iter().cloned()) {
        let escapes = path == "." || path.is_empty() || leaves(&path);
        let holds_packages = |path: &str| {
            let mut ids = workspace.projects.keys();
            ids.any(|id| is_within(&workspace.context_path(id), path))
        };
        if escapes || holds_packages(&path) || is_in_tree(input, importer, &path) {
            continue;
        }
        // A program that a script names may read what lies beside it, so its whole directory is taken.
        let parent = parent(&path);
        let whole = is_program(&path) && !parent.is_empty() && !holds_packages(parent);
        files.insert(if whole { parent.to_owned() } else { path });
    }
    placed(workspace, files)
}

/// Returns whether the build tree holds a path as a part of a package.
fn is_in_tree(input: &PackageInput<'_>, importer: &str, path: &str) -> bool {
    let dependencies = input.reaches.get(importer).into_iter().flatten();
    let mut packages = dependencies.map(String::as_str).chain([importer]);
    packages.any(|id| is_within(path, &input.workspace.context_path(id)))
}

/// Returns the paths that a script names by way of the parent directory, relative to the context.
fn named_by_script(script: &str, directory: &str) -> Vec<String> {
    let ends = |c: char| c.is_whitespace() || "'\"`=;:,()&|<>".contains(c);
    let words = script.split(ends).filter(|word| word.contains("../"));
    words
        .map(|word| {
            let fixed: Vec<&str> = word
                .split('/')
                .take_while(|part| !part.contains(['*', '?', '$', '{']))
                .collect();
            join(
                if directory.is_empty() { "." } else { directory },
                &fixed.join("/"),
            )
        })
        // Secrets stay with the developer.
        .filter(|path| !is_credential(path))
        .collect()
}

fn is_program(path: &str) -> bool {
    [".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".sh"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// Returns where files are in the container. Credentials are taken only where the manifest asks for them.
fn placed(workspace: &Workspace, files: BTreeSet<String>) -> BTreeMap<String, String> {
    files
        .into_iter()
        .filter(|path| !is_credential(path))
        .map(|path| (path.clone(), workspace.container_of_context(&path)))
        .collect()
}

/// Matches a file name against a glob with any number of `*`.
fn matches_name(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(first) = parts.next() else { return false };
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_name_files_by_way_of_the_parent() {
        let named = |script: &str| named_by_script(script, "apps/api");
        assert_eq!(
            named("node ../../scripts/build.mjs --out=dist && cp -r ../common/assets dist"),
            ["scripts/build.mjs", "apps/common/assets"]
        );
        assert_eq!(named("tsc -p ../../config/*.json"), ["config"]);
        assert_eq!(named("dotenv -e ../../.env -- next build"), [""; 0]);
        assert_eq!(
            named("dotenv -e ../../.env.production -- next build"),
            [".env.production"]
        );
        assert_eq!(named("node ./build.js"), [""; 0]);
    }

    #[test]
    fn names_match_globs() {
        assert!(matches_name("tsconfig*.json", "tsconfig.base.json"));
        assert!(matches_name(".swcrc", ".swcrc"));
        assert!(!matches_name(".swcrc", ".swcrc.bak"));
        assert!(!matches_name("tsconfig*.json", "package.json"));
        assert!(matches_name("*a*b*", "xaxbx"));
    }
}
