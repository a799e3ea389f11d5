//! The machine code of a function.

use crate::mem::Vec;
use crate::platform::CodeSpan;

/// A place where the VM may enter a function's machine code: before the instruction at word `word`, all live values
/// are in registers of the frame.
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
    /// The code in code memory.
    pub span: CodeSpan,
    /// Entry points by ascending word; the first is word 0.
    pub entries: Vec<EntryPoint>,
    /// Indices of the globals whose values it contains, in any order.
    pub globals: Vec<u32>,
}

impl NativeCode {
    /// The address of the entry point at `word`, if there is one.
    pub(crate) fn address(&self, word: u32) -> Option<*const u8> {
        if word == 0 {
            // By far the most frequent word.
            return Some(self.span.start.as_ptr().wrapping_add(self.entries.first()?.offset as usize));
        }
        let index = self.entries.binary_search_by_key(&word, |entry| entry.word).ok()?;
        let offset = self.entries.get(index)?.offset as usize;
        Some(self.span.start.as_ptr().wrapping_add(offset))
    }
}

/// The state of a function in native tiers.
#[derive(Debug)]
pub(crate) enum NativeRecord {
    /// Not compiled.
    Cold,
    /// Sampled this many times on its way to compilation.
    Warm(u8),
    /// Waits to be compiled.
    Hot,
    /// Has machine code.
    Compiled(NativeCode),
    /// Stays interpreted: the tier refused it.
    Bailed,
}
