//! Files that hold secrets, by what is in them.

use super::form::{is_private_key, is_token};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// A private key.
    PrivateKey,
    /// A store of keys, or of passwords.
    KeyStore,
    /// A state of Terraform or OpenTofu.
    State,
    /// The token of a well-known service.
    Token,
}

/// How stores of keys begin: Java's two formats, and KeePass.
const STORES: [&[u8]; 3] = [b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce", b"\x03\xd9\xa2\x9a"];

/// How a sequence in DER begins.
const SEQUENCE: u8 = 0x30;
/// The version and the first type of content of PKCS #12: `data`. Source: RFC 7292, section 4.
const PKCS12: [&[u8]; 2] = [
    b"\x02\x01\x03\x30",
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01",
];
/// What is behind the version of a private key in DER: PKCS #8's algorithm, and the number that PKCS #1 begins with.
/// Sources: RFC 5958, section 2; RFC 8017, section A.1.2.
const DER_KEYS: [&[u8]; 2] = [b"\x02\x01\x00\x30", b"\x02\x01\x00\x02\x82"];
/// How much of a file in DER says what it is, in bytes.
const DER: usize = 64;

/// Returns what a file holds that begins with these bytes; none where nothing shows.
pub fn held(head: &[u8]) -> Option<Held> {
    if let Some(held) = binary(head) {
        return Some(held);
    }
    let text = String::from_utf8_lossy(head);
    let has = |words: &[&str]| words.iter().all(|word| text.contains(word));
    let is_key = is_private_key(&text)
        || text.starts_with("PuTTY-User-Key-File-")
        // Clusters' accounts, and a JSON Web Key (RFC 7517) with its private part.
        || has(&["client-key-data:"])
        || has(&["\"kty\"", "\"d\""]);
    let is_state = has(&["\"lineage\"", "\"serial\""])
        && (has(&["\"terraform_version\""]) || has(&["\"encrypted_data\""]));
    if is_key {
        Some(Held::PrivateKey)
    } else if is_state {
        Some(Held::State)
    } else {
        is_token(&text).then_some(Held::Token)
    }
}

fn binary(head: &[u8]) -> Option<Held> {
    if STORES.iter().any(|start| head.starts_with(start)) {
        return Some(Held::KeyStore);
    }
    let (first, rest) = head.split_first()?;
    let rest = rest.get(..DER).unwrap_or(rest);
    if *first != SEQUENCE {
        return None;
    }
    let inside = rest.get(length(rest)?..)?;
    let has = |bytes: &[u8]| inside.windows(bytes.len()).any(|window| window == bytes);
    let [version, data] = PKCS12;
    if inside.starts_with(version) && has(data) {
        return Some(Held::KeyStore);
    }
    let is_key = DER_KEYS.iter().any(|start| inside.starts_with(start));
    is_key.then_some(Held::PrivateKey)
}

/// Returns how many bytes a length in DER takes.
fn length(bytes: &[u8]) -> Option<usize> {
    let first = *bytes.first()?;
    Some(match first {
        0..=0x7f => 1,
        _ => 1 + usize::from(first & 0x7f),
    })
}

/// Returns whether a file shows that it is a certificate or a public key.
pub fn is_public(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    (text.contains("-----BEGIN ") || text.starts_with("ssh-") || text.starts_with("ecdsa-"))
        && held(head).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_tell_what_a_file_holds() {
        let pem = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n";
        let account = "{\n  \"type\": \"service_account\",\n  \"private_key\": \"-----BEGIN PRIVATE KEY-----\\nabc\"\n}";
        let state = "{\n  \"version\": 4,\n  \"terraform_version\": \"1.9.0\",\n  \"serial\": 3,\n  \"lineage\": \"x\"\n}";
        let encrypted = "{\"serial\":1,\"lineage\":\"x\",\"meta\":{},\"encrypted_data\":\"x\"}";
        let npm = format!("x = npm_{}", "a1".repeat(18));
        let age = format!("AGE-SECRET-KEY-{}", "1A".repeat(29));
        for (head, want) in [
            (pem.as_bytes(), Some(Held::PrivateKey)),
            (account.as_bytes(), Some(Held::PrivateKey)),
            (b"PuTTY-User-Key-File-3: ssh-ed25519\n", Some(Held::PrivateKey)),
            (
                b"users:\n- user:\n    client-key-data: abc\n",
                Some(Held::PrivateKey),
            ),
            (
                b"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"a\",\"d\":\"b\"}",
                Some(Held::PrivateKey),
            ),
            (
                b"\x30\x82\x04\xbe\x02\x01\x00\x30\x0d\x06\x09",
                Some(Held::PrivateKey),
            ),
            (
                b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70",
                Some(Held::PrivateKey),
            ),
            (
                b"\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01",
                Some(Held::PrivateKey),
            ),
            (
                b"\x30\x82\x09\x00\x02\x01\x03\x30\x82\x08\xc6\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01",
                Some(Held::KeyStore),
            ),
            (b"\xfe\xed\xfe\xed\x00\x00", Some(Held::KeyStore)),
            (b"\x03\xd9\xa2\x9a\x67\xfb", Some(Held::KeyStore)),
            (state.as_bytes(), Some(Held::State)),
            (encrypted.as_bytes(), Some(Held::State)),
            (npm.as_bytes(), Some(Held::Token)),
            (age.as_bytes(), Some(Held::Token)),
            (b"-----BEGIN CERTIFICATE-----\nabc\n", None),
            (b"\x30\x82\x03\x00\x30\x82\x02\x00\xa0\x03\x02\x01\x02", None),
            (b"{\"kty\":\"RSA\",\"n\":\"a\",\"e\":\"AQAB\"}", None),
            (b"{\"serial\": 1}", None),
            (b"0", None),
            (b"0\xff", None),
            (b"", None),
        ] {
            assert_eq!(held(head), want, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn what_is_public_shows_it() {
        assert!(is_public(b"-----BEGIN CERTIFICATE-----\n") && is_public(b"ssh-ed25519 AAAA joe"));
        let bundle = b"-----BEGIN CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\n";
        assert!(!is_public(bundle) && !is_public(b"\x30\xff") && !is_public(b"abc"));
    }
}
