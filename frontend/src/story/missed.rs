//! A build that misses something of the repository gets it: narrow and fast is what is hoped for, and never the reason for a
//! failure.

use super::failed::Failed;
use crate::decide::Read;
use crate::diagnostic::Place;
use crate::plan::{Facts, Package, Plan};
use crate::warning::{Warning, rules};

/// The status with which a step ends that has not found a file (`run.cjs`). Those after it are of links of the root, in
/// their order.
const NOT_FOUND: usize = 117;

/// What a package's scripts have not found.
#[derive(Debug)]
pub(super) struct Missed<'p> {
    package: &'p Package,
    /// A project that the root alone links to, by the link's name; a file where there is none.
    link: Option<&'p str>,
    place: Option<&'p Place>,
}

impl<'p> Missed<'p> {
    /// Returns what the scripts of a package have failed for, unless they had it.
    pub(super) fn of(plan: &'p Plan, facts: &Facts, failed: &Failed) -> Option<Self> {
        let message = failed.failure.to_string();
        let (_, status) = message.rsplit_once("exit code: ")?;
        let status: usize = status.parse().ok()?;
        let step = plan.step(failed.step?)?;
        let name = step.package.as_ref()?;
        let package = plan.packages.iter().find(|package| package.name == *name)?;
        let link = match status.checked_sub(NOT_FOUND)? {
            0 if facts.whole.contains(&package.directory) => return None,
            0 => None,
            number => Some(package.links.get(number - 1)?),
        };
        let is_there = |link: &String| facts.linked.contains(&(package.directory.clone(), link.clone()));
        if link.is_some_and(is_there) {
            return None;
        }
        Some(Self {
            package,
            link: link.map(String::as_str),
            place: step.places.first(),
        })
    }

    /// Adds to what is known that the package needs it.
    pub(super) fn note(&self, facts: &mut Facts) {
        let directory = self.package.directory.clone();
        match self.link {
            Some(link) => {
                facts.linked.insert((directory, link.to_owned()));
            }
            None => {
                facts.whole.insert(directory);
            }
        }
    }

    /// Returns the warning of a package that is built once more.
    pub(super) fn warning(&self, read: &Read) -> Warning {
        let name = &self.package.name;
        let Some(link) = self.link else {
            let message = format!(
                "the build of {name} did not find a file, and is run once more with every file of the workspace, of which any \
                 change runs it again; write those that it reads into `files` of `[build]`"
            );
            let place = read.manifest().nearest_place("build.files");
            return rules::MISSED_FILES.warn(message).at(place);
        };
        let message = format!(
            "the build of {name} did not find `{link}`, which only the root's package.json has, and is run once more with it; \
             add it to `dependencies` of {name}"
        );
        let warning = rules::UNDECLARED_DEPENDENCY.warn(message);
        match self.place {
            Some(place) => warning.at(place.clone()),
            None => warning,
        }
    }
}
