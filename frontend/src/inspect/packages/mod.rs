//! `packages FACTS BASE OUT [DIRECTORY...]`: an image's bill of materials, an SPDX 2.3 document
//! (<https://spdx.github.io/spdx-spec/v2.3/>).
//!
//! FACTS is a JSON file: what the lockfile knows of the service's closure, and what the image stands on. BASE is the
//! root of the base image with the system packages added to it, each DIRECTORY something that the image holds packages in, as
//! the production install. A package is in the document when it is in one of these; the lockfile adds where it comes from
//! and what it depends on.

mod collected;
mod document;
mod facts;
mod integrity;
mod licence;
mod manifest;
mod modules;
mod node;
mod purl;
mod system;

use std::fs;
use std::path::{Path, PathBuf};

use super::failure::{Failure, Result, reading, writing};
use super::root::Root;
use collected::Collected;
use facts::Facts;

/// Writes the document. The image's programs lie in the directories of `search`, apart by colons.
///
/// # Errors
/// Facts that cannot be read or lack the service, a document that cannot be written. A file of the image that cannot
/// be read is as one that is not there.
pub(super) fn run(
    facts: &Path,
    base: PathBuf,
    directories: &[&Path],
    out: &Path,
    search: &str,
) -> Result<()> {
    let text = fs::read(facts).map_err(reading(facts))?;
    let facts: Facts = serde_json::from_slice(&text)
        .map_err(|error| Failure(format!("cannot read {}: {error}", facts.display())))?;
    let text = document(&facts, base, directories, search)?;
    fs::write(out, text).map_err(writing(out))
}

fn document(facts: &Facts, base: PathBuf, directories: &[&Path], search: &str) -> Result<Vec<u8>> {
    let mut collected = Collected::new(facts);
    for directory in directories {
        modules::of_directory(directory, &mut collected);
    }
    collected.relate_dependencies();
    modules::of_base(&base, &mut collected);
    let base = Root::new(base);
    system::add(&base, &mut collected);
    node::add(&base, search, &mut collected);
    document::write(facts, &collected)
}

#[cfg(test)]
mod tests;
