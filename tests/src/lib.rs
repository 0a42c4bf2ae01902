//! What the end-to-end tests are written with: an engine, copies of a workspace, builds with the engine's own
//! records of what ran, images with their layers and files, containers locked down as in production.
//!
//! Everything here fails a test by panicking, waits no longer than a limit, and removes what it made.

mod bake;
mod browser;
mod build;
mod command;
mod container;
mod engine;
mod faults;
mod fixture;
pub mod http;
mod image;
mod installed;
mod liveness;
mod lockfile;
mod progress;
mod registry;
mod server;
mod sizes;
mod starters;
mod tree;
mod workspace;

pub use bake::Baked;
pub use browser::{Browser, Loaded};
pub use build::{BUILD_LIMIT, Build, Built, Called, Refused};
pub use command::{Finished, Invocation, Watch, abort_on_signals, is_aborted};
pub use container::{Answer, Container};
pub use engine::{Docker, Engine, PrivateEngine, Store};
pub use faults::{Faults, Report};
pub use fixture::{Case, Fixture, Outcome, Releases};
pub use image::{Image, Layer};
pub use installed::{Located, PackageLock};
pub use lockfile::{Lockfile, Resolved};
pub use progress::{Progress, Step};
pub use registry::{Pushed, Registry};
pub use server::Server;
pub use sizes::{LayerSizes, Sizes};
pub use starters::{Starter, Starters, Tried, table as starters_table, try_as_it_is as try_starter};
pub use tree::{Entry, Kind, Tree};
pub use workspace::Workspace;

use std::path::{Path, PathBuf};

/// Returns the repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the repository")
        .to_owned()
}
