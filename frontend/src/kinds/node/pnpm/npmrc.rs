//! `.npmrc`: the lines of the workspace's file that an install needs, without the secrets in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Place, SourceFile};

/// The workspace's `.npmrc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Npmrc {
    /// The file, for places in messages.
    pub file: Arc<SourceFile>,
    settings: BTreeMap<String, String>,
}

/// A `.npmrc` that may be part of a cache key and an image's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicNpmrc {
    /// The text, without comments and blank lines.
    pub text: String,
    /// Keys of the lines left out, and why, in the order of the file.
    pub dropped: Vec<DroppedLine>,
}

/// A line that [`Npmrc::without_secrets`] leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedLine {
    /// The key alone, never the value.
    pub key: String,
    /// Why it is left out.
    pub reason: LeftOut,
    /// Where it stands.
    pub place: Place,
}

/// Why a line of `.npmrc` stays out of the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// It holds a credential.
    Credential,
    /// It names a file of the machine, which the build does not have.
    File,
    /// It names a directory of the machine; the build keeps caches of its own.
    Directory,
}

impl Npmrc {
    /// Reads the file: `key = value` a line, `#` and `;` begin comments. Nothing is an error, as in npm.
    pub fn parse(file: &Arc<SourceFile>) -> Self {
        let mut settings = BTreeMap::new();
        for (_, key, value) in lines(&file.text) {
            settings.insert(key.to_owned(), unquoted(value).to_owned());
        }
        Self {
            file: Arc::clone(file),
            settings,
        }
    }

    /// Returns a setting, such as `node-linker`; names are written with dashes.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(String::as_str)
    }

    /// Returns a setting that is `true` or `false`; any other value reads as absent.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            "true" | "" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Returns the values of a setting that is written as `key[]=value`, one a line.
    pub fn list(&self, key: &str) -> Vec<String> {
        let items = lines(&self.file.text).filter(|(_, k, _)| k.strip_suffix("[]") == Some(key));
        items.map(|(_, _, value)| unquoted(value).to_owned()).collect()
    }

    /// Returns the environment variables that the file refers to as `${NAME}`, `${NAME?}`, `${NAME-x}` or
    /// `${NAME:-x}`: an install needs them, as secrets.
    pub fn variables(&self) -> BTreeSet<String> {
        let lines = lines(&self.file.text);
        let names = lines.flat_map(|(_, key, value)| references(key).chain(references(value)));
        names.map(str::to_owned).collect()
    }

    /// Returns the line that refers to an environment variable.
    pub fn place_of(&self, variable: &str) -> Option<Place> {
        let refers = |text: &str| references(text).any(|name| name == variable);
        let mut lines = lines(&self.file.text);
        let (number, ..) = lines.find(|(_, key, value)| refers(key) || refers(value))?;
        Some(Place::of_line(&self.file, number))
    }

    /// Returns the file without the lines that hold a secret or name a file of the machine.
    ///
    /// A value that is a reference to an environment variable stays: it holds no secret itself.
    pub fn without_secrets(&self) -> PublicNpmrc {
        let mut public = PublicNpmrc {
            text: String::new(),
            dropped: Vec::new(),
        };
        for (number, key, value) in lines(&self.file.text) {
            match reason_to_drop(key, unquoted(value)) {
                Some(reason) => public.dropped.push(DroppedLine {
                    key: key.to_owned(),
                    reason,
                    place: Place::of_line(&self.file, number),
                }),
                None => {
                    public.text.push_str(key);
                    public.text.push('=');
                    public.text.push_str(value);
                    public.text.push('\n');
                }
            }
        }
        public
    }
}

/// Returns a value without the quotes around it.
fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
}

/// Returns a text without blanks around it, of which a byte order mark is one to JavaScript.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// Iterates over line number, key and value as written, as npm's `ini` splits them.
fn lines(text: &str) -> impl Iterator<Item = (u32, &str, &str)> {
    (1..).zip(text.lines()).filter_map(|(number, line)| {
        let line = trimmed(line);
        if line.is_empty() || line.starts_with(['#', ';', '[']) {
            return None;
        }
        // A key alone is a flag that is set.
        let (key, value) = line.split_once('=').unwrap_or((line, "true"));
        Some((number, trimmed(key), trimmed(value)))
    })
}

/// Iterates over the names of the environment variables that a text refers to.
///
/// Braces and dollar signs are part of no name (`@pnpm/config.env-replace`), and what no environment can hold is none.
fn references(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("${").filter_map(|(start, opening)| {
        let (reference, _) = text.get(start + opening.len()..)?.split_once('}')?;
        let name = reference.split(['?', ':', '-']).next()?;
        let is_name = !name.is_empty() && !reference.contains(['$', '{']) && !name.contains(['=', '\0']);
        is_name.then_some(name)
    })
}

/// Says why a line may not leave the repository, if so.
fn reason_to_drop(key: &str, value: &str) -> Option<LeftOut> {
    const SECRETS: [&str; 9] = [
        "_auth",
        "_authToken",
        "_password",
        "username",
        "password",
        "email",
        "cert",
        "key",
        "otp",
    ];
    const FILES: [&str; 8] = [
        "cafile",
        "certfile",
        "keyfile",
        "tokenHelper",
        "token-helper",
        "userconfig",
        "globalconfig",
        "prefix",
    ];
    const PLACES: [&str; 8] = [
        "store-dir",
        "cache-dir",
        "state-dir",
        "cache",
        "tmp",
        "global-dir",
        "global-bin-dir",
        "virtual-store-dir",
    ];
    // `//host/path/:_authToken` or the bare name.
    let name = key.rsplit(':').next().unwrap_or(key);
    if SECRETS.contains(&name) && !is_reference(value) {
        return Some(LeftOut::Credential);
    }
    if FILES.contains(&name) {
        return Some(LeftOut::File);
    }
    if PLACES.contains(&name) && (value.starts_with(['/', '~']) || name != "virtual-store-dir") {
        return Some(LeftOut::Directory);
    }
    if has_credentials(value) {
        return Some(LeftOut::Credential);
    }
    None
}

/// Whether a value is nothing but a reference to an environment variable.
fn is_reference(value: &str) -> bool {
    value
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|name| {
            // A default (`${X:-secret}`) would be a literal again.
            let name = name.strip_suffix('?').unwrap_or(name);
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        })
}

/// Whether a URL carries a password in the clear, as proxies' do.
fn has_credentials(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else {
        return false;
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else {
        return false;
    };
    user.split_once(':')
        .is_some_and(|(_, password)| !is_reference(password))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npmrc(text: &str) -> Npmrc {
        Npmrc::parse(&SourceFile::new(".npmrc", text))
    }

    #[test]
    fn reads_settings() {
        let npmrc =
            npmrc("# c\n; c\nnode-linker = hoisted\r\nshamefully-hoist\nsave-exact=\"false\"\n\nx=a=b\n");
        assert_eq!(npmrc.get("node-linker"), Some("hoisted"));
        assert_eq!(npmrc.flag("shamefully-hoist"), Some(true));
        assert_eq!(npmrc.flag("save-exact"), Some(false));
        assert_eq!(npmrc.flag("node-linker"), None);
        assert_eq!(npmrc.get("x"), Some("a=b"));
    }

    #[test]
    fn secrets_stay_behind() {
        let npmrc = npmrc(
            "registry=https://r.example/\n//r.example/:_authToken=npm_S3cret\n//r.example/:_authToken=${TOKEN}\n//p.example/:_authToken=${A:-S3cret}\n//q.example/:_password=S3cret\n_auth=S3cret\n@x:registry=https://x.example/\nhttps-proxy=http://u:S3cret@proxy:1\ncafile=/etc/ca.pem\nca=\"-----BEGIN\\n\"\nstore-dir=~/s\nalways-auth=true\n//r.example/:username=joe\nhoist-pattern[]=*eslint*\n",
        );
        let public = npmrc.without_secrets();
        assert_eq!(
            public.text,
            "registry=https://r.example/\n//r.example/:_authToken=${TOKEN}\n@x:registry=https://x.example/\nca=\"-----BEGIN\\n\"\nalways-auth=true\nhoist-pattern[]=*eslint*\n"
        );
        let dropped: Vec<(&str, u32)> = public
            .dropped
            .iter()
            .map(|d| (d.key.as_str(), d.place.first_line))
            .collect();
        assert_eq!(
            dropped,
            [
                ("//r.example/:_authToken", 2),
                ("//p.example/:_authToken", 4),
                ("//q.example/:_password", 5),
                ("_auth", 6),
                ("https-proxy", 8),
                ("cafile", 9),
                ("store-dir", 11),
                ("//r.example/:username", 13),
            ]
        );
        assert_eq!(npmrc.variables().into_iter().collect::<Vec<_>>(), ["A", "TOKEN"]);
    }

    /// JavaScript, and so npm, takes a byte order mark for a blank wherever it stands.
    #[test]
    fn blanks_are_javascripts() {
        let npmrc =
            npmrc("\u{feff}a = 1\u{a0}\n\u{feff}_authToken\u{feff}=\u{feff}secret\n\u{feff}; _auth\n");
        assert_eq!(
            (npmrc.get("a"), npmrc.get("_authToken")),
            (Some("1"), Some("secret"))
        );
        assert_eq!(npmrc.without_secrets().text, "a=1\n");
    }

    #[test]
    fn a_reference_ends_and_names_what_an_environment_can_hold() {
        let text = "a=${${B}${C-x}${D=E}${F?}${}${G:-${H}}${I\n${J}=${K:-}\n";
        let npmrc = npmrc(text);
        let variables: Vec<String> = npmrc.variables().into_iter().collect();
        assert_eq!(variables, ["B", "C", "F", "H", "J", "K"]);
        let line = |variable: &str| npmrc.place_of(variable).map(|place| place.first_line);
        assert_eq!((line("B"), line("K"), line("G")), (Some(1), Some(2), None));
    }

    proptest::proptest! {
        #[test]
        fn no_literal_token_survives(key in "[a-z/.:]{0,12}", secret in "[A-Za-z0-9$]{4,20}") {
            let text = format!("{key}:_authToken={secret}\n_password = {secret} ");
            proptest::prop_assert_eq!(npmrc(&text).without_secrets().text, "");
        }
    }
}
