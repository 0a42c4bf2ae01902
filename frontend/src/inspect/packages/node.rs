//! The version that the Node program says of itself.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use memchr::memmem;

use super::collected::{Collected, Package};
use super::purl::purl;
use crate::inspect::root::Root;

/// `node.js/v22.21.1` is part of what Node asks registries with.
const MARK: &[u8] = b"node.js/v";

/// How much of the program, which has 100 MB, is in memory at a time.
const CHUNK: usize = 1 << 20;

/// Adds the Node program that the image runs, where it has one: in one of the directories of `search`.
pub(super) fn add(base: &Root, search: &str, collected: &mut Collected<'_>) {
    let facts = collected.facts;
    let directories: Vec<_> = match facts.program.contains('/') {
        true => vec![""],
        false => search.split(':').collect(),
    };
    let found = directories.into_iter().find_map(|directory| {
        // A program by its path is that of the image whether it begins with a slash or not.
        let program = Path::new(directory).join(facts.program.trim_start_matches('/'));
        base.file(&program).ok().flatten()
    });
    let program = found.and_then(|found| File::open(base.outside(&found.real)).ok());
    let Some(version) = program.and_then(|program| version(program).ok().flatten()) else {
        return;
    };
    let package = Package {
        name: "node".to_owned(),
        purl: purl("generic", "node", Some(&version), &[]),
        location: None,
        checksums: Vec::new(),
        license: collected.licences.expression(None),
        version: Some(version.clone()),
    };
    collected.add_of_image(format!("node:{version}"), package);
}

/// Returns the version behind the first mark; nothing where none is behind it.
fn version(mut program: impl Read + Seek) -> io::Result<Option<String>> {
    let finder = memmem::Finder::new(MARK);
    let mut buffer = Vec::with_capacity(CHUNK + MARK.len());
    let mut end = 0_u64;
    loop {
        let read = program.by_ref().take(CHUNK as u64).read_to_end(&mut buffer)?;
        end += read as u64;
        if let Some(at) = finder.find(&buffer) {
            let behind = (buffer.len() - at - MARK.len()) as u64;
            program.seek(SeekFrom::Start(end - behind))?;
            let mut text = Vec::new();
            program.take(64).read_to_end(&mut text)?;
            return Ok(leading_version(&text));
        }
        if read == 0 {
            return Ok(None);
        }
        // The mark may lie on both sides.
        buffer.drain(..buffer.len().saturating_sub(MARK.len() - 1));
    }
}

/// Returns the three numbers that a text begins with.
fn leading_version(text: &[u8]) -> Option<String> {
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let text: Vec<u8> = text.iter().copied().take_while(is_part).collect();
    let text = String::from_utf8(text).ok()?;
    let mut numbers = text.split('.').take(3);
    let version = [numbers.next()?, numbers.next()?, numbers.next()?];
    version
        .iter()
        .all(|number| !number.is_empty())
        .then(|| version.join("."))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn of(program: &[u8]) -> Option<String> {
        version(Cursor::new(program)).unwrap()
    }

    #[test]
    fn the_version_is_found_wherever_a_chunk_ends() {
        for before in [
            0,
            1,
            CHUNK - 12,
            CHUNK - 9,
            CHUNK - 5,
            CHUNK - 1,
            CHUNK,
            2 * CHUNK - 3,
        ] {
            let mut program = vec![b'n'; before];
            program.extend(b"node.js/v22.21.1 node.js/v1.2.3");
            assert_eq!(of(&program).as_deref(), Some("22.21.1"), "{before}");
        }
    }

    #[test]
    fn what_says_no_version_has_none() {
        for program in [
            "",
            "node.js/v",
            "node.js/v22.21",
            "node.js/vx node.js/v1.2.3",
            "node.js/v1..2",
            "node",
        ] {
            assert_eq!(of(program.as_bytes()), None, "{program}");
        }
        assert_eq!(of(b"node.js/v1.2.3.4").as_deref(), Some("1.2.3"));
        assert_eq!(of(b"node.js/v1.2.3-rc1").as_deref(), Some("1.2.3"));
    }
}
