//! What builds leave, searched for markers.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::read::MultiGzDecoder;

const MARKER: &[u8] = b"VXMARK";
/// How a gzip file begins.
const GZIP: &[u8] = b"\x1f\x8b";
/// How much of a marker tells which it is.
const NAME: usize = 20;

/// Markers, each with the place that it was found in, which ends in what that is: `layer`, `record` or `text`.
#[derive(Debug, Default)]
pub(super) struct Left {
    pub(super) found: BTreeSet<(String, String)>,
    /// Blobs that were searched: most are in the images and caches of several targets.
    blobs: BTreeSet<(String, bool)>,
}

impl Left {
    /// Searches what the frontend or the client says.
    pub(super) fn said(&mut self, what: &str, bytes: &[u8]) {
        self.look(&format!("{what} text"), &decoded(bytes));
    }

    /// Searches a record of the build, which has its arguments.
    pub(super) fn record(&mut self, what: &str, bytes: &[u8]) {
        self.look(&format!("{what} record"), &decoded(bytes));
    }

    /// Searches an image in OCI's layout.
    pub(super) fn archive(&mut self, what: &str, path: &str) {
        let mut archive = tar::Archive::new(File::open(path).unwrap());
        let mut count = 0;
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().to_str().unwrap().to_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            count += 1;
            self.blob(what, &name, &bytes);
        }
        assert!(count > 4, "{what} has {count} files");
    }

    /// Searches a directory in the same layout.
    pub(super) fn directory(&mut self, what: &str, path: &str) {
        let mut todo = vec![Path::new(path).to_owned()];
        let mut count = 0;
        while let Some(directory) = todo.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    todo.push(path);
                } else {
                    count += 1;
                    let name = path.file_name().unwrap().to_str().unwrap();
                    self.blob(what, name, &fs::read(&path).unwrap());
                }
            }
        }
        assert!(count > 4, "{what} has {count} files");
    }

    /// Says whether a marker was found in a place, or in what was the same in a place before.
    pub(super) fn is_in(&self, marker: &str, place: &str) -> bool {
        let mut found = self.found.iter();
        found.any(|(found, at)| found.starts_with(marker) && at.starts_with(place))
    }

    fn blob(&mut self, what: &str, name: &str, bytes: &[u8]) {
        let digest = name.rsplit('/').next().unwrap_or(name);
        let is_cache = what.ends_with("cache");
        if digest.len() == 64 && !self.blobs.insert((digest.to_owned(), is_cache)) {
            return;
        }
        if bytes.starts_with(b"{") {
            // Configuration, history and manifests; provenance is a record, and says so itself.
            let is_record = find(bytes, b"slsa.dev/provenance").is_some();
            match is_record {
                true => self.record(what, bytes),
                false => self.said(what, bytes),
            }
            return;
        }
        let what = format!("{what} layer");
        if bytes.starts_with(GZIP) {
            let mut unpacked = Vec::new();
            MultiGzDecoder::new(bytes).read_to_end(&mut unpacked).unwrap();
            self.look(&what, &unpacked);
        } else {
            self.look(&what, bytes);
        }
    }

    fn look(&mut self, place: &str, mut bytes: &[u8]) {
        while let Some(at) = find(bytes, MARKER) {
            let rest = &bytes[at..];
            let name = rest
                .iter()
                .take(NAME)
                .take_while(|byte| byte.is_ascii_alphanumeric());
            let name: Vec<u8> = name.copied().collect();
            self.found
                .insert((String::from_utf8(name).unwrap(), place.to_owned()));
            bytes = &rest[MARKER.len()..];
        }
    }
}

/// Returns where bytes are in others, most of which are not the first one.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == wanted[0]) {
        if bytes[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// Returns a text with what it holds in base64 decoded behind it, twice: logs are, and files within files.
pub(super) fn decoded(bytes: &[u8]) -> Vec<u8> {
    let mut all = bytes.to_vec();
    let mut last = bytes.to_vec();
    for _ in 0..2 {
        let is_code = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
        let words = last.split(|byte| !is_code(byte)).filter(|word| word.len() >= 16);
        let next: Vec<Vec<u8>> = words.filter_map(|word| BASE64.decode(word).ok()).collect();
        last = next.join(&b'\n');
        all.push(b'\n');
        all.extend_from_slice(&last);
    }
    all
}
