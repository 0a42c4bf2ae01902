//! The manifest: TOML text to a checked model whose every value knows its line.
//!
//! [`tables`] names every key once: its type reads it, merges it and describes it, and its doc comment
//! becomes the reference page and the JSON Schema ([`mod@reference`]). Pure: text in, data out.

mod document;
mod read;
pub mod reference;
mod table;
pub mod tables;
pub mod targets;
pub mod values;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::diagnostic::{Diagnostics, Place, SourceFile};
use read::{Field as _, Reader};
use tables::{Keys, Run};
use targets::Target;
use values::{SystemPackage, WorkspacePath};
pub(crate) use words::suggest;

/// A checked manifest: the keys that were set, and where.
///
/// Derefs to its keys, so that `manifest.run.port` reads as the file does. A key that was not set is `None`
/// or empty; defaults that follow from the repository are the plan's to infer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The service's manifest.
    pub file: Arc<SourceFile>,
    keys: Keys,
    /// The byte range of each key and its value by key path, in the file that set it.
    places: BTreeMap<String, (Arc<SourceFile>, Range<usize>)>,
    /// Paths of the keys that the service's manifest and the workspace's defaults both set.
    overrides: BTreeSet<String>,
    /// What `files` of `[build]` lists in the workspace's defaults, with its lines: for every package's build, whatever a
    /// service's manifest lists for its own.
    pub shared_files: Vec<(WorkspacePath, Place)>,
    /// What `packages` of `[build]` lists in the workspace's defaults: for every package's install and build.
    pub shared_packages: Vec<SystemPackage>,
}

impl Deref for Manifest {
    type Target = Keys;

    fn deref(&self) -> &Keys {
        &self.keys
    }
}

impl Manifest {
    /// Returns the text of a manifest that was read as bytes, without its byte order mark.
    ///
    /// # Errors
    /// Where the bytes are more than 1 MiB, are not UTF-8 or hold a NUL.
    pub fn decode(name: &str, bytes: &[u8]) -> Result<Arc<SourceFile>, Diagnostics> {
        document::decode(name, bytes)
    }

    /// Parses the manifest of a service.
    ///
    /// # Errors
    /// All mistakes of the file together, in the order of their lines; where the text is not TOML, its
    /// syntax errors alone.
    pub fn parse(file: &Arc<SourceFile>) -> Result<Self, Diagnostics> {
        Self::read(file, |_, _| {})
    }

    /// Returns a manifest that sets nothing.
    pub fn empty(file: &Arc<SourceFile>) -> Self {
        Self {
            file: Arc::clone(file),
            keys: Keys::default(),
            places: BTreeMap::new(),
            overrides: BTreeSet::new(),
            shared_files: Vec::new(),
            shared_packages: Vec::new(),
        }
    }

    /// Returns the manifest with its file under the path that is known by now.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        let file = self.file.renamed(path);
        let before = std::mem::replace(&mut self.file, file);
        let own = self
            .places
            .values_mut()
            .filter(|(file, _)| Arc::ptr_eq(file, &before));
        for (file, _) in own {
            *file = Arc::clone(&self.file);
        }
        self
    }

    /// Parses `vextrus.toml`, the defaults of every service of the workspace.
    ///
    /// # Errors
    /// As [`Manifest::parse`]; and where it sets `package`, which belongs to one service.
    pub fn parse_defaults(file: &Arc<SourceFile>) -> Result<Self, Diagnostics> {
        Self::read(file, |keys, reader| {
            if keys.package.is_some() {
                reader.wrong_key(
                    "package",
                    "`package` names one service and has no meaning for all of them; \
                     write it in that service's own manifest",
                );
            }
        })
    }

    fn read(file: &Arc<SourceFile>, check: impl Fn(&Keys, &mut Reader)) -> Result<Self, Diagnostics> {
        let table = document::parse(file)?;
        let mut reader = Reader::default();
        let mut keys = Keys::default();
        keys.read(&table, "", &mut reader);
        keys.check(&mut reader);
        check(&keys, &mut reader);
        let places = reader.finish(file)?;
        let places = places
            .into_iter()
            .map(|(path, range)| (path, (Arc::clone(file), range)))
            .collect();
        Ok(Self {
            file: Arc::clone(file),
            keys,
            places,
            overrides: BTreeSet::new(),
            shared_files: Vec::new(),
            shared_packages: Vec::new(),
        })
    }

    /// Adds the workspace's defaults: what this manifest sets wins, key by key.
    ///
    /// Tables and maps are merged; lists and all other values are taken whole from one of the two.
    #[must_use]
    pub fn with_defaults(mut self, defaults: Self) -> Self {
        let files = defaults.build.files.iter().flatten().enumerate();
        let placed = files.map(|(index, path)| {
            (
                path.clone(),
                defaults.nearest_place(&format!("build.files[{index}]")),
            )
        });
        self.shared_files = placed.collect();
        self.shared_packages = defaults.build.packages.iter().flatten().cloned().collect();
        for (path, place) in defaults.places {
            // The items of a list that this manifest replaced are gone with it.
            let list = path.split_once('[').map_or(path.as_str(), |(list, _)| list);
            if self.places.contains_key(list) {
                self.overrides.insert(path);
            } else {
                self.places.insert(path, place);
            }
        }
        self.keys = self.keys.or(defaults.keys);
        self
    }

    /// Returns where the key at a path such as `run.port` or `build.files[0]` was set, in the file that set it.
    pub fn place(&self, key_path: &str) -> Option<Place> {
        let (file, range) = self.places.get(key_path)?;
        Some(Place::of_range(file, range.clone()))
    }

    /// Returns where the service's manifest itself sets a key, whatever the workspace's defaults say.
    pub fn own_place(&self, key_path: &str) -> Option<Place> {
        let (file, _) = self.places.get(key_path)?;
        Arc::ptr_eq(file, &self.file)
            .then(|| self.place(key_path))
            .flatten()
    }

    /// Returns the keys that the service's manifest itself sets, by their paths, in the order of the paths.
    pub fn own_keys(&self) -> impl Iterator<Item = &str> {
        let own = self
            .places
            .iter()
            .filter(|(_, (file, _))| Arc::ptr_eq(file, &self.file));
        own.map(|(path, _)| path.as_str())
    }

    /// Returns whether a key of this manifest stands in the place of one of the workspace's defaults.
    pub fn overrides(&self, key_path: &str) -> bool {
        self.overrides.contains(key_path)
    }

    /// Returns where the key at a path was set, else the nearest table around it, else the first line.
    pub fn nearest_place(&self, key_path: &str) -> Place {
        let mut path = key_path;
        loop {
            if let Some(place) = self.place(path) {
                return place;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = path.get(..end).unwrap_or_default(),
                None => return self.first_line(),
            }
        }
    }

    /// Returns the line of the syntax directive, which is the whole of the shortest manifest.
    pub fn first_line(&self) -> Place {
        let comments = self.file.text.lines().take_while(|line| line.starts_with('#'));
        let is_syntax = |line: &str| {
            let comment = line.trim_start_matches('#').trim_start();
            comment
                .strip_prefix("syntax")
                .is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        let line = comments
            .zip(1..)
            .find(|(line, _)| is_syntax(line))
            .map_or(1, |(_, number)| number);
        Place::of_line(&self.file, line)
    }

    /// Returns where a key of a role was set: in `[target.NAME]`, else in `[run]`, else the nearest table.
    pub fn role_place(&self, target: &Target, key: &str) -> Place {
        let role = target.role.as_deref();
        role.and_then(|name| self.place(&format!("target.{name}.{key}")))
            .unwrap_or_else(|| self.nearest_place(&format!("run.{key}")))
    }
}
