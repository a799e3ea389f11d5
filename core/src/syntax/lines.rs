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
        newlines.reserve_exact(source.bytes().filter(|&byte| byte == b'\n').count())?;
        for (offset, byte) in source.bytes().enumerate() {
            if byte == b'\n' {
                newlines.push(offset as u32)?;
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
