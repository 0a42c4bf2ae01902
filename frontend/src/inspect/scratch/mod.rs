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

/// Libraries by which the C library looks up the names of other servers.
const LOOKUP: [&str; 3] = ["libresolv.so.2", "libnss_files.so.2", "libnss_dns.so.2"];

/// Settings that nginx and its libraries read, as far as the image has them.
const OF_NGINX: [&str; 10] = [
    "/etc/passwd",
    "/etc/group",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/ld.so.cache",
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/debian_version",
    "/etc/nginx/mime.types",
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
    let settings = SETTINGS.into_iter().chain([LICENCE]);
    program((image, out, path), "node", &LOADED, settings)
}

/// `nginx IMAGE OUT`: takes the nginx program with its libraries, what the C library loads to look up names, accounts,
/// settings and the table of media types. It depends on the image alone, so that it is one layer for all sites.
///
/// # Errors
/// An image without nginx or without a library that nginx asks for; a file that cannot be read or written.
pub(super) fn nginx(image: PathBuf, out: &Path, path: &str) -> Result<()> {
    program((image, out, path), "nginx", &LOOKUP, OF_NGINX.into_iter())
}

/// Takes a program of one of PATH's directories, its libraries, those that are loaded by name, and settings.
fn program<'a>(
    (image, out, path): (PathBuf, &Path, &str),
    name: &str,
    loaded: &[&str],
    settings: impl Iterator<Item = &'a str>,
) -> Result<()> {
    let image = Root::new(image);
    let (program, _) = find(&image, path, name)?;
    let mut libraries = Libraries::new(image, None, out);
    let real = libraries.taking.take(&program)?;
    let asks = libraries.asked_by(real.as_deref());
    let missing = libraries.take(&asks)?;
    if !missing.is_empty() {
        let missing: Vec<_> = missing.iter().map(|name| name.to_string_lossy()).collect();
        return Err(Failure(format!(
            "{name} asks for {}, which the image does not have",
            missing.join(", ")
        )));
    }
    // One that the image lacks is one that nothing in it can ask for.
    let loaded: Vec<_> = loaded.iter().map(Into::into).collect();
    libraries.take(&loaded)?;
    let mut taking = libraries.taking;
    for file in settings {
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
    let (_, node) = find(&image, path, "node")?;
    let node = image.outside(&node.real);
    let mut libraries = Libraries::new(image, Some(Root::new(base)), out);
    modules::take(&mut libraries, &node, tree)?;
    let mut taking = libraries.taking;
    match taking.taken.is_empty() {
        true => Ok(()),
        false => packages::list(&mut taking),
    }
}

/// Returns the path of a program, and where that leads.
fn find(image: &Root, path: &str, name: &str) -> Result<(PathBuf, Found)> {
    for directory in path.split(':') {
        let program = Path::new(directory).join(name);
        if let Some(found) = image.file(&program)? {
            return Ok((program, found));
        }
    }
    Err(Failure(format!("the image has no program {name} in {path}")))
}

#[cfg(test)]
mod tests;
