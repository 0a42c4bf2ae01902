//! The Node version, as an image tag names it.

mod supported;

use std::fmt::Write as _;

use nodejs_semver::{Range, Version};
use toml::de::DeTable;

use super::model::Reason;
use crate::diagnostic::{Diagnostics, Place, SourceFile, plain};
use crate::kinds::node::workspace::PackageJson;
use crate::kinds::node::{Manager, Workspace};
use crate::manifest::Manifest;
use crate::warning::{Warning, rules};

/// Majors that a range may be answered with, the preferred one first: the long-term releases from the one
/// that most production code runs on, then the others; those of which builds have no image come last.
const PREFERRED: [&str; 16] = [
    "22", "24", "20", "18", "26", "25", "23", "21", "16", "19", "17", "15", "14", "13", "12", "10",
];

/// Code names of long-term releases, as `.nvmrc` may write them. Source: nodejs/Release.
const CODE_NAMES: [(&str, &str); 8] = [
    ("dubnium", "10"),
    ("erbium", "12"),
    ("fermium", "14"),
    ("gallium", "16"),
    ("hydrogen", "18"),
    ("iron", "20"),
    ("jod", "22"),
    ("krypton", "24"),
];

/// Files by which tools choose a version, the most telling first.
pub const NODE_VERSION_FILES: [&str; 5] = [
    ".nvmrc",
    ".node-version",
    ".tool-versions",
    "mise.toml",
    ".mise.toml",
];

/// What names a version, or lets some in.
#[derive(Debug)]
struct Pin {
    /// The file, or the field of a package.json.
    source: String,
    /// What it says.
    written: String,
    place: Option<Place>,
}

/// Chooses the version, and says where it comes from.
///
/// A version in the manifest is taken as it stands. Of one that another file names only the major is taken: such files
/// keep developers on the same version, while an image is to have the security fixes of its major. What `engines.node` does
/// not let in is passed over, since that is what the code was written for.
///
/// # Errors
/// A version that builds have no image of, or whose npm is not supported.
pub(super) fn choose(
    manifest: &Manifest,
    workspace: &Workspace,
    service: &str,
) -> Result<(String, Reason), Diagnostics> {
    let (node, reason) = chosen(manifest, workspace, service);
    supported::check(&node, &reason, &workspace.manager)?;
    Ok((node, reason))
}

fn chosen(manifest: &Manifest, workspace: &Workspace, service: &str) -> (String, Reason) {
    if let Some(version) = &manifest.node {
        let reason = Reason::new("the manifest names it", manifest.place("node"));
        return (version.as_str().to_owned(), reason);
    }
    let runs = needed_by(&workspace.manager);
    let engines = engines(workspace, service);
    let within = engines.as_ref().map(|(range, _)| range);
    for pin in pins(workspace, service) {
        if let Some(major) = major_of(&pin.written, runs, within) {
            let why = format!("{}: {}", pin.source, pin.written);
            return (major, Reason::new(why, pin.place));
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

/// Warns of what names a version that `engines.node` does not let in, where the manifest names none.
pub(super) fn passed_over(
    manifest: &Manifest,
    workspace: &Workspace,
    service: &str,
    node: &str,
) -> Vec<Warning> {
    let engines = engines(workspace, service).filter(|_| manifest.node.is_none());
    let Some((range, (file, written))) = engines else {
        return Vec::new();
    };
    let runs = needed_by(&workspace.manager);
    let pins = pins(workspace, service).into_iter();
    let is_over = |pin: &Pin| {
        let major = major_of(&pin.written, runs, None);
        major.is_some() && major_of(&pin.written, runs, Some(&range)).is_none()
    };
    let warning = |pin: Pin| {
        let message = format!(
            "{} says `{}`, which `engines.node` in {file} (`{written}`) does not let in, so that Node {node} is used; bring \
             the two together",
            pin.source,
            plain(&pin.written)
        );
        rules::NODE_OUTSIDE_ENGINES.warn(message).at(pin.place)
    };
    pins.filter(is_over).map(warning).collect()
}

/// Returns what a file says that names another version with time, such as `lts/*`, and its line.
pub fn floating(workspace: &Workspace) -> Option<(String, Place)> {
    let files = workspace.node_version_files.iter();
    let mut pins = files.filter_map(|(file, text)| of_file(file, text));
    let pin = pins.find(|pin| !pin.written.is_empty() && major_of(&pin.written, None, None).is_none())?;
    Some((
        format!("{} says `{}`", pin.source, plain(&pin.written)),
        pin.place?,
    ))
}

/// Returns what names a version, the most telling first.
fn pins(workspace: &Workspace, service: &str) -> Vec<Pin> {
    let files = workspace.node_version_files.iter();
    let files = files.filter_map(|(file, text)| of_file(file, text));
    let projects = [service, "."].into_iter();
    let projects = projects.filter_map(|importer| workspace.projects.get(importer));
    let fields = projects.flat_map(|project| {
        let named = versions_of(&project.manifest).into_iter();
        named.map(|(field, version)| Pin {
            source: field.join("."),
            written: version.to_owned(),
            place: project.manifest.place(field),
        })
    });
    files.chain(fields).collect()
}

fn of_file(file: &str, text: &str) -> Option<Pin> {
    let (line, written) = written_in(file, text)?;
    Some(Pin {
        source: file.to_owned(),
        written,
        place: Some(Place::of_line(&SourceFile::new(file, text), line)),
    })
}

/// Returns the range that a service is written for, its own or that of the workspace, with its file and its text, where it
/// lets in a version that builds have an image of.
fn engines<'w>(workspace: &'w Workspace, service: &str) -> Option<(Range, (&'w str, &'w str))> {
    let projects = [service, "."].into_iter();
    let mut projects = projects.filter_map(|importer| workspace.projects.get(importer));
    let (file, written) = projects.find_map(|project| {
        let manifest = &project.manifest;
        Some((
            manifest.file.name.as_str(),
            manifest.engines.get("node")?.as_str(),
        ))
    })?;
    let range = Range::parse(written).ok()?;
    let is_there = |major: &str| supported::has_image(major) && lets_in(&range, major);
    preferred(None, is_there)?;
    Some((range, (file, written)))
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

/// Returns the major that a text names, within a range; of several the preferred one that the package manager runs on.
fn major_of(written: &str, runs: Option<&str>, within: Option<&Range>) -> Option<String> {
    let is_within = |major: &str| within.is_none_or(|range| lets_in(range, major));
    if let Some(name) = written
        .strip_prefix("lts/")
        .or_else(|| written.strip_prefix("lts-"))
    {
        let mut names = CODE_NAMES.iter();
        let (_, major) = names.find(|(code, _)| code.eq_ignore_ascii_case(name))?;
        return is_within(major).then(|| (*major).to_owned());
    }
    // An empty range and a bare word (`*`, `node`, `stable`) allow every version, and so choose none.
    if !written.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let version = written.strip_prefix('v').unwrap_or(written);
    let major = version.split('.').next()?;
    let is_number = !major.is_empty() && major.chars().all(|c| c.is_ascii_digit());
    match is_number {
        true => is_within(major).then(|| major.to_owned()),
        false => best_of(written, runs, is_within).map(str::to_owned),
    }
}

/// Returns the preferred major that a range lets in and that is among some, if possible one that the package manager runs
/// on.
fn best_of(range: &str, runs: Option<&str>, among: impl Fn(&str) -> bool) -> Option<&'static str> {
    let range = Range::parse(range).ok()?;
    let within = |major: &str| lets_in(&range, major) && among(major);
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
mod tests;
