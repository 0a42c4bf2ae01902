//! The facts of a build: what the engine can do and what the command line asks.

use std::collections::BTreeSet;

use buildkit_llb::Platform;

use crate::diagnostic::Diagnostic;
use crate::gateway::Failure;
use crate::options::Options;
use crate::plan::{self, Facts, Looked, Stage};
use crate::source::{REPLACEABLE, Reader, is_named};

/// Returns what has to be known before a build is planned for a platform: of an engine what it answers, of a directory
/// what a recent engine would.
///
/// # Errors
/// Whatever the engine answers.
pub async fn facts(
    reader: &Reader,
    options: &Options,
    stage: Stage,
    target: &Platform,
) -> Result<Facts, Failure> {
    let (merge, frontend, attests) = match reader {
        Reader::Directory(_) => (true, true, true),
        Reader::Engine(gateway) => {
            let caps = gateway.ping().await?;
            (
                caps.llb("mergeop") && caps.llb("diffop"),
                gateway.frontend().is_some(),
                caps.gateway("reference.attestations"),
            )
        }
    };
    let build = platform(&builder(options, stage, target)?);
    let given = REPLACEABLE.into_iter();
    let given = given
        .filter(|stage| is_named(options, *stage, &build.name))
        .collect();
    Ok(Facts {
        target: platform(target),
        build,
        several: options.platforms.len() > 1,
        merge,
        given,
        frontend,
        sbom: attests && wants_sbom(options),
        install_runs_programs: None,
        whole: BTreeSet::new(),
        linked: BTreeSet::new(),
        looked: Looked::default(),
        cache_namespace: options
            .build_args
            .get("BUILDKIT_CACHE_MOUNT_NS")
            .cloned()
            .unwrap_or_default(),
    })
}

/// Returns the platform that builds run on. Only the production image is made on one platform for another: the rest is
/// what one runs there.
///
/// # Errors
/// As [`Options::builder`].
pub fn builder(options: &Options, stage: Stage, target: &Platform) -> Result<Platform, Diagnostic> {
    match stage {
        Stage::Runtime => options.builder(),
        _ => Ok(target.clone()),
    }
}

/// Returns whether the image's bill of materials is ours to write: it is asked for, and no generator is named that is to
/// write it instead. The daemon runs a generator where the result has no SPDX document.
fn wants_sbom(options: &Options) -> bool {
    let asked = options.attestations.get("sbom");
    asked.is_some_and(|parameters| !parameters.contains_key("generator"))
}

fn platform(platform: &Platform) -> plan::Platform {
    plan::Platform {
        name: platform.to_string(),
        os: platform.os.clone(),
        os_version: platform.os_version.clone(),
        architecture: platform.architecture.clone(),
        variant: platform.variant.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_generator_leaves_the_bill_of_materials_to_the_daemon() {
        let wants = |option: &str| {
            let asked = crate::options::parse::attestation("sbom", option).unwrap();
            let options = Options {
                attestations: asked
                    .map(|asked| ("sbom".to_owned(), asked))
                    .into_iter()
                    .collect(),
                ..Options::default()
            };
            wants_sbom(&options)
        };
        assert!(wants("type=sbom") && wants("true"));
        assert!(!wants("type=sbom,generator=x/scan:1") && !wants("type=sbom,disabled=true"));
        assert!(!wants_sbom(&Options::default()));
    }
}
