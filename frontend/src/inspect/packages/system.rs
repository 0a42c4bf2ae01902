//! The packages of the system's package manager: Debian's, as Debian or distroless lists them, and Alpine's.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::collected::{Collected, Package};
use super::purl::purl;
use crate::inspect::root::Root;
use crate::inspect::stanza::{fields, stanzas};

/// Where Debian has its package database.
const DPKG: &str = "/var/lib/dpkg";

/// Adds the packages that the base's databases list.
pub(super) fn add(base: &Root, collected: &mut Collected<'_>) {
    let system = System::of(base);
    // Distroless has a file a package beside that file's checksums.
    let own = base.names(&Path::new(DPKG).join("status.d")).into_iter();
    let own = own.filter(|name| !name.to_string_lossy().ends_with(".md5sums"));
    let files = [PathBuf::from("status")]
        .into_iter()
        .chain(own.map(|name| Path::new("status.d").join(name)));
    for text in files.filter_map(|file| base.text(&Path::new(DPKG).join(file))) {
        for stanza in stanzas(&text).map(fields) {
            let is_installed = stanza
                .get("Status")
                .is_none_or(|status| status.ends_with(" installed"));
            if is_installed {
                let field = |name: &str| stanza.get(name).copied();
                let names = ["Package", "Version", "Architecture"].map(field);
                system.add("deb", names, None, collected);
            }
        }
    }
    // Alpine 3.23 moved it below /usr; one may be a link to the other.
    for file in ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"] {
        let text = base.text(Path::new(file)).unwrap_or_default();
        for stanza in stanzas(&text).map(fields) {
            let field = |name: &str| stanza.get(name).copied();
            let license = field("L").map(Value::from);
            system.add("apk", ["P", "V", "A"].map(field), license.as_ref(), collected);
        }
    }
}

/// What a system says of itself. Source: os-release(5).
#[derive(Debug, Default, PartialEq, Eq)]
struct System {
    id: Option<String>,
    /// Its name with its version, where it has one.
    distro: Option<String>,
}

impl System {
    fn of(base: &Root) -> Self {
        let text = ["/etc/os-release", "/usr/lib/os-release"];
        let text = text
            .iter()
            .find_map(|file| base.text(Path::new(file)))
            .unwrap_or_default();
        let id = value(&text, "ID").map(str::to_owned);
        let version = value(&text, "VERSION_ID").filter(|version| !version.is_empty());
        let distro = match (&id, version) {
            (Some(id), Some(version)) if !id.is_empty() => Some(format!("{id}-{version}")),
            _ => id.clone(),
        };
        Self { id, distro }
    }

    /// Adds a package of KIND with its name, version and processor.
    fn add(
        &self,
        kind: &str,
        [name, version, architecture]: [Option<&str>; 3],
        license: Option<&Value>,
        collected: &mut Collected<'_>,
    ) {
        let (Some(name), Some(version)) = (name, version) else {
            return;
        };
        if name.is_empty() || version.is_empty() {
            return;
        }
        let vendor = if kind == "deb" { "debian" } else { "alpine" };
        let namespaced = format!("{}/{name}", self.id.as_deref().unwrap_or(vendor));
        let qualifiers = [("arch", architecture), ("distro", self.distro.as_deref())];
        let package = Package {
            name: name.to_owned(),
            version: Some(version.to_owned()),
            location: None,
            checksums: Vec::new(),
            license: collected.licences.expression(license),
            purl: purl(kind, &namespaced, Some(version), &qualifiers),
        };
        let key = format!("{kind}:{name}@{version}:{}", architecture.unwrap_or_default());
        collected.add_of_image(key, package);
    }
}

/// Returns the value of a variable, without its quotes.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let values = text.lines().filter_map(|line| {
        let value = line.strip_prefix(key)?.strip_prefix('=')?;
        let value = value.strip_prefix('"').unwrap_or(value);
        let value = value.strip_suffix('"').unwrap_or(value);
        (!value.contains('"')).then_some(value)
    });
    values.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_have_quotes_or_none() {
        let text = "PRETTY_NAME=\"A \\\"b\\\"\"\nVERSION_ID=\"12\"\nID=debian\r\nID=other\nEMPTY=\nX=\"\n";
        assert_eq!(value(text, "ID"), Some("debian"));
        assert_eq!(value(text, "VERSION_ID"), Some("12"));
        assert_eq!(value(text, "PRETTY_NAME"), None);
        assert_eq!(
            (value(text, "EMPTY"), value(text, "X"), value(text, "NO")),
            (Some(""), Some(""), None)
        );
    }
}
