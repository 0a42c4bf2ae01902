//! Packages with native code of which npm's lockfile lacks the part for the platform that builds run on.
//!
//! npm notes of a package's optional dependencies those of all platforms, unless the lockfile is made where node_modules was
//! there already: then it notes those of that machine alone, and `npm ci` ends well without the others (npm/cli#4828).

use super::input::PlanInput;
use crate::kinds::node::npm::Npm;
use crate::kinds::node::pnpm::lockfiles::WorkspaceClosure;
use crate::warning::{Warning, rules};

/// Warns of each package that the service is developed with, or runs on, whose part for Linux on this processor is missing.
pub(super) fn find(input: &PlanInput<'_>, npm: &Npm, development: &WorkspaceClosure) -> Vec<Warning> {
    let locations = development.tree.iter().flat_map(|tree| &tree.locations);
    let platforms = [&input.facts.build, &input.facts.target];
    let found = locations.filter_map(|location| {
        let entry = npm.lockfile.get(location)?;
        let around = npm.lockfile.around(location);
        let optional: Vec<&str> = entry.fields.optional.keys().map(String::as_str).collect();
        let is_there = |name: &&str| around.find(name).is_some();
        // Of what has no part in the lockfile at all nobody knows what it is.
        if !optional.iter().any(is_there) {
            return None;
        }
        let mut missing = optional.iter().filter(|name| !is_there(name));
        let is_for = |name: &&&str| {
            let mut platforms = platforms.iter();
            platforms.any(|platform| is_of(name, &platform.architecture))
        };
        let missing = missing.find(is_for)?;
        let message = format!(
            "{} has `{}` without `{missing}`, its native code for the image's platform: npm leaves such packages out where it \
             finds a node_modules of another platform; remove node_modules and {0}, and run `npm install`",
            npm.lockfile.file().name,
            entry.name(location),
        );
        let warning = rules::FOREIGN_LOCKFILE.warn(message);
        Some(match npm.lockfile.place(location) {
            Some(place) => warning.at(place),
            None => warning,
        })
    });
    found.collect()
}

/// Whether a package's name says that it is for Linux with glibc on an architecture, as Go names it.
fn is_of(name: &str, architecture: &str) -> bool {
    let processor = match architecture {
        "amd64" => "x64",
        other => other,
    };
    let parts: Vec<&str> = name.split(['-', '_', '/', '.', '@']).collect();
    let has = |part: &str| parts.contains(&part);
    has("linux")
        && has(processor)
        && !["musl", "musleabihf", "gnueabihf", "android"]
            .iter()
            .any(|part| has(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_for_which_platform_a_package_is() {
        for name in [
            "@esbuild/linux-x64",
            "@rollup/rollup-linux-x64-gnu",
            "@img/sharp-linux-x64",
            "lightningcss-linux-x64-gnu",
            "turbo-linux-x64",
        ] {
            assert!(is_of(name, "amd64") && !is_of(name, "arm64"), "{name}");
        }
        for name in [
            "@rollup/rollup-linux-x64-musl",
            "@esbuild/darwin-arm64",
            "@esbuild/linux-arm64",
            "fsevents",
            "linux",
        ] {
            assert!(!is_of(name, "amd64"), "{name}");
        }
        assert!(is_of("@swc/core-linux-arm64-gnu", "arm64"));
    }
}
