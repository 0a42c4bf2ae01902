//! Directories, files and symbolic links made from nothing.

use buildkit_proto::pb;

use crate::file::Attributes;
use crate::file::attributes::attributes;
use crate::path;

/// A directory to make.
#[derive(Clone, Debug)]
pub struct MkDir {
    path: String,
    mode: i32,
    parents: bool,
    attributes: Attributes,
}
attributes!(MkDir);

impl MkDir {
    /// Returns the directory at `path`, with mode 0755.
    pub fn new(path: impl AsRef<str>) -> MkDir {
        MkDir {
            path: path::absolute(path.as_ref()),
            mode: 0o755,
            parents: false,
            attributes: Attributes::default(),
        }
    }

    /// Sets the permission bits.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> MkDir {
        self.mode = permissions(mode);
        self
    }

    /// Sets whether missing directories above are made and an existing one at the path is left as it is.
    #[must_use]
    pub fn parents(mut self, yes: bool) -> MkDir {
        self.parents = yes;
        self
    }

    pub(super) fn into_proto(self, base: i64) -> pb::FileActionMkDir {
        pb::FileActionMkDir {
            owner: self.attributes.owner(base),
            timestamp: self.attributes.timestamp(),
            path: self.path,
            mode: self.mode,
            make_parents: self.parents,
        }
    }
}

/// A file to make, in place of one that is there.
#[derive(Clone, Debug)]
pub struct MkFile {
    path: String,
    mode: i32,
    data: Vec<u8>,
    attributes: Attributes,
}
attributes!(MkFile);

impl MkFile {
    /// Returns the file at `path` with these bytes, with mode 0644. They travel in the graph: no place for a
    /// secret.
    pub fn new(path: impl AsRef<str>, data: impl Into<Vec<u8>>) -> MkFile {
        MkFile {
            path: path::absolute(path.as_ref()),
            mode: 0o644,
            data: data.into(),
            attributes: Attributes::default(),
        }
    }

    /// Sets the permission bits.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> MkFile {
        self.mode = permissions(mode);
        self
    }

    pub(super) fn into_proto(self, base: i64) -> pb::FileActionMkFile {
        pb::FileActionMkFile {
            owner: self.attributes.owner(base),
            timestamp: self.attributes.timestamp(),
            path: self.path,
            mode: self.mode,
            data: self.data,
        }
    }
}

/// A symbolic link to make.
#[derive(Clone, Debug)]
pub struct Symlink {
    old: String,
    new: String,
    attributes: Attributes,
}
attributes!(Symlink);

impl Symlink {
    /// Returns the link at `new` whose text is `old`, as given: relative to the link's directory, or
    /// absolute.
    pub fn new(old: impl Into<String>, new: impl AsRef<str>) -> Symlink {
        Symlink {
            old: old.into(),
            new: path::absolute(new.as_ref()),
            attributes: Attributes::default(),
        }
    }

    pub(super) fn into_proto(self, base: i64) -> pb::FileActionSymlink {
        pb::FileActionSymlink {
            owner: self.attributes.owner(base),
            timestamp: self.attributes.timestamp(),
            oldpath: self.old,
            newpath: self.new,
        }
    }
}

/// Returns what BuildKit keeps of a mode here: no set-user-id, set-group-id or sticky bit.
fn permissions(mode: u32) -> i32 {
    i32::try_from(mode & 0o777).unwrap_or_default()
}
