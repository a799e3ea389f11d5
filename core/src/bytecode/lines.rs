//! Source lines of instructions, compactly.

use crate::mem::{Mem, OutOfMemory, Vec};

/// Bytes after which a new block begins, with a head that says where in the function that is.
const BLOCK: usize = 128;
/// Bytes of a head: the word and the line that are reached, little-endian.
const HEAD: usize = 8;

/// Which source line each instruction comes from.
///
/// Runs of (words covered, difference to the line before), each a LEB128 varint, the second in zigzag form:
/// about two bytes for each source line. They lie in blocks, so that a line is found by bisection: a trace of a deep
/// recursion asks a long function for its line as often as there are calls.
///
/// ```text
///   runs ... 0 0 | word, line, runs ... 0 | word, line, runs ...
///   block 0        block 1                  block 2
/// ```
///
/// A run lies in one block; zeros fill what is left. Any bytes are lines of some kind: reading them is safe.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'a> {
    runs: &'a [u8],
    /// The line of what no run covers.
    last: u32,
}

impl<'a> Lines<'a> {
    /// All instructions come from line 1.
    pub const NONE: Lines<'static> = Lines { runs: &[], last: 1 };

    /// Lines in an image: the last line, little-endian, and the runs. Without even that, as [`NONE`](Lines::NONE).
    #[must_use]
    pub fn from_bytes(bytes: &'a [u8]) -> Lines<'a> {
        match bytes.split_first_chunk() {
            Some((last, runs)) => Lines { runs, last: u32::from_le_bytes(*last) },
            None => Lines::NONE,
        }
    }

    /// The line of the instruction whose first word is `at`. Looks at one block.
    #[must_use]
    pub fn line(self, at: u32) -> u32 {
        self.runs_near(at).find(|run| run.covers(at)).map_or(self.last, |run| run.line)
    }

    /// The runs of instructions that come from one line, in order; the last covers all that follows.
    #[must_use]
    pub fn runs(self) -> Runs<'a> {
        Runs { bytes: self.runs, at: 0, end: 0, line: 1, last: Some(self.last) }
    }

    /// The runs of the block in which the word `at` is covered, and what covers all that follows.
    fn runs_near(self, at: u32) -> Runs<'a> {
        let (mut low, mut high) = (0, self.runs.len() / BLOCK + 1);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match head(self.runs, middle * BLOCK) {
                Some((word, _)) if word <= at => low = middle,
                _ => high = middle,
            }
        }
        let end = ((low + 1) * BLOCK).min(self.runs.len());
        let block = Lines { runs: self.runs.get(..end).unwrap_or(&[]), ..self };
        match head(self.runs, low * BLOCK) {
            Some((word, line)) if low > 0 => {
                Runs { at: low * BLOCK + HEAD, end: word.into(), line: line.into(), ..block.runs() }
            }
            _ => block.runs(),
        }
    }
}

/// Lines in the making.
#[derive(Debug)]
pub struct LineMarks {
    runs: Vec<u8>,
    /// First word of the run being written.
    open: u32,
    line: u32,
    before: u32,
}

impl LineMarks {
    /// No lines yet.
    #[must_use]
    pub fn new(mem: &Mem) -> LineMarks {
        LineMarks { runs: Vec::new(mem), open: 0, line: 1, before: 1 }
    }

    /// Forgets all lines, and keeps the capacity.
    pub(crate) fn clear(&mut self) {
        self.runs.clear();
        (self.open, self.line, self.before) = (0, 1, 1);
    }

    /// What was marked so far.
    #[must_use]
    pub fn lines(&self) -> Lines<'_> {
        Lines { runs: &self.runs, last: self.line }
    }

    /// The pieces that [`Lines::from_bytes`] reads, one after the other.
    pub(crate) fn bytes(&self) -> ([u8; 4], &[u8]) {
        (self.line.to_le_bytes(), &self.runs)
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
            let delta = i64::from(self.line) - i64::from(self.before);
            self.write(u64::from(at - self.open), ((delta << 1) ^ (delta >> 63)) as u64)?;
            self.before = self.line;
            self.open = at;
        }
        self.line = line;
        Ok(())
    }

    fn write(&mut self, words: u64, delta: u64) -> Result<(), OutOfMemory> {
        let space = BLOCK - self.runs.len() % BLOCK;
        if length(words) + length(delta) > space {
            for _ in 0..space {
                self.runs.push(0)?;
            }
        }
        if !self.runs.is_empty() && self.runs.len().is_multiple_of(BLOCK) {
            self.runs.extend_from_slice(&self.open.to_le_bytes())?;
            self.runs.extend_from_slice(&self.before.to_le_bytes())?;
        }
        for mut value in [words, delta] {
            while value >= 0x80 {
                self.runs.push(value as u8 | 0x80)?;
                value >>= 7;
            }
            self.runs.push(value as u8)?;
        }
        Ok(())
    }
}

/// Bytes of a number as a varint.
fn length(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// The word and the line in the head of the block that begins at `at`, if there is one.
fn head(runs: &[u8], at: usize) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_le_bytes(*runs.get(at..)?.first_chunk()?));
    Some((number(at)?, number(at + HEAD / 2)?))
}

/// Neighbouring instructions that come from one source line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The word after the last one; `None` if the run has no end.
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
    bytes: &'a [u8],
    /// The byte that is read next.
    at: usize,
    end: u64,
    line: i64,
    last: Option<u32>,
}

impl Runs<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// How many words the next run covers.
    fn words(&mut self) -> Option<u64> {
        if self.bytes.get(self.at) == Some(&0) {
            self.at = self.at.next_multiple_of(BLOCK);
        }
        if self.at > 0 && self.at.is_multiple_of(BLOCK) {
            self.at += HEAD;
        }
        self.number()
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        if let (Some(words), Some(zigzag)) = (self.words(), self.number()) {
            self.end = self.end.saturating_add(words);
            self.line = self.line.wrapping_add((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64));
            let end = u32::try_from(self.end).unwrap_or(u32::MAX);
            return Some(Run { end: Some(end), line: self.line as u32 });
        }
        self.last.take().map(|line| Run { end: None, line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::mem;

    /// Lines forwards and backwards, by steps of all lengths, over several blocks: found one by one as in order.
    #[test]
    fn lines_are_found_as_they_are_listed() {
        let mem = mem();
        let mut lines = LineMarks::new(&mem);
        let (mut word, mut state) = (0, 1_u32);
        for _ in 0..3000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let line = 1 + (state >> 8 >> (state >> 28));
            lines.mark(word, line).unwrap();
            word += 1 + (state >> 12) % if state >> 30 == 0 { 100_000 } else { 3 };
        }
        assert!(lines.runs.len() > 20 * BLOCK);
        let mut begin = 0;
        for run in lines.lines().runs() {
            let end = run.end.unwrap_or(begin + 10);
            assert!(begin < end);
            for at in [begin, begin + (end - begin) / 2, end - 1] {
                assert_eq!(lines.lines().line(at), run.line, "at word {at}");
            }
            begin = end;
        }
        assert_eq!(
            lines.lines().runs().count(),
            1 + lines.lines().runs().filter(|run| run.end.is_some()).count()
        );
    }

    /// Bytes of a stranger: the line of a word takes a look at one block, whatever heads and runs say.
    #[test]
    fn lines_that_lie_are_found_in_one_block() {
        // Heads that say a word past all others, and runs of no words.
        let empty = [0x80, 0x00, 0x00];
        let mut bytes = 7_u32.to_le_bytes().to_vec();
        for block in 0..1000 {
            let head: &[u8] = if block > 0 { &[0xFF; HEAD] } else { &[] };
            let runs = empty.iter().copied().cycle().take((BLOCK - head.len()) / 3 * 3);
            let filled = head.iter().copied().chain(runs);
            bytes.extend(filled.chain([0; BLOCK]).take(BLOCK));
        }
        let lines = Lines::from_bytes(&bytes);
        assert_eq!(lines.line(5), 7);
        assert!(lines.runs_near(5).count() < BLOCK, "{}", lines.runs_near(5).count());
        assert!(lines.runs().count() > 1000);
    }

    #[test]
    fn few_lines_need_few_bytes() {
        let mem = mem();
        let mut lines = LineMarks::new(&mem);
        assert_eq!(lines.lines().line(0), 1);
        for line in 0..10 {
            lines.mark(3 * line, 7 + line).unwrap();
        }
        assert_eq!(lines.runs.len(), 18);
        assert_eq!([0, 2, 3, 99].map(|at| lines.lines().line(at)), [7, 7, 8, 16]);
    }
}
