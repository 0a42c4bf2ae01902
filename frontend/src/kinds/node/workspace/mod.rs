//! What projects say of themselves, whoever installs them: package.json, TypeScript's configuration, that of other tools.
//! Pure: text in, data out.

pub mod application;
mod dependency;
pub mod globs;
pub mod nx;
pub mod package_json;
pub mod package_name;
mod project;
mod site;
pub mod tools;
pub mod tsconfig;
pub mod turbo;

pub use dependency::{DependencyKind, Edge};
pub use package_json::PackageJson;
pub use project::{Prisma, Project};
pub use site::SiteFiles;

/// Where the workspace's root lies in every container.
pub use crate::plan::WORKSPACE as ROOT;

/// A project's directory relative to the workspace root: `.` for the root, `services/auth`, or `../x`
/// for a project outside. pnpm's name for it, the key of the lockfile's `importers`.
pub type ImporterId = String;
