//! Which npm installs the workspace.
//!
//! Every image of Node has one, which installs where the repository names none or a range that it is in. A version that the
//! repository names to the last digit is set up in its place.

use nodejs_semver::{Range, Version};
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Diagnostics, Place, names};
use crate::kinds::node::workspace::PackageJson;

/// The version of each supported major that is set up where a range asks for another major than the image has.
pub const DEFAULTS: [&str; 3] = ["10.9.9", "11.21.2", "12.2.2"];

/// What the repository says of npm's version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NpmVersion {
    asked: Option<Asked>,
    /// Why, for people: ``packageManager in package.json``.
    source: String,
    /// The line that says it.
    pub place: Option<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    /// A version, and the archive's hash as `packageManager` gives it.
    Exact(String, Option<String>),
    Range(String),
}

/// The npm of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The version to set up; none where it is the image's own.
    pub setup: Option<String>,
    /// The hash of its archive.
    pub hash: Option<String>,
    /// Its major.
    pub major: u64,
    /// Why it is this one.
    pub why: String,
}

impl NpmVersion {
    /// Reads what a package.json says: `packageManager`, `devEngines.packageManager`, `engines.npm`.
    ///
    /// # Errors
    /// Another package manager, a version that is none or of a major that is not supported.
    pub fn read(root: Option<&PackageJson>) -> Result<Self, Diagnostics> {
        let Some(root) = root else {
            return Ok(Self::default());
        };
        let file = &root.file.name;
        if let Some(text) = &root.package_manager {
            let place = root.place(&["packageManager"]);
            let (name, version) = text.split_once('@').unwrap_or((text, ""));
            if name != "npm" {
                let message = format!(
                    "`packageManager` in {file} is `{text}`, but the lockfile here is npm's; write a version such as \
                     \"npm@{}\", or make the lockfile with {name}",
                    DEFAULTS[0]
                );
                return Err(at(message, place).into());
            }
            let (number, hash) = match version.split_once('+') {
                Some((number, hash)) => (number, Some(hash.to_owned())),
                None => (version, None),
            };
            let Ok(number) = Version::parse(number) else {
                let message = format!(
                    "`packageManager` in {file} is `{text}`, which names no exact version; write one such as \"npm@{}\"",
                    DEFAULTS[0]
                );
                return Err(at(message, place).into());
            };
            return Self::new(
                Asked::Exact(number.to_string(), hash),
                format!("`packageManager` in {file}"),
                place,
            );
        }
        if let Some(range) = dev_engine(root) {
            let place = root.place(&["devEngines", "packageManager"]);
            return Self::of_range(range, format!("`devEngines.packageManager` in {file}"), place);
        }
        match root.engines.get("npm") {
            Some(range) => {
                let source = format!("`engines.npm` in {file}");
                let asked = Self::of_range(range, source.clone(), root.place(&["engines", "npm"]));
                // npm itself warns of what does not fit, and goes on.
                Ok(asked.unwrap_or_else(|_| Self {
                    source: format!("; {source} asks for `{range}`, which is not supported"),
                    ..Self::default()
                }))
            }
            None => Ok(Self::default()),
        }
    }

    fn of_range(text: &str, source: String, place: Option<Place>) -> Result<Self, Diagnostics> {
        let text = text.trim();
        if let Ok(version) = Version::parse(text) {
            return Self::new(Asked::Exact(version.to_string(), None), source, place);
        }
        match Range::parse(text) {
            Ok(_) => Self::new(Asked::Range(text.to_owned()), source, place),
            Err(_) => {
                let message = format!(
                    "{source} is `{text}`, which is no version; write one such as \"{}\"",
                    DEFAULTS[0]
                );
                Err(at(message, place).into())
            }
        }
    }

    fn new(asked: Asked, source: String, place: Option<Place>) -> Result<Self, Diagnostics> {
        let is_supported = match &asked {
            Asked::Exact(version, _) => DEFAULTS.iter().any(|default| major(default) == major(version)),
            Asked::Range(text) => DEFAULTS.iter().any(|default| allows(text, default)),
        };
        if is_supported {
            return Ok(Self {
                asked: Some(asked),
                source,
                place,
            });
        }
        let (Asked::Exact(found, _) | Asked::Range(found)) = asked;
        let message = format!(
            "npm {found} ({source}) is not supported; use npm 10 to 12, such as {}",
            DEFAULTS[0]
        );
        Err(at(message, place).into())
    }

    /// Returns the npm of a build with the image of a version of Node, which `node` is the tag of.
    pub fn choose(&self, node: &str) -> Chosen {
        let bundled = bundled(node);
        let of_image = |why: String| Chosen {
            setup: None,
            hash: None,
            major: bundled,
            why,
        };
        match &self.asked {
            None => of_image(format!("it comes with Node{}", self.source)),
            Some(Asked::Exact(version, hash)) => Chosen {
                major: major(version).unwrap_or(bundled),
                setup: Some(version.clone()),
                hash: hash.clone(),
                why: self.source.clone(),
            },
            Some(Asked::Range(range)) => {
                let fitting = DEFAULTS.iter().filter(|version| allows(range, version));
                let others: Vec<&&str> = fitting.collect();
                match others
                    .iter()
                    .find(|version| major(version) == Some(bundled))
                    .or(others.first())
                {
                    Some(version) if major(version) != Some(bundled) => Chosen {
                        setup: Some((**version).to_string()),
                        hash: None,
                        major: major(version).unwrap_or(bundled),
                        why: format!("{} is `{range}`", self.source),
                    },
                    _ => of_image(format!("it comes with Node, and {} is `{range}`", self.source)),
                }
            }
        }
    }
}

/// Whether a range lets in a version of the same major as one. Which of them an image has nobody knows before it is there.
fn allows(range: &str, version: &str) -> bool {
    let of_major = major(version).and_then(|major| Range::parse(major.to_string()).ok());
    match (Range::parse(range), of_major) {
        (Ok(range), Some(of_major)) => range.allows_any(&of_major),
        _ => false,
    }
}

/// The oldest major that is supported.
pub const OLDEST: u64 = 10;

/// Returns the major of npm that the image of a version of Node has: the last of the release line, since images of a major
/// have that. Source: nodejs/Release; nodejs.org, `index.json`.
fn bundled(node: &str) -> u64 {
    match major(node) {
        Some(..15) => 6,
        Some(15) => 7,
        Some(16 | 17) => 8,
        Some(19) => 9,
        Some(major) if major < 24 => 10,
        _ => 11,
    }
}

/// Returns the range that `devEngines.packageManager` gives for npm.
fn dev_engine(root: &PackageJson) -> Option<&str> {
    let engine = root.get(&["devEngines", "packageManager"])?;
    let engines = match engine {
        Value::Array(engines) => engines.as_slice(),
        one => std::slice::from_ref(one),
    };
    let npm = engines
        .iter()
        .find(|engine| engine.get("name").and_then(Value::as_str) == Some("npm"))?;
    npm.get("version")?.as_str()
}

fn major(version: &str) -> Option<u64> {
    let digits = version.split(['.', '-']).next()?;
    digits.parse().ok()
}

fn at(message: String, place: Option<Place>) -> Diagnostic {
    Diagnostic::named(names::UNSUPPORTED_MANAGER, message).at(place)
}

#[cfg(test)]
mod tests;
