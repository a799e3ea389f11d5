//! What a function keeps of its machine code.

use crate::mem::Vec;
use crate::platform::CodeSpan;

/// A place of a function's machine code that the VM may enter: before the instruction at word `word`, everything
/// that is alive is in registers of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// The word of bytecode.
    pub word: u32,
    /// The offset in the code.
    pub offset: u32,
}

/// Machine code of one function.
#[derive(Debug)]
pub struct NativeCode {
    /// Where it lies.
    pub span: CodeSpan,
    /// Where it may be entered, by ascending word; the first is word 0.
    pub entries: Vec<EntryPoint>,
    /// Indices of the globals whose values it contains, ascending.
    pub globals: Vec<u32>,
}

impl NativeCode {
    /// The address where the instruction at `word` begins, if it may be entered there.
    pub(crate) fn address(&self, word: u32) -> Option<*const u8> {
        if word == 0 {
            // By far the most frequent.
            return Some(self.span.start.as_ptr().wrapping_add(self.entries.first()?.offset as usize));
        }
        let index = self.entries.binary_search_by_key(&word, |entry| entry.word).ok()?;
        let offset = self.entries.get(index)?.offset as usize;
        Some(self.span.start.as_ptr().wrapping_add(offset))
    }
}

/// What native tiers made of a function.
#[derive(Debug)]
pub(crate) enum NativeRecord {
    /// Nothing yet.
    Cold,
    /// It was sampled because it gets warm, so many times.
    Warm(u8),
    /// It is to be compiled.
    Hot,
    /// Code.
    Compiled(NativeCode),
    /// It stays interpreted.
    Bailed,
}
