//! The lines of the user's files that steps come from, each file once.

use std::collections::BTreeMap;
use std::sync::Arc;

use buildkit_llb::{Location, SourceFile};

use crate::diagnostic::{Place, shown};
use crate::plan::Plan;

/// The locations of one plan.
#[derive(Debug)]
pub(super) struct Locations(BTreeMap<(String, u32, u32), Location>);

impl Locations {
    /// Returns the locations of everything in a plan.
    pub(super) fn of(plan: &Plan) -> Self {
        let images = plan.images.iter().map(|image| &image.place);
        let parts = plan.parts.iter().flat_map(|part| &part.places);
        let steps = plan.steps.iter().flat_map(|step| &step.places);
        let places: Vec<&Place> = images.chain(parts).chain(steps).collect();
        Self::of_all(&places)
    }

    fn of_all(places: &[&Place]) -> Self {
        let files = files(places.iter().copied());
        let location = |place: &&Place| {
            let file = files.get(place.file.name.as_str())?;
            Some((
                key(place),
                Location::new(file, place.first_line..=place.last_line),
            ))
        };
        Self(places.iter().filter_map(location).collect())
    }

    /// Returns the locations of some places.
    pub(super) fn of_places<'p>(&self, places: impl IntoIterator<Item = &'p Place>) -> Vec<&Location> {
        places
            .into_iter()
            .filter_map(|place| self.0.get(&key(place)))
            .collect()
    }
}

fn key(place: &Place) -> (String, u32, u32) {
    (place.file.name.clone(), place.first_line, place.last_line)
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
            filename: shown(name).into_owned(),
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
        let lines: String = (1..=4000).map(|line| format!("line {line} of many\n")).collect();
        let file = diagnostic::SourceFile::new("package.json", lines);
        let places = [100, 3000].map(|line| Place::of_line(&file, line));
        let locations = Locations::of_all(&places.each_ref());
        let [first, second] = places
            .each_ref()
            .map(|place| locations.of_places([place])[0].clone());
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
