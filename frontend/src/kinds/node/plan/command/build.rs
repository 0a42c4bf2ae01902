//! The script that builds a package.

use super::shell::{conjunction, is_build};
use super::{START_SCRIPTS, commands};
use crate::kinds::node::plan::site;
use crate::kinds::node::workspace::PackageJson;

/// Programs that write what runs.
const COMPILERS: [&str; 15] = [
    "babel", "esbuild", "nest", "ncc", "next", "rollup", "rspack", "swc", "tsc", "tsdown", "tspc", "tsup",
    "unbuild", "vite", "webpack",
];

/// Returns the script that builds a package: `build`; else the one that its start script runs in front of the program, which
/// is left out of the image's command; else the only one of those whose name says so that runs a compiler; else, where nothing
/// is said to start, the only one that runs a tool which builds nothing but sites, as `docs:build` and `build-storybook` do.
pub(in super::super) fn build_script(manifest: &PackageJson) -> Option<&str> {
    let own = |name: &str| {
        manifest
            .scripts
            .get_key_value(name)
            .map(|(name, _)| name.as_str())
    };
    let started = || START_SCRIPTS.iter().find_map(|start| built_by(manifest, start));
    let only = || match nearly_builds(manifest).as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let of_site = || match builds_site(manifest).as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    own("build").or_else(started).or_else(only).or_else(of_site)
}

/// Whether Nx may be what builds a package: nothing else does, or its script runs Nx.
pub fn may_be_built_by_nx(manifest: &PackageJson) -> bool {
    let is_nx = |script| {
        commands(manifest, script)
            .iter()
            .any(|words| words.first().is_some_and(|word| word == "nx"))
    };
    build_script(manifest).is_none_or(is_nx)
}

/// Returns the scripts that build a site by a tool that builds nothing else, of a package that starts nothing.
fn builds_site(manifest: &PackageJson) -> Vec<&str> {
    let is_program = manifest.main.is_some() || manifest.exports.is_some() || !manifest.bin.is_empty();
    let is_started = START_SCRIPTS
        .iter()
        .any(|name| manifest.scripts.contains_key(*name));
    if is_program || is_started {
        return Vec::new();
    }
    let names = manifest.scripts.keys().map(String::as_str);
    let builds = |name: &&str| commands(manifest, name).iter().any(site::is_of_sites_alone);
    names.filter(builds).collect()
}

/// Returns the scripts whose names say that they build, and that run a compiler once.
pub(in super::super) fn nearly_builds(manifest: &PackageJson) -> Vec<&str> {
    let is_named = |name: &str| {
        let word = name.split([':', '-', '_', '.']).next().unwrap_or_default();
        ["build", "bundle", "compile", "transpile", "tsc"].contains(&word)
    };
    let scripts = manifest.scripts.iter();
    let found = scripts.filter(|(name, script)| is_named(name) && compiles(script));
    found.map(|(name, _)| name.as_str()).collect()
}

fn compiles(script: &str) -> bool {
    let parts = conjunction(script).unwrap_or_default();
    parts.iter().any(|part| {
        let words = shlex::split(part).unwrap_or_default();
        let program = words
            .iter()
            .find(|word| !["npx", "pnpm", "exec", "yarn"].contains(&word.as_str()));
        let has = |flags: &[&str]| words.iter().any(|word| flags.contains(&word.as_str()));
        program.is_some_and(|program| COMPILERS.contains(&program.as_str()))
            && !has(&["--noEmit", "--watch", "-w", "dev", "serve", "start", "preview"])
    })
}

/// Returns the script that a start script has build the package, in front of the program or in what pnpm runs before it.
fn built_by<'m>(manifest: &'m PackageJson, start: &str) -> Option<&'m str> {
    let scripts = &manifest.scripts;
    let parts = conjunction(scripts.get(start)?)?;
    let (_, before) = parts.split_last()?;
    let named = |part: &&str| {
        let words = shlex::split(part)?;
        let (runner, words) = words.split_first()?;
        let is_runner = ["npm", "pnpm", "yarn"].contains(&runner.as_str());
        let is_name =
            |word: &&String| !["run", "run-script"].contains(&word.as_str()) && !word.starts_with('-');
        let name = words.iter().find(is_name).filter(|_| is_runner)?;
        let (name, script) = scripts.get_key_value(name)?;
        (is_build(part) || compiles(script)).then_some(name.as_str())
    };
    let Some((name, script)) = scripts.get_key_value(&format!("pre{start}")) else {
        return before.iter().find_map(named);
    };
    let itself = || compiles(script).then_some(name.as_str());
    let first = conjunction(script).unwrap_or_default();
    first.iter().chain(before).find_map(named).or_else(itself)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

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
        ] {
            assert_eq!(built(scripts).as_deref(), expected, "{scripts}");
        }
    }
}
