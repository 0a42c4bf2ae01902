//! The texts that the frontend reads, each by itself.

mod ignore_file;
mod lockfile;
mod manifest;
mod npmrc;
mod options;
mod package_json;
mod package_lock;
mod tool_configuration;
mod workspace_file;

pub(crate) use ignore_file::IGNORE_FILE;
pub(crate) use lockfile::LOCKFILE;
pub(crate) use manifest::MANIFEST;
pub(crate) use npmrc::NPMRC;
pub(crate) use options::OPTIONS;
pub(crate) use package_json::PACKAGE_JSON;
pub(crate) use package_lock::PACKAGE_LOCK;
pub(crate) use tool_configuration::TOOL_CONFIGURATION;
pub(crate) use workspace_file::WORKSPACE_FILE;

use std::sync::Arc;

use vextrus_frontend::diagnostic::SourceFile;

use super::mutation::Bytes;

/// Returns a text as the frontend has it of a file: what is no UTF-8 in it is replaced.
fn file(name: &str, text: &Bytes) -> Arc<SourceFile> {
    SourceFile::new(name, String::from_utf8_lossy(&text.0))
}
