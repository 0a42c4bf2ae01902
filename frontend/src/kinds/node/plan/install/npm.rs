//! What an install by npm reads and runs.

use std::collections::BTreeMap;

use super::commands::{Finish, Purpose, place_of};
use super::{Installer, add_programs};
use crate::kinds::node::npm::Npm;
use crate::kinds::node::npm::prune::prune;
use crate::kinds::node::plan::base::Libc;
use crate::kinds::node::plan::native::Native;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::scripts::{NPM_CI, NPM_INSTALLED, NPM_REBUILD, Script, UNPACK, WATCH};
use crate::path::join;
use crate::plan::WORKSPACE;

/// Where npm's cache is mounted while installing: packages as they were published, by their digests, which npm looks at
/// whenever it takes one. Nothing but npm itself writes it.
pub(super) const CACHE: (&str, &str) = ("/root/.npm", "npm");

/// The scripts of the first half.
pub(super) const SCRIPTS: [Script; 4] = [NPM_CI, UNPACK, WATCH, NPM_INSTALLED];

impl Installer<'_> {
    /// Returns the files of an install, by container path.
    pub(super) fn files_of_npm(&self, npm: &Npm, closure: &WorkspaceClosure) -> BTreeMap<String, String> {
        let workspace = self.workspace;
        let nothing = crate::kinds::node::npm::Closure::default();
        let tree = closure.tree.as_ref().unwrap_or(&nothing);
        let projects = workspace.projects.iter();
        let manifests = projects
            .map(|(id, project)| (id.clone(), &project.manifest))
            .collect();
        let pruned = prune(npm, tree, &manifests);
        let mut files = BTreeMap::new();
        // By this name, whichever the repository has: a lockfile that is published with a package is called otherwise.
        files.insert(workspace.container_path("package-lock.json"), pruned.lockfile);
        for (importer, text) in pruned.manifests {
            files.insert(workspace.container_path(&join(&importer, "package.json")), text);
            add_programs(&mut files, workspace, &importer);
        }
        files
    }
}

/// Returns the command of the first half, without what only the frontend needs.
pub(super) fn ci() -> Vec<String> {
    ["npm", "ci", "--ignore-scripts"].map(str::to_owned).to_vec()
}

/// Returns the arguments of an install for what is around it.
pub(super) fn of_installs(finish: &Finish<'_>) -> Vec<String> {
    let own = [
        format!("--cache={}", CACHE.0),
        // What is installed is what the lockfile says, which is cut to what is wanted; settings leave nothing out.
        "--include=dev".to_owned(),
        "--include=optional".to_owned(),
        "--include=peer".to_owned(),
        // A program that npm starts is not the repository's to choose.
        "--git=git".to_owned(),
        "--no-audit".to_owned(),
        "--no-fund".to_owned(),
        "--no-progress".to_owned(),
        "--logs-max=0".to_owned(),
    ];
    let platform = finish.platform.iter().flat_map(|(cpu, libc)| {
        let libc = match libc {
            Libc::Gnu => "glibc",
            Libc::Musl => "musl",
        };
        [
            "--os=linux".to_owned(),
            format!("--cpu={cpu}"),
            format!("--libc={libc}"),
        ]
    });
    own.into_iter().chain(platform).collect()
}

/// Returns what runs the first half, in front of the command.
pub(super) fn installing() -> Vec<String> {
    vec!["sh".to_owned(), place_of(NPM_CI), WORKSPACE.to_owned()]
}

/// Returns the command of the second half: it runs the install scripts of those packages whose scripts run.
pub(super) fn rebuild(native: &Native) -> Vec<String> {
    let mut words = vec!["node".to_owned(), place_of(NPM_REBUILD), WORKSPACE.to_owned()];
    words.extend(native.may_run.iter().cloned());
    words
}

/// Returns the words that people are shown of it.
pub(super) fn rebuild_shown(native: &Native) -> Vec<String> {
    let names = native.may_run.iter().cloned();
    ["npm".to_owned(), "rebuild".to_owned()]
        .into_iter()
        .chain(names)
        .collect()
}

/// Returns the lines before the last scripts of an install: what npm notes of it holds paths and times.
pub(super) fn before_last(purpose: Purpose) -> Option<String> {
    (purpose == Purpose::Production).then(|| format!("rm -f {WORKSPACE}/node_modules/.package-lock.json"))
}
