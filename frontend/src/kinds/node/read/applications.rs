//! The application that a build file without a package.json beside it is for.

use super::discover::walk;
use crate::diagnostic::{Diagnostic, names, plain};
use crate::gateway::Failure;
use crate::kinds::node::workspace::application::{self, Application};
use crate::manifest::Manifest;
use crate::path::{join, normalize};
use crate::source::{BuildFile, NEIGHBOURS, Tree};

/// Directories that are looked into for applications, at most.
const MAX_DIRECTORIES: usize = 2000;

/// Returns the application in whose directory the build file lies, where that has no package.json and the manifest names no
/// package; none where the repository has no applications without one.
///
/// Where the build file lies is told by the files beside it, which no two applications have alike: the client does not say it.
///
/// # Errors
/// Applications of which none, or more than one, has the files that lie beside the build file; whatever the engine answers.
pub(super) async fn find(
    tree: &Tree,
    build_file: &BuildFile,
    manifest: &Manifest,
    directory: Option<&str>,
) -> Result<Option<Application>, Failure> {
    if build_file.package_json.is_some() || manifest.package.is_some() {
        return Ok(None);
    }
    let all = list(tree).await?;
    let mut fitting = Vec::new();
    for application in &all {
        let is_its = match directory {
            Some(directory) => application.directory == normalize(directory),
            None => has_neighbours(tree, build_file, &application.directory).await?,
        };
        if is_its {
            fitting.push(application);
        }
    }
    let says_all = manifest.build.script.is_some() && manifest.run.command.is_some();
    match fitting.as_slice() {
        [one] => Ok(Some((*one).clone())),
        _ if all.is_empty() || says_all => Ok(None),
        _ => Err(unknown(&all, manifest).into()),
    }
}

async fn list(tree: &Tree) -> Result<Vec<Application>, Failure> {
    let nest = tree.read_optional("nest-cli.json").await?;
    let mut found = nest
        .map(|file| application::of_nest(&file.text))
        .unwrap_or_default();
    if tree.read_optional("nx.json").await?.is_some() {
        for (directory, names) in walk(tree, "", MAX_DIRECTORIES).await? {
            if directory.is_empty() || !names.iter().any(|name| name == "project.json") {
                continue;
            }
            let file = tree.read_optional(&join(&directory, "project.json")).await?;
            found.extend(file.and_then(|file| application::of_nx(&file.text, &directory)));
        }
    }
    Ok(found)
}

/// Whether a directory has the files that lie beside the build file, of which there is one at least.
async fn has_neighbours(tree: &Tree, build_file: &BuildFile, directory: &str) -> Result<bool, Failure> {
    let mut has_any = false;
    for name in NEIGHBOURS {
        let there = tree.read_optional(&join(directory, name)).await?;
        let beside = build_file.neighbours.get(name);
        if there.as_ref().map(|file| file.text.as_bytes()) != beside.map(Vec::as_slice) {
            return Ok(false);
        }
        has_any |= beside.is_some();
    }
    Ok(has_any)
}

fn unknown(all: &[Application], manifest: &Manifest) -> Diagnostic {
    let directories: Vec<_> = all.iter().take(20).map(|one| plain(&one.directory)).collect();
    let listed_in = all.first().map_or("", |first| first.listed_in.as_str());
    let message = format!(
        "no package.json beside the manifest says what to build, and the repository has applications without one ({}, by {} \
         and its like), in none of whose directories the manifest lies; put it there, or write `script` of `[build]` and \
         `command` of `[run]`",
        directories.join(", "),
        plain(listed_in),
    );
    Diagnostic::named(names::UNKNOWN_PACKAGE, message).at(manifest.first_line())
}
