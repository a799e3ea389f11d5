//! Source lines of instructions, compactly.

use crate::mem::{Mem, OutOfMemory, Vec};

/// Which source line each instruction comes from.
///
/// Runs of (words covered, difference to the line before), each a LEB128 varint, the second in zigzag form:
/// about two bytes for each source line.
#[derive(Debug)]
pub struct Lines {
    runs: Vec<u8>,
    /// First word of the run being written.
    open: u32,
    line: u32,
    before: u32,
}

impl Lines {
    /// No lines yet.
    #[must_use]
    pub fn new(mem: &Mem) -> Lines {
        Lines { runs: Vec::new(mem), open: 0, line: 1, before: 1 }
    }

    /// Says that the instructions from word `at` on come from `line`; `at` never decreases.
    ///
    /// # Errors
    /// When memory is out.
    pub fn mark(&mut self, at: u32, line: u32) -> Result<(), OutOfMemory> {
        if line == self.line {
            return Ok(());
        }
        if at > self.open {
            self.write(u64::from(at - self.open))?;
            let delta = i64::from(self.line) - i64::from(self.before);
            self.write(((delta << 1) ^ (delta >> 63)) as u64)?;
            self.before = self.line;
            self.open = at;
        }
        self.line = line;
        Ok(())
    }

    /// The line of the instruction whose first word is `at`.
    #[must_use]
    pub fn line(&self, at: u32) -> u32 {
        self.runs().find(|run| run.covers(at)).map_or(self.line, |run| run.line)
    }

    /// The runs of instructions that come from one line, in order; the last covers all that follows.
    pub fn runs(&self) -> Runs<'_> {
        Runs { bytes: self.runs.iter(), end: 0, line: 1, last: Some(self.line) }
    }

    fn write(&mut self, mut value: u64) -> Result<(), OutOfMemory> {
        while value >= 0x80 {
            self.runs.push(value as u8 | 0x80)?;
            value >>= 7;
        }
        self.runs.push(value as u8)
    }
}

/// Neighbouring instructions that come from one source line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The word behind the last one; `None` if the run has no end.
    pub end: Option<u32>,
    /// The line.
    pub line: u32,
}

impl Run {
    /// Whether the word `at`, which an earlier run does not cover, is of this one.
    #[must_use]
    pub fn covers(&self, at: u32) -> bool {
        self.end.is_none_or(|end| at < end)
    }
}

/// See [`Lines::runs`].
#[derive(Clone, Debug)]
pub struct Runs<'a> {
    bytes: core::slice::Iter<'a, u8>,
    end: u64,
    line: i64,
    last: Option<u32>,
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let mut bytes = self.bytes.by_ref().copied();
        if let (Some(words), Some(zigzag)) = (read(&mut bytes), read(&mut bytes)) {
            self.end = self.end.saturating_add(words);
            self.line = self.line.wrapping_add((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64));
            let end = u32::try_from(self.end).unwrap_or(u32::MAX);
            return Some(Run { end: Some(end), line: self.line as u32 });
        }
        self.last.take().map(|line| Run { end: None, line })
    }
}

fn read(bytes: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = bytes.next()?;
        value |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
