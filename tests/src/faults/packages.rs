//! The packages of the registry: real ones, and one that is known by the address of its archive alone.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest as _, Sha512};

use super::npm_registry::HOST;
use crate::command::Invocation;
use crate::repository;

/// The name and the version of a package.
type Known = (&'static str, &'static str);
/// Real packages, each with the package that it depends on.
pub(super) const REAL: [(&str, &str, Option<Known>); 5] = [
    ("ms", "2.1.3", None),
    ("escape-html", "1.0.3", None),
    ("kind-of", "6.0.3", None),
    ("is-odd", "3.0.1", Some(("is-number", "6.0.0"))),
    ("is-number", "6.0.0", None),
];
/// The package of an address.
pub(super) const ANSWER: &str = "answer";

/// Packages by their paths in the registry.
#[derive(Debug)]
pub(super) struct Packages {
    port: u16,
    bodies: BTreeMap<String, Vec<u8>>,
    integrities: BTreeMap<String, String>,
}

impl Packages {
    /// Downloads the real packages, once a machine, and makes the other one.
    pub(super) fn at_port(port: u16) -> Self {
        let names = REAL.map(|(name, version, _)| format!("{name}@{version}"));
        let paths = Invocation::new(repository().join("tests/engine/archives.sh"))
            .args(names)
            .output();
        let mut packages = Self {
            port,
            bodies: BTreeMap::new(),
            integrities: BTreeMap::new(),
        };
        for ((name, version, dependency), path) in REAL.into_iter().zip(paths.lines()) {
            let archive = fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
            packages.add(name, version, dependency, archive);
        }
        packages.add(ANSWER, "1.0.0", None, archive("module.exports = 42;\n"));
        packages
    }

    fn add(&mut self, name: &str, version: &str, dependency: Option<(&str, &str)>, archive: Vec<u8>) {
        let integrity = format!("sha512-{}", STANDARD.encode(Sha512::digest(&archive)));
        let dependencies: BTreeMap<&str, &str> = dependency.into_iter().collect();
        let packument = json!({
            "name": name,
            "dist-tags": { "latest": version },
            "time": { version: "2020-01-01T00:00:00.000Z" },
            "versions": { version: {
                "name": name,
                "version": version,
                "dependencies": dependencies,
                "dist": { "integrity": integrity, "tarball": self.url(name, version) },
            } },
        });
        let packument = serde_json::to_vec(&packument).expect("JSON");
        self.bodies.insert(format!("/{name}"), packument);
        self.bodies.insert(path(name, version), archive);
        self.integrities.insert(name.to_owned(), integrity);
    }

    /// Returns the registry's address.
    pub(super) fn registry(&self) -> String {
        format!("http://{HOST}:{}/", self.port)
    }

    /// Returns the address of a package's archive.
    pub(super) fn url(&self, name: &str, version: &str) -> String {
        format!("http://{HOST}:{}{}", self.port, path(name, version))
    }

    /// Returns the integrity of a package's archive.
    pub(super) fn integrity(&self, name: &str) -> &str {
        &self.integrities[name]
    }

    /// Returns what is at a path.
    pub(super) fn at(&self, path: &str) -> Option<Vec<u8>> {
        self.bodies.get(path).cloned()
    }

    /// Returns what is sent in the place of what is at a path.
    pub(super) fn lie(&self, path: &str, lie: Lie) -> Vec<u8> {
        let other = || archive("module.exports = () => 'a lie';\n");
        match lie {
            Lie::Nothing => Vec::new(),
            Lie::Page => b"<!doctype html><title>Sign in</title>".to_vec(),
            // Beside the archives there are descriptions of packages.
            Lie::Program | Lie::Package if !path.ends_with(".tgz") => {
                let text = String::from_utf8(self.at(path).unwrap_or_default()).unwrap_or_default();
                let integrity = format!("sha512-{}", STANDARD.encode(Sha512::digest(other())));
                let own = text.split("\"integrity\":\"").nth(1);
                let own = own.and_then(|rest| rest.split('"').next()).unwrap_or("none");
                text.replace(own, &integrity).into_bytes()
            }
            Lie::Program => other(),
            Lie::Package => {
                let one = if path.starts_with("/ms/") { "is-odd" } else { "ms" };
                self.at(&self::path(one, version(one))).unwrap_or_default()
            }
        }
    }
}

/// What a registry sends in the place of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// An archive with another program.
    Program,
    /// The archive of another package.
    Package,
    /// A page for people, as networks have it that want to be signed in to.
    Page,
    /// No byte.
    Nothing,
}

impl Lie {
    pub(super) const ALL: [Self; 4] = [Self::Program, Self::Package, Self::Page, Self::Nothing];
}

/// Returns the version of a real package.
pub(super) fn version(wanted: &str) -> &'static str {
    let found = REAL.iter().find(|(name, ..)| *name == wanted);
    found.expect("a package of the registry").1
}

/// Returns the path of a package's archive.
fn path(name: &str, version: &str) -> String {
    format!("/{name}/-/{name}-{version}.tgz")
}

/// Returns the archive of a package of one file; the same for the same text.
fn archive(program: &str) -> Vec<u8> {
    let manifest = json!({ "name": ANSWER, "version": "1.0.0", "main": "index.js" }).to_string();
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, text) in [("package.json", manifest.as_str()), ("index.js", program)] {
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        let path = format!("package/{name}");
        archive
            .append_data(&mut header, path, text.as_bytes())
            .expect("an archive in memory");
    }
    let mut compressed = archive.into_inner().expect("an archive in memory");
    compressed.flush().expect("an archive in memory");
    compressed.finish().expect("an archive in memory")
}
