//! The files of an image.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use std::io::Read;

/// The largest file whose content is kept: manifests and settings are far smaller.
const KEPT_SIZE: u64 = 256 * 1024;
/// How many links lead to a file at most, as in Linux.
const MAX_LINKS: usize = 40;

/// All files of an image by path, absolute and without a slash at the end.
#[derive(Debug)]
pub struct Tree {
    entries: BTreeMap<String, Entry>,
}

/// One file.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Its owner.
    pub uid: u64,
    /// Its group.
    pub gid: u64,
    /// Its permissions.
    pub mode: u32,
    /// When it was last modified, in seconds since 1970.
    pub modified: u64,
    /// The bytes of its content.
    pub size: u64,
    /// A hash of the content.
    fingerprint: u64,
    content: Vec<u8>,
}

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A file with content.
    File,
    /// A symbolic link, with its target as written.
    Link(String),
    /// A device or the like.
    Special,
}

impl Tree {
    /// Reads a tar archive.
    pub fn read(archive: impl Read) -> Self {
        let mut entries = BTreeMap::new();
        let mut archive = tar::Archive::new(archive);
        for entry in archive.entries().expect("a tar archive") {
            let mut entry = entry.expect("a tar archive");
            let path = absolute(&String::from_utf8_lossy(&entry.path_bytes()));
            let header = entry.header();
            let kind = match header.entry_type() {
                tar::EntryType::Directory => Kind::Directory,
                tar::EntryType::Symlink => {
                    let target = entry.link_name_bytes().unwrap_or_default();
                    Kind::Link(String::from_utf8_lossy(&target).into_owned())
                }
                tar::EntryType::Regular | tar::EntryType::Link => Kind::File,
                _ => Kind::Special,
            };
            let (uid, gid) = (header.uid().expect("an owner"), header.gid().expect("a group"));
            let (mode, modified) = (
                header.mode().expect("permissions"),
                header.mtime().expect("a time"),
            );
            let size = entry.size();
            let (mut content, mut fingerprint) = (Vec::new(), 0);
            if header.entry_type() == tar::EntryType::Link {
                // A hard link has the content of the file that came before.
                let target = absolute(&String::from_utf8_lossy(
                    &entry.link_name_bytes().unwrap_or_default(),
                ));
                if let Some(Entry {
                    content: known,
                    fingerprint: hash,
                    ..
                }) = entries.get(&target)
                {
                    content.clone_from(known);
                    fingerprint = *hash;
                }
            } else {
                entry.read_to_end(&mut content).expect("a tar archive");
                let mut hasher = DefaultHasher::new();
                hasher.write(&content);
                fingerprint = hasher.finish();
                if size > KEPT_SIZE {
                    content = Vec::new();
                }
            }
            entries.insert(
                path,
                Entry {
                    kind,
                    uid,
                    gid,
                    mode,
                    modified,
                    size,
                    fingerprint,
                    content,
                },
            );
        }
        Self { entries }
    }

    /// Returns every path with its file, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    /// Returns the paths whose files are not alike in both: in content, kind, owner, permissions or time.
    pub fn differences<'a>(&'a self, other: &'a Tree) -> Vec<&'a str> {
        let paths: BTreeSet<&String> = self.entries.keys().chain(other.entries.keys()).collect();
        let differ = |path: &&String| self.get(path) != other.get(path) && !is_the_engines(path);
        paths.into_iter().filter(differ).map(String::as_str).collect()
    }

    /// Returns the files below a directory.
    pub fn below<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        self.iter().filter(move |(path, _)| {
            path.strip_prefix(directory)
                .is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// Returns a file without following links.
    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// Returns the text of a file, which must be there and small.
    pub fn text(&self, path: &str) -> String {
        let real = self
            .resolve(path)
            .unwrap_or_else(|| panic!("the image has no {path}"));
        String::from_utf8_lossy(&self.entries[&real].content).into_owned()
    }

    /// Returns the path of the file that a path leads to, every link on the way followed inside the image.
    pub fn resolve(&self, path: &str) -> Option<String> {
        let mut left: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut real = String::new();
        let mut links = 0;
        while let Some(name) = left.pop() {
            match name.as_str() {
                "" | "." => continue,
                ".." => real.truncate(real.rfind('/').unwrap_or(0)),
                name => {
                    let next = format!("{real}/{name}");
                    match &self.entries.get(&next)?.kind {
                        Kind::Link(target) => {
                            links += 1;
                            if links > MAX_LINKS {
                                return None;
                            }
                            if target.starts_with('/') {
                                real.clear();
                            }
                            left.extend(target.split('/').rev().map(str::to_owned));
                        }
                        _ => real = next,
                    }
                }
            }
        }
        Some(real)
    }
}

/// Says whether a file is one that the engine puts into each container, or marks as changed with them.
fn is_the_engines(path: &str) -> bool {
    let files = [
        "/.dockerenv",
        "/dev",
        "/etc",
        "/etc/hostname",
        "/etc/hosts",
        "/etc/mtab",
        "/etc/resolv.conf",
    ];
    files.contains(&path) || path.starts_with("/dev/")
}

/// Returns an archive's path as an absolute one.
fn absolute(path: &str) -> String {
    format!("/{}", path.trim_start_matches("./").trim_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::Tree;

    fn tree(links: &[(&str, &str)], files: &[&str]) -> Tree {
        let mut builder = tar::Builder::new(Vec::new());
        for file in files {
            builder
                .append_data(&mut header(), file, std::io::empty())
                .unwrap();
        }
        for (path, target) in links {
            let mut header = header();
            header.set_entry_type(tar::EntryType::Symlink);
            builder.append_link(&mut header, path, target).unwrap();
        }
        Tree::read(builder.into_inner().unwrap().as_slice())
    }

    fn header() -> tar::Header {
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(0);
        header
    }

    #[test]
    fn links_are_followed_inside_the_image() {
        let links = [
            ("a/up", "../b"),
            ("a/root", "/b/file"),
            ("b/dead", "nothing"),
            ("loop", "loop"),
        ];
        let tree = tree(&links, &["b/file"]);
        // Directories that an archive leaves out are no files.
        assert_eq!(tree.resolve("/a/root"), None);
        let tree = self::tree(&links, &["a", "b", "b/file"]);
        assert_eq!(tree.resolve("/a/up/file").as_deref(), Some("/b/file"));
        assert_eq!(tree.resolve("/a/root").as_deref(), Some("/b/file"));
        assert_eq!(tree.resolve("/b/dead"), None);
        assert_eq!(tree.resolve("/loop"), None);
    }
}
