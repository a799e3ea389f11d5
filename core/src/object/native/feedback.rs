//! Feedback: operands and callees that a function's instructions met in the interpreter.
//!
//! Three sources, all beside the read-only code:
//!
//! | what | where | how |
//! |---|---|---|
//! | the number of calls of a function, of iterations of its loops, and of its calls of machine code | `hotness`, below its constants | counted down to the tier's next look |
//! | shapes and methods that a property instruction met | its site's entries | recorded by the inline cache |
//! | kinds of operands, callees | [`Feedback`] | sampled |
//! | which blocks ran | [`Feedback`] | sampled; machine code marks the blocks that had not run when it was made |
//!
//! Sampling costs nothing between samples: whenever a slice of fuel is used up, and when a function gets warm, a
//! short run of instructions is recorded before it is executed (`interp::native::sample`). So samples depend on the script
//! and its fuel alone.

use core::cell::Cell;

use super::super::{Callable, Closure, Function, Gc};
use crate::bytecode::SampledOperand;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::tunable::tunable;
use crate::value::Value;

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

/// The most targets of calls in a function's feedback. A new target moves all later ones, and a scan of the function
/// visits all in one step.
const MOST_CALLS: usize = tunable(2048, 4);

/// The most targets of one call. A call with more also has [`Target::Other`].
const MOST_TARGETS: usize = 4;

/// A target that a call was seen to have.
///
/// It never refers to an object that captures variables, since that could keep any other object alive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// A closure that captures nothing. It stays while the function lives: its code may compare with it.
    Closure(Gc<Closure>),
    /// A closure of a function that captures something.
    Function(Gc<Function>),
    /// A class with this initializer, which captures nothing.
    Initializer(Gc<Closure>),
    /// A class without an initializer.
    Class,
    /// A function of the host.
    Host(Callable),
    /// Anything else.
    Other,
}

impl Target {
    /// A closure.
    pub(crate) fn closure(closure: Gc<Closure>) -> Target {
        match closure.upvalues() {
            [] => Target::Closure(closure),
            _ => Target::Function(closure.function),
        }
    }

    /// A class with that initializer.
    pub(crate) fn class(initializer: Option<Gc<Closure>>) -> Target {
        match initializer {
            None => Target::Class,
            Some(closure) if closure.upvalues().is_empty() => Target::Initializer(closure),
            Some(_) => Target::Other,
        }
    }

    /// The function whose code runs.
    pub(crate) fn function(self) -> Option<Gc<Function>> {
        match self {
            Target::Closure(closure) | Target::Initializer(closure) => Some(closure.function),
            Target::Function(function) => Some(function),
            Target::Class | Target::Host(_) | Target::Other => None,
        }
    }

    /// The object that it refers to.
    pub(crate) fn object(self) -> Option<Value> {
        match self {
            Target::Closure(closure) | Target::Initializer(closure) => Some(closure.value()),
            Target::Function(function) => Some(function.value()),
            Target::Class | Target::Host(_) | Target::Other => None,
        }
    }
}

/// A target of a call instruction.
#[derive(Debug)]
struct CallSample {
    /// The word after the call.
    next: u32,
    target: Target,
    /// Whether inlining the target was given up.
    given_up: bool,
}

/// The samples of one function.
#[derive(Debug)]
pub(crate) struct Feedback {
    /// For the first word of an instruction, the kinds of its sampled operands, a nibble each.
    words: Vec<u8>,
    /// For the first word of an instruction, whether it is known to have run. Machine code contains addresses of these
    /// bytes and writes 1 there, so the vector is never moved. Empty if there is code that does not.
    ran: Vec<Cell<bool>>,
    /// Targets of calls, in the order of the calls' words.
    calls: Vec<CallSample>,
    /// How often code was dropped because of a newly seen call.
    renewed: u8,
}

impl Feedback {
    /// Empty feedback for a function of `words` words. `covers`: whether to tell which of them ran.
    pub(crate) fn new(mem: &Mem, words: usize, covers: bool) -> Result<Feedback, OutOfMemory> {
        let (kinds, ran, calls) = (Vec::new(mem), Vec::new(mem), Vec::new(mem));
        let mut feedback = Feedback { words: kinds, ran, calls, renewed: 0 };
        feedback.words.resize(words, 0)?;
        if covers {
            feedback.ran.reserve_exact(words)?;
            feedback.ran.resize(words, Cell::new(false))?;
        }
        Ok(feedback)
    }

    /// Records that the instruction at word `at` runs.
    pub(crate) fn see(&self, at: u32) {
        if let Some(ran) = self.ran.get(at as usize) {
            ran.set(true);
        }
    }

    /// The byte of the instruction at word `at`; none if that is known to have run, or nothing is known. It stays where it
    /// is as long as the feedback exists.
    pub(crate) fn unseen(&self, at: u32) -> Option<&Cell<bool>> {
        self.ran.get(at as usize).filter(|ran| !ran.get())
    }

    /// Records the kind of an operand of the instruction at word `at`. True if the kind is new.
    pub(crate) fn see_operand(&mut self, at: u32, operand: SampledOperand, kind: Kinds) -> bool {
        let Some(word) = self.words.get_mut(at as usize) else { return false };
        let before = *word;
        *word |= kind.0 << (operand.index() * Kinds::BITS);
        *word != before
    }

    /// Records the target of the call before word `next`. True if the target is new: then the function refers to its
    /// object, which is a store for the barrier.
    ///
    /// After [`MOST_CALLS`] targets, no further one is recorded.
    ///
    /// # Errors
    /// If memory is out; then nothing is recorded.
    pub(crate) fn see_call(&mut self, next: u32, target: Target) -> Result<bool, OutOfMemory> {
        let at = self.find(next);
        let is_known = |target| self.targets(next).any(|known| known == target);
        let is_full = self.targets(next).filter(|&known| known != Target::Other).count() >= MOST_TARGETS;
        let target = if is_full && !is_known(target) { Target::Other } else { target };
        if self.calls.len() >= MOST_CALLS || is_known(target) {
            return Ok(false);
        }
        self.calls.push(CallSample { next, target, given_up: false })?;
        if let Some(after) = self.calls.get_mut(at..) {
            after.rotate_right(1);
        }
        Ok(true)
    }

    /// Whether older code may be dropped because a call that may be inlined was seen for the first time. The number of
    /// times is limited, or a long function could be compiled once for each call in it.
    pub(crate) fn may_renew(&mut self) -> bool {
        self.renewed = self.renewed.saturating_add(1);
        self.renewed <= MOST_RENEWED
    }

    /// Records that the callee of the call before word `next` must not be inlined again.
    pub(crate) fn give_up_inlining(&mut self, next: u32) {
        let at = self.find(next);
        let calls = self.calls.iter_mut().skip(at).take_while(|call| call.next == next);
        calls.for_each(|call| call.given_up = true);
    }

    /// The target of the call before word `next`, if there was only one, and whether it may be inlined.
    pub(crate) fn target(&self, next: u32) -> Option<(Target, bool)> {
        let mut calls = self.calls_before(next);
        let call = calls.next()?;
        calls.next().is_none().then_some((call.target, !call.given_up))
    }

    /// All targets of the call before word `next`, newest first.
    pub(crate) fn targets(&self, next: u32) -> impl Iterator<Item = Target> {
        self.calls_before(next).map(|call| call.target)
    }

    fn calls_before(&self, next: u32) -> impl Iterator<Item = &CallSample> {
        let at = self.find(next);
        self.calls.iter().skip(at).take_while(move |call| call.next == next)
    }

    /// The index of the first target of the call before word `next`, or where it would be.
    fn find(&self, next: u32) -> usize {
        self.calls.partition_point(|call| call.next < next)
    }

    /// All objects referred to.
    pub(crate) fn objects(&self) -> impl Iterator<Item = Value> {
        self.calls.iter().filter_map(|call| call.target.object())
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
