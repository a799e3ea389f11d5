//! The purpose of each piece of a function's machine code, for listings.

use siskin_core::mem::{Mem, OutOfMemory, Vec};

use super::Pass;
use crate::masm::Masm;

/// The purpose of a piece of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The entry for callers.
    Prologue,
    /// The instruction at this word of bytecode.
    Word(u32),
    /// The same instruction, in the peeled loop's code for further iterations.
    Again(u32),
    /// The instruction at `word` of the callee that is inlined in place of the call at `call`.
    Inlined {
        /// A word of the function.
        call: u32,
        /// A word of the callee.
        word: u32,
    },
    /// A cold path of the instruction at this word.
    Cold(u32),
    /// The entry point before the instruction at this word.
    Entry(u32),
}

/// The beginning of a piece; it ends where the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Bytes from the start of the code.
    pub offset: u32,
    /// The purpose of the piece.
    pub part: Part,
}

/// Filled by [`compile_listed`](super::compile_listed).
pub struct Listing {
    marks: Vec<Mark>,
    /// For each cold path, the piece that it belongs to.
    cold: Vec<u32>,
    /// The word being compiled.
    word: u32,
}

impl Listing {
    /// An empty listing.
    #[must_use]
    pub fn new(mem: &Mem) -> Listing {
        Listing { marks: Vec::new(mem), cold: Vec::new(mem), word: 0 }
    }

    /// The pieces, by ascending offset.
    #[must_use]
    pub fn into_marks(self) -> Vec<Mark> {
        self.marks
    }

    fn mark(&mut self, offset: usize, part: Part) -> Result<(), OutOfMemory> {
        if let Part::Word(word) | Part::Again(word) | Part::Cold(word) = part {
            self.word = word;
        }
        self.marks.push(Mark { offset: offset as u32, part })
    }
}

impl<M: Masm> Pass<'_, '_, M> {
    /// Records that a piece begins here.
    pub(super) fn mark(&mut self, part: Part) {
        if let Some(listing) = &mut self.listing {
            self.out_of_memory |= listing.mark(self.masm.offset(), part).is_err();
        }
    }

    /// Records that a cold path was queued. It belongs to the current piece, which may be a cold path, too.
    pub(super) fn list_cold(&mut self) {
        if let Some(listing) = &mut self.listing {
            self.out_of_memory |= listing.cold.push(listing.word).is_err();
        }
    }

    /// Records that the cold path with this index begins here.
    pub(super) fn mark_cold(&mut self, index: usize) {
        if let Some(listing) = &self.listing {
            let word = listing.cold.get(index).copied().unwrap_or_default();
            self.mark(Part::Cold(word));
        }
    }
}
