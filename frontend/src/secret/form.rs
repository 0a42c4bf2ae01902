//! Credentials that are known by their form: tokens of well-known services, private keys.

use std::ops::Range;

/// How a service's tokens begin, how many characters follow at least, and which are among them beside letters and digits.
struct Token {
    start: &'static str,
    length: usize,
    marks: &'static str,
}

const fn token(start: &'static str, length: usize, marks: &'static str) -> Token {
    Token { start, length, marks }
}

const TOKENS: [Token; 19] = [
    token("AGE-SECRET-KEY-", 50, ""),
    token("AIza", 35, "_-"),
    token("AKIA", 16, ""),
    token("ASIA", 16, ""),
    token("dckr_pat_", 20, "_-"),
    token("ghp_", 36, ""),
    token("gho_", 36, ""),
    token("ghs_", 36, ""),
    token("ghu_", 36, ""),
    token("github_pat_", 36, "_"),
    token("glpat-", 20, "_-."),
    token("npm_", 36, ""),
    token("pypi-", 40, "_-"),
    token("rk_live_", 20, ""),
    token("sk_live_", 20, ""),
    token("sk-ant-", 20, "_-"),
    token("sk-proj-", 20, "_-"),
    token("xoxb-", 20, "-"),
    token("xoxp-", 20, "-"),
];

/// How a key in PEM begins; what follows says which. Source: RFC 7468.
const BEGIN: &str = "-----BEGIN ";
/// How it ends.
const END: &str = "-----END ";

/// Returns whether a text holds a token of a well-known service.
pub fn is_token(text: &str) -> bool {
    !tokens(text).is_empty()
}

/// Returns whether a text holds a private key.
pub fn is_private_key(text: &str) -> bool {
    !private_keys(text).is_empty()
}

/// Returns where a text has tokens.
pub(super) fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for Token { start, length, marks } in TOKENS {
        for (at, _) in text.match_indices(start) {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            // What is within a longer word, such as a digest, is none.
            if before.is_some_and(|before| before.is_ascii_alphanumeric()) {
                continue;
            }
            let rest = text.get(at + start.len()..).unwrap_or_default();
            let is_part = |c: char| c.is_ascii_alphanumeric() || marks.contains(c);
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            if end >= length {
                found.push(at..at + start.len() + end);
            }
        }
    }
    found
}

/// Returns where a text has private keys, without the lines that say so; one without an end goes on to the text's end.
pub(super) fn private_keys(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(BEGIN) {
        let rest = text.get(at + BEGIN.len()..).unwrap_or_default();
        let is_label = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == ' ';
        // A label that is cut off still says what follows.
        let label = rest.get(..rest.find(|c| !is_label(c)).unwrap_or(rest.len()));
        let Some(label) = label.filter(|label| label.contains("PRIVATE KEY")) else {
            continue;
        };
        let start = at + BEGIN.len() + label.len();
        let end = text.get(start..).and_then(|rest| rest.find(END));
        found.push(start..end.map_or(text.len(), |end| start + end));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_known_wherever_they_stand() {
        let npm = format!("npm_{}", "a1".repeat(18));
        for text in [npm.clone(), format!("--token={npm}"), format!("x {npm}.")] {
            assert!(is_token(&text), "{text}");
        }
        let others = [
            "npm_config_fetch_retry_mintimeout_of_all_things",
            "ghp_short",
            "AKIA",
        ];
        for text in others {
            assert!(!is_token(text), "{text}");
        }
        assert!(!is_token(&format!("sha512-x{npm}")), "within a word");
    }

    #[test]
    fn private_keys_are_told_from_certificates() {
        let pem = |label: &str| format!("-----BEGIN {label}-----\nabc\n-----END {label}-----\n");
        for label in [
            "PRIVATE KEY",
            "RSA PRIVATE KEY",
            "OPENSSH PRIVATE KEY",
            "PGP PRIVATE KEY BLOCK",
        ] {
            let text = pem(label);
            let found = private_keys(&text);
            assert_eq!(text.get(found[0].clone()), Some("-----\nabc\n"), "{label}");
        }
        for label in ["CERTIFICATE", "PUBLIC KEY"] {
            assert!(!is_private_key(&pem(label)), "{label}");
        }
        assert!(is_private_key("-----BEGIN PRIVATE KEY"));
    }
}
