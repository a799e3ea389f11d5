//! Feedback: what a function's instructions met while they were interpreted.
//!
//! Three sources, all beside the read-only code:
//!
//! | what | where | how |
//! |---|---|---|
//! | how often a function was called, its loops turned, and it called machine code | `hotness`, below its constants | counted down to the tier's next look |
//! | shapes and methods that a property instruction met | its site's entries | recorded by the inline cache |
//! | kinds of operands, callees | [`Feedback`] | sampled |
//!
//! Sampling costs nothing between samples: whenever a slice of fuel is used up, and when a function gets warm, a
//! short run of instructions is recorded before it is executed (`interp::sample`). So what a sample sees depends
//! on the script and its fuel alone.

use super::{Closure, Gc};
use crate::bytecode::SampledOperand;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::tunable::tunable;

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

// A byte for each instruction has room for all sampled operands.
const _: () = assert!(SampledOperand::MAX as u32 * Kinds::BITS <= u8::BITS);

/// How often a function's code is given up because a call was seen for the first time.
const MOST_RENEWED: u8 = 4;

/// Calls noted, at most: each is moved when one before it is noted, and a scan of the function visits them in one go.
const MOST_CALLS: usize = tunable(2048, 4);

/// What a call instruction was seen to call.
#[derive(Debug)]
struct Call {
    /// The word behind the call.
    next: u32,
    /// The closure that it called first, if that captures nothing. It stays while the function lives: its code may
    /// compare with it.
    callee: Option<Gc<Closure>>,
    /// Whether it called anything else.
    several: bool,
    /// Whether inlining the callee was given up.
    given_up: bool,
}

/// What samples of one function saw.
#[derive(Debug)]
pub(crate) struct Feedback {
    /// For the first word of an instruction, the kinds of its sampled operands, a nibble each.
    words: Vec<u8>,
    /// Calls seen, in the order of their words.
    calls: Vec<Call>,
    /// How often code was given up because a call was seen that had not been before.
    renewed: u8,
}

impl Feedback {
    /// Nothing seen yet of a function of so many words.
    pub(crate) fn new(mem: &Mem, words: usize) -> Result<Feedback, OutOfMemory> {
        let mut feedback = Feedback { words: Vec::new(mem), calls: Vec::new(mem), renewed: 0 };
        feedback.words.resize(words, 0)?;
        Ok(feedback)
    }

    /// Notes the kind of an operand of the instruction at word `at`. True if that is news.
    pub(crate) fn see_operand(&mut self, at: u32, operand: SampledOperand, kind: Kinds) -> bool {
        let Some(word) = self.words.get_mut(at as usize) else { return false };
        let before = *word;
        *word |= kind.0 << (operand.index() * Kinds::BITS);
        *word != before
    }

    /// Notes what the call before word `next` calls. True if it is a closure that was not referred to before: a store into
    /// the function, for the barrier.
    ///
    /// Closures that capture variables are not kept, which might keep anything alive. Beyond [`MOST_CALLS`] no more calls
    /// are noted.
    ///
    /// # Errors
    /// When memory is out; then nothing is noted.
    pub(crate) fn see_call(&mut self, next: u32, callee: Gc<Closure>) -> Result<bool, OutOfMemory> {
        let callee = Some(callee).filter(|callee| callee.upvalues().is_empty());
        let at = match self.find(next) {
            Ok(at) => {
                if let Some(call) = self.calls.get_mut(at) {
                    call.several |= call.callee != callee;
                }
                return Ok(false);
            }
            Err(_) if self.calls.len() >= MOST_CALLS => return Ok(false),
            Err(at) => at,
        };
        self.calls.push(Call { next, callee, several: callee.is_none(), given_up: false })?;
        if let Some(behind) = self.calls.get_mut(at..) {
            behind.rotate_right(1);
        }
        Ok(callee.is_some())
    }

    /// A call that may be inlined was seen for the first time: whether code that was made before may be given up for it.
    /// Not for ever, lest a long function be compiled as often as it has calls.
    pub(crate) fn may_renew(&mut self) -> bool {
        self.renewed = self.renewed.saturating_add(1);
        self.renewed <= MOST_RENEWED
    }

    /// Notes that what the call before word `next` calls is not to be inlined again.
    pub(crate) fn give_up_inlining(&mut self, next: u32) {
        if let Ok(at) = self.find(next)
            && let Some(call) = self.calls.get_mut(at)
        {
            call.given_up = true;
        }
    }

    /// The closure that the call before word `next` calls, if it was one and the same, and whether it may be inlined.
    pub(crate) fn callee(&self, next: u32) -> Option<(Gc<Closure>, bool)> {
        let call = self.calls.get(self.find(next).ok()?).filter(|call| !call.several)?;
        Some((call.callee?, !call.given_up))
    }

    fn find(&self, next: u32) -> Result<usize, usize> {
        self.calls.binary_search_by_key(&next, |call| call.next)
    }

    /// All closures referred to.
    pub(crate) fn closures(&self) -> impl Iterator<Item = Gc<Closure>> {
        self.calls.iter().filter_map(|call| call.callee)
    }

    /// The kinds seen of an operand of the instruction at word `at`.
    pub(crate) fn operand(&self, at: u32, operand: SampledOperand) -> Kinds {
        Kinds(self.word(at) >> (operand.index() * Kinds::BITS) & Kinds::MASK)
    }

    /// The kinds seen of any operand of the instruction at word `at`.
    pub(crate) fn any_operand(&self, at: u32) -> Kinds {
        let word = self.word(at);
        Kinds((word | word >> Kinds::BITS) & Kinds::MASK)
    }

    fn word(&self, at: u32) -> u8 {
        self.words.get(at as usize).copied().unwrap_or(0)
    }
}
