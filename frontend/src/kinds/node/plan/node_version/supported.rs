//! What builds cannot run on.

use super::Reason;
use crate::diagnostic::{Diagnostic, Diagnostics, names};
use crate::kinds::node::{Manager, npm};

/// Says whether there is an image of a major with Debian 12, in which builds run: Node 16, 18 and 20 had not ended when that
/// was released, and what came later has one.
///
/// Source: nodejs/docker-node#1881.
pub(super) fn has_image(major: &str) -> bool {
    major
        .parse()
        .is_ok_and(|major: u64| matches!(major, 16 | 18) || major >= 20)
}

/// Checks that builds can run on a version.
///
/// # Errors
/// One that has no image, or whose npm is not supported where nothing names another.
pub(super) fn check(node: &str, reason: &Reason, manager: &Manager) -> Result<(), Diagnostics> {
    let major = node.split('.').next().unwrap_or(node);
    let advice = "take a newer one there, or write one such as `node = \"22\"` into the manifest";
    if !has_image(major) {
        let message = format!(
            "Node {node} ({}) has no image with Debian 12, in which builds run: those are of Node 16, 18 and from 20 on; \
             {advice}",
            reason.why
        );
        return Err(Diagnostic::named(names::NO_IMAGE, message)
            .at(reason.place.clone())
            .into());
    }
    let Manager::Npm(npm) = manager else {
        return Ok(());
    };
    let chosen = npm.version.choose(node);
    if chosen.setup.is_none() && chosen.major < npm::version::OLDEST {
        let message = format!(
            "Node {node} ({}) comes with npm {}, which is not supported; {advice}",
            reason.why, chosen.major
        );
        let diagnostic = Diagnostic::named(names::UNSUPPORTED_MANAGER, message);
        return Err(diagnostic.at(reason.place.clone()).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_those_of_the_releases_of_debians_time() {
        for (major, expected) in [
            ("8", false),
            ("14", false),
            ("16", true),
            ("17", false),
            ("18", true),
            ("19", false),
            ("20", true),
            ("21", true),
            ("25", true),
            ("30", true),
        ] {
            assert_eq!(has_image(major), expected, "{major}");
        }
    }
}
