//! The catalogue of rules. Each is a page of `docs/rules`; any stage may warn by one.

mod files;
mod image;
mod repeatable;
mod secrets;
mod site;

use super::Rule;

pub use files::*;
pub use image::*;
pub use repeatable::*;
pub use secrets::*;
pub use site::*;

/// Every rule, by name.
pub static ALL: [&Rule; 42] = [
    &DEVELOPMENT_ENV,
    &DEVELOPMENT_PROGRAM,
    &EMPTY_TARGET,
    &END_OF_LIFE_NODE,
    &FLOATING_BASE,
    &FOREIGN_LOCKFILE,
    &GLIBC_ONLY,
    &HEALTHCHECK_OFF,
    &HEALTHCHECK_PROGRAM,
    &LARGE_IMAGE,
    &LOCKFILE_DRIFT,
    &MACHINE_FILE_IN_NPMRC,
    &MISSED_FILES,
    &MISSING_INTEGRITY,
    &NO_HEALTHCHECK,
    &NODE_OUTSIDE_ENGINES,
    &PORT_MISMATCH,
    &REDUNDANT_BUILD_FILE,
    &REDUNDANT_KEY,
    &RELATIVE_BASE,
    &ROOT_SCRIPT,
    &ROOT_USER,
    &SECRET_FILE,
    &SECRET_IN_BUILD_ARG,
    &SECRET_IN_DEPENDENCY,
    &SECRET_IN_MANIFEST,
    &SECRET_IN_NPMRC,
    &SECRET_IN_SETTINGS,
    &SITE_BY_OUTPUT,
    &UNAPPROVED_BUILD,
    &UNDECLARED_BUILD_ARG,
    &UNDECLARED_DEPENDENCY,
    &UNFROZEN_LOCKFILE,
    &UNKNOWN_RULE,
    &UNKNOWN_STAGE,
    &UNPINNED_NODE,
    &UNPINNED_PNPM,
    &UNREADABLE_FILE,
    &UNREPEATABLE_SITE,
    &UNSET_PUBLIC_VARIABLE,
    &UNUSED_CONTEXT,
    &WRITTEN_DIRECTORY,
];

/// Returns the rule of a name.
pub fn named(name: &str) -> Option<&'static Rule> {
    ALL.into_iter().find(|rule| rule.name == name)
}
