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
        let keys = KEYS.iter().map(|key| (*key, manifest.nearest_place(key)));
        let keys: Vec<_> = keys.chain([("", manifest.first_line())]).collect();
        let files = files(keys.iter().map(|(_, place)| place).chain(places.values()));
        let location = |place: &Place| {
            let file = files.get(place.file.name.as_str())?;
            Some(Location::new(file, place.first_line..=place.last_line))
        };
        let keys = keys.iter();
        let keys = keys.filter_map(|(key, place)| Some(((*key).to_owned(), location(place)?)));
        let origins = places.iter();
        let origins = origins.filter_map(|(origin, place)| Some((origin.clone(), location(place)?)));
        Self {
            keys: keys.collect(),
            origins: origins.collect(),
        }
    }
}

/// Returns the files of places by name: a definition is limited in size, so each is in it once, and of a large one
/// what can be shown.
fn files<'a>(places: impl Iterator<Item = &'a Place>) -> BTreeMap<&'a str, Arc<SourceFile>> {
    let mut by_file: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    for place in places {
        by_file.entry(&place.file.name).or_default().push(place);
    }
    let file = |(name, places): (&'a str, Vec<&Place>)| {
        let first = &places.first()?.file;
        let text = first.excerpt(places.iter().copied());
        let file = SourceFile {
            filename: name.to_owned(),
            language: first.language().to_owned(),
            data: text.into_bytes(),
        };
        Some((name, Arc::new(file)))
    };
    by_file.into_iter().filter_map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic;

    #[test]
    fn of_a_large_file_the_lines_around_its_places_travel() {
        let manifest = Manifest::parse(&diagnostic::SourceFile::new("service.toml", "node = 22\n")).unwrap();
        let lines: String = (1..=4000).map(|line| format!("line {line} of many\n")).collect();
        let file = diagnostic::SourceFile::new("package.json", lines);
        let places = [100, 3000].map(|line| {
            let origin = Origin {
                file: file.name.clone(),
                line,
            };
            (origin, Place::of_line(&file, line))
        });
        let locations = Locations::of(&manifest, &places.clone().into());
        let [first, second] = places.map(|(origin, _)| locations.origins[&origin].clone());
        assert!(Arc::ptr_eq(&first.file, &second.file));
        let text = String::from_utf8(first.file.data.clone()).unwrap();
        assert!(text.len() < 5000, "{} bytes", text.len());
        let shown: Vec<&str> = text.lines().collect();
        for line in [100, 3000] {
            assert_eq!(shown[line - 1], format!("line {line} of many"));
        }
        assert_eq!(shown[1999], "");
    }
}
