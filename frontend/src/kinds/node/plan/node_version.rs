//! The Node version, as an image tag names it.

use nodejs_semver::{Range, Version};

use super::model::Reason;
use crate::diagnostic::{Place, SourceFile};
use crate::kinds::node::Workspace;
use crate::manifest::Manifest;

/// Majors that a range may be answered with, the preferred one first: the long-term releases from the one
/// that most production code runs on, then the others.
const PREFERRED: [&str; 12] = [
    "22", "24", "20", "18", "26", "25", "23", "21", "19", "16", "17", "14",
];

/// Code names of long-term releases, as `.nvmrc` may write them. Source: nodejs/Release.
const CODE_NAMES: [(&str, &str); 6] = [
    ("gallium", "16"),
    ("hydrogen", "18"),
    ("iron", "20"),
    ("jod", "22"),
    ("krypton", "24"),
    ("*", "22"),
];

/// Chooses the version, and says where it comes from.
///
/// A version in the manifest is taken as it stands. Of one that another file names only the major is taken: such files
/// keep developers on the same version, while an image is to have the security fixes of its major.
pub(super) fn choose(manifest: &Manifest, workspace: &Workspace, service: &str) -> (String, Reason) {
    if let Some(version) = &manifest.node {
        let reason = Reason::new("the manifest names it", manifest.place("node"));
        return (version.as_str().to_owned(), reason);
    }
    for (file, text) in &workspace.node_version_files {
        let written = text.trim();
        if let Some(major) = major_of(written) {
            let place = Place::of_line(&SourceFile::new(file, text), 1);
            return (major, Reason::new(format!("{file}: {written}"), Some(place)));
        }
    }
    for importer in [service, "."] {
        let Some(project) = workspace.projects.get(importer) else {
            continue;
        };
        let range = project.manifest.engines.get("node");
        if let Some(range) = range
            && let Some(major) = best_of(range)
        {
            let place = project.manifest.place(&["engines", "node"]);
            return (
                major.to_owned(),
                Reason::new(format!("engines.node: {range}"), place),
            );
        }
    }
    (
        PREFERRED[0].to_owned(),
        Reason::new("nothing in the repository names one", None),
    )
}

/// Returns the major that a version file names.
fn major_of(written: &str) -> Option<String> {
    if written.is_empty() {
        return None;
    }
    if let Some(name) = written.strip_prefix("lts/") {
        return CODE_NAMES
            .iter()
            .find(|(code, _)| *code == name)
            .map(|(_, major)| (*major).to_owned());
    }
    // An empty range and a bare word allow every version, and so choose none.
    if !written.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let version = written.strip_prefix('v').unwrap_or(written);
    let major = version.split('.').next()?;
    let is_number = !major.is_empty() && major.chars().all(|c| c.is_ascii_digit());
    is_number
        .then(|| major.to_owned())
        .or_else(|| best_of(written).map(str::to_owned))
}

/// Returns the preferred major that a range lets in.
fn best_of(range: &str) -> Option<&'static str> {
    let range = Range::parse(range).ok()?;
    PREFERRED.into_iter().find(|major| {
        let newest = Version::parse(format!("{major}.99.99")).is_ok_and(|version| range.satisfies(&version));
        newest || Range::parse(format!("{major}.x")).is_ok_and(|all| all.allows_any(&range))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_files_name_majors() {
        for (written, major) in [
            ("v20.11.1", Some("20")),
            ("22", Some("22")),
            ("lts/iron", Some("20")),
            ("lts/*", Some("22")),
            (">=18 <20", Some("18")),
            ("node", None),
            ("", None),
        ] {
            assert_eq!(major_of(written).as_deref(), major, "{written}");
        }
    }

    #[test]
    fn ranges_take_the_preferred_major_that_they_let_in() {
        for (range, major) in [
            (">=18", Some("22")),
            ("^20.9.0", Some("20")),
            (">=24", Some("24")),
            ("18.x || 20.x", Some("20")),
            (">=22.12.0 <22.15", Some("22")),
            ("not a range at all", None),
        ] {
            assert_eq!(best_of(range), major, "{range}");
        }
    }
}
