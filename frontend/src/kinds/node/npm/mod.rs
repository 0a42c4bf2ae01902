//! npm: lockfile, closure, pruning. Pure: text in, data out.
//!
//! npm's lockfile is the installed tree by location: `""` is the root, `apps/web` a member of the workspace,
//! `node_modules/x` what is hoisted and `apps/web/node_modules/x` what is not. So nothing is resolved here. The story, in the
//! order in which a build uses it: [`version`] says which npm installs, [`lockfile`] what is installed where, [`drift`]
//! whether the manifests still say the same, [`closure`] which locations one service needs, by Node's own search, and
//! [`prune`] writes the lockfile and the manifests that `npm ci` takes for exactly those. [`scripts`] is what the repository
//! says of install scripts.

pub mod closure;
pub mod drift;
pub mod lockfile;
pub mod prune;
pub mod scripts;
mod state;
pub mod version;

#[cfg(test)]
pub(in crate::kinds::node) mod fixtures;

pub use closure::Closure;
pub use lockfile::Lockfile;
pub use state::Npm;
pub use version::NpmVersion;
