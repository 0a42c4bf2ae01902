//! What an image lacks that another plan of it would have.

use std::collections::BTreeMap;

use super::super::entry::Pages;
use super::{Kind, Report, is_of_other_libc, owner, package_of, written};
use crate::diagnostic::{Diagnostic, Place, shown};
use crate::path::is_within;
use crate::plan::{Check, Complete, Looked, Outcome};
use crate::warning::{Warning, rules};

/// How many packages a warning names.
const NAMED: usize = 3;

/// What an image lacks and another plan gives it.
#[derive(Debug, Default)]
pub(in crate::story) struct Lacks {
    /// What that plan is made by.
    pub(in crate::story) found: Looked,
    /// What is said of it.
    pub(in crate::story) warnings: Vec<Warning>,
    /// What is said instead where the other plan comes to nothing.
    pub(in crate::story) otherwise: Option<Diagnostic>,
}

impl Lacks {
    /// Returns what a report says of it.
    pub(super) fn of(check: &Check, report: &Report) -> Self {
        let complete = check.complete.as_ref();
        let of_root = of_root(check, report);
        let loaded = report.missing.as_ref();
        let loaded = loaded.filter(|missing| missing.kind == Kind::Native && is_of_other_libc(&missing.name));
        let loaded = loaded.map(|missing| missing.from.as_ref().unwrap_or(&missing.name));
        let packages = report.foreign.iter().chain(loaded);
        let foreign = check.is_hoped.then(|| foreign(packages, &check.base)).flatten();
        let (written, of_written) = written::directory(check, report).unzip();
        let found = Looked {
            of_root: of_root.keys().cloned().collect(),
            incomplete: complete.is_some_and(|complete| is_incomplete(complete, report)),
            glibc: foreign.is_some(),
            pages: false,
            written: written.into_iter().collect(),
        };
        let warnings = of_root.into_values().chain(foreign).chain(of_written).collect();
        Self {
            found,
            warnings,
            otherwise: None,
        }
    }

    /// Returns what a note of packages says that do not run on an image that was hoped to run them.
    pub(super) fn of_note(packages: &[String], base: &Place) -> Self {
        let foreign = foreign(packages, base);
        Self {
            found: Looked {
                glibc: foreign.is_some(),
                ..Looked::default()
            },
            warnings: foreign.into_iter().collect(),
            otherwise: None,
        }
    }

    /// Returns what a build lacks that has left a page, and nothing that starts a service.
    pub(in crate::story) fn of_pages(pages: &Pages) -> Self {
        Self {
            found: Looked {
                pages: true,
                ..Looked::default()
            },
            warnings: vec![pages.warning.clone()],
            otherwise: Some(pages.otherwise.clone()),
        }
    }

    /// Whether the image is right as it is.
    pub(in crate::story) fn is_nothing(&self) -> bool {
        self.found == Looked::default()
    }

    /// Returns the same of an image whose command has turned out to start a file: where an output was to hold all that it
    /// loads, and the file lies in none, dependencies were left out that it may load.
    pub(in crate::story) fn of_entry(mut self, outcome: &Outcome, entry: Option<&str>) -> Self {
        let check = match outcome {
            Outcome::Image(image) => image.check.as_ref(),
            Outcome::Workbench(_) => None,
        };
        let outputs = check.and_then(|check| Some(&check.complete.as_ref()?.outputs));
        if let (Some(outputs), Some(entry)) = (outputs, entry) {
            let is_inside = outputs.iter().any(|output| is_within(entry, output));
            self.found.incomplete |= !is_inside;
        }
        self
    }
}

/// Says which packages of an image with musl run with glibc alone, by their directories; nothing where there are none.
fn foreign<'p>(packages: impl IntoIterator<Item = &'p String>, base: &Place) -> Option<Warning> {
    let name = |path: &str| {
        let name = path
            .rsplit_once("node_modules/")
            .map_or(path, |(_, inside)| package_of(inside));
        format!("`{}`", shown(name))
    };
    let names: Vec<String> = packages.into_iter().map(|path| name(path)).take(NAMED).collect();
    if names.is_empty() {
        return None;
    }
    let message = format!(
        "native code that runs with glibc alone: {}; the image stands on Debian after all; write base = \"debian\", so that it \
         is not made for Alpine first",
        names.join(", ")
    );
    Some(rules::GLIBC_ONLY.warn(message).at(base.clone()))
}

/// Whether an output does not hold all that it loads.
fn is_incomplete(complete: &Complete, report: &Report) -> bool {
    let mut named = report.undeclared.iter();
    let lacks = report
        .missing
        .as_ref()
        .is_some_and(|missing| missing.kind != Kind::Denied);
    lacks || named.any(|one| complete.dependencies.contains(&one.name))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;
    use crate::plan::Files;

    #[test]
    fn what_musls_loader_says_of_glibc_moves_a_base_that_was_hoped_to_do() {
        let place = Place::of_line(&SourceFile::new("service.toml", ""), 1);
        let check = |is_hoped| Check {
            report: Files::Empty,
            packages: Vec::new(),
            of_root: BTreeMap::new(),
            complete: None,
            is_hoped,
            writable: Vec::new(),
            writes: place.clone(),
            approval: String::new(),
            command: place.clone(),
            base: place.clone(),
        };
        let report = |kind: &str, name: &str| -> Report {
            let from = "/app/node_modules/.pnpm/pdf@1.0.0/node_modules/pdf/pdf.node";
            let missing = serde_json::json!({ "missing": { "kind": kind, "name": name, "from": from } });
            serde_json::from_value(missing).unwrap()
        };
        let musl = "Error loading shared library ld-linux-x86-64.so.2: No such file or directory";
        for (is_hoped, kind, name, moves) in [
            (true, "native", musl, true),
            (false, "native", musl, false),
            (true, "module", musl, false),
            (
                true,
                "native",
                "libvips.so.42: cannot open shared object file",
                false,
            ),
        ] {
            let lacks = Lacks::of(&check(is_hoped), &report(kind, name));
            assert_eq!(lacks.found.glibc, moves, "{is_hoped} {kind} {name}");
            assert_eq!(lacks.is_nothing(), !moves);
            let told: Vec<String> = lacks.warnings.iter().map(ToString::to_string).collect();
            assert_eq!(told.len(), usize::from(moves));
            assert!(
                told.iter().all(|told| told.contains("glibc alone: `pdf`;")),
                "{told:?}"
            );
        }
    }
}
