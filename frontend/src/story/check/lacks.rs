//! What an image lacks that another plan of it would have.

use std::collections::BTreeMap;

use super::{Kind, Report, owner, package_of};
use crate::diagnostic::{Place, shown};
use crate::path::is_within;
use crate::plan::{Check, Complete, Outcome};
use crate::warning::{Warning, rules};

/// What an image lacks and another plan gives it.
#[derive(Debug, Default)]
pub(in crate::story) struct Lacks {
    /// Packages that the root of the workspace declares, each with what is said of it.
    pub(in crate::story) of_root: BTreeMap<String, Warning>,
    /// Whether it is something that was left out since the build's output should hold it.
    pub(in crate::story) dependencies: bool,
}

impl Lacks {
    /// Returns what a report says of it.
    pub(super) fn of(check: &Check, report: &Report) -> Self {
        let complete = check.complete.as_ref();
        Self {
            of_root: of_root(check, report),
            dependencies: complete.is_some_and(|complete| is_incomplete(complete, report)),
        }
    }

    /// Whether the image is right as it is.
    pub(in crate::story) fn is_nothing(&self) -> bool {
        self.of_root.is_empty() && !self.dependencies
    }

    /// Returns the same of an image whose command has turned out to start a file: where an output was to hold all that it
    /// loads, and the file lies in none, dependencies were left out that it may load.
    pub(in crate::story) fn of_entry(self, outcome: &Outcome, entry: Option<&str>) -> Self {
        let check = match outcome {
            Outcome::Image(image) => image.check.as_ref(),
            Outcome::Workbench(_) => None,
        };
        let outputs = check.and_then(|check| Some(&check.complete.as_ref()?.outputs));
        let (Some(outputs), Some(entry)) = (outputs, entry) else {
            return self;
        };
        let is_inside = outputs.iter().any(|output| is_within(entry, output));
        Self {
            dependencies: self.dependencies || !is_inside,
            ..self
        }
    }
}

/// Whether an output does not hold all that it loads.
fn is_incomplete(complete: &Complete, report: &Report) -> bool {
    let mut named = report.undeclared.iter();
    report.missing.is_some() || named.any(|one| complete.dependencies.contains(&one.name))
}

/// Returns what of the missing packages the root declares, with what is said of each.
fn of_root(check: &Check, report: &Report) -> BTreeMap<String, Warning> {
    let missing = report
        .missing
        .iter()
        .filter(|missing| missing.kind == Kind::Module);
    let missing = missing.map(|missing| (package_of(&missing.name), missing.from.as_deref()));
    let named = report.undeclared.iter();
    let named = named.map(|one| (one.name.as_str(), Some(one.from.as_str())));
    let found = named.chain(missing).filter_map(|(name, from)| {
        let place = check.of_root.get(name)?;
        Some((name.to_owned(), undeclared(check, name, from, place)))
    });
    found.collect()
}

/// Says that a package is installed though nobody that uses it declares it.
fn undeclared(check: &Check, name: &str, from: Option<&str>, of_root: &Place) -> Warning {
    let asks = from.map(|from| format!(", which {} loads", shown(from)));
    let asks = asks.unwrap_or_default();
    // What a published package lacks the service may have in its place.
    let package = from.and_then(|from| owner(&check.packages, from));
    let package = package.map(|(package, _)| package).or(check.packages.last());
    let tool = package.and_then(|package| package.tools.get(name));
    let file = package.map_or("package.json", |package| package.file.as_str());
    let shown = shown(name);
    let (place, message) = match tool {
        Some(tool) => (
            tool,
            format!(
                "`{shown}` is a dependency for development alone{asks}, and installed with the service all the same; move it to \
                 `dependencies` of {file}"
            ),
        ),
        None => (
            package.map_or(of_root, |package| &package.place),
            format!(
                "only the root's package.json has `{shown}`{asks}, so that it is installed with the service; add it to \
                 `dependencies` of {file}"
            ),
        ),
    };
    rules::UNDECLARED_DEPENDENCY.warn(message).at(place.clone())
}
