//! Takes from a Debian image with Node the files that a running service can need of it, and nothing else: no shell, no
//! package manager, no headers. Only reads, so that the image may be for another processor.

mod libraries;
mod modules;
mod packages;
mod taking;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::failure::{Failure, Result, writing};
use super::root::{Found, Root};
use libraries::Libraries;

/// Libraries that are loaded by name while a program runs, or that belong to the C library: a native module may ask for
/// any of them.
const LOADED: [&str; 12] = [
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libatomic.so.1",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
    "libanl.so.1",
    "libnss_files.so.2",
    "libnss_dns.so.2",
];

/// Settings that libraries read, as far as the image has them.
const SETTINGS: [&str; 14] = [
    "/etc/passwd",
    "/etc/group",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/ld.so.cache",
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/debian_version",
    "/etc/ssl/openssl.cnf",
    packages::CERTIFICATES,
    "/usr/share/zoneinfo",
];

/// Node's own licence, where its image has it.
const LICENCE: &str = "/usr/local/LICENSE";

/// `node IMAGE OUT`: takes the Node program, which lies in one of PATH's directories, with its libraries, the rest
/// of the C library, certificates, time zones, accounts and settings. It depends on the image alone, so that it is one
/// layer for all services.
///
/// The packages that the files come from are listed as distroless lists them, where scanners look for them.
///
/// # Errors
/// An image without Node or without a library that Node asks for; a file that cannot be read or written.
pub(super) fn node(image: PathBuf, out: &Path, path: &str) -> Result<()> {
    let image = Root::new(image);
    let (program, _) = find_node(&image, path)?;
    let mut libraries = Libraries::new(image, None, out);
    let real = libraries.taking.take(&program)?;
    let asks = libraries.asked_by(real.as_deref());
    let missing = libraries.take(&asks)?;
    if !missing.is_empty() {
        let missing: Vec<_> = missing.iter().map(|name| name.to_string_lossy()).collect();
        return Err(Failure(format!(
            "node asks for {}, which the image does not have",
            missing.join(", ")
        )));
    }
    // One that the image lacks is one that nothing in it can ask for.
    libraries.take(&LOADED.map(Into::into))?;
    let mut taking = libraries.taking;
    for file in SETTINGS.into_iter().chain([LICENCE]) {
        taking.take(Path::new(file))?;
    }
    let directory = taking.directory(Path::new("/tmp"))?;
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o1777)).map_err(writing(&directory))?;
    packages::list(&mut taking)
}

/// `libraries IMAGE OUT BASE TREE`: takes what the programs and native modules below TREE load beside what `node`
/// took, which lies in BASE.
///
/// # Errors
/// A package of which no native module finds its libraries; an image without Node; a file that cannot be read or
/// written.
pub(super) fn libraries(image: PathBuf, out: &Path, path: &str, base: PathBuf, tree: &Path) -> Result<()> {
    let image = Root::new(image);
    let (_, node) = find_node(&image, path)?;
    let node = image.outside(&node.real);
    let mut libraries = Libraries::new(image, Some(Root::new(base)), out);
    modules::take(&mut libraries, &node, tree)?;
    let mut taking = libraries.taking;
    match taking.taken.is_empty() {
        true => Ok(()),
        false => packages::list(&mut taking),
    }
}

/// Returns the path of the Node program, and where that leads.
fn find_node(image: &Root, path: &str) -> Result<(PathBuf, Found)> {
    for directory in path.split(':') {
        let program = Path::new(directory).join("node");
        if let Some(found) = image.file(&program)? {
            return Ok((program, found));
        }
    }
    Err(Failure(format!("the image has no program node in {path}")))
}

#[cfg(test)]
mod tests;
