//! Whether a package that a site's tool builds starts a service of its own, or is a library.

use super::{Recognised, is_application, is_file_server};
use crate::kinds::node::plan::command;
use crate::kinds::node::workspace::Project;
use crate::path::{is_within, join, parent};

/// Whether the package starts a service of its own, or is a library with a page to try it on.
pub(super) fn starts_service(project: &Project, found: &Recognised) -> bool {
    // What the root starts is about all of its applications, or none.
    if is_application(project) {
        return false;
    }
    let manifest = &project.manifest;
    let is_library = !manifest.bin.is_empty() || manifest.exports.is_some();
    let is_program = || {
        let main = manifest.main.as_deref().map(|main| join(".", main));
        main.is_some_and(|main| is_program(project, found, &main))
    };
    let inferred = command::infer(manifest, (None, None), ".", &[]);
    let started = inferred.started().first().map_or("", String::as_str);
    let started = started.rsplit('/').next().unwrap_or(started);
    // Its own server, such as react-router-serve, serves a build that has one; this one is said to have none.
    let is_of = |program: &str| {
        let rest = started.strip_prefix(program);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let of_tool = found.tool.builds.iter().any(|(program, _)| is_of(program));
    // `serve` may be for who looks at a build.
    let is_script = match inferred.field.as_slice() {
        [field, name] => field == "scripts" && command::is_for_production(name),
        _ => false,
    };
    let serves_files = of_tool || is_file_server(started);
    is_library || is_program() || is_script && !serves_files
}

/// Whether the file that `main` names is one that Node starts: it is written beside the site, or by its build, and is none of
/// the sources that the site is built of.
fn is_program(project: &Project, found: &Recognised, main: &str) -> bool {
    // Expo's is where the bundle begins.
    let is_source = found.tool.name == "Expo" || is_bundled(project, main);
    // `npm init` writes the name of a file that most repositories then have not.
    let is_there = || project.site.has(main) || found.expected.iter().any(|folder| is_within(main, folder));
    !is_source && is_there()
}

/// Whether a file is among the sources that a site's bundler builds: it lies where that begins, or is none that Node loads. One
/// that a script runs is a program wherever it lies.
fn is_bundled(project: &Project, main: &str) -> bool {
    /// Where bundlers begin when no page of the package's own directory says otherwise.
    const SOURCES: &str = "src";
    let name = main.rsplit('/').next().unwrap_or(main);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if !["", "js", "mjs", "cjs", "ts", "mts", "cts"].contains(&extension) {
        return true;
    }
    let loaded = project.site.loaded_by("index.html");
    let is_beside = |script: &String| match parent(script) {
        "" | "." => script == main,
        folder => is_within(main, folder),
    };
    let is_source = match loaded.as_slice() {
        [] => is_within(main, SOURCES),
        loaded => loaded.iter().any(is_beside),
    };
    is_source && !command::is_run(&project.manifest, main)
}
