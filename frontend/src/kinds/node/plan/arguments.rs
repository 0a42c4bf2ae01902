//! Build arguments: what `--build-arg` gives the service's own build, and what it gives nobody.

use std::collections::BTreeMap;

use crate::manifest::{Manifest, suggest};
use crate::plan::Facts;
use crate::warning::{Warning, rules};

/// Arguments that the build fills in from its platforms.
///
/// Source: moby/buildkit, `frontend/dockerfile/dockerfile2llb/platform.go`.
const PLATFORM: [&str; 10] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
];

/// Proxies, in small or in capital letters: every step has them, and no cache key.
const PROXIES: [&str; 5] = ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"];

/// What the arguments come to.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    /// Environment of the service's build.
    pub(super) env: BTreeMap<String, String>,
    /// Variables that hold a part of a platform.
    pub(super) platform_env: BTreeMap<String, String>,
    /// Arguments that were passed and that nothing reads.
    pub(super) warnings: Vec<Warning>,
}

impl Arguments {
    /// Gives the arguments that `[build.args]` declares their values: those that were passed, else their defaults.
    pub(super) fn of(
        manifest: &Manifest,
        passed: &BTreeMap<String, String>,
        target: &str,
        facts: &Facts,
    ) -> Self {
        let mut arguments = Self::default();
        let declared = &manifest.build.args;
        for (name, default) in declared {
            let name = name.as_str();
            match passed.get(name) {
                Some(value) => _ = arguments.env.insert(name.to_owned(), value.clone()),
                None if !default.is_empty() => _ = arguments.env.insert(name.to_owned(), default.clone()),
                None if name == "TARGETSTAGE" => _ = arguments.env.insert(name.to_owned(), target.to_owned()),
                None if PLATFORM.contains(&name) => {
                    let value = facts.platform_variable(name);
                    arguments.platform_env.insert(name.to_owned(), value);
                }
                None => {}
            }
        }
        let names = || declared.keys().map(|name| name.as_str());
        for name in passed.keys().filter(|name| !is_predefined(name)) {
            if names().any(|declared| declared == name) {
                continue;
            }
            let help = match suggest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "declare it in `[build.args]`, or leave it out".to_owned(),
            };
            let message = format!("no step reads the build argument `{name}`; {help}");
            arguments.warnings.push(
                rules::UNDECLARED_BUILD_ARG
                    .warn(message)
                    .at(manifest.nearest_place("build.args")),
            );
        }
        arguments
    }
}

/// Returns whether an argument has a meaning that no manifest has to give it.
fn is_predefined(name: &str) -> bool {
    name.starts_with("BUILDKIT_")
        || name == "SOURCE_DATE_EPOCH"
        || PROXIES.contains(&name)
        || (PROXIES.contains(&name.to_lowercase().as_str()) && name == name.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    fn arguments(manifest: &str, passed: &[(&str, &str)]) -> Arguments {
        let manifest = Manifest::parse(&SourceFile::new("service.toml", manifest)).unwrap();
        let passed = passed
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Arguments::of(
            &manifest,
            &passed.collect(),
            "runtime",
            &Facts::for_architecture("arm64"),
        )
    }

    fn env(arguments: &Arguments) -> Vec<(&str, &str)> {
        let env = arguments.env.iter();
        env.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    const DECLARED: &str =
        "[build.args]\nAPI_URL = \"http://default\"\nGIT_SHA = \"\"\nTARGETARCH = \"\"\nTARGETSTAGE = \"\"\n";

    #[test]
    fn declared_arguments_have_what_was_passed_else_their_default() {
        let defaults = arguments(DECLARED, &[]);
        assert_eq!(
            env(&defaults),
            [("API_URL", "http://default"), ("TARGETSTAGE", "runtime")]
        );
        let platform: Vec<(&str, &str)> = defaults
            .platform_env
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(platform, [("TARGETARCH", "arm64")]);
        let passed = arguments(
            DECLARED,
            &[("API_URL", ""), ("GIT_SHA", "abc"), ("TARGETARCH", "mips")],
        );
        let expected = [
            ("API_URL", ""),
            ("GIT_SHA", "abc"),
            ("TARGETARCH", "mips"),
            ("TARGETSTAGE", "runtime"),
        ];
        assert_eq!(env(&passed), expected);
        assert!(passed.platform_env.is_empty() && passed.warnings.is_empty());
    }

    #[test]
    fn what_nothing_reads_is_told() {
        let passed = [("GIT_SAH", "1"), ("OTHER", "1"), ("Http_Proxy", "1")];
        let told = arguments(DECLARED, &passed).warnings;
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "UndeclaredBuildArg: no step reads the build argument `GIT_SAH`; did you mean `GIT_SHA`? (service.toml:1)",
                "UndeclaredBuildArg: no step reads the build argument `Http_Proxy`; declare it in `[build.args]`, or leave it out (service.toml:1)",
                "UndeclaredBuildArg: no step reads the build argument `OTHER`; declare it in `[build.args]`, or leave it out (service.toml:1)",
            ]
        );
        let predefined = [
            ("http_proxy", "a"),
            ("NO_PROXY", "a"),
            ("SOURCE_DATE_EPOCH", "1"),
            ("BUILDKIT_SYNTAX", "a"),
        ];
        assert!(arguments("", &predefined).warnings.is_empty());
    }
}
