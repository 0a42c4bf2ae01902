//! Where in the user's files a vertex comes from.

use std::ops::RangeInclusive;
use std::sync::Arc;

use buildkit_proto::pb;

/// A file that vertices come from. Its text travels in the definition, so that the client can show an
/// excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The name shown to the user.
    pub filename: String,
    /// The language for highlighting, such as `TOML`; may be empty.
    pub language: String,
    /// The file's bytes.
    pub data: Vec<u8>,
}

/// Lines of a [`SourceFile`]. When the vertex fails, BuildKit shows them with the error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The lines, counted from 1, both ends included.
    pub ranges: Vec<RangeInclusive<u32>>,
}

impl Location {
    /// Returns the location of `lines`, counted from 1, in `file`.
    pub fn new(file: &Arc<SourceFile>, lines: RangeInclusive<u32>) -> Location {
        Location {
            file: Arc::clone(file),
            ranges: vec![lines],
        }
    }

    /// Returns the same location with `lines` of the same file added.
    #[must_use]
    pub fn and(mut self, lines: RangeInclusive<u32>) -> Location {
        self.ranges.push(lines);
        self
    }
}

/// Returns the wire form of lines.
pub(crate) fn to_proto(lines: &RangeInclusive<u32>) -> pb::Range {
    pb::Range {
        start: Some(position(*lines.start())),
        end: Some(position(*lines.end())),
    }
}

/// Returns the lines of a wire range; a missing end is the start, a negative line is 0.
pub(crate) fn from_proto(range: &pb::Range) -> RangeInclusive<u32> {
    let line = |position: Option<pb::Position>| position.map(|at| u32::try_from(at.line).unwrap_or(0));
    let start = line(range.start).unwrap_or(0);
    start..=line(range.end).unwrap_or(start)
}

fn position(line: u32) -> pb::Position {
    pb::Position {
        line: i32::try_from(line).unwrap_or(i32::MAX),
        character: 0,
    }
}
