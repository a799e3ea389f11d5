//! Feedback: what a function's instructions met while they were interpreted.
//!
//! Three sources, all beside the read-only code:
//!
//! | what | where | how |
//! |---|---|---|
//! | how often a function was called and its loops turned | `heat`, below its constants | counted down to the tier's next look |
//! | shapes and methods that a property instruction met | its site's ways | recorded by the inline cache |
//! | kinds of operands, callees, which loops are hot | [`Feedback`] | sampled |
//!
//! Sampling costs nothing between samples: whenever a slice of fuel is used up, and when a function gets warm, a
//! short run of instructions is recorded before it is executed (`interp::sample`). So what a sample sees depends
//! on the script and its fuel alone.

use crate::mem::{Mem, OutOfMemory, Vec};

/// Kinds of value that an operand was seen to have, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(pub(crate) u8);

impl Kinds {
    /// An integer of 32 bits.
    pub const INT: Kinds = Kinds(1);
    /// A double.
    pub const DOUBLE: Kinds = Kinds(2);
    /// A string.
    pub const STR: Kinds = Kinds(4);
    /// Anything else.
    pub const OTHER: Kinds = Kinds(8);

    const BITS: u32 = 4;
    const MASK: u8 = (1 << Kinds::BITS) - 1;

    /// Whether nothing was seen.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `kind` was seen.
    #[must_use]
    pub fn has(self, kind: Kinds) -> bool {
        self.0 & kind.0 != 0
    }

    /// Whether nothing but `kinds` was seen.
    #[must_use]
    pub fn only(self, kinds: Kinds) -> bool {
        self.0 & !kinds.0 == 0
    }

    /// Both.
    #[must_use]
    pub fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }
}

/// The function that a call instruction was seen to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallTarget {
    /// The word of the call.
    pub(crate) at: u32,
    /// The id of the function, unless there were several.
    pub(crate) function: Option<u32>,
}

/// What samples of one function saw.
#[derive(Debug)]
pub(crate) struct Feedback {
    /// For the first word of an instruction, the kinds of its first two source operands, a nibble each; for the
    /// last word of a back-edge, how often it was seen taken or not, up to 255.
    words: Vec<u8>,
    /// Calls seen, by place.
    calls: Vec<CallTarget>,
}

impl Feedback {
    /// Nothing seen yet of a function of so many words.
    pub(crate) fn new(mem: &Mem, words: usize) -> Result<Feedback, OutOfMemory> {
        let mut feedback = Feedback { words: Vec::new(mem), calls: Vec::new(mem) };
        feedback.words.resize(words, 0)?;
        Ok(feedback)
    }

    /// Notes the kind of source operand `index` (0 or 1) of the instruction at word `at`.
    pub(crate) fn see_operand(&mut self, at: u32, index: usize, kind: Kinds) {
        if let Some(word) = self.words.get_mut(at as usize)
            && index < 2
        {
            *word |= kind.0 << (index as u32 * Kinds::BITS);
        }
    }

    /// Notes that the back-edge whose last word is `at` was executed.
    pub(crate) fn see_turn(&mut self, at: u32) {
        if let Some(word) = self.words.get_mut(at as usize) {
            *word = word.saturating_add(1);
        }
    }

    /// Notes which function the call at word `at` calls.
    ///
    /// # Errors
    /// When memory is out; then nothing is noted.
    pub(crate) fn see_call(&mut self, at: u32, function: u32) -> Result<(), OutOfMemory> {
        match self.calls.iter_mut().find(|call| call.at == at) {
            Some(call) if call.function == Some(function) => Ok(()),
            Some(call) => {
                call.function = None;
                Ok(())
            }
            None => self.calls.push(CallTarget { at, function: Some(function) }),
        }
    }

    /// The kinds seen of source operand `index` (0 or 1) of the instruction at word `at`.
    pub(crate) fn operand(&self, at: u32, index: usize) -> Kinds {
        let word = self.words.get(at as usize).copied().unwrap_or(0);
        Kinds(word >> (index as u32 * Kinds::BITS) & Kinds::MASK)
    }

    /// How often samples saw the back-edge whose last word is `at`, up to 255.
    #[cfg(test)]
    pub(crate) fn turns(&self, at: u32) -> u8 {
        self.words.get(at as usize).copied().unwrap_or(0)
    }

    /// The calls seen.
    #[cfg(test)]
    pub(crate) fn calls(&self) -> &[CallTarget] {
        &self.calls
    }
}
