//! Where a build's files come from, and which of them no step sees.
//!
//! [`Origin`] decides it once: the client's directories, a repository, an archive, another target, with named contexts
//! ([`Named`]) in the place of parts. From there on a part of the context is asked for in one way ([`Context::part`]),
//! and files that decide something are read from a [`Tree`], which remembers all that it has read.

mod build_file;
mod commit;
mod credentials;
mod directory;
mod ignore;
mod listed;
mod named;
mod origin;
mod part;
mod reader;
mod remote;
mod search;
mod tree;

pub use build_file::{BuildFile, NEIGHBOURS};
pub use commit::committed;
pub use credentials::{credentials, is_credential};
pub use ignore::{Ignored, ignored};
pub use listed::{absent, check_listed};
pub use named::{Named, NamedImage, NamedPackage, REPLACEABLE, familiar, is_named, unused};
pub use origin::{Origin, solve};
pub use part::{Context, Part, Replacement, Source};
pub use reader::Reader;
pub use search::search;
pub use tree::Tree;
