//! The attestations that the frontend makes itself; provenance is the daemon's.

use std::collections::BTreeMap;

use crate::gateway::{Attestation, Capabilities, Reference};
use crate::lower::SBOM_FILE;
use crate::options::Options;

/// The predicate of an SPDX document.
const SPDX: &str = "https://spdx.dev/Document";

/// Returns whether the image's bill of materials is ours to write: it is asked for, the daemon takes it, and no
/// generator is named that is to write it instead. The daemon runs a generator where the result has no SPDX document.
pub(super) fn wants_sbom(options: &Options, capabilities: &Capabilities) -> bool {
    let asked = options.attestations.get("sbom");
    asked.is_some_and(|parameters| !parameters.contains_key("generator"))
        && capabilities.gateway("reference.attestations")
}

/// Returns the bill of materials that a step wrote.
///
/// Source of the keys: moby/buildkit `solver/result/attestation.go`.
pub(super) fn sbom(reference: Reference) -> Attestation {
    Attestation {
        reference,
        path: SBOM_FILE.to_owned(),
        predicate_type: SPDX.to_owned(),
        metadata: BTreeMap::from([
            ("reason".to_owned(), b"sbom".to_vec()),
            ("sbom-core".to_owned(), b"sbom".to_vec()),
        ]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_generator_or_an_old_daemon_leaves_the_sbom_to_the_daemon() {
        let new = Capabilities::new(["reference.attestations"], [""; 0]);
        let wants = |option: &str, capabilities: &Capabilities| {
            let asked = crate::options::parse::attestation("sbom", option).unwrap();
            let options = Options {
                attestations: asked
                    .map(|asked| ("sbom".to_owned(), asked))
                    .into_iter()
                    .collect(),
                ..Options::default()
            };
            wants_sbom(&options, capabilities)
        };
        assert!(wants("type=sbom", &new));
        assert!(wants("true", &new));
        assert!(!wants("type=sbom,generator=x/scan:1", &new));
        assert!(!wants("type=sbom,disabled=true", &new));
        assert!(!wants("type=sbom", &Capabilities::default()));
        assert!(!wants_sbom(&Options::default(), &new));
    }
}
