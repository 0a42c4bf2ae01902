//! Where the lines of a text begin, found once: many mistakes of one file would each count them from the start.

use std::sync::{Arc, OnceLock};

/// Where the lines of a text end. Made of the text, so that two texts that are equal have equal ones.
#[derive(Debug, Clone, Default)]
pub struct Lines(OnceLock<Arc<[usize]>>);

impl Lines {
    /// Returns how many lines of the text end before a byte; past the end, how many end in all.
    ///
    /// ```
    /// # use vextrus_frontend::diagnostic::Lines;
    /// let lines = Lines::default();
    /// assert_eq!(lines.before("a\nb\n", 1), 0);
    /// assert_eq!(lines.before("a\nb\n", 2), 1);
    /// assert_eq!(lines.before("a\nb\n", 100), 2);
    /// ```
    pub fn before(&self, text: &str, offset: usize) -> u32 {
        let before = self.ends(text).partition_point(|end| *end < offset);
        u32::try_from(before).unwrap_or(u32::MAX - 1)
    }

    /// Returns how many bytes of its line are before a byte.
    pub(super) fn column(&self, text: &str, offset: usize) -> usize {
        let ends = self.ends(text);
        let before = ends.partition_point(|end| *end < offset);
        let start = before.checked_sub(1).and_then(|last| ends.get(last));
        offset.saturating_sub(start.map_or(0, |end| end + 1))
    }

    fn ends(&self, text: &str) -> &[usize] {
        self.0.get_or_init(|| {
            let bytes = text.bytes().enumerate();
            bytes
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at)
                .collect()
        })
    }
}

impl PartialEq for Lines {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Lines {}
