//! Finds lines and columns of a text without scanning it from the beginning.
//!
//! ```text
//!   text         | a block of bytes | a block of bytes | the rest |
//!   LineFinder     0 newlines         17                 30          before each block; likewise characters
//! ```

/// Bytes of a block. Finding a line or column scans at most one block.
///
/// So finding a column costs no more on a line of a gigabyte than on a short one, which matters for a text with very
/// many errors on one line; and the memory of the table does not depend on the number of newlines.
const BLOCK: usize = 512;

/// Counts of newlines and characters before each block of one text. Callers pass that text to each method.
#[derive(Clone, Debug)]
pub(super) struct LineFinder(Vec<Before>);

/// Counts for the text before a block.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    /// Newlines.
    newlines: usize,
    /// Characters that begin.
    #[cfg(feature = "reports")]
    characters: usize,
}

impl LineFinder {
    pub(super) fn new(text: &str) -> LineFinder {
        let mut all = Before::default();
        let before_each = text.as_bytes().chunks(BLOCK).map(|block| {
            let before = all;
            all.newlines += newlines(block).count();
            #[cfg(feature = "reports")]
            {
                all.characters += characters(block);
            }
            before
        });
        LineFinder(before_each.collect())
    }

    /// The line of the byte at `at`, counted from 1. A newline belongs to the line that it ends.
    pub(super) fn line_at(&self, text: &str, at: usize) -> usize {
        let (before, bytes) = self.block_to(text, at);
        before.newlines + newlines(bytes).count() + 1
    }

    /// The offset of newline `number`, counted from 0.
    #[cfg(feature = "reports")]
    pub(super) fn newline(&self, text: &str, number: usize) -> Option<usize> {
        let block = self.0.partition_point(|before| before.newlines <= number).checked_sub(1)?;
        let start = block * BLOCK;
        newlines(&text.as_bytes()[start..]).nth(number - self.0[block].newlines).map(|at| start + at)
    }

    /// The number of characters that begin before the byte at `at`.
    #[cfg(feature = "reports")]
    pub(super) fn characters_before(&self, text: &str, at: usize) -> usize {
        let (before, bytes) = self.block_to(text, at);
        before.characters + characters(bytes)
    }

    /// The counts before the block that contains byte `at`, and the bytes of the block before `at`.
    fn block_to<'t>(&self, text: &'t str, at: usize) -> (Before, &'t [u8]) {
        let at = at.min(text.len());
        // If the last block is full, the end of the text belongs to it: no further block begins there.
        let block = (at / BLOCK).min(self.0.len().saturating_sub(1));
        let before = self.0.get(block).copied().unwrap_or_default();
        (before, &text.as_bytes()[block * BLOCK..at])
    }
}

/// The offsets of newlines.
fn newlines(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at)
}

/// The number of characters that begin in these bytes of UTF-8.
#[cfg(feature = "reports")]
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0b1100_0000 != 0b1000_0000).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one_in_any_order() {
        let text = "a\nb\n\nc";
        let lines = LineFinder::new(text);
        for (at, line) in [(0, 1), (1, 1), (2, 2), (5, 4), (3, 2), (99, 4)] {
            assert_eq!(lines.line_at(text, at), line, "{at}");
        }
    }

    #[cfg(feature = "reports")]
    #[test]
    fn newlines_are_found_by_their_number() {
        for len in [0, 1, BLOCK - 2, BLOCK - 1, BLOCK, BLOCK + 1] {
            let text = format!("{}\n{}\n\nlast", "x".repeat(len), "y".repeat(2 * BLOCK));
            let lines = LineFinder::new(&text);
            let expected: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
            for (number, &at) in expected.iter().enumerate() {
                assert_eq!(lines.newline(&text, number), Some(at), "{number} of {len}");
                assert_eq!(lines.line_at(&text, at), number + 1, "{len}");
                assert_eq!(lines.line_at(&text, at + 1), number + 2, "{len}");
            }
            assert_eq!(lines.newline(&text, expected.len()), None);
        }
    }

    #[test]
    fn a_text_of_newlines_takes_no_more_memory() {
        let text = "\n".repeat(1 << 20);
        let lines = LineFinder::new(&text);
        assert_eq!(lines.line_at(&text, 1 << 19), (1 << 19) + 1);
        assert!(size_of_val(&*lines.0) <= text.len() / 32);
    }

    /// If each column were counted from the start of its line, this would take hours.
    #[cfg(feature = "reports")]
    #[test]
    fn columns_of_a_long_line_are_found_at_once() {
        let text = "aé".repeat(4 << 20);
        let lines = LineFinder::new(&text);
        for pair in (0..4 << 20).step_by(7) {
            assert_eq!(lines.characters_before(&text, 3 * pair), 2 * pair);
            assert_eq!(lines.characters_before(&text, 3 * pair + 1), 2 * pair + 1);
        }
        assert_eq!(lines.characters_before(&text, text.len()), 8 << 20);
    }

    #[cfg(feature = "reports")]
    #[test]
    fn columns_at_the_ends_of_blocks() {
        for len in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK] {
            let text = "x".repeat(len);
            for byte in [0, len / 2, len] {
                assert_eq!(LineFinder::new(&text).characters_before(&text, byte), byte, "{byte} of {len}");
            }
        }
    }
}
