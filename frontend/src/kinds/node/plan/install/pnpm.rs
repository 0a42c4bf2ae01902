//! What an install by pnpm reads.

use std::collections::{BTreeMap, BTreeSet};

use super::{Installer, add_programs};
use crate::kinds::node::plan::base::Libc;
use crate::kinds::node::plan::model::Install;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::kinds::node::pnpm::{Pnpm, architectures};
use crate::path::join;

impl Installer<'_> {
    /// Returns the files of an install, by container path.
    pub(super) fn files_of_pnpm(&self, pnpm: &Pnpm, closure: &WorkspaceClosure) -> BTreeMap<String, String> {
        let workspace = self.workspace;
        let mut files = BTreeMap::new();
        // pnpm expects the root of every workspace.
        let mut importers = BTreeSet::from([".".to_owned()]);
        let mut resolved = BTreeMap::new();
        for (directory, pruned) in pnpm.lockfiles.prune(closure) {
            let path = join(&directory, "pnpm-lock.yaml");
            files.insert(workspace.container_path(&path), pruned.text);
            importers.extend(pruned.importers.keys().map(|id| join(&directory, id)));
            if self.has_hooks {
                let found = pruned.importers.into_iter();
                resolved.extend(found.map(|(id, importer)| (join(&directory, &id), importer)));
            }
        }
        for importer in &importers {
            let Some(project) = workspace.projects.get(importer) else {
                continue;
            };
            let reduce = closure.reduce(importer).after_hooks(resolved.get(importer));
            let text = project.manifest.reduced(reduce, importer == ".");
            files.insert(workspace.container_path(&join(importer, "package.json")), text);
            add_programs(&mut files, workspace, importer);
        }
        if let Some(yaml) = &pnpm.workspace_file {
            files.insert(
                workspace.container_path("pnpm-workspace.yaml"),
                yaml.narrowed(&importers, workspace.projects.get(".").map(|root| &root.manifest)),
            );
        }
        files
    }

    /// Has an install choose packages for another platform than the one that it runs on.
    pub(super) fn choose(&self, pnpm: &Pnpm, install: &mut Install, (cpu, libc): (&str, Libc)) {
        let workspace = self.workspace;
        let libc = match libc {
            Libc::Gnu => "glibc",
            Libc::Musl => "musl",
        };
        let chosen = architectures::chosen(&pnpm.settings, cpu, libc);
        let is_there = pnpm.workspace_file.is_some();
        let (name, write): (_, fn(Option<&str>, &_) -> String) =
            if architectures::is_in_workspace_file(&pnpm.settings, is_there) {
                ("pnpm-workspace.yaml", architectures::in_workspace_file)
            } else {
                ("package.json", architectures::in_manifest)
            };
        let path = workspace.container_path(name);
        let text = write(install.files.get(&path).map(String::as_str), &chosen);
        install.files.insert(path, text);
    }
}
