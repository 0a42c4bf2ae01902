//! The calls that look at the files of a reference. Each of them runs the graph behind it first.

use buildkit_proto::fsutil::types;
use buildkit_proto::moby::buildkit::v1::frontend::{
    FileRange, ReadDirRequest, ReadFileRequest, StatFileRequest,
};

use super::{Failure, Gateway, Reference};
use crate::diagnostic::{Diagnostic, Diagnostics, names};

/// How much of a file to ask for at once, in bytes: half of what fits into a message.
const CHUNK: usize = 8 << 20;

/// The bits of Go's `fs.FileMode` that tell what is no regular file.
const MODE_DIR: u32 = 1 << 31;
const MODE_SYMLINK: u32 = 1 << 27;
const MODE_DEVICE: u32 = 1 << 26;
const MODE_NAMED_PIPE: u32 = 1 << 25;
const MODE_SOCKET: u32 = 1 << 24;
const MODE_IRREGULAR: u32 = 1 << 19;

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, wherever it leads.
    Link,
    /// Something else, by its name with an article. Opening one may wait for ever.
    Special(&'static str),
}

/// A file, directory or link in a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The base name of the path that was asked for, or of the directory's entry.
    pub path: String,
    /// Whether it is a directory.
    pub is_dir: bool,
    /// The size in bytes.
    pub size: u64,
    /// The mode in the bits of Go's `fs.FileMode`, whose low nine are the permissions.
    pub mode: u32,
    /// What a symbolic link points to; else empty.
    pub linkname: String,
}

impl From<types::Stat> for Stat {
    fn from(stat: types::Stat) -> Self {
        Self {
            is_dir: stat.mode & MODE_DIR != 0,
            size: u64::try_from(stat.size).unwrap_or(0),
            mode: stat.mode,
            path: stat.path,
            linkname: stat.linkname,
        }
    }
}

impl Stat {
    /// Returns what it is.
    pub fn kind(&self) -> Kind {
        const SPECIAL: [(u32, &str); 4] = [
            (MODE_NAMED_PIPE, "a named pipe"),
            (MODE_SOCKET, "a socket"),
            (MODE_DEVICE, "a device"),
            (MODE_IRREGULAR, "no regular file"),
        ];
        let special = SPECIAL.into_iter().find(|(bit, _)| self.mode & bit != 0);
        match special {
            _ if self.is_dir => Kind::Directory,
            _ if self.mode & MODE_SYMLINK != 0 => Kind::Link,
            Some((_, what)) => Kind::Special(what),
            None => Kind::File,
        }
    }
}

impl Gateway {
    /// Returns the content of a regular file of at most `max_size` bytes. Links are followed inside the reference.
    ///
    /// # Errors
    /// Where the file is larger, and the daemon's own failure where it is missing or the graph fails. Something other
    /// than a file is not told: see [`Gateway::read_file_if_exists`].
    pub async fn read_file(
        &self,
        reference: &Reference,
        path: &str,
        max_size: usize,
    ) -> Result<Vec<u8>, Failure> {
        let mut content = Vec::new();
        loop {
            // One byte more than allowed tells a file that is too large from one that just fits.
            let wanted = (max_size - content.len()).saturating_add(1).min(CHUNK);
            let chunk = self.read_range(reference, path, content.len(), wanted).await?;
            let read = chunk.len();
            if content.is_empty() {
                content = chunk;
            } else {
                content.extend_from_slice(&chunk);
            }
            if content.len() > max_size {
                return Err(Diagnostics::from(Diagnostic::named(
                    names::UNREADABLE_FILE,
                    format!("{path} is larger than the {max_size} bytes that are read of such a file"),
                ))
                .into());
            }
            if read != wanted {
                return Ok(content);
            }
        }
    }

    /// Returns the first `length` bytes of a regular file, or all of a shorter one.
    ///
    /// # Errors
    /// The daemon's own failure, where the file is missing or the graph fails.
    pub async fn read_head(
        &self,
        reference: &Reference,
        path: &str,
        length: usize,
    ) -> Result<Vec<u8>, Failure> {
        self.read_range(reference, path, 0, length).await
    }

    async fn read_range(
        &self,
        reference: &Reference,
        path: &str,
        offset: usize,
        length: usize,
    ) -> Result<Vec<u8>, Failure> {
        let request = ReadFileRequest {
            r#ref: reference.id.clone(),
            file_path: path.to_owned(),
            range: Some(FileRange {
                offset: i64::try_from(offset).unwrap_or(i64::MAX),
                length: i64::try_from(length).unwrap_or(i64::MAX),
            }),
            mount_index: 0,
        };
        Ok(self.rpc().read_file(request).await?.into_inner().data)
    }

    /// Returns the content of a regular file of at most `max_size` bytes, or `None` where there is none.
    ///
    /// What is there is looked at first: the daemon would wait for ever for the other end of a named pipe.
    ///
    /// # Errors
    /// As [`Gateway::read_file`], except for the missing file; and where something other than a file is there.
    pub async fn read_file_if_exists(
        &self,
        reference: &Reference,
        path: &str,
        max_size: usize,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let Some(stat) = self.stat(reference, path).await? else {
            return Ok(None);
        };
        let what = match stat.kind() {
            Kind::File => return self.read_file(reference, path, max_size).await.map(Some),
            Kind::Directory => "a directory",
            Kind::Link => "a link",
            Kind::Special(what) => what,
        };
        let message = format!("{path} is {what}, and a file is read there");
        Err(Diagnostic::named(names::UNREADABLE_FILE, message).into())
    }

    /// Returns the entries of a directory, one level deep, in the order of their names; with `include` only
    /// those whose base name matches the pattern, in the syntax of `.dockerignore`.
    ///
    /// # Errors
    /// The daemon's own failure, where the directory is missing or the graph fails.
    pub async fn read_dir(
        &self,
        reference: &Reference,
        path: &str,
        include: Option<&str>,
    ) -> Result<Vec<Stat>, Failure> {
        let request = ReadDirRequest {
            r#ref: reference.id.clone(),
            dir_path: path.to_owned(),
            include_pattern: include.unwrap_or_default().to_owned(),
            mount_index: 0,
        };
        let entries = self.rpc().read_dir(request).await?.into_inner().entries;
        Ok(entries.into_iter().map(Stat::from).collect())
    }

    /// Returns what is at a path, or `None` where nothing is. Links are followed inside the reference.
    ///
    /// # Errors
    /// The daemon's own failure, where the graph fails.
    pub async fn stat(&self, reference: &Reference, path: &str) -> Result<Option<Stat>, Failure> {
        match self.stat_present(reference, path).await {
            Ok(stat) => Ok(Some(stat)),
            Err(failure) => self.unless_missing(reference, path, failure).await,
        }
    }

    /// Returns what is at a path; that nothing is there is an error like any other.
    pub(super) async fn stat_present(&self, reference: &Reference, path: &str) -> Result<Stat, Failure> {
        let request = StatFileRequest {
            r#ref: reference.id.clone(),
            path: path.to_owned(),
            mount_index: 0,
        };
        let stat = self
            .rpc()
            .stat_file(request)
            .await?
            .into_inner()
            .stat
            .unwrap_or_default();
        // The daemon names the end of a link, and the root by its mount point, which differs in every call.
        let name = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or("/");
        Ok(Stat {
            path: name.to_owned(),
            ..stat.into()
        })
    }

    /// Returns `None` where the failure to look at `path` means that nothing is there, else the failure.
    ///
    /// Neither the status code nor the message can tell: a step that failed because *it* missed a file gives the same.
    /// So the daemon is asked for the listing of the directory, and where that fails for that of the one above. A graph
    /// that fails has no listing at all, and its failure is kept.
    async fn unless_missing<T>(
        &self,
        reference: &Reference,
        path: &str,
        failure: Failure,
    ) -> Result<Option<T>, Failure> {
        let mut parts: Vec<&str> = path
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .collect();
        if parts.contains(&"..") {
            return Err(failure);
        }
        let mut below = false;
        while let Some(name) = parts.pop() {
            let directory = format!("/{}", parts.join("/"));
            if let Ok(entries) = self.read_dir(reference, &directory, as_pattern(name)).await {
                return match entries.iter().find(|entry| entry.path == name) {
                    None => Ok(None),
                    // Nothing is behind a link that cannot be followed, and nothing below a file.
                    Some(entry) if entry.kind() == Kind::Link || below && !entry.is_dir => Ok(None),
                    Some(_) => Err(failure),
                };
            }
            below = true;
        }
        Err(failure)
    }
}

/// Returns the pattern that matches exactly this name, or `None` where its characters would need quoting.
fn as_pattern(name: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '+');
    (name.chars().all(plain)).then_some(name)
}
