//! Directories of the client.

use crate::metadata::{VertexOptions, vertex_options};
use crate::output::Output;
use crate::source::{Attributes, attribute, output};

/// A directory that the client shares under a name, such as `context`.
#[derive(Clone, Debug)]
pub struct Local {
    name: String,
    session: String,
    include: Vec<String>,
    exclude: Vec<String>,
    follow_paths: Vec<String>,
    shared_key_hint: String,
    differ: Option<Differ>,
    metadata_only: Option<Vec<String>>,
    options: VertexOptions,
}
vertex_options!(Local);

/// How BuildKit finds which files to transfer again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differ {
    /// Not at all: every file is sent each time. For reads of few, small files.
    None,
    /// By comparing size, time, mode and owner, as without a choice.
    Metadata,
}

impl Local {
    /// Returns the directory that the client shares as `name`.
    pub fn new(name: impl Into<String>) -> Local {
        Local {
            name: name.into(),
            session: String::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            follow_paths: Vec::new(),
            shared_key_hint: String::new(),
            differ: None,
            metadata_only: None,
            options: VertexOptions::default(),
        }
    }

    /// Sets the session to read from; without it BuildKit takes any of the build's.
    #[must_use]
    pub fn session(mut self, id: impl Into<String>) -> Local {
        self.session = id.into();
        self
    }

    /// Adds patterns of what to transfer; with none, everything.
    #[must_use]
    pub fn include<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Local {
        self.include.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Adds patterns, in the syntax of `.dockerignore`, of what not to transfer. Their order is kept: it has
    /// meaning.
    #[must_use]
    pub fn exclude<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Local {
        self.exclude.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Adds paths to transfer together with what symbolic links in them point to.
    #[must_use]
    pub fn follow_paths<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Local {
        self.follow_paths.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Sets under which key the daemon keeps the files for the next, incremental transfer. Reads of one
    /// directory with different patterns need different hints, or each undoes the other's.
    #[must_use]
    pub fn shared_key_hint(mut self, hint: impl Into<String>) -> Local {
        self.shared_key_hint = hint.into();
        self
    }

    /// Sets how BuildKit finds which files to transfer again.
    #[must_use]
    pub fn differ(mut self, differ: Differ) -> Local {
        self.differ = Some(differ);
        self
    }

    /// Transfers names and attributes without content, except of files that match `exceptions`.
    #[must_use]
    pub fn metadata_only<P: Into<String>>(mut self, exceptions: impl IntoIterator<Item = P>) -> Local {
        self.metadata_only
            .get_or_insert_default()
            .extend(exceptions.into_iter().map(Into::into));
        self
    }

    /// Returns the directory's files.
    pub fn output(self) -> Output {
        let mut problems = Vec::new();
        if self.name.is_empty() {
            problems.push("a local source needs a name, such as context".to_owned());
        }
        let mut attributes = Attributes::default();
        attributes.set(attribute::LOCAL_SESSION, self.session);
        attributes.set_list(attribute::LOCAL_INCLUDE, &self.include);
        attributes.set_list(attribute::LOCAL_EXCLUDE, &self.exclude);
        attributes.set_list(attribute::LOCAL_FOLLOW_PATHS, &self.follow_paths);
        attributes.set(attribute::LOCAL_SHARED_KEY_HINT, self.shared_key_hint);
        attributes.set(
            attribute::LOCAL_DIFFER,
            match self.differ {
                None => "",
                Some(Differ::None) => "none",
                Some(Differ::Metadata) => "metadata",
            },
        );
        attributes.set_if(attribute::LOCAL_METADATA_TRANSFER, self.metadata_only.is_some());
        let exceptions = self.metadata_only.unwrap_or_default();
        attributes.set_list(attribute::LOCAL_METADATA_TRANSFER_EXCLUDE, &exceptions);
        output(
            format!("local://{}", self.name),
            attributes,
            self.options,
            false,
            problems,
        )
    }
}
