//! Reads what a pnpm workspace says of itself: manifests, lockfile, settings, no sources.

mod discover;
mod root;
mod tools;
mod workspace;

pub use workspace::{Found, load, load_configuration, load_projects, metadata, replace};
