//! `package.json`: the fields that a build reads.

pub(in crate::kinds::node) mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Diagnostics, Place, SourceFile, cut, names};
use places::Places;

/// How much of a value or a name is shown in a message, in characters.
const SHOWN: usize = 80;

/// Names and specifiers, as in `dependencies`.
pub type Specifiers = BTreeMap<String, String>;

/// Adds a field of dependencies to a manifest that is written anew, where there are any.
pub fn insert(out: &mut Map<String, Value>, field: &str, specifiers: &Specifiers) {
    if !specifiers.is_empty() {
        let map = specifiers
            .iter()
            .map(|(name, range)| (name.clone(), range.clone().into()));
        out.insert(field.to_owned(), Value::Object(map.collect()));
    }
}

/// A package's manifest. Fields of an unexpected type read as absent, but for dependencies, where that would
/// change what is installed.
#[derive(Debug, Clone, PartialEq)]
pub struct PackageJson {
    /// The file, for places in messages.
    pub file: Arc<SourceFile>,
    /// `name`
    pub name: Option<String>,
    /// `version`
    pub version: Option<String>,
    /// `private`
    pub private: bool,
    /// `scripts`
    pub scripts: BTreeMap<String, String>,
    /// `dependencies`
    pub dependencies: Specifiers,
    /// `devDependencies`
    pub dev_dependencies: Specifiers,
    /// `optionalDependencies`
    pub optional_dependencies: Specifiers,
    /// `peerDependencies`
    pub peer_dependencies: Specifiers,
    /// Names of the peers that `peerDependenciesMeta` calls optional.
    pub optional_peers: Vec<String>,
    /// `bin`, by command; a lone string is the command of the package's name without its scope.
    pub bin: BTreeMap<String, String>,
    /// `main`
    pub main: Option<String>,
    /// `module`
    pub module: Option<String>,
    /// `types`, else `typings`
    pub types: Option<String>,
    /// `type`: `module` or `commonjs`
    pub module_type: Option<String>,
    /// `exports`
    pub exports: Option<Value>,
    /// `files`
    pub files: Vec<String>,
    /// `engines`
    pub engines: BTreeMap<String, String>,
    /// `packageManager`, such as `pnpm@9.15.9+sha512.abc`
    pub package_manager: Option<String>,
    /// `workspaces`: the globs of other package managers' workspaces, which pnpm does not read.
    pub workspaces: Vec<String>,
    /// All fields as written, in the order of the file: `pnpm`, `devEngines`, `publishConfig` and the rest.
    pub raw: Map<String, Value>,
    /// Scripts that build nothing, whatever their names, as files beside this one say: whoever reads those fills it.
    pub idle: BTreeSet<String>,
    /// The script that builds it, where such a file says that it is not the usual one.
    pub built_by: Option<String>,
    places: Places,
}

impl PackageJson {
    /// Reads a manifest; a byte order mark is dropped, as pnpm does.
    ///
    /// # Errors
    /// Text that is not a JSON object, at its line and column; dependencies whose specifier is no string.
    pub fn parse(file: &Arc<SourceFile>) -> Result<Self, Diagnostics> {
        let value: Value = serde_json::from_str(text(file)).map_err(|error| {
            let line = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
            let message = error.to_string();
            let what = message.split(" at line ").next().unwrap_or_default();
            Diagnostic::named(
                names::INVALID_PACKAGE_JSON,
                format!(
                    "{} is not valid JSON (column {}): {what}",
                    file.name,
                    error.column()
                ),
            )
            .at(Place::of_line(file, line).from_column(error.column()))
        })?;
        let Value::Object(raw) = value else {
            let message = format!(
                "{} holds no JSON object; a manifest such as {{\"name\": \"x\"}} is expected",
                file.name
            );
            return Err(Diagnostic::named(names::INVALID_PACKAGE_JSON, message)
                .at(Place::of_line(file, 1))
                .into());
        };
        let places = Places::default();
        let mut wrong = Vec::new();
        let mut dependencies = |field: &str| specifiers((file, &places), &raw, field, &mut wrong);
        let manifest = Self {
            file: Arc::clone(file),
            dependencies: dependencies("dependencies"),
            dev_dependencies: dependencies("devDependencies"),
            optional_dependencies: dependencies("optionalDependencies"),
            peer_dependencies: dependencies("peerDependencies"),
            optional_peers: optional_peers(&raw),
            name: string(&raw, "name"),
            version: string(&raw, "version"),
            private: raw.get("private").and_then(Value::as_bool).unwrap_or(false),
            scripts: strings(raw.get("scripts")),
            bin: bin(&raw),
            main: string(&raw, "main"),
            module: string(&raw, "module"),
            types: string(&raw, "types").or_else(|| string(&raw, "typings")),
            module_type: string(&raw, "type"),
            exports: raw.get("exports").cloned(),
            files: list(raw.get("files")),
            engines: strings(raw.get("engines")),
            package_manager: string(&raw, "packageManager"),
            workspaces: list(raw.get("workspaces").map(|w| w.get("packages").unwrap_or(w))),
            raw,
            idle: BTreeSet::new(),
            built_by: None,
            places,
        };
        Diagnostics::check(wrong)?;
        Ok(manifest)
    }

    /// Returns the specifier under which a name is installed for the package itself: of `optionalDependencies`,
    /// `dependencies`, `devDependencies`, in pnpm's order of precedence.
    pub fn specifier(&self, name: &str) -> Option<&str> {
        [
            &self.optional_dependencies,
            &self.dependencies,
            &self.dev_dependencies,
        ]
        .into_iter()
        .find_map(|field| field.get(name))
        .map(String::as_str)
    }

    /// Whether a peer may be missing.
    pub fn is_optional_peer(&self, name: &str) -> bool {
        self.optional_peers.iter().any(|peer| peer == name)
    }

    /// Returns the value at a path of keys, such as `["pnpm", "overrides"]`.
    pub fn get(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter()
            .try_fold(self.raw.get(*first)?, |value, key| value.get(key))
    }

    /// Returns the lines of the property at a path of keys, such as `["engines", "pnpm"]`.
    pub fn place(&self, path: &[&str]) -> Option<Place> {
        self.places.of(&self.file, path)
    }
}

/// Returns the file's text without a byte order mark.
fn text(file: &SourceFile) -> &str {
    file.text.strip_prefix('\u{feff}').unwrap_or(&file.text)
}

/// Reads one of the dependency fields.
fn specifiers(
    (file, places): (&Arc<SourceFile>, &Places),
    raw: &Map<String, Value>,
    field: &str,
    wrong: &mut Vec<Diagnostic>,
) -> Specifiers {
    let mut report = |path: &[&str], message: String| {
        let diagnostic = Diagnostic::named(names::INVALID_PACKAGE_JSON, message);
        wrong.push(match places.of(file, path) {
            Some(place) => diagnostic.at(place),
            None => diagnostic,
        });
    };
    match raw.get(field) {
        None | Some(Value::Null) => Specifiers::new(),
        Some(Value::Object(map)) => map
            .iter()
            .filter_map(|(name, specifier)| match specifier {
                Value::String(specifier) => Some((name.clone(), specifier.clone())),
                other => {
                    report(
                        &[field, name],
                        format!(
                            "`{}` is {}; write a range such as \"^1.0.0\"",
                            cut(&format!("{field}.{name}"), SHOWN),
                            cut(&other.to_string(), SHOWN)
                        ),
                    );
                    None
                }
            })
            .collect(),
        Some(other) => {
            report(
                &[field],
                format!(
                    "`{field}` is {}; write an object of names and ranges",
                    cut(&other.to_string(), SHOWN)
                ),
            );
            Specifiers::new()
        }
    }
}

fn optional_peers(raw: &Map<String, Value>) -> Vec<String> {
    let meta = raw
        .get("peerDependenciesMeta")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    meta.filter(|(_, meta)| meta.get("optional") == Some(&Value::Bool(true)))
        .map(|(name, _)| name.clone())
        .collect()
}

fn bin(raw: &Map<String, Value>) -> BTreeMap<String, String> {
    match raw.get("bin") {
        Some(Value::String(path)) => string(raw, "name")
            .map(|name| {
                (
                    name.rsplit('/').next().unwrap_or_default().to_owned(),
                    path.clone(),
                )
            })
            .into_iter()
            .collect(),
        other => strings(other),
    }
}

fn string(raw: &Map<String, Value>, key: &str) -> Option<String> {
    raw.get(key)?.as_str().map(str::to_owned)
}

fn strings(value: Option<&Value>) -> BTreeMap<String, String> {
    let map = value.and_then(Value::as_object).into_iter().flatten();
    map.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn list(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests;
