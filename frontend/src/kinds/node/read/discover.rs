//! Finds the workspace and the service. buildx sends the build file's directory under a name of its own, so
//! where it lies in the context is not known: the package.json beside it tells.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Diagnostics, Place, SourceFile, names, plain};
use crate::gateway::Failure;
use crate::kinds::node::Manager;
use crate::kinds::node::workspace::PackageJson;
use crate::manifest::Manifest;
use crate::path::{join, normalize};
use crate::source::{BuildFile, Tree};

/// Directories that are looked into for a workspace, at most; the context itself is the usual one.
pub(super) const MAX_DIRECTORIES: usize = 2000;

/// Files that lie at the root of a workspace, or of a single package.
const ROOTS: [&str; 7] = [
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
];

/// How the service was named.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The package's name.
    name: Option<String>,
    /// Text of the package.json beside the build file.
    beside: Option<String>,
    /// Directory in the context, where the request or a remote context gives it away.
    directory: Option<String>,
    /// Whether it is an application of the root's package.
    pub(super) is_of_root: bool,
    /// The manifest's line that errors point at.
    pub(super) place: Place,
}

impl Wanted {
    /// Whether a directory below the context is the root of the service's workspace if it has but one project: where no
    /// package.json beside the build file says which one it is, any other would do as well, so that it is none if the
    /// context is a root itself, unless the build file lies in it.
    pub(super) fn may_be_in(&self, root: &str, is_context_root: bool) -> bool {
        let says_which = self.name.is_some() || self.beside.is_some();
        let lies_in = |directory: &String| crate::path::is_within(directory, root);
        says_which || !(is_context_root || self.is_of_root) || self.directory.as_ref().is_some_and(lies_in)
    }
}

/// A project that could be the service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) importer: &'a str,
    pub(super) manifest: &'a PackageJson,
}

/// Returns how the build file names its service.
pub(super) fn wanted(
    build_file: &BuildFile,
    manifest: &Manifest,
    directory: Option<&str>,
) -> Result<Wanted, Diagnostics> {
    let text = build_file
        .package_json
        .as_ref()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let place = manifest.place("package").unwrap_or_else(|| manifest.first_line());
    if let Some(name) = &manifest.package {
        return Ok(Wanted {
            name: Some(name.as_str().to_owned()),
            beside: None,
            directory: None,
            is_of_root: false,
            place,
        });
    }
    // Where it lies is not known yet: its mistakes are reported when it is read as a project.
    let parsed = text
        .as_deref()
        .and_then(|text| PackageJson::parse(&SourceFile::new("package.json", text)).ok());
    let name = parsed.and_then(|manifest| manifest.name);
    Ok(Wanted {
        name,
        beside: text,
        directory: directory.map(str::to_owned),
        is_of_root: false,
        place,
    })
}

/// Returns whether a directory with these names in it may be the root of a workspace.
pub(super) fn is_root(names: &[String]) -> bool {
    names.iter().any(|name| ROOTS.contains(&name.as_str()))
}

/// Returns the directories below the context that may be the root of the service's workspace, the likely ones
/// first: those around the service, then from the outside in.
pub(super) async fn roots(tree: &Tree, wanted: &Wanted) -> Result<Vec<String>, Failure> {
    let directories = walk(tree, "", MAX_DIRECTORIES).await?.into_iter();
    let mut roots: Vec<String> = directories
        .filter(|(directory, names)| !directory.is_empty() && is_root(names))
        .map(|(directory, _)| directory)
        .collect();
    let is_around = |root: &String| {
        let directory = wanted.directory.as_ref();
        directory.is_some_and(|directory| crate::path::is_within(directory, root))
    };
    roots.sort_by_key(|root| !is_around(root));
    Ok(roots)
}

/// Returns a directory and those below it, from the outside in, with the names in each; no more than `limit`.
pub(super) async fn walk(
    tree: &Tree,
    start: &str,
    limit: usize,
) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let mut found = Vec::new();
    let mut queue = std::collections::VecDeque::from([start.to_owned()]);
    while let Some(directory) = queue.pop_front().filter(|_| found.len() < limit) {
        let names = tree.list(&directory).await?;
        let children = names.iter().filter_map(|name| name.strip_suffix('/'));
        queue.extend(children.map(|child| join(&directory, child)));
        found.push((directory, names));
    }
    Ok(found)
}

/// The lockfiles that are read, and what makes them, where nothing says whose is meant.
pub(super) const LOCKFILES: (&str, &str) = (
    "pnpm-lock.yaml or package-lock.json",
    "`pnpm install --lockfile-only` or `npm install --package-lock-only`",
);
/// Those of pnpm.
pub(super) const OF_PNPM: (&str, &str) = ("pnpm-lock.yaml", "`pnpm install --lockfile-only`");

/// Returns the error for a workspace without a lockfile.
pub(super) fn no_lockfile(root: &str, (lockfile, relock): (&str, &str)) -> Diagnostic {
    let place = if root.is_empty() {
        "the build context".to_owned()
    } else {
        root.to_owned()
    };
    Diagnostic::named(
        names::NO_LOCKFILE,
        format!(
            "no {lockfile} in {place}; build from the workspace's root (the last argument of `docker buildx build`), \
         see that .dockerignore lets the lockfile through, and make it with {relock}"
        ),
    )
}

/// Returns the service among the workspace's projects.
pub(super) fn service(
    wanted: &Wanted,
    candidates: &[Candidate<'_>],
    (root, manager): (&str, &Manager),
) -> Result<String, Diagnostics> {
    if wanted.is_of_root && candidates.iter().any(|candidate| candidate.importer == ".") {
        return Ok(".".to_owned());
    }
    if let Some(directory) = &wanted.directory {
        let base = if root.is_empty() { "." } else { root };
        let found = candidates
            .iter()
            .find(|candidate| join(base, candidate.importer) == normalize(directory));
        if let Some(found) = found.filter(|found| is_beside(wanted, found.manifest)) {
            return Ok(found.importer.to_owned());
        }
    }
    let same: Vec<&Candidate<'_>> = match (&wanted.name, &wanted.beside) {
        (Some(name), _) => candidates
            .iter()
            .filter(|c| c.manifest.name.as_ref() == Some(name))
            .collect(),
        (None, Some(_)) => candidates
            .iter()
            .filter(|c| is_beside(wanted, c.manifest))
            .collect(),
        (None, None) => candidates.iter().filter(|_| candidates.len() == 1).collect(),
    };
    // Two projects of one name differ in the rest of their package.json.
    let exact: Vec<&Candidate<'_>> = same
        .iter()
        .copied()
        .filter(|c| wanted.beside.is_some() && is_beside(wanted, c.manifest))
        .collect();
    match (same.as_slice(), exact.as_slice()) {
        ([one], _) | (_, [one]) => Ok(one.importer.to_owned()),
        ([], _) => Err(none_found(wanted, candidates, manager).into()),
        (several, _) => Err(several_found(wanted, several).into()),
    }
}

/// Returns whether a package.json is the one beside the build file, where there is one.
pub(super) fn is_beside(wanted: &Wanted, manifest: &PackageJson) -> bool {
    let text = wanted.beside.as_ref();
    text.is_none_or(|text| *text == manifest.file.text)
}

/// Returns the directory in the context where the build file lies, by the package.json beside it: that of the one project
/// that has such a one, also where `package` names another.
pub(super) fn directory<'m>(
    build_file: &BuildFile,
    manifests: impl Iterator<Item = (String, &'m str)>,
) -> Option<String> {
    let beside = String::from_utf8_lossy(build_file.package_json.as_ref()?);
    let mut same = manifests.filter(|(_, text)| *text == beside);
    match (same.next(), same.next()) {
        (Some((directory, _)), None) => Some(directory),
        _ => None,
    }
}

fn none_found(wanted: &Wanted, candidates: &[Candidate<'_>], manager: &Manager) -> Diagnostic {
    let (lock, relock) = (manager.lockfile(), manager.relock());
    let names: Vec<&str> = candidates
        .iter()
        .filter_map(|c| c.manifest.name.as_deref())
        .collect();
    let listed = list(&names);
    let message = match &wanted.name {
        Some(name) if wanted.beside.is_some() => format!(
            "the package \"{name}\" beside the manifest is not in {lock}; run `{relock}` and commit the result"
        ),
        Some(name) => {
            let near = names
                .iter()
                .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
            let hint = near.filter(|near| strsim::jaro_winkler(near, name) > 0.8);
            let hint = hint
                .map(|near| format!(" did you mean \"{}\"?", plain(near)))
                .unwrap_or_default();
            format!(
                "no package \"{name}\" in {lock};{hint} the workspace has {listed}; a new package needs `{relock}`"
            )
        }
        None => format!(
            "no package.json beside the manifest says which package to build; write `package = \"NAME\"`, one of {listed}"
        ),
    };
    Diagnostic::named(names::UNKNOWN_PACKAGE, message).at(wanted.place.clone())
}

fn several_found(wanted: &Wanted, several: &[&Candidate<'_>]) -> Diagnostic {
    let directories: Vec<&str> = several.iter().map(|c| c.importer).collect();
    let name = wanted.name.as_deref().unwrap_or_default();
    Diagnostic::named(names::AMBIGUOUS_PACKAGE, format!(
        "several projects are named \"{name}\": {}; give them different names, or put the manifest beside the package.json that is meant",
        directories.join(", ")
    ))
    .at(wanted.place.clone())
}

/// Lists names, the first twenty of many, in which none looks like another.
fn list(names: &[&str]) -> String {
    let shown: Vec<Cow<'_, str>> = names.iter().take(20).map(|name| plain(name)).collect();
    let more = names.len().saturating_sub(shown.len());
    if more == 0 {
        shown.join(", ")
    } else {
        format!("{} and {more} more", shown.join(", "))
    }
}
