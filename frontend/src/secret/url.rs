//! Credentials in addresses.

use std::ops::Range;

use super::is_reference;

/// What ends the part of an address that names a server.
const PATH: [char; 4] = ['/', '\\', '?', '#'];

/// How much of an address is looked at, in characters.
const MAX: usize = 4096;

/// Schemes of addresses in which a user without a password is a token.
const HTTP: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

/// Returns whether a value is or holds an address with a password, or with a user that stands for one.
///
/// As lenient as those who read addresses are: slashes may be missing or be backslashes, and the scheme may be missing
/// where the value begins with `//`. Source: <https://url.spec.whatwg.org>, "special authority slashes state".
pub fn has_credentials(value: &str) -> bool {
    // Tabs and line breaks are no part of an address, wherever they stand.
    let value: String = value
        .chars()
        .filter(|c| !matches!(c, '\t' | '\r' | '\n'))
        .collect();
    let relative = value.trim_start().strip_prefix("//");
    let is_secret = |rest: &str| userinfo(rest, "https", &[]).is_some();
    relative.is_some_and(is_secret) || !ranges(&value, &[]).is_empty()
}

/// Returns where a text has the users and passwords of addresses, which end at one of `ends` as well.
pub(super) fn ranges(text: &str, ends: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (colon, _) in text.match_indices(':') {
        let (before, behind) = text.split_at(colon);
        let is_scheme = |c: &char| c.is_ascii_alphanumeric() || "+.-".contains(*c);
        let length = before.chars().rev().take_while(is_scheme).count();
        let scheme = before.get(colon - length..).unwrap_or_default();
        let scheme = scheme.to_ascii_lowercase();
        let behind = behind.trim_start_matches(':');
        let rest = behind.trim_start_matches(['/', '\\']);
        let slashes = behind.len() - rest.len();
        let is_address = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && (slashes >= 2 || HTTP.contains(&scheme.as_str()));
        if let Some(range) = is_address.then(|| userinfo(rest, &scheme, ends)).flatten() {
            let start = text.len() - rest.len();
            found.push(start + range.start..start + range.end);
        }
    }
    found
}

/// Returns where the rest of an address behind its scheme has a user and a password that are secret.
fn userinfo(rest: &str, scheme: &str, ends: &[char]) -> Option<Range<usize>> {
    let mut letters = rest.char_indices().enumerate();
    let end = letters.find(|(count, (_, c))| *count == MAX || ends.contains(c));
    let address = rest.get(..end.map_or(rest.len(), |(_, (end, _))| end))?;
    let server = address.get(..address.find(PATH).unwrap_or(address.len()))?;
    let port = server.rsplit_once(':').map_or("", |(_, port)| port);
    let is_port = port.is_empty() || port.starts_with('$') || port.bytes().all(|b| b.is_ascii_digit());
    // A password with a slash in it is read by nobody, and a password all the same.
    let is_broken = !is_port && !server.contains('@');
    let end = if is_broken { address } else { server }.rfind('@')?;
    let (user, password) = match address.get(..end)?.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (address.get(..end)?, None),
    };
    let is_http = HTTP.contains(&scheme.rsplit('+').next().unwrap_or(scheme));
    let is_secret = match password {
        Some(password) if !password.is_empty() => !is_reference(password),
        // Hosts of repositories take any user of that name.
        _ => is_http && !user.is_empty() && !is_reference(user) && user != "git",
    };
    is_secret.then_some(0..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_credentials() {
        for value in [
            "https://u:p@h/",
            "https://token@h/",
            "HTTPS://token:@h",
            "https://token:x-oauth-basic@github.com/a/b.git",
            "git+https://token@github.com/a/b.git#v1",
            "http:u:p@h",
            "http:\\\\u:p@h\\x",
            "ht\ttps://u:p@h",
            "//u:p@h/",
            "postgres://auth:hunter2@db/auth",
            "redis://:hunter2@cache",
            "https://u:x${P}@h",
            "https://u:${P:-x}@h",
            "https://u:p/w@h/",
            "https://u:p w@h/",
            "${R-https://u:p@h/}",
            "see https://h/ and https://u:p@h/",
        ] {
            assert!(has_credentials(value), "{value}");
        }
        for value in [
            "https://h/",
            "https://h:8080/@scope/x",
            "https://h:${PORT}/@scope/x",
            "https://h/a:b@c",
            "https://${U}@h/",
            "https://u:${P}@h/",
            "https://${U}:${P?}@h/",
            "ssh://git@github.com/a/b.git",
            "git+ssh://git@github.com/a/b.git",
            "https://git@github.com/a/b.git",
            "git@github.com:a/b.git",
            "npm:@scope/name@1.0.0",
            "@types/*",
            "joe@h.example",
            "workspace:*",
            "//h/@scope/",
            "//h/:@scope:registry",
        ] {
            assert!(!has_credentials(value), "{value}");
        }
    }
}
