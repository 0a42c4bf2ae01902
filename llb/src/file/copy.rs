//! Copying from one output to another.

use buildkit_proto::pb;

use crate::file::Attributes;
use crate::file::attributes::attributes;
use crate::output::Output;
use crate::path;

/// A copy of a file or a directory out of an output. Without options it follows the rules of `cp -a`.
#[derive(Clone, Debug)]
pub struct Copy {
    from: Output,
    source: String,
    destination: String,
    include: Vec<String>,
    exclude: Vec<String>,
    mode: Option<u32>,
    contents_only: bool,
    create_dest_path: bool,
    allow_wildcard: bool,
    allow_empty_wildcard: bool,
    follow_symlinks: bool,
    unpack: bool,
    always_replace: bool,
    attributes: Attributes,
}
attributes!(Copy);

impl Copy {
    /// Returns a copy of `source` in `from` to `destination`. A destination that ends in `/` is a directory
    /// to copy into.
    pub fn new(from: &Output, source: impl AsRef<str>, destination: impl AsRef<str>) -> Copy {
        Copy {
            from: from.clone(),
            source: path::absolute(source.as_ref()),
            destination: path::destination(destination.as_ref()),
            include: Vec::new(),
            exclude: Vec::new(),
            mode: None,
            contents_only: false,
            create_dest_path: false,
            allow_wildcard: false,
            allow_empty_wildcard: false,
            follow_symlinks: false,
            unpack: false,
            always_replace: false,
            attributes: Attributes::default(),
        }
    }

    /// Adds patterns of what to copy of a directory; with none, everything.
    #[must_use]
    pub fn include<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Copy {
        self.include.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Adds patterns of what not to copy, even if included. Their order is kept.
    #[must_use]
    pub fn exclude<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Copy {
        self.exclude.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Sets the permission bits of everything that is copied; the source's own without this call.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Copy {
        self.mode = Some(mode & 0o7777);
        self
    }

    /// Sets whether a directory's contents are copied instead of the directory.
    #[must_use]
    pub fn contents_only(mut self, yes: bool) -> Copy {
        self.contents_only = yes;
        self
    }

    /// Sets whether missing directories above the destination are made.
    #[must_use]
    pub fn create_dest_path(mut self, yes: bool) -> Copy {
        self.create_dest_path = yes;
        self
    }

    /// Sets whether the source is a pattern (`*`, `?`, `[...]`).
    #[must_use]
    pub fn allow_wildcard(mut self, yes: bool) -> Copy {
        self.allow_wildcard = yes;
        self
    }

    /// Sets whether a pattern may match nothing.
    #[must_use]
    pub fn allow_empty_wildcard(mut self, yes: bool) -> Copy {
        self.allow_empty_wildcard = yes;
        self
    }

    /// Sets whether a source that is a symbolic link is followed.
    #[must_use]
    pub fn follow_symlinks(mut self, yes: bool) -> Copy {
        self.follow_symlinks = yes;
        self
    }

    /// Sets whether a source that is a tar archive is unpacked.
    #[must_use]
    pub fn unpack(mut self, yes: bool) -> Copy {
        self.unpack = yes;
        self
    }

    /// Sets whether a file may take the place of a directory and the other way round.
    #[must_use]
    pub fn always_replace(mut self, yes: bool) -> Copy {
        self.always_replace = yes;
        self
    }

    pub(super) fn from(&self) -> &Output {
        &self.from
    }

    pub(super) fn into_proto(self, base: i64) -> pb::FileActionCopy {
        pb::FileActionCopy {
            owner: self.attributes.owner(base),
            timestamp: self.attributes.timestamp(),
            src: self.source,
            dest: self.destination,
            // -1 is no choice; what remains of a mode after the mask fits.
            mode: self.mode.map_or(-1, |mode| i32::try_from(mode).unwrap_or(-1)),
            follow_symlink: self.follow_symlinks,
            dir_copy_contents: self.contents_only,
            attempt_unpack_docker_compatibility: self.unpack,
            create_dest_path: self.create_dest_path,
            allow_wildcard: self.allow_wildcard,
            allow_empty_wildcard: self.allow_empty_wildcard,
            include_patterns: self.include,
            exclude_patterns: self.exclude,
            always_replace_existing_dest_paths: self.always_replace,
            mode_str: String::new(),
            required_paths: Vec::new(),
        }
    }
}
