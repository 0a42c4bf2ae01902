//! Removing.

use buildkit_proto::pb;

use crate::path;

/// A file or a directory, with all in it, to remove.
#[derive(Clone, Debug)]
pub struct Rm {
    path: String,
    allow_not_found: bool,
    wildcard: bool,
}

impl Rm {
    /// Returns the removal of `path`. It fails if nothing is there.
    pub fn new(path: impl AsRef<str>) -> Rm {
        Rm {
            path: path::absolute(path.as_ref()),
            allow_not_found: false,
            wildcard: false,
        }
    }

    /// Sets whether there may be nothing to remove.
    #[must_use]
    pub fn allow_not_found(mut self, yes: bool) -> Rm {
        self.allow_not_found = yes;
        self
    }

    /// Sets whether the path is a pattern (`*`, `?`, `[...]`).
    #[must_use]
    pub fn wildcard(mut self, yes: bool) -> Rm {
        self.wildcard = yes;
        self
    }

    pub(super) fn into_proto(self) -> pb::FileActionRm {
        pb::FileActionRm {
            path: self.path,
            allow_not_found: self.allow_not_found,
            allow_wildcard: self.wildcard,
        }
    }
}
