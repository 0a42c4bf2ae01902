//! The attestations that the frontend makes itself; provenance is the daemon's.

use std::collections::BTreeMap;

use crate::gateway::{Attestation, Reference};
use crate::plan::BILL;

/// The predicate of an SPDX document.
const SPDX: &str = "https://spdx.dev/Document";

/// Returns the bill of materials that a step wrote.
///
/// Source of the keys: moby/buildkit `solver/result/attestation.go`.
pub(super) fn sbom(reference: Reference) -> Attestation {
    Attestation {
        reference,
        path: BILL.to_owned(),
        predicate_type: SPDX.to_owned(),
        metadata: BTreeMap::from([
            ("reason".to_owned(), b"sbom".to_vec()),
            ("sbom-core".to_owned(), b"sbom".to_vec()),
        ]),
    }
}
