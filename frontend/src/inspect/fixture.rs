//! Trees that tests make.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A temporary directory, gone when it is dropped.
#[derive(Debug)]
pub(super) struct Tree(PathBuf);

impl Tree {
    /// Makes an empty one.
    pub(super) fn new(name: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("inspect-{name}-{}-{number}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }

    /// Returns the path of a file in it.
    pub(super) fn at(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Writes a file, with its directories.
    pub(super) fn write(&self, file: &str, content: &[u8]) {
        let path = self.at(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Copies a file of this machine, with what it links to, and its mode.
    pub(super) fn copy(&self, from: &Path, file: &str) {
        self.write(file, &fs::read(from).unwrap());
        let mode = fs::metadata(from).unwrap().permissions().mode();
        fs::set_permissions(self.at(file), fs::Permissions::from_mode(mode & 0o777)).unwrap();
    }

    /// Returns every file, link and directory below a directory with its mode, in order.
    pub(super) fn listing(&self, directory: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let top = self.at(directory);
        let mut left = vec![top.clone()];
        while let Some(next) = left.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                let found = fs::symlink_metadata(&path).unwrap();
                let name = path.strip_prefix(&top).unwrap().display().to_string();
                if found.is_symlink() {
                    lines.push(format!("{name} -> {}", fs::read_link(&path).unwrap().display()));
                    continue;
                }
                lines.push(format!("{name} {:o}", found.permissions().mode() & 0o7777));
                if found.is_dir() {
                    left.push(path);
                }
            }
        }
        lines.sort();
        lines
    }
}

/// Returns a library of 64 bits that asks for others, as little of one as the loader reads.
pub(super) fn library(machine: u16, needed: &[&str]) -> Vec<u8> {
    let mut strings = vec![0];
    let mut dynamic = Vec::new();
    for name in needed {
        // DT_NEEDED
        dynamic.extend([1, strings.len() as u64]);
        strings.extend(name.bytes().chain([0]));
    }
    // The segments end at 176, where the dynamic section begins; the strings are behind it. DT_STRTAB, DT_STRSZ, DT_NULL.
    let size = (dynamic.len() as u64 + 6) * 8;
    dynamic.extend([5, 0x1000 + 176 + size, 10, strings.len() as u64, 0, 0]);
    let end = 176 + size + strings.len() as u64;

    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    // ET_DYN, the machine, version, entry, place of segments and sections, flags, sizes and counts.
    file.extend([3, machine, 1, 0].into_iter().flat_map(u16::to_le_bytes));
    file.extend([0, 64, 0].into_iter().flat_map(u64::to_le_bytes));
    file.extend([0, 0, 64, 56, 2, 64, 0, 0].into_iter().flat_map(u16::to_le_bytes));
    // PT_LOAD of the whole file at 0x1000, PT_DYNAMIC.
    let load = [1, 0, 0x1000, 0, end, end, 1];
    let section = [2, 176, 0x1000 + 176, 0, size, size, 8];
    for number in load.into_iter().chain(section).chain(dynamic) {
        file.extend(number.to_le_bytes());
    }
    file.extend(strings);
    file
}

impl Drop for Tree {
    fn drop(&mut self) {
        // What is left is in a temporary directory.
        let _ = fs::remove_dir_all(&self.0);
    }
}
