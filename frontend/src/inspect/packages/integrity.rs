//! Checksums of archives.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Serialize;

/// SPDX's form of a checksum (2.3, 7.10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checksum {
    pub(super) algorithm: &'static str,
    pub(super) checksum_value: String,
}

/// The algorithms of subresource integrity, and sha1, which old lockfiles have.
const ALGORITHMS: [(&str, &str); 4] = [
    ("sha1-", "SHA1"),
    ("sha256-", "SHA256"),
    ("sha384-", "SHA384"),
    ("sha512-", "SHA512"),
];

/// Reads as npm does, which asks neither for padding nor for the last bits to be none.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Turns subresource integrity into checksums: `sha512-BASE64`, several of them apart by blanks, the last one of each
/// algorithm. Source: <https://www.w3.org/TR/SRI/>.
pub(super) fn checksums(integrity: &str) -> Vec<Checksum> {
    let mut found: Vec<Checksum> = Vec::new();
    for hash in integrity.split_whitespace() {
        let Some(checksum) = checksum(hash) else { continue };
        match found
            .iter_mut()
            .find(|other| other.algorithm == checksum.algorithm)
        {
            Some(other) => *other = checksum,
            None => found.push(checksum),
        }
    }
    found
}

fn checksum(hash: &str) -> Option<Checksum> {
    let known = |(prefix, algorithm): (&str, &'static str)| Some((algorithm, hash.strip_prefix(prefix)?));
    let (algorithm, value) = ALGORITHMS.into_iter().find_map(known)?;
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    // Behind it are padding and options.
    let value = value
        .split(|c| !is_base64(c))
        .next()
        .filter(|value| !value.is_empty())?;
    let bytes = LENIENT.decode(value).ok()?;
    let checksum_value = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Checksum {
        algorithm,
        checksum_value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrities_become_checksums() {
        let of = |integrity: &str| -> Vec<String> {
            let checksums = checksums(integrity).into_iter();
            checksums
                .map(|found| format!("{} {}", found.algorithm, found.checksum_value))
                .collect()
        };
        assert_eq!(
            of("sha1-qUqP5cyxm6YcTAhz05Hph5gvu9M="),
            ["SHA1 a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"]
        );
        assert_eq!(
            of("sha512-AAE=?opt  sha1-AA sha512-AQ=="),
            ["SHA512 01", "SHA1 00"]
        );
        assert!(of("md5-AA== sha512- x sha512-A").is_empty());
    }
}
