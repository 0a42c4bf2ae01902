//! Package URLs. Source: <https://github.com/package-url/purl-spec>.

use std::fmt::Write as _;

use crate::inspect::text::by_code_units;

/// Returns the URL of a package of npm, with where it comes from where that is no registry.
pub(super) fn npm(name: &str, version: Option<&str>, location: Option<&str>) -> String {
    let is_repository = location.is_some_and(|location| location.starts_with("git+"));
    let kind = if is_repository { "vcs_url" } else { "download_url" };
    purl("npm", name, version, &[(kind, location)])
}

/// Returns a package's URL. What is empty of version and qualifiers is left out.
pub(super) fn purl(
    kind: &str,
    name: &str,
    version: Option<&str>,
    qualifiers: &[(&str, Option<&str>)],
) -> String {
    let name: Vec<_> = name.split('/').map(encoded).collect();
    let mut url = format!("pkg:{kind}/{}", name.join("/"));
    if let Some(version) = version.filter(|version| !version.is_empty()) {
        url.push('@');
        url.push_str(&encoded(version));
    }
    let given = qualifiers
        .iter()
        .filter_map(|(key, value)| Some((key, value.filter(|value| !value.is_empty())?)));
    let mut pairs: Vec<_> = given
        .map(|(key, value)| format!("{key}={}", encoded(value)))
        .collect();
    pairs.sort_by(|left, right| by_code_units(left, right));
    if !pairs.is_empty() {
        url.push('?');
        url.push_str(&pairs.join("&"));
    }
    url
}

/// Encodes as JavaScript's `encodeURIComponent` does.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => encoded.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => encoded.push(char::from(byte)),
            // A string takes whatever is written.
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_encoded() {
        assert_eq!(npm("@s/a", Some("1.0.0+b"), None), "pkg:npm/%40s/a@1.0.0%2Bb");
        let location = "git+ssh://example.com/a b.git@c0ffee";
        let expected = "pkg:npm/a?vcs_url=git%2Bssh%3A%2F%2Fexample.com%2Fa%20b.git%40c0ffee";
        assert_eq!(npm("a", None, Some(location)), expected);
        assert_eq!(npm("a", Some(""), Some("")), "pkg:npm/a");
        let qualifiers = [
            ("distro", Some("debian-12")),
            ("arch", Some("amd64")),
            ("none", None),
        ];
        let expected = "pkg:deb/debian/libc6@2%3A1~x?arch=amd64&distro=debian-12";
        assert_eq!(purl("deb", "debian/libc6", Some("2:1~x"), &qualifiers), expected);
    }
}
