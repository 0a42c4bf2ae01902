//! The list of targets.

use super::Target;
pub(crate) use super::installed::INSTALLED;
pub(crate) use super::pipeline::{CLOSURE, PIPELINE};
pub(crate) use super::texts::{
    IGNORE_FILE, LOCKFILE, MANIFEST, NPMRC, OPTIONS, PACKAGE_JSON, PACKAGE_LOCK, TOOL_CONFIGURATION,
    WORKSPACE_FILE,
};

/// All of them.
pub(crate) const ALL: [&Target; 11] = [
    &MANIFEST,
    &LOCKFILE,
    &PACKAGE_LOCK,
    &PACKAGE_JSON,
    &WORKSPACE_FILE,
    &NPMRC,
    &IGNORE_FILE,
    &OPTIONS,
    &TOOL_CONFIGURATION,
    &PIPELINE,
    &CLOSURE,
];
