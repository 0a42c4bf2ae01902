//! The lockfiles of a workspace whose projects have one each (`shared-workspace-lockfile=false`), as one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::Document;
use super::globals::Globals;
use super::index::Index;
use super::{Lockfile, yaml};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::workspace::ImporterId;

/// Sections whose entries are put together.
const SHARED: [&str; 3] = ["packages", "snapshots", "time"];

impl Lockfile {
    /// Returns what the projects' own lockfiles hold, as the lockfile of one workspace.
    ///
    /// It answers what depends on what. Of a package that two projects resolved to different dependencies the
    /// first project's entry is kept, so it is nothing to install from: each project installs from its own.
    ///
    /// # Errors
    /// Lockfiles of different versions, and a package of the repository given by its path (`file:`), which means
    /// another directory in each lockfile.
    pub fn of_projects(own: &BTreeMap<ImporterId, Self>) -> Result<Self, Diagnostics> {
        let Some(first) = own.get(".").or_else(|| own.values().next()) else {
            return Err(Diagnostic::new(
                "no project has a pnpm-lock.yaml; run `pnpm install --lockfile-only`",
            )
            .into());
        };
        let mut importers = String::from("importers:\n");
        let mut shared: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        for (id, lockfile) in own {
            let name = &lockfile.document.file.name;
            if lockfile.version != first.version {
                let message = format!(
                    "{name} and {} are of different versions of pnpm",
                    first.document.file.name
                );
                return Err(Diagnostic::new(format!(
                    "{message}; write both anew with `pnpm install --lockfile-only`"
                ))
                .into());
            }
            let text = lockfile.document.text.as_str();
            let index = &lockfile.document.index;
            if let Some(entry) = index.entry("importers", ".").and_then(|range| text.get(range)) {
                let fields = entry.trim_start().strip_prefix(".:").unwrap_or_default();
                importers.push_str(&format!("\n  {}:{fields}\n", yaml::quote(id)));
            }
            for section in &index.sections {
                let Some(name) = SHARED.iter().find(|name| **name == section.key) else {
                    continue;
                };
                for (key, range) in section.entries.iter().flatten() {
                    let entry = text.get(range.clone()).unwrap_or_default();
                    if id != "." && (key.starts_with("file:") || key.contains("@file:")) {
                        let message = "is given by its path, which this version builds from a shared lockfile only; \
                                       remove shared-workspace-lockfile=false";
                        return Err(lockfile.error_at(name, key, format!("{key} {message}")).into());
                    }
                    shared.entry(name).or_default().entry(key).or_insert(entry);
                }
            }
        }
        let (text, index) = (&first.document.text, &first.document.index);
        let others = index
            .sections
            .iter()
            .filter(|section| section.key != "importers" && !SHARED.contains(&section.key.as_str()));
        let mut sections: Vec<String> = others
            .map(|section| text.get(section.range.clone()).unwrap_or_default().to_owned())
            .collect();
        sections.push(importers);
        for (name, entries) in shared {
            let entries: Vec<&str> = entries.into_values().collect();
            sections.push(format!("{name}:\n\n{}\n", entries.join("\n\n")));
        }
        let text = sections.join("\n\n") + "\n";
        let mut document: Document = first.document.clone();
        let index = Index::of(&text)
            .ok_or_else(|| Diagnostic::new("the projects' lockfiles are laid out differently"))?;
        document.replace(text, index);
        let globals = Globals::parse(&document)?;
        Ok(Self {
            document,
            version: first.version,
            globals,
            snapshots: Arc::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    fn own(lockfiles: &[(&str, &str)]) -> BTreeMap<ImporterId, Lockfile> {
        let parse = |(id, text): &(&str, &str)| {
            let text = format!("lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n{text}");
            let file = SourceFile::new(format!("{id}/pnpm-lock.yaml"), text);
            ((*id).to_owned(), Lockfile::parse(&file).unwrap())
        };
        lockfiles.iter().map(parse).collect()
    }

    #[test]
    fn projects_keep_their_entries_under_their_own_names() {
        let ms = "    dependencies:\n      ms: {specifier: ^2, version: 2.1.3}\n\npackages:\n\n  ms@2.1.3:\n    resolution: {integrity: x}\n\nsnapshots:\n\n  ms@2.1.3: {}\n";
        let link = "    dependencies:\n      lib: {specifier: 'workspace:*', version: 'link:../lib'}\n";
        let one = Lockfile::of_projects(&own(&[("app", link), ("lib", ms)])).unwrap();
        assert_eq!(one.importer_ids().collect::<Vec<_>>(), ["app", "lib"]);
        assert_eq!(
            one.importer("app").unwrap().unwrap().dependencies["lib"].version,
            "link:../lib"
        );
        assert_eq!(
            one.importer("lib").unwrap().unwrap().dependencies["ms"].version,
            "2.1.3"
        );
        assert_eq!(one.dep_paths().count(), 1);
    }

    #[test]
    fn a_path_is_refused_since_it_means_another_directory_in_each_lockfile() {
        let path = "    dependencies:\n      v: {specifier: 'file:../v', version: 'file:../v'}\n\npackages:\n\n  v@file:../v:\n    resolution: {directory: ../v, type: directory}\n";
        let refused = Lockfile::of_projects(&own(&[("app", path)])).unwrap_err();
        assert!(format!("{refused:?}").contains("shared lockfile only"));
    }
}
