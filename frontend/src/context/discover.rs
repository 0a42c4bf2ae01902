//! Finds the workspace and the service. buildx sends the build file's directory under a name of its own, so
//! where it lies in the context is not known: the package.json beside it tells.

use super::{BuildFile, Tree};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, SourceFile};
use crate::gateway::Failure;
use crate::manifest::Manifest;
use crate::options::Options;
use crate::workspace::PackageJson;
use crate::workspace::path::{is_within, join, normalize};

/// Directories that are looked into for a lockfile, at most; a context that needs more names the package.
const MAX_DIRECTORIES: usize = 2000;

/// How the service was named.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The package's name.
    name: Option<String>,
    /// Text of the package.json beside the build file.
    beside: Option<String>,
    /// Directory in the context, where the request or a remote context gives it away.
    directory: Option<String>,
    /// The manifest's line that errors point at.
    place: Place,
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
    options: &Options,
) -> Result<Wanted, Diagnostics> {
    let text = build_file
        .package_json
        .as_ref()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let place = manifest.place("package").unwrap_or_else(|| manifest.first_line());
    let directory = directory_of(options);
    if let Some(name) = &manifest.package {
        return Ok(Wanted {
            name: Some(name.as_str().to_owned()),
            beside: None,
            directory: None,
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
        directory,
        place,
    })
}

/// Returns the build file's directory in the context, where it is known.
fn directory_of(options: &Options) -> Option<String> {
    if options.context.is_some() {
        return Some(
            options
                .filename
                .rsplit_once('/')
                .map_or(".", |(directory, _)| directory)
                .to_owned(),
        );
    }
    let local = &options.local_directories;
    let (context, dockerfile) = (local.get("context")?, local.get("dockerfile")?);
    crate::workspace::path::relative(&normalize(context), &normalize(dockerfile))
        .filter(|path| !path.starts_with(".."))
}

/// Returns the directory of the workspace that holds the service, empty for the context itself.
pub(super) async fn root(tree: &Tree, wanted: &Wanted) -> Result<String, Failure> {
    if tree.read("pnpm-lock.yaml").await?.is_some() {
        return Ok(String::new());
    }
    let roots = directories_with(tree, "pnpm-lock.yaml").await?;
    let holds_directory = |root: &&String| {
        wanted
            .directory
            .as_ref()
            .is_some_and(|directory| is_within(directory, root))
    };
    // The innermost workspace around the service, else the only one, else the first by name.
    let around = roots.iter().filter(holds_directory).max_by_key(|root| root.len());
    match around.or(roots.first()) {
        Some(root) => Ok(root.clone()),
        None => Err(Diagnostics::from(no_lockfile("").at(wanted.place.clone())).into()),
    }
}

/// Returns the directory of another workspace than `root` that the service's directory lies in, where a
/// package.json as the one beside the build file is in one directory alone.
pub(super) async fn other_root(tree: &Tree, wanted: &Wanted, root: &str) -> Result<Option<String>, Failure> {
    let Some(beside) = &wanted.beside else {
        return Ok(None);
    };
    let mut same = Vec::new();
    for directory in directories_with(tree, "package.json").await? {
        let file = tree.read(&below(&directory, "package.json")).await?;
        if file.is_some_and(|file| file.text == *beside) {
            same.push(directory);
        }
    }
    let [directory] = same.as_slice() else {
        return Ok(None);
    };
    let roots = directories_with(tree, "pnpm-lock.yaml").await?;
    let around = roots.into_iter().filter(|other| is_within(directory, other));
    Ok(around.max_by_key(String::len).filter(|other| other != root))
}

/// Returns the directories that hold a file of the name, the upper ones first.
pub(super) async fn directories_with(tree: &Tree, file: &str) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    let mut queue = std::collections::VecDeque::from([String::new()]);
    let mut looked = 0;
    while let Some(directory) = queue.pop_front() {
        looked += 1;
        if looked > MAX_DIRECTORIES {
            break;
        }
        for name in tree.list(&directory).await? {
            match name.strip_suffix('/') {
                Some(child) => queue.push_back(below(&directory, child)),
                None if name == file => found.push(directory.clone()),
                None => {}
            }
        }
    }
    Ok(found)
}

fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}

/// Returns the error for a workspace without a lockfile.
pub(super) fn no_lockfile(root: &str) -> Diagnostic {
    let place = if root.is_empty() {
        "the build context".to_owned()
    } else {
        root.to_owned()
    };
    Diagnostic::new(format!(
        "no pnpm-lock.yaml in {place}; build from the workspace's root (the last argument of `docker buildx build`), \
         see that .dockerignore lets the lockfile through, and make it with `pnpm install --lockfile-only`"
    ))
}

/// Returns the service among the workspace's projects.
pub(super) fn service(
    wanted: &Wanted,
    candidates: &[Candidate<'_>],
    root: &str,
) -> Result<String, Diagnostics> {
    if let Some(directory) = &wanted.directory {
        let base = if root.is_empty() { "." } else { root };
        let found = candidates
            .iter()
            .find(|candidate| join(base, candidate.importer) == normalize(directory));
        if let Some(found) = found.filter(|found| matches_beside(wanted, found)) {
            return Ok(found.importer.to_owned());
        }
    }
    let same: Vec<&Candidate<'_>> = match (&wanted.name, &wanted.beside) {
        (Some(name), _) => candidates
            .iter()
            .filter(|c| c.manifest.name.as_ref() == Some(name))
            .collect(),
        (None, Some(_)) => candidates.iter().filter(|c| matches_beside(wanted, c)).collect(),
        (None, None) => candidates.iter().filter(|_| candidates.len() == 1).collect(),
    };
    // Two projects of one name differ in the rest of their package.json.
    let exact: Vec<&Candidate<'_>> = same
        .iter()
        .copied()
        .filter(|c| wanted.beside.is_some() && matches_beside(wanted, c))
        .collect();
    match (same.as_slice(), exact.as_slice()) {
        ([one], _) | (_, [one]) => Ok(one.importer.to_owned()),
        ([], _) => Err(none_found(wanted, candidates).into()),
        (several, _) => Err(several_found(wanted, several).into()),
    }
}

fn matches_beside(wanted: &Wanted, candidate: &Candidate<'_>) -> bool {
    wanted
        .beside
        .as_ref()
        .is_none_or(|text| *text == candidate.manifest.file.text)
}

fn none_found(wanted: &Wanted, candidates: &[Candidate<'_>]) -> Diagnostic {
    let names: Vec<&str> = candidates
        .iter()
        .filter_map(|c| c.manifest.name.as_deref())
        .collect();
    let listed = list(&names);
    let message = match &wanted.name {
        Some(name) if wanted.beside.is_some() => format!(
            "the package \"{name}\" beside the manifest is not in pnpm-lock.yaml; run `pnpm install --lockfile-only` \
             and commit the result"
        ),
        Some(name) => {
            let near = names
                .iter()
                .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
            let hint = near.filter(|near| strsim::jaro_winkler(near, name) > 0.8);
            let hint = hint
                .map(|near| format!(" did you mean \"{near}\"?"))
                .unwrap_or_default();
            format!(
                "no package \"{name}\" in pnpm-lock.yaml;{hint} the workspace has {listed}; a new package needs `pnpm install --lockfile-only`"
            )
        }
        None => format!(
            "no package.json beside the manifest says which package to build; write `package = \"NAME\"`, one of {listed}"
        ),
    };
    Diagnostic::new(message).at(wanted.place.clone())
}

fn several_found(wanted: &Wanted, several: &[&Candidate<'_>]) -> Diagnostic {
    let directories: Vec<&str> = several.iter().map(|c| c.importer).collect();
    let name = wanted.name.as_deref().unwrap_or_default();
    Diagnostic::new(format!(
        "several projects are named \"{name}\": {}; give them different names, or put the manifest beside the package.json that is meant",
        directories.join(", ")
    ))
    .at(wanted.place.clone())
}

/// Lists names, the first twenty of many.
fn list(names: &[&str]) -> String {
    let shown: Vec<&str> = names.iter().take(20).copied().collect();
    let more = names.len().saturating_sub(shown.len());
    if more == 0 {
        shown.join(", ")
    } else {
        format!("{} and {more} more", shown.join(", "))
    }
}
