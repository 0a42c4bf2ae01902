//! `package-lock.json` and `npm-shrinkwrap.json`, as npm 7 and later write them.
//!
//! Version 2 is version 3 with a section `dependencies` beside it, for npm 6, which nothing reads here.
//! Source: docs.npmjs.com, package-lock.json.

mod entry;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Diagnostics, Place, SourceFile, cut, names};
use crate::kinds::node::workspace::ImporterId;
use crate::kinds::node::workspace::package_json::places::Places;
use crate::path;

pub use entry::{Entry, Fields};

/// The part of a location behind which the name of a package stands.
pub const MODULES: &str = "node_modules/";

/// How much of a value is shown in a message, in characters.
const SHOWN: usize = 80;

/// The longest location, in bytes: half of what Linux takes for a path, and more than packages lie deep in each other.
const LONGEST: usize = 2048;

/// A lockfile: what is installed where.
#[derive(Debug, Clone)]
pub struct Lockfile {
    file: Arc<SourceFile>,
    places: Places,
    entries: BTreeMap<String, Entry>,
    /// Locations of packages that came in another one's archive.
    bundled: BTreeSet<String>,
    /// The locations of what lies in the `node_modules` of a directory, by name.
    modules: HashMap<String, HashMap<String, String>>,
    /// The directories that links lead to, with the locations of the links.
    targets: BTreeMap<ImporterId, BTreeSet<String>>,
}

impl Lockfile {
    /// Reads a lockfile.
    ///
    /// # Errors
    /// Text that is no such lockfile, or one of a version that is not read, at its line; entries whose locations lead out of
    /// a directory.
    pub fn parse(file: &Arc<SourceFile>) -> Result<Self, Diagnostics> {
        let places = Places::default();
        let mut raw = object(file)?;
        check_version(file, &places, &raw)?;
        let Some(Value::Object(packages)) = raw.remove("packages") else {
            let message = format!(
                "{} has no `packages`, so that it does not say what is installed where; write it anew with `npm install \
                 --package-lock-only` of npm 7 or later",
                file.name
            );
            return Err(at(message, Some(Place::of_line(file, 1))).into());
        };
        let mut lockfile = Self {
            file: Arc::clone(file),
            places,
            entries: BTreeMap::new(),
            bundled: BTreeSet::new(),
            modules: HashMap::new(),
            targets: BTreeMap::new(),
        };
        let mut wrong = Vec::new();
        for (location, value) in packages {
            match lockfile.entry_of(&location, value) {
                Ok(entry) => lockfile.add(location, entry),
                Err(why) => {
                    let message = format!("{}: `{}` {why}", file.name, cut(&location, SHOWN));
                    wrong.push(at(message, lockfile.place(&location)));
                }
            }
        }
        Diagnostics::check(wrong)?;
        Ok(lockfile)
    }

    fn entry_of(&self, location: &str, value: Value) -> Result<Entry, String> {
        if location.len() > LONGEST {
            return Err(format!("is longer than {LONGEST} bytes"));
        }
        if !is_location(location) {
            return Err("is no directory of the workspace".to_owned());
        }
        let Value::Object(raw) = value else {
            return Err("is no object".to_owned());
        };
        let entry = Entry::new(raw);
        match &entry.link {
            Some(target) if target.is_empty() || target.starts_with('/') || target.contains(['\\', '\0']) => {
                Err(format!(
                    "links to `{}`, which is no directory",
                    cut(target, SHOWN)
                ))
            }
            _ => Ok(entry),
        }
    }

    fn add(&mut self, location: String, entry: Entry) {
        if entry.is_bundled {
            self.bundled.insert(location.clone());
        }
        if let Some(target) = &entry.link {
            let links = self.targets.entry(path::normalize(target)).or_default();
            links.insert(location.clone());
        }
        if let Some((inside, name)) = location.rsplit_once(MODULES)
            && (inside.is_empty() || inside.ends_with('/'))
        {
            let directory = inside.strip_suffix('/').unwrap_or(inside);
            let modules = self.modules.entry(directory.to_owned()).or_default();
            modules.insert(name.to_owned(), location.clone());
        }
        self.entries.insert(location, entry);
    }

    /// Returns the file, for places in messages.
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// Returns what is at a location.
    pub fn get(&self, location: &str) -> Option<&Entry> {
        self.entries.get(location)
    }

    /// Returns the entry of a project.
    pub fn importer(&self, id: &str) -> Option<&Entry> {
        self.get(location_of(id))
    }

    /// Iterates over the projects: the root, and the directories that links lead to.
    pub fn importer_ids(&self) -> impl Iterator<Item = &str> {
        let targets = self.targets.keys().map(String::as_str);
        std::iter::once(".").chain(targets.filter(|id| *id != "."))
    }

    /// Whether a directory is one of the projects.
    pub fn has_importer(&self, id: &str) -> bool {
        id == "." || self.targets.contains_key(id)
    }

    /// Iterates over the locations of the links to a project.
    pub fn links_to(&self, id: &str) -> impl Iterator<Item = &str> {
        self.targets.get(id).into_iter().flatten().map(String::as_str)
    }

    /// Iterates over the links that the root's `node_modules` has: name and project.
    pub fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        self.targets.iter().flat_map(|(id, links)| {
            let names = links.iter().filter_map(|link| link.strip_prefix(MODULES));
            let names = names.filter(|name| !name.contains(MODULES));
            names.map(move |name| (name, id.as_str()))
        })
    }

    /// Iterates over the locations of what came in the archive of a package.
    pub fn bundled_in<'a>(&'a self, location: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let inside = format!("{location}/{MODULES}");
        let from = self.bundled.range(inside.clone()..);
        from.map(String::as_str)
            .take_while(move |other| other.starts_with(&inside))
    }

    /// Returns the directories of packages in which Node looks for a name that something at a location asks for, the nearest
    /// first.
    pub fn around(&self, location: &str) -> Around<'_> {
        let mut around = Vec::new();
        let mut directory = location;
        loop {
            around.extend(self.modules.get(directory));
            if directory.is_empty() {
                return Around(around);
            }
            directory = directory.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }

    /// Has a project depend on what its files do not say.
    pub fn declare(&mut self, id: &str, name: &str, specifier: &str) {
        if let Some(entry) = self.entries.get_mut(location_of(id)) {
            entry.declare(name, specifier);
        }
    }

    /// Returns the lines of a location's entry.
    pub fn place(&self, location: &str) -> Option<Place> {
        self.places.of(&self.file, &["packages", location])
    }

    /// Returns a mistake at a location's entry.
    pub(super) fn error_at(&self, location: &str, name: &'static str, message: String) -> Diagnostic {
        let diagnostic = Diagnostic::named(name, message);
        match self.place(location) {
            Some(place) => diagnostic.at(place),
            None => diagnostic,
        }
    }
}

/// Directories of packages, the nearest first.
#[derive(Debug)]
pub struct Around<'a>(Vec<&'a HashMap<String, String>>);

impl<'a> Around<'a> {
    /// Returns the location that Node finds a name at.
    pub fn find(&self, name: &str) -> Option<&'a str> {
        let mut found = self.0.iter();
        found.find_map(|modules| Some(modules.get(name)?.as_str()))
    }

    /// Returns that location if Node would find another one without it.
    pub fn find_in_front(&self, name: &str) -> Option<&'a str> {
        let mut found = self.0.iter().filter_map(|modules| modules.get(name));
        let nearest = found.next()?;
        found.next().map(|_| nearest.as_str())
    }
}

/// Returns the location of a project.
pub fn location_of(id: &str) -> &str {
    if id == "." { "" } else { id }
}

/// Returns the name under which a location is found, such as `@scope/name`.
pub fn name_of(location: &str) -> &str {
    location.rsplit_once(MODULES).map_or(location, |(_, name)| name)
}

/// Whether a text is a location: a directory of the workspace, or one beside it, which links may lead to. It becomes a path
/// of files that are written and copied.
fn is_location(text: &str) -> bool {
    let inside = text.trim_start_matches("../");
    let is_part = |part: &str| {
        !["", ".", ".."].contains(&part) && !part.contains(char::is_control) && !part.contains('\\')
    };
    text.is_empty() || inside == ".." || inside.split('/').all(is_part)
}

/// Reads the file's JSON object.
fn object(file: &Arc<SourceFile>) -> Result<Map<String, Value>, Diagnostic> {
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let line = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
        let told = error.to_string();
        let what = told.split(" at line ").next().unwrap_or_default();
        let hint = match file.text.contains("<<<<<<<") {
            true => {
                "; it has marks of a merge in it: run `npm install --package-lock-only`, which resolves them"
            }
            false => "; write it anew with `npm install --package-lock-only`",
        };
        let message = format!(
            "{} is not valid JSON (column {}): {what}{hint}",
            file.name,
            error.column()
        );
        Diagnostic::named(names::INVALID_LOCKFILE, message)
            .at(Place::of_line(file, line).from_column(error.column()))
    })?;
    match value {
        Value::Object(raw) => Ok(raw),
        _ => {
            let message = format!(
                "{} holds no JSON object; write it anew with `npm install --package-lock-only`",
                file.name
            );
            Err(at(message, Some(Place::of_line(file, 1))))
        }
    }
}

/// Refuses versions of the format that are not read.
fn check_version(
    file: &Arc<SourceFile>,
    places: &Places,
    raw: &Map<String, Value>,
) -> Result<(), Diagnostic> {
    const FIELD: &str = "lockfileVersion";
    let version = raw.get(FIELD).and_then(Value::as_u64);
    let why = match version {
        Some(2 | 3) => return Ok(()),
        Some(1) => "is of version 1, which npm 5 and 6 write and which does not say what is installed where; run `npm \
                    install --package-lock-only` with npm 7 or later, and commit the result"
            .to_owned(),
        Some(4) => "is of version 4, which npm 12 writes for a workspace with patches or extensions of packages; these are \
                    not supported: take `patchedDependencies`, `packageExtensions` and .npm-extension files out, and run \
                    `npm install --package-lock-only`"
            .to_owned(),
        _ => {
            let found = raw.get(FIELD).map_or("none".to_owned(), |value| cut(&value.to_string(), SHOWN).into_owned());
            format!("has the `{FIELD}` {found}, and 2 and 3 are read; write it with npm 7 or later")
        }
    };
    let place = places
        .of(file, &[FIELD])
        .unwrap_or_else(|| Place::of_line(file, 1));
    Err(at(format!("{} {why}", file.name), Some(place)))
}

fn at(message: String, place: Option<Place>) -> Diagnostic {
    Diagnostic::named(names::INVALID_LOCKFILE, message).at(place)
}

#[cfg(test)]
mod tests;
