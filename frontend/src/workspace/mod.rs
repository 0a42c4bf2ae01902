//! The pnpm workspace: projects, lockfile, closure, pruning. Pure: text in, data out.
//!
//! The story, in the order in which a build uses it: [`pnpm_workspace`] and [`package_json`] say which
//! projects exist, [`pnpm_version`] and [`settings`] which pnpm reads them and how, [`lockfile`] what was
//! resolved, [`drift`] whether the two agree, [`closure`] what one service needs of it, [`build_order`] in
//! which order it is built, and [`prune`] writes the lockfile that an install of only that closure reads.
//! [`lockfiles`] does this for workspaces with one lockfile and for those whose projects have one each.
//! [`tools`] is the part of a development closure that projects have in common.
//! Nothing here converts between pnpm's majors: what pnpm wrote is kept as pnpm wrote it.

pub mod architectures;
pub mod build_order;
pub mod closure;
pub mod dep_path;
pub mod drift;
pub mod lockfile;
pub mod lockfiles;
mod model;
pub mod npmrc;
pub mod package_json;
pub mod pnpm_version;
pub mod pnpm_workspace;
pub mod promotion;
pub mod prune;
pub mod settings;
pub mod tools;
pub mod tsconfig;
mod yaml;

pub use lockfile::Lockfile;
pub use lockfiles::Lockfiles;
pub use model::{Prisma, Project, Workspace};
pub use npmrc::{LeftOut, Npmrc};
pub use package_json::PackageJson;
pub use pnpm_version::PnpmVersion;
pub use pnpm_workspace::PnpmWorkspace;
pub use settings::Settings;

/// Where the workspace's root lies in every container.
pub const ROOT: &str = "/app";

#[cfg(test)]
mod fixtures;

/// A project's directory relative to the workspace root: `.` for the root, `services/auth`, or `../x`
/// for a project outside. pnpm's name for it, the key of the lockfile's `importers`.
pub type ImporterId = String;
