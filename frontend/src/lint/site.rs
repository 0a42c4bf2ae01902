//! What makes a static site another one with each build, and what its sources read that nothing sets.

use std::collections::BTreeSet;

use super::Input;
use crate::diagnostic::{Place, SourceFile};
use crate::kinds::PublicVariables;
use crate::kinds::node::plan::Product;
use crate::kinds::node::workspace::SiteFiles;
use crate::warning::{Warning, rules};

/// Warns of builds that write the time or a random number.
pub(super) fn find(input: Input<'_>) -> Vec<Warning> {
    let project = input.workspace.projects.get(input.service);
    let (Product::Site(_), Some(tool), Some(project)) =
        (&input.model.product, input.model.site_tool, project)
    else {
        return Vec::new();
    };
    let files = &project.site;
    let mut found = Vec::new();
    match tool.name {
        "SvelteKit" => found.extend(lacks(
            files,
            "svelte.config.",
            "version",
            "SvelteKit takes the time for the version of the site; set `kit.version.name`, as to the commit",
        )),
        "Next.js" => found.extend(lacks(
            files,
            "next.config.",
            "generateBuildId",
            "Next.js names files by a random build id; set `generateBuildId`, as to the commit",
        )),
        _ => {}
    }
    let clocks = ["Date.now()", "new Date()"].into_iter();
    let configs = ["vite.config.", "astro.config.", "next.config.", "svelte.config."];
    let lines = clocks.flat_map(|clock| configs.map(|start| (clock, files.line_of(start, clock))));
    found.extend(lines.filter_map(|(clock, place)| {
        let message = format!(
            "`{clock}` in the configuration makes each build another one; take the commit or the version of the package, as \
             a build argument"
        );
        Some(rules::UNREPEATABLE_SITE.warn(message).at(place?))
    }));
    found
}

/// Returns a warning where a configuration does not speak of a key.
fn lacks(files: &SiteFiles, start: &str, key: &str, message: &str) -> Option<Warning> {
    let config = files.beginning(start).next()?;
    let is_there = files.line_of(start, key).is_some();
    (!is_there).then(|| {
        rules::UNREPEATABLE_SITE
            .warn(message)
            .at(Place::of_line(config, 1))
    })
}

/// Returns a number for files that may read or set variables, those that set them first; nothing for others.
pub fn rank(variables: &PublicVariables, path: &str) -> Option<u8> {
    const SOURCES: [&str; 10] = [
        ".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", ".vue", ".svelte", ".astro", ".html",
    ];
    if environments(variables).contains(path) {
        return Some(0);
    }
    let name = crate::path::base_name(path);
    let is_test = name.contains(".test.") || name.contains(".spec.") || name.contains(".config.");
    let is_source = SOURCES.iter().any(|end| name.ends_with(end)) && !is_test;
    is_source.then_some(1)
}

/// The files of the environment that a build for production reads. Source: vite.dev/guide/env-and-mode.
fn environments(variables: &PublicVariables) -> BTreeSet<String> {
    let names = [".env", ".env.production"];
    names
        .map(|name| crate::path::join(&variables.directory, name))
        .into()
}

/// Returns a warning for each variable that sources read, without saying what holds where it is not set, and nothing sets.
pub fn unset(variables: &PublicVariables, files: &[(String, Option<Vec<u8>>)]) -> Vec<Warning> {
    let texts = files.iter().filter_map(|(path, head)| {
        let text = String::from_utf8_lossy(head.as_deref()?).into_owned();
        Some((path, text))
    });
    let (environments, sources): (Vec<_>, Vec<_>) =
        texts.partition(|(path, _)| self::environments(variables).contains(*path));
    let mut set = variables.set.clone();
    for (_, text) in &environments {
        let lines = text
            .lines()
            .map(|line| line.trim_start().trim_start_matches("export "));
        set.extend(lines.filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned())));
    }
    let mut warned = BTreeSet::new();
    let mut found = Vec::new();
    for (path, text) in &sources {
        for (number, line) in (1..).zip(text.lines()) {
            for name in read(line, variables.prefixes) {
                if set.contains(name) || !warned.insert(name.to_owned()) {
                    continue;
                }
                let message = format!(
                    "`{name}` is read here, and neither `.env`, `.env.production`, `[build.env]` nor `[build.args]` sets it, so \
                     that the site is built without; write it into `[build.args]`, or see that .dockerignore lets the file through"
                );
                let file = SourceFile::new(path.as_str(), text.as_str());
                found.push(
                    rules::UNSET_PUBLIC_VARIABLE
                        .warn(message)
                        .at(Place::of_line(&file, number)),
                );
            }
        }
    }
    found
}

/// Returns the variables that a line reads as `env.NAME` without another value behind it.
fn read<'l>(line: &'l str, prefixes: &[&str]) -> Vec<&'l str> {
    let mut names = Vec::new();
    for (at, dot) in line.match_indices("env.") {
        let rest = line.get(at + dot.len()..).unwrap_or_default();
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let has_default = ["??", "||", "?"]
            .iter()
            .any(|start| after.trim_start().starts_with(start));
        let is_public = prefixes
            .iter()
            .any(|prefix| name.len() > prefix.len() && name.starts_with(prefix));
        let is_comment = line.trim_start().starts_with("//") || line.trim_start().starts_with('*');
        if is_public && !has_default && !is_comment {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_without_a_value_is_told_at_its_line() {
        let variables = PublicVariables {
            directory: "web".to_owned(),
            prefixes: &["VITE_"],
            set: BTreeSet::from(["VITE_ARG".to_owned()]),
        };
        let file = |path: &str, text: &str| (path.to_owned(), Some(text.as_bytes().to_vec()));
        let files = [
            file("web/.env", "# x\nexport VITE_FILE=1\nOTHER=2\n"),
            file("web/.env.local", "VITE_LOCAL=1\n"),
            file(
                "web/src/a.ts",
                "import.meta.env.VITE_FILE;\nimport.meta.env.VITE_ARG\nimport.meta.env.VITE_A ?? 1\n\
                 // import.meta.env.VITE_B\nimport.meta.env.MODE + import.meta.env.VITE_LOCAL\nimport.meta.env.VITE_LOCAL\n",
            ),
        ];
        let found: Vec<String> = unset(&variables, &files)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("`VITE_LOCAL` is read here") && found[0].ends_with("(web/src/a.ts:5)"),
            "{found:?}"
        );
        assert_eq!(rank(&variables, "web/.env"), Some(0));
        assert_eq!(rank(&variables, "web/.env.local"), None);
        assert_eq!(rank(&variables, "web/src/a.test.ts"), None);
        assert_eq!(rank(&variables, "web/src/a.svelte"), Some(1));
    }
}
