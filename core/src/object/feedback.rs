//! Feedback: operands and callees that a function's instructions met in the interpreter.
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
//! short run of instructions is recorded before it is executed (`interp::sample`). So samples depend on the script
//! and its fuel alone.

use super::{Closure, Gc};
use crate::bytecode::SampledOperand;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::tunable::tunable;

/// A set of kinds of value that an operand had, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(pub(crate) u8);

impl Kinds {
    /// An integer of 32 bits.
    pub const INT: Kinds = Kinds(1);
    /// A double.
    pub const DOUBLE: Kinds = Kinds(2);
    /// A string.
    pub const STR: Kinds = Kinds(4);
    /// Any other value.
    pub const OTHER: Kinds = Kinds(8);

    const BITS: u32 = 4;
    const MASK: u8 = (1 << Kinds::BITS) - 1;

    /// Whether no kind was seen.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `kind` was seen.
    #[must_use]
    pub fn has(self, kind: Kinds) -> bool {
        self.0 & kind.0 != 0
    }

    /// Whether only kinds among `kinds` were seen.
    #[must_use]
    pub fn only(self, kinds: Kinds) -> bool {
        self.0 & !kinds.0 == 0
    }

    /// The union of both sets.
    #[must_use]
    pub fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }
}

// A byte for each instruction has room for all sampled operands.
const _: () = assert!(SampledOperand::MAX as u32 * Kinds::BITS <= u8::BITS);

/// The most times that a function's code is dropped because of a newly seen call.
const MOST_RENEWED: u8 = 4;

/// The most calls noted: an insertion moves the later ones, and a scan of the function visits all in one step.
const MOST_CALLS: usize = tunable(2048, 4);

/// The callees of a call instruction.
#[derive(Debug)]
struct Call {
    /// The word behind the call.
    next: u32,
    /// The first callee, if it is a closure without captures. It stays while the function lives: machine code may
    /// compare with it.
    callee: Option<Gc<Closure>>,
    /// Whether the instruction called anything else.
    several: bool,
    /// Whether inlining the callee was given up.
    given_up: bool,
}

/// The samples of one function.
#[derive(Debug)]
pub(crate) struct Feedback {
    /// For the first word of an instruction, the kinds of its sampled operands, a nibble each.
    words: Vec<u8>,
    /// Calls seen, in the order of their words.
    calls: Vec<Call>,
    /// How often code was dropped because of a newly seen call.
    renewed: u8,
}

impl Feedback {
    /// Empty feedback for a function of `words` words.
    pub(crate) fn new(mem: &Mem, words: usize) -> Result<Feedback, OutOfMemory> {
        let mut feedback = Feedback { words: Vec::new(mem), calls: Vec::new(mem), renewed: 0 };
        feedback.words.resize(words, 0)?;
        Ok(feedback)
    }

    /// Notes the kind of an operand of the instruction at word `at`. True if the kind is new.
    pub(crate) fn see_operand(&mut self, at: u32, operand: SampledOperand, kind: Kinds) -> bool {
        let Some(word) = self.words.get_mut(at as usize) else { return false };
        let before = *word;
        *word |= kind.0 << (operand.index() * Kinds::BITS);
        *word != before
    }

    /// Notes the callee of the call before word `next`. True if a new closure was stored into the function: the
    /// caller runs the barrier.
    ///
    /// A closure with captured variables is not kept, since it might keep anything alive. After [`MOST_CALLS`] no
    /// more calls are noted.
    ///
    /// # Errors
    /// When memory is out; the feedback is unchanged then.
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

    /// A call that may be inlined was seen for the first time: whether older code may be dropped for it. The number
    /// of times is bounded, lest a long function be compiled once for each call in it.
    pub(crate) fn may_renew(&mut self) -> bool {
        self.renewed = self.renewed.saturating_add(1);
        self.renewed <= MOST_RENEWED
    }

    /// Notes that the callee of the call before word `next` must not be inlined again.
    pub(crate) fn give_up_inlining(&mut self, next: u32) {
        if let Ok(at) = self.find(next)
            && let Some(call) = self.calls.get_mut(at)
        {
            call.given_up = true;
        }
    }

    /// The callee of the call before word `next`, if it was always the same closure, and whether it may be inlined.
    pub(crate) fn callee(&self, next: u32) -> Option<(Gc<Closure>, bool)> {
        let call = self.calls.get(self.find(next).ok()?).filter(|call| !call.several)?;
        Some((call.callee?, !call.given_up))
    }

    fn find(&self, next: u32) -> Result<usize, usize> {
        self.calls.binary_search_by_key(&next, |call| call.next)
    }

    /// All closures that the feedback refers to.
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
