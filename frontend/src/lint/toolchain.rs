//! The versions that a build is made with.

use nodejs_semver::Range;

use super::Input;
use crate::kinds::node::Manager;
use crate::kinds::node::plan::floating_node;
use crate::manifest::values::Base;
use crate::warning::{Warning, rules};

/// The release lines of Node that had ended when this list was last looked at: all before 22, and the odd ones,
/// which are never long-term. Source: nodejs/Release, `schedule.json`.
fn has_ended(major: u32) -> bool {
    major < 22 || matches!(major, 23 | 25)
}

/// Tags that mean another release tomorrow.
const FLOATING: [&str; 9] = [
    "latest", "lts", "current", "stable", "edge", "nightly", "next", "main", "master",
];

/// Warns of versions that move, that have ended, or that contradict each other.
pub(super) fn find(input: Input<'_>) -> Vec<Warning> {
    let mut found = Vec::new();
    found.extend(base(input));
    found.extend(node(input));
    // npm comes with Node, whose version says which one it is.
    if let Manager::Pnpm(pnpm) = &input.workspace.manager
        && pnpm.version.place.is_none()
    {
        let pnpm = &pnpm.version;
        let message = format!(
            "pnpm {} is used: {}; write \"packageManager\": \"pnpm@{}\" into the workspace's package.json",
            pnpm.version, pnpm.reason, pnpm.version
        );
        found.push(rules::UNPINNED_PNPM.warn(message).at(input.manifest.first_line()));
    }
    found
}

fn base(input: Input<'_>) -> Option<Warning> {
    let Base::Image(reference) = input.manifest.base() else {
        return None;
    };
    let reference = reference.as_str();
    if reference.contains('@') {
        return None;
    }
    // A colon behind the last slash begins the tag.
    let last = reference.rsplit('/').next().unwrap_or(reference);
    let (tag, found) = match last.split_once(':') {
        Some((_, tag)) => (tag, format!("has the tag `{tag}`")),
        None => ("latest", "has no tag and means `latest`".to_owned()),
    };
    // `lts-alpine` moves as `lts` does.
    let line = tag.split('-').next().unwrap_or(tag);
    FLOATING.contains(&line).then(|| {
        let message = format!("`{reference}` {found}, another image after the next release; name a version");
        rules::FLOATING_BASE
            .warn(message)
            .at(input.manifest.nearest_place("base"))
    })
}

fn node(input: Input<'_>) -> Vec<Warning> {
    let Some(reason) = input.model.reasons.get("node") else {
        return Vec::new();
    };
    let node = &input.model.toolchain.node;
    let mut found = Vec::new();
    if reason.place.is_none() {
        let floating = floating_node(input.workspace);
        let (why, place) = match floating {
            Some((says, place)) => (format!("and {says}, which names no version"), place),
            None => (
                "and nothing names a version".to_owned(),
                input.manifest.first_line(),
            ),
        };
        let message = format!(
            "Node {node} is used, {why}; write \"engines\": {{ \"node\": \">={node}\" }} into the \
             package.json, or `node = \"{node}\"`"
        );
        found.push(rules::UNPINNED_NODE.warn(message).at(place));
    }
    let major = node.split('.').next().and_then(|major| major.parse().ok());
    if major.is_some_and(has_ended) {
        let message = format!(
            "Node {node} ({}) gets no more security fixes; take a newer one",
            reason.why
        );
        found.push(rules::END_OF_LIFE_NODE.warn(message).at(reason.place.clone()));
    }
    // One project is enough: the service's own range is the nearer one.
    let mut ranges = [input.service, "."].into_iter().filter_map(|importer| {
        let manifest = &input.workspace.projects.get(importer)?.manifest;
        Some((manifest, manifest.engines.get("node")?))
    });
    if let Some((manifest, written)) = ranges.next()
        && let (Ok(range), Ok(chosen)) = (Range::parse(written), Range::parse(node))
        && !range.allows_any(&chosen)
    {
        let message = format!(
            "Node {node} is used ({}), but `engines.node` in {} is `{written}`; bring the two together",
            reason.why, manifest.file.name
        );
        let place = reason.place.clone();
        found.push(rules::NODE_OUTSIDE_ENGINES.warn(message).at(place));
    }
    found
}
