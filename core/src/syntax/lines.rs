//! Where the lines of a source text begin.

use crate::mem::{Mem, OutOfMemory, Vec};

/// The newlines of a source text: turns a byte offset into a line number.
///
/// Tokens and nodes only have offsets. Lines are computed where they are needed: for errors and line tables.
#[derive(Debug)]
pub struct LineIndex {
    newlines: Vec<u32>,
}

impl LineIndex {
    /// Finds the newlines of `source`, which must be shorter than 4 GiB.
    ///
    /// # Errors
    /// When memory is out.
    pub fn new(source: &str, mem: &Mem) -> Result<LineIndex, OutOfMemory> {
        let mut newlines = Vec::new(mem);
        let counts = eights(source).map(|(_, newlines_here)| newlines_here.count_ones() as usize);
        newlines.reserve_exact(counts.sum())?;
        for (offset, newlines_here) in eights(source) {
            let mut left = newlines_here;
            while left != 0 {
                newlines.push(offset + left.trailing_zeros() / 8)?;
                left &= left - 1;
            }
        }
        Ok(LineIndex { newlines })
    }

    /// The line, from 1, of a token or node that ends at `end`: one more than the newlines before.
    #[must_use]
    pub fn line(&self, end: u32) -> u32 {
        self.newlines.partition_point(|&newline| newline < end) as u32 + 1
    }

    /// The offset at which a line, counted from 1, begins; `None` when the text has fewer.
    #[must_use]
    pub fn line_start(&self, line: u32) -> Option<u32> {
        match line.checked_sub(2) {
            None => (line == 1).then_some(0),
            Some(index) => self.newlines.get(index as usize).map(|&newline| newline + 1),
        }
    }

    /// A reader for offsets that mostly come in order.
    #[must_use]
    pub fn into_cursor(self) -> LineCursor {
        LineCursor { newlines: self.newlines, before: 0 }
    }
}

/// A text by eights of bytes: the offset of each, and a word whose highest bit of a byte is set where that is a newline.
fn eights(source: &str) -> impl Iterator<Item = (u32, u64)> {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let (eights, rest) = source.as_bytes().as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    eights.iter().copied().chain([last]).enumerate().map(|(index, eight)| {
        let differing = u64::from_le_bytes(eight) ^ u64::from_le_bytes([b'\n'; 8]);
        (8 * index as u32, !(((differing & LOW) + LOW) | differing | LOW))
    })
}

/// Looks lines up fast when each offset is near the one before.
#[derive(Debug)]
pub struct LineCursor {
    newlines: Vec<u32>,
    /// The number of newlines before the last offset that was looked up.
    before: usize,
}

impl LineCursor {
    /// As [`LineIndex::line`].
    #[inline]
    pub fn line(&mut self, end: u32) -> u32 {
        let after_previous = match self.before.checked_sub(1) {
            None => true,
            Some(index) => self.newlines[index] < end,
        };
        let before_next = self.newlines.get(self.before).is_none_or(|&newline| newline >= end);
        if !(after_previous && before_next) {
            self.seek(end, after_previous);
        }
        self.before as u32 + 1
    }

    fn seek(&mut self, end: u32, forward: bool) {
        const NEAR: usize = 8;
        if forward {
            let rest = &self.newlines[self.before..];
            let near = &rest[..rest.len().min(NEAR)];
            if let Some(step) = near.iter().position(|&newline| newline >= end) {
                self.before += step;
                return;
            }
        }
        self.before = self.newlines.partition_point(|&newline| newline < end);
    }
}
