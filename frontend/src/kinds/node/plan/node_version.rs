//! The Node version, as an image tag names it.

use std::fmt::Write as _;

use nodejs_semver::{Range, Version};
use toml::de::DeTable;

use super::model::Reason;
use crate::diagnostic::{Place, SourceFile};
use crate::kinds::node::workspace::PackageJson;
use crate::kinds::node::{Manager, Workspace};
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

/// Files by which tools choose a version, the most telling first.
pub const NODE_VERSION_FILES: [&str; 5] = [
    ".nvmrc",
    ".node-version",
    ".tool-versions",
    "mise.toml",
    ".mise.toml",
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
    let runs = needed_by(&workspace.manager);
    for (file, text) in &workspace.node_version_files {
        if let Some((line, written)) = written_in(file, text)
            && let Some(major) = major_of(&written, runs)
        {
            let place = Place::of_line(&SourceFile::new(file, text), line);
            return (major, Reason::new(format!("{file}: {written}"), Some(place)));
        }
    }
    for importer in [service, "."] {
        let Some(project) = workspace.projects.get(importer) else {
            continue;
        };
        for (field, version) in versions_of(&project.manifest) {
            if let Some(major) = major_of(version, runs) {
                let place = project.manifest.place(field);
                return (
                    major,
                    Reason::new(format!("{}: {version}", field.join(".")), place),
                );
            }
        }
    }
    let mut why = "nothing in the repository names one".to_owned();
    let major = preferred(runs, |_| true).unwrap_or(PREFERRED[0]);
    if let (true, Manager::Pnpm(pnpm)) = (major != PREFERRED[0], &workspace.manager) {
        let version = &pnpm.version.version;
        let _ = write!(why, ", and pnpm {version} does not run on {}", PREFERRED[0]);
    }
    (major.to_owned(), Reason::new(why, None))
}

/// Returns the range of the versions that the package manager runs on, where it does not run on all.
///
/// Before 8.3.1 every download of pnpm ends in `ERR_INVALID_THIS` on Node 20 and later (pnpm/pnpm#6424); 11 asks for
/// 22.13 (`engines` of its package.json).
fn needed_by(manager: &Manager) -> Option<&'static str> {
    match manager {
        Manager::Pnpm(pnpm) => needed_by_pnpm(&pnpm.version.version),
        Manager::Npm(_) => None,
    }
}

fn needed_by_pnpm(version: &str) -> Option<&'static str> {
    let version = Version::parse(version).ok()?;
    match version.major() {
        8 if version < Version::from((8_u64, 3, 1)) => Some("<20"),
        11 => Some(">=22.13"),
        _ => None,
    }
}

/// Returns the versions that a package.json names, the most telling first: Volta's, which developers have, the one that
/// package managers set up, and the range that is let in.
///
/// Source: docs.volta.sh, `volta.node`; docs.npmjs.com, `devEngines.runtime`.
fn versions_of(manifest: &PackageJson) -> Vec<(&'static [&'static str], &str)> {
    fn text(value: Option<&serde_json::Value>) -> Option<&str> {
        value.and_then(serde_json::Value::as_str)
    }
    let volta = manifest
        .raw
        .get("volta")
        .and_then(|volta| text(volta.get("node")));
    let runtime = manifest
        .raw
        .get("devEngines")
        .and_then(|engines| engines.get("runtime"));
    let runtimes = match runtime {
        Some(serde_json::Value::Array(several)) => several.iter().collect(),
        other => Vec::from_iter(other),
    };
    let node = runtimes
        .into_iter()
        .find(|one| text(one.get("name")) == Some("node"));
    let node = node.and_then(|node| text(node.get("version")));
    let range = manifest.engines.get("node").map(String::as_str);
    let fields: [(&[&str], Option<&str>); 3] = [
        (&["volta", "node"], volta),
        (&["devEngines", "runtime"], node),
        (&["engines", "node"], range),
    ];
    let named = fields
        .into_iter()
        .filter_map(|(field, version)| Some((field, version?)));
    named.collect()
}

/// Returns the version that a file names, and its line.
///
/// Source: asdf-vm.com, "Versions"; mise.jdx.dev/configuration.html, `[tools]`.
fn written_in(file: &str, text: &str) -> Option<(u32, String)> {
    match crate::path::base_name(file) {
        ".tool-versions" => numbered(text).find_map(|(number, line)| {
            let mut words = line.split('#').next()?.split_whitespace();
            words.next().filter(|tool| ["nodejs", "node"].contains(tool))?;
            Some((number, words.next()?.to_owned()))
        }),
        "mise.toml" | ".mise.toml" => {
            let file = DeTable::parse(text).ok()?;
            let tool = file.get_ref().get("tools")?.get_ref().get("node")?.get_ref();
            let several = tool.as_array().and_then(|several| several.first());
            let tool = several.map_or(tool, |first| first.get_ref());
            let version = tool
                .as_str()
                .or_else(|| tool.get("version")?.get_ref().as_str())?;
            let line = numbered(text).find(|(_, line)| line.trim_start().starts_with("node"));
            Some((line.map_or(1, |(number, _)| number), version.to_owned()))
        }
        _ => {
            let (number, line) = numbered(text).find(|(_, line)| !is_comment(line))?;
            Some((number, line.split('#').next()?.trim().to_owned()))
        }
    }
}

fn is_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1..).zip(text.lines())
}

/// Returns the major that a version file names; of several the preferred one that the package manager runs on.
fn major_of(written: &str, runs: Option<&str>) -> Option<String> {
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
        .or_else(|| best_of(written, runs).map(str::to_owned))
}

/// Returns the preferred major that a range lets in, if possible one that the package manager runs on.
fn best_of(range: &str, runs: Option<&str>) -> Option<&'static str> {
    let range = Range::parse(range).ok()?;
    let within = |major: &str| lets_in(&range, major);
    preferred(runs, within).or_else(|| preferred(None, within))
}

/// Returns the preferred of the majors that the package manager runs on and that are among some.
fn preferred(runs: Option<&str>, among: impl Fn(&str) -> bool) -> Option<&'static str> {
    let runs = runs.and_then(|runs| Range::parse(runs).ok());
    PREFERRED
        .into_iter()
        .find(|major| runs.as_ref().is_none_or(|runs| lets_in(runs, major)) && among(major))
}

/// Says whether a range lets in a version of a major.
fn lets_in(range: &Range, major: &str) -> bool {
    let newest = Version::parse(format!("{major}.99.99")).is_ok_and(|version| range.satisfies(&version));
    newest || Range::parse(format!("{major}.x")).is_ok_and(|all| all.allows_any(range))
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
            assert_eq!(major_of(written, None).as_deref(), major, "{written}");
        }
    }

    #[test]
    fn files_of_tools_name_a_version_in_a_line() {
        for (file, text, expected) in [
            (".nvmrc", "v20.11.1\n", Some((1, "v20.11.1"))),
            ("a/.nvmrc", "# ours\n\nlts/jod # for now\n", Some((3, "lts/jod"))),
            (
                ".tool-versions",
                "pnpm 10.1.0\nnodejs 22.12.0 20.1.0\n",
                Some((2, "22.12.0")),
            ),
            (
                "a/.tool-versions",
                "# node 18\nnode lts/iron # x\n",
                Some((2, "lts/iron")),
            ),
            (".tool-versions", "python 3.12\n", None),
            ("mise.toml", "[tools]\nnode = '24'\n", Some((2, "24"))),
            (".mise.toml", "[tools]\nnode = ['22', '20']\n", Some((2, "22"))),
            (
                "mise.toml",
                "[tools]\nnode = { version = '20.1' }\n",
                Some((2, "20.1")),
            ),
            ("mise.toml", "no toml", None),
            (".nvmrc", "", None),
        ] {
            let found = written_in(file, text);
            let found = found.as_ref().map(|(line, version)| (*line, version.as_str()));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_package_json_names_versions() {
        for (text, expected) in [
            (
                r#"{"volta": {"node": "22.1.0"}, "engines": {"node": ">=18"}}"#,
                "volta.node 22.1.0",
            ),
            (
                r#"{"devEngines": {"runtime": {"name": "node", "version": "^24"}}}"#,
                "devEngines.runtime ^24",
            ),
            (
                r#"{"devEngines": {"runtime": [{"name": "bun", "version": "1"}, {"name": "node", "version": "20"}]}}"#,
                "devEngines.runtime 20",
            ),
            (r#"{"engines": {"node": ">=18"}}"#, "engines.node >=18"),
        ] {
            let manifest = PackageJson::parse(&SourceFile::new("package.json", text)).unwrap();
            let (field, version) = versions_of(&manifest)[0];
            assert_eq!(format!("{} {version}", field.join(".")), expected);
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
            assert_eq!(best_of(range, None), major, "{range}");
        }
    }

    #[test]
    fn some_versions_of_pnpm_do_not_run_on_every_node() {
        for (pnpm, node) in [
            ("8.0.0", Some("<20")),
            ("8.3.0", Some("<20")),
            ("8.3.1", None),
            ("10.0.0", None),
            ("11.0.0", Some(">=22.13")),
            ("12.0.0-rc.7", None),
        ] {
            assert_eq!(needed_by_pnpm(pnpm), node, "{pnpm}");
        }
    }

    #[test]
    fn the_package_manager_has_a_say_where_there_is_a_choice() {
        for (range, runs, major) in [
            (">=16", "<20", Some("18")),
            (">=18 <21", ">=22.13", Some("20")),
            ("18 || 20 || 24", ">=22.13", Some("24")),
        ] {
            assert_eq!(best_of(range, Some(runs)), major, "{range} {runs}");
        }
        assert_eq!(preferred(Some("<20"), |_| true), Some("18"));
        assert_eq!(major_of("20.1.0", Some("<20")).as_deref(), Some("20"));
    }
}
