//! The programs and native modules of an install.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::libraries::Libraries;
use crate::inspect::elf;
use crate::inspect::failure::{Failure, Result, reading};
use crate::inspect::files;
use crate::inspect::text::by_code_units;

/// What the native modules of a package lack, module by module.
type Lacks = Vec<Vec<OsString>>;

/// Takes the libraries that what lies below a directory asks for.
///
/// # Errors
/// A package of which no native module finds its libraries; a file that cannot be read or written.
pub(super) fn take(libraries: &mut Libraries, node: &Path, tree: &Path) -> Result<()> {
    let Some(elf::Asks { machine, .. }) = elf::asks(node) else {
        return Err(Failure(format!(
            "the image's node is no program of Linux: {}",
            node.display()
        )));
    };
    let found = binaries(tree)?;
    // A library that packages bring along is found by its loader, by RUNPATH or because it is loaded already.
    let beside: HashSet<_> = found.iter().filter_map(|file| file.file_name()).collect();
    let mut packages: Vec<(String, Lacks)> = Vec::new();
    for file in &found {
        let Some(asks) = elf::asks(file) else { continue };
        // What is for another processor or C library is not loaded here.
        if asks.machine != machine
            || asks
                .needed
                .iter()
                .any(|name| name.as_bytes().starts_with(b"libc.musl-"))
        {
            continue;
        }
        let others: Vec<_> = asks
            .needed
            .into_iter()
            .filter(|name| !beside.contains(name.as_os_str()))
            .collect();
        let lacks = libraries.take(&others)?;
        if file.extension().is_none_or(|extension| extension != "node") {
            continue;
        }
        let owner = owner(tree, file);
        match packages.iter_mut().find(|(name, _)| *name == owner) {
            Some((_, modules)) => modules.push(lacks),
            None => packages.push((owner, vec![lacks])),
        }
    }
    let failed = packages
        .iter()
        .filter(|(_, modules)| modules.iter().all(|lacks| !lacks.is_empty()));
    let what: Vec<_> = failed.map(|(owner, modules)| sentence(owner, modules)).collect();
    if what.is_empty() {
        return Ok(());
    }
    Err(Failure(format!(
        "{}, which the image of Node does not have; write base = \"debian\" and the packages that have it in [run] \
         packages",
        what.join("; ")
    )))
}

fn sentence(owner: &str, modules: &Lacks) -> String {
    let names: BTreeSet<_> = modules
        .iter()
        .flatten()
        .map(|name| name.to_string_lossy())
        .collect();
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by(|left, right| by_code_units(left, right));
    format!("{owner} asks for {}", names.join(", "))
}

/// Returns the name of the package that a file belongs to; outside of packages, the path below the tree.
fn owner(tree: &Path, file: &Path) -> String {
    let path = file.to_string_lossy();
    let Some((_, inside)) = path.rsplit_once("/node_modules/") else {
        return file
            .strip_prefix(tree)
            .unwrap_or(file)
            .to_string_lossy()
            .into_owned();
    };
    let parts = if inside.starts_with('@') { 2 } else { 1 };
    inside.split('/').take(parts).collect::<Vec<_>>().join("/")
}

/// Returns the programs and libraries below a directory, in order: by header where the name does not tell.
fn binaries(tree: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut left = read(tree)?;
    while let Some((file, kind)) = left.pop() {
        if kind.is_dir() {
            left.extend(read(&file)?);
            continue;
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let is_program = || fs::metadata(&file).is_ok_and(|found| found.permissions().mode() & 0o111 != 0);
        if kind.is_file() && (is_library(&name) || (!name.contains('.') && is_program())) {
            found.push(file);
        }
    }
    Ok(found)
}

/// Returns what is in a directory, the first one last.
fn read(directory: &Path) -> Result<Vec<(PathBuf, fs::FileType)>> {
    let entries = files::entries(directory).map_err(reading(directory))?;
    let entries = entries.into_iter().rev();
    Ok(entries.map(|(name, kind)| (directory.join(name), kind)).collect())
}

/// Whether a name is a native module's or a library's: `x.node`, `x.so`, `x.so.1.2`.
fn is_library(name: &str) -> bool {
    let is_version = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = name.rsplit('.');
    let last = parts.next();
    if last == Some("node") {
        return name.len() > "node".len();
    }
    let kind = last.into_iter().chain(parts).find(|part| !is_version(part));
    kind == Some("so") && name.contains(".so")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_known_by_their_names() {
        for name in ["x.node", ".node", "x.so", "x.so.1", "x.1.so.1.22"] {
            assert!(is_library(name), "{name}");
        }
        for name in ["node", "so", "so.1", "x.so.", "x.so.1a", "x.soo", "x.1", "1", ""] {
            assert!(!is_library(name), "{name}");
        }
    }

    #[test]
    fn a_module_belongs_to_the_innermost_package() {
        let of = |file: &str| owner(Path::new("/app"), Path::new(file));
        let stored = "/app/node_modules/.pnpm/a@1/node_modules/@s/a/build/a.node";
        assert_eq!(of(stored), "@s/a");
        assert_eq!(of("/app/node_modules/b/b.node"), "b");
        assert_eq!(of("/app/build/b.node"), "build/b.node");
    }
}
