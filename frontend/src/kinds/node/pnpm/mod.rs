//! pnpm: lockfile, closure, pruning, settings. Pure: text in, data out.
//!
//! The story, in the order in which a build uses it: [`workspace_file`] and the package.json files say which projects
//! exist, [`version`] and [`settings`] which pnpm reads them and how, [`lockfile`] what was resolved, [`drift`] whether
//! the two agree, [`closure`] what one service needs of it, and [`prune`] writes the lockfile that an install of only
//! that closure reads. [`lockfiles`] does this for workspaces with one lockfile and for those whose projects have one
//! each. [`tools`] is the part of a development closure that projects have in common. Files of settings are written without
//! the credentials in them ([`super::npmrc`]).
//! Nothing here converts between pnpm's majors: what pnpm wrote is kept as pnpm wrote it.

pub mod architectures;
pub mod closure;
pub mod dep_path;
pub mod drift;
pub mod lockfile;
pub mod lockfiles;
pub mod promotion;
pub mod prune;
mod reduced;
pub mod settings;
mod state;
pub mod tools;
pub mod version;
pub mod workspace_file;
mod yaml;

#[cfg(test)]
pub(crate) mod fixtures;

pub use lockfile::Lockfile;
pub use lockfiles::Lockfiles;
pub use reduced::Reduce;
pub use settings::Settings;
pub use state::Pnpm;
pub use version::PnpmVersion;
pub use workspace_file::PnpmWorkspace;
