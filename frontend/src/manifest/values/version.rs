//! Versions of Node and pnpm.

use super::{Text, text, text_or_number_value};

/// A version of Node, whole or its beginning: `22`, `22.11`, `22.11.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeVersion(String);

impl NodeVersion {
    /// Returns the digits and dots, without a leading `v`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for NodeVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let version = text.strip_prefix('v').unwrap_or(text);
        let parts: Vec<&str> = version.split('.').collect();
        if parts.len() > 3 || !parts.iter().all(|part| is_number(part)) {
            return Err("is not a version".to_owned());
        }
        Ok(Self(version.to_owned()))
    }
}

impl Text for NodeVersion {
    const WRITE: &'static str = "a version such as `22` or `\"22.11.0\"`";
    const EXAMPLES: &'static [&'static str] = &["22", "22.11.0"];
}

text_or_number_value!(NodeVersion);

text! {
    /// The whole version of pnpm, such as `9.15.4` or `10.0.0-rc.1`.
    PnpmVersion, pnpm_version,
    write "the whole version in quotes, such as `\"9.15.4\"`, so that every build runs the same pnpm",
    examples ["9.15.4", "10.0.0-rc.1"]
}

fn pnpm_version(text: &str) -> Result<&str, String> {
    let (core, pre_release) = text.split_once('-').unwrap_or((text, "0"));
    let parts: Vec<&str> = core.split('.').collect();
    let pre_release_is_good = pre_release
        .split('.')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    if parts.len() != 3 || !parts.iter().all(|part| is_number(part)) || !pre_release_is_good {
        return Err("is not a whole version".to_owned());
    }
    Ok(text)
}

fn is_number(text: &str) -> bool {
    let canonical = text == "0" || !text.starts_with('0');
    (1..=9).contains(&text.len()) && canonical && text.bytes().all(|b| b.is_ascii_digit())
}
