//! Which settings of package managers stay out of a build: credentials above all, in whatever spelling pnpm takes them.

use serde_json::{Map, Value};

use crate::secret;

/// Why a setting stays out of the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// It holds a credential.
    Credential,
    /// It names a file of the machine, which the build does not have.
    File,
    /// It names a directory of the machine; the build keeps caches of its own.
    Directory,
}

/// Settings that are credentials, beside those whose names say so ([`secret::is_name`]): lowercase, letters alone.
const CREDENTIALS: [&str; 10] = [
    "auth",
    "authtoken",
    "cert",
    "email",
    "key",
    "otp",
    "passwd",
    "password",
    "token",
    "username",
];
/// Of these, the ones that no other word of a key is by chance.
const AUTH: [&str; 4] = ["auth", "authtoken", "password", "token"];
/// Settings that name a file of the machine.
const FILES: [&str; 7] = [
    "cafile",
    "certfile",
    "globalconfig",
    "keyfile",
    "prefix",
    "tokenhelper",
    "userconfig",
];
/// Settings that name a directory of the machine.
const DIRECTORIES: [&str; 8] = [
    "cache",
    "cachedir",
    "globalbindir",
    "globaldir",
    "statedir",
    "storedir",
    "tmp",
    "virtualstoredir",
];
/// What decides over resolution, and names packages: without it the lockfile would not fit.
const RESOLUTION: [&str; 9] = [
    "allowBuilds",
    "catalog",
    "catalogs",
    "configDependencies",
    "overrides",
    "packageExtensions",
    "packages",
    "patchedDependencies",
    "peerDependencyRules",
];
/// How deep settings are looked into; those of pnpm are three deep.
const MAX_DEPTH: usize = 32;

/// Says why a setting may not leave the repository, if so. The key may have a registry's address in front of the name:
/// `//host/path/:_authToken`.
pub(super) fn left_out(key: &str, value: &str) -> Option<LeftOut> {
    let name = key.rsplit([':', '=']).next().unwrap_or(key);
    let letters = letters(name);
    let is = |names: &[&str]| names.contains(&letters.as_str());
    // What an environment variable makes of a name nobody knows.
    let is_open = name.contains(['$', '{', '}']) || is_line(key) && key.contains('$');
    let is_credential = is(&CREDENTIALS) || secret::is_name(name) || has_auth(key) || is_open;
    if is_credential && !secret::is_reference(value) {
        return Some(LeftOut::Credential);
    }
    if is(&FILES) {
        return Some(LeftOut::File);
    }
    // A virtual store in the workspace is one of the workspace's own.
    if is(&DIRECTORIES) && (value.starts_with(['/', '~']) || letters != "virtualstoredir") {
        return Some(LeftOut::Directory);
    }
    let is_proxy = letters.ends_with("proxy") && secret::has_credentials(&format!("//{value}"));
    (is_proxy || secret::has_credentials(key) || is_secret(value)).then_some(LeftOut::Credential)
}

/// Returns settings without those that hold credentials, and the keys of the ones that are gone or have lost something.
///
/// What pnpm resolves by stays: `overrides`, catalogs and their like.
pub(in crate::kinds::node) fn without_credentials(
    settings: &Map<String, Value>,
) -> (Map<String, Value>, Vec<String>) {
    let (mut kept, mut gone) = (settings.clone(), Vec::new());
    kept.retain(|key, value| {
        if RESOLUTION.contains(&key.as_str()) {
            return true;
        }
        let is_compound = value.is_array() || value.is_object();
        let told = if is_compound { String::new() } else { text(value) };
        let is_credential = left_out(key, &told) == Some(LeftOut::Credential);
        if is_credential || is_compound && strip(value, MAX_DEPTH) {
            gone.push(key.clone());
        }
        !is_credential
    });
    (kept, gone)
}

/// Takes credentials out of a value, and returns whether there were any.
fn strip(value: &mut Value, depth: usize) -> bool {
    if depth == 0 {
        // Nobody reads settings that lie this deep.
        return !std::mem::take(value).is_null();
    }
    let mut found = false;
    match value {
        Value::Array(items) => items.retain_mut(|item| {
            let has = strip(item, depth - 1);
            found |= has;
            !(has && item.is_string())
        }),
        Value::Object(fields) => fields.retain(|key, field| {
            // No package is named like this.
            let is_setting = key.starts_with(['_', '/']);
            let is_credential = secret::has_credentials(key)
                || is_setting && left_out(key, &text(field)) == Some(LeftOut::Credential);
            let has = is_credential || strip(field, depth - 1);
            found |= has;
            !(is_credential || has && field.is_string())
        }),
        Value::String(text) => found = is_secret(text),
        _ => {}
    }
    found
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns whether a value shows by itself that it is a credential, or has one in it.
fn is_secret(value: &str) -> bool {
    secret::has_credentials(value)
        || secret::is_token(value)
        || secret::is_private_key(value)
        || has_secret_parameter(value)
}

/// Returns whether an address has a credential among its parameters.
fn has_secret_parameter(value: &str) -> bool {
    let query = value.split_once('?').map_or("", |(_, query)| query);
    let mut parameters = query
        .split(['&', ';', '#'])
        .filter_map(|pair| pair.split_once('='));
    parameters.any(|(name, value)| secret::is_name(name) && !value.is_empty() && !secret::is_reference(value))
}

/// Returns whether some word of a key is the name of a credential: readers do not agree on where a key ends.
fn has_auth(key: &str) -> bool {
    let is_line = is_line(key);
    let names = if is_line { &CREDENTIALS[..] } else { &AUTH };
    let words = key.split(|c: char| c == ':' || c == '=' || c.is_whitespace());
    let mut words = words.filter(|word| !word.contains(['/', '.', '@', '-']));
    words.any(|word| names.contains(&letters(word).as_str()) || is_line && secret::is_name(word))
}

/// Returns whether a key is a line that was meant to have a value: no setting has a blank in its name.
fn is_line(key: &str) -> bool {
    key.contains(char::is_whitespace)
}

/// Returns the letters of a name in lowercase: `_authToken`, `_AUTHTOKEN` and `auth-token` are `authtoken`.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_spelling_of_a_credential_is_left_out() {
        for (key, value) in [
            ("_auth", "x"),
            ("_AUTH", "x"),
            ("//r.example/:_authToken", "x"),
            ("//r.example/:_authtoken", "x"),
            ("//r.example/a/b/:_password", "x"),
            ("//r.example/:@s:_authToken", "x"),
            ("//r.example/:_authToken: x", "true"),
            ("_authToken x", "true"),
            ("username: x", "true"),
            ("cert x", "true"),
            ("NPM_TOKEN: x", "true"),
            ("${NONE-//r.example/:_authToken}", "x"),
            ("//r.example/:_auth${T}", "x"),
            ("//u:x@r.example/:always-auth", "true"),
            ("NPM_TOKEN", "x"),
            ("key", "x"),
            ("//r.example/:_authToken", "${T-x}"),
            ("//r.example/:_authToken", "${T}x"),
            ("//r.example/:_authToken", "\\${T}"),
            ("registry", "https://x@r.example/"),
            ("registry", "https://r.example/?token=x"),
            ("@s:registry", "//u:x@r.example/"),
            ("https-proxy", "http://u:x@proxy.example:1"),
            ("proxy", "u:x@proxy.example:1"),
            ("ca", "-----BEGIN RSA PRIVATE KEY-----\nx"),
        ] {
            assert_eq!(left_out(key, value), Some(LeftOut::Credential), "{key}={value}");
        }
        for (key, value) in [
            ("always-auth", "true"),
            ("//r.example/:always-auth", "true"),
            ("auth-type", "web"),
            ("//r.example/:_authToken", "${T}"),
            ("//r.example/:_authToken", "${T?}"),
            ("@auth:registry", "https://r.example/"),
            ("//${HOST}/:registry", "https://${HOST}/"),
            ("registry", "https://r.example/@s/x"),
            ("https-proxy", "http://${U}:${P}@proxy.example:1"),
            ("noproxy", "localhost,r.example"),
            ("public-hoist-pattern", "@types/*"),
            ("virtual-store-dir", ".pnpm"),
            ("ca", "-----BEGIN CERTIFICATE-----\nx"),
        ] {
            assert_eq!(left_out(key, value), None, "{key}={value}");
        }
        assert_eq!(left_out("//r.example/:tokenHelper", "/x"), Some(LeftOut::File));
        assert_eq!(left_out("store-dir", "~/s"), Some(LeftOut::Directory));
    }

    #[test]
    fn settings_lose_credentials_and_nothing_else() {
        let settings = json!({
            "nodeLinker": "hoisted",
            "httpsProxy": "http://u:x@proxy.example",
            "_auth": { "https://r.example": { "@": { "authToken": "x" } } },
            "registries": { "default": "https://r.example/", "@s": "https://x@s.example/" },
            "authConfig": { "//r.example/:_authToken": "x", "//r.example/:registry": "y" },
            "token": ["x"],
            "hoistPattern": ["*eslint*", "https://u:x@r.example"],
            "overrides": { "auth": "1", "b": "git+https://x@github.com/b/b" },
            "minimumReleaseAge": 1440,
        });
        let (kept, gone) = without_credentials(settings.as_object().unwrap());
        assert_eq!(
            Value::Object(kept),
            json!({
                "nodeLinker": "hoisted",
                "registries": { "default": "https://r.example/" },
                "authConfig": { "//r.example/:registry": "y" },
                "hoistPattern": ["*eslint*"],
                "overrides": { "auth": "1", "b": "git+https://x@github.com/b/b" },
                "minimumReleaseAge": 1440,
            })
        );
        let wanted = [
            "httpsProxy",
            "_auth",
            "registries",
            "authConfig",
            "token",
            "hoistPattern",
        ];
        assert_eq!(gone, wanted);
    }
}
