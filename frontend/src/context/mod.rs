//! The files of a build: the build file, what lies beside it, and the workspace it belongs to.
//!
//! [`Origin`] says where the files are: of the client, of a repository, an archive or another target; from there on
//! all of these are read alike.
//!
//! Two transfers, in parallel, before the first decision: the build file with its neighbours, and what the
//! workspace says of itself (manifests and settings, no sources). Everything read is remembered, so the
//! pure stages see a map of texts and never the engine.

mod build_file;
mod discover;
mod ignore;
mod listed;
mod named;
mod origin;
mod remote;
mod root;
mod tools;
mod tree;
mod workspace;

pub use build_file::BuildFile;
pub use ignore::exclude_patterns;
pub use listed::check_listed;
pub use named::{Named, NamedImage, REPLACEABLE, familiar, unused};
pub use origin::{Origin, solve};
pub use tree::Tree;
pub use workspace::{Found, load, load_configuration, load_projects, metadata, replace};
