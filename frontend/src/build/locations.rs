//! The lines of the user's files that steps come from, each file once.

use std::collections::BTreeMap;
use std::sync::Arc;

use buildkit_llb::{Location, SourceFile};

use crate::diagnostic::Place;
use crate::manifest::Manifest;
use crate::plan::Origin;

/// Keys of the manifest that a step may fail for.
const KEYS: [&str; 9] = [
    "base",
    "node",
    "pnpm",
    "build.packages",
    "build.network",
    "run.user",
    "run.packages",
    "run.files",
    "image.max_size",
];

/// The locations of one build's steps.
#[derive(Debug)]
pub(super) struct Locations {
    /// The manifest's line for each key that a step may fail for, and under `""` the syntax line.
    pub(super) keys: BTreeMap<String, Location>,
    /// The lines of the workspace's files.
    pub(super) origins: BTreeMap<Origin, Location>,
}

impl Locations {
    /// Returns the locations of a manifest's keys and of a plan's origins.
    pub(super) fn of(manifest: &Manifest, places: &BTreeMap<Origin, Place>) -> Self {
        let mut files = Files::default();
        let keys = KEYS.iter().map(|key| (*key, manifest.nearest_place(key)));
        let keys = keys.chain([("", manifest.first_line())]);
        let keys = keys
            .map(|(key, place)| (key.to_owned(), files.location(&place)))
            .collect();
        let origins = places.iter();
        let origins = origins
            .map(|(origin, place)| (origin.clone(), files.location(place)))
            .collect();
        Self { keys, origins }
    }
}

/// The files by name: a definition is limited in size, and holds each once.
#[derive(Debug, Default)]
struct Files(BTreeMap<String, Arc<SourceFile>>);

impl Files {
    fn location(&mut self, place: &Place) -> Location {
        let name = &place.file.name;
        let file = self.0.entry(name.clone()).or_insert_with(|| {
            let language = if name.ends_with(".json") { "JSON" } else { "TOML" };
            Arc::new(SourceFile {
                filename: name.clone(),
                language: language.to_owned(),
                data: place.file.text.clone().into_bytes(),
            })
        });
        Location::new(file, place.first_line..=place.last_line)
    }
}
