//! The entries of Debian's package database that the files in an image come from.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::taking::Taking;
use crate::inspect::failure::{Result, writing};
use crate::inspect::stanza::{fields, stanzas};
use crate::inspect::text::trim;

/// Where Debian has its package database.
const DATABASE: &str = "/var/lib/dpkg";

/// The certificates in one file. They belong to no package's list: it is made when `ca-certificates` is configured.
pub(super) const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Notes which packages of the system the taken files come from, and takes their copyright files.
///
/// # Errors
/// A file that cannot be read or written.
pub(super) fn list(taking: &mut Taking) -> Result<()> {
    let files: HashSet<String> = taking
        .taken
        .iter()
        .map(|file| short(&file.to_string_lossy()))
        .collect();
    let has_certificates = taking.taken.contains(Path::new(CERTIFICATES));
    let database = Path::new(DATABASE);
    let information = taking.image.names(&database.join("info"));
    let lists: Vec<_> = information
        .iter()
        .filter_map(|name| name.to_str()?.strip_suffix(".list"))
        .collect();
    let status = taking.image.text(&database.join("status")).unwrap_or_default();
    for stanza in stanzas(&status) {
        // The name becomes that of a file.
        let Some(name) = fields(stanza)
            .get("Package")
            .copied()
            .filter(|name| is_name(name))
        else {
            continue;
        };
        // One that several processors may have at a time is `NAME:PROCESSOR`.
        let own = lists.iter().filter(|list| list.split(':').next() == Some(name));
        let mut texts = own.filter_map(|list| taking.image.text(&database.join(format!("info/{list}.list"))));
        let is_made = name == "ca-certificates" && has_certificates;
        if !is_made && !texts.any(|text| text.lines().any(|line| files.contains(&short(line)))) {
            continue;
        }
        let file = taking.directory(&database.join("status.d"))?.join(name);
        fs::write(&file, format!("{}\n", trim(stanza))).map_err(writing(&file))?;
        taking.take(Path::new(&format!("/usr/share/doc/{name}/copyright")))?;
    }
    Ok(())
}

/// Whether a text is a package's name and no path. Source: Debian Policy, 5.6.1.
fn is_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.bytes().all(is_allowed)
}

/// Returns a path as Debian's lists may have it: they may name what now lies below /usr without that.
fn short(file: &str) -> String {
    let shortened = file.strip_prefix("/usr/").filter(|rest| {
        let directory = rest.split_once('/').map(|(directory, _)| directory);
        directory.is_some_and(|name| {
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            name == "bin"
                || name == "sbin"
                || name
                    .strip_prefix("lib")
                    .is_some_and(|rest| rest.bytes().all(is_word))
        })
    });
    shortened.map_or_else(|| file.to_owned(), |rest| format!("/{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_from_before_the_merge() {
        assert_eq!(
            short("/usr/lib/x86_64-linux-gnu/libc.so.6"),
            "/lib/x86_64-linux-gnu/libc.so.6"
        );
        assert_eq!(short("/usr/lib64/ld.so"), "/lib64/ld.so");
        for same in [
            "/usr/share/x",
            "/usr/libx-y/z",
            "/usr/bin",
            "/lib/x",
            "/usr/local/bin/node",
        ] {
            assert_eq!(short(same), same);
        }
    }

    #[test]
    fn a_packages_name_is_no_path() {
        assert!(is_name("libstdc++6") && is_name("7zip"));
        assert!(!is_name("../x") && !is_name("..") && !is_name(""));
    }
}
