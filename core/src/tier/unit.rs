//! What a native tier sees of a function.

use super::Kinds;
use crate::bytecode::{Op, OperandName, SampledOperand};
use crate::globals::Globals;
use crate::mem::Mem;
use crate::object::{Function, Gc};

/// A function to compile: verified bytecode, constants, sites and feedback.
///
/// Addresses are good as long as the function lives, and with it the code that is made of it.
#[derive(Clone, Copy)]
pub struct Unit<'a> {
    function: Gc<Function>,
    mem: &'a Mem,
    globals: &'a Globals,
}

/// The closure, a function's or a method's, that a call was always seen to call. It captures nothing.
///
/// It lives, at these addresses, as long as the function that calls it.
#[derive(Clone, Copy)]
pub struct Callee<'a> {
    /// Its function.
    pub unit: Unit<'a>,
    /// Its address.
    pub closure: u64,
    /// Its function's address.
    pub function: u64,
    /// Whether it may be compiled in place of the call: not if such code had to be given up before.
    pub inlinable: bool,
}

impl<'a> Unit<'a> {
    pub(crate) fn new(function: Gc<Function>, mem: &'a Mem, globals: &'a Globals) -> Unit<'a> {
        Unit { function, mem, globals }
    }

    /// The memory to compile in.
    #[must_use]
    pub fn mem(&self) -> &'a Mem {
        self.mem
    }

    /// Its name; `None` for the script itself.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        // SAFETY: the function keeps its name alive, and this view does not outlive the function.
        self.function.name.map(|name| unsafe { name.text_for() })
    }

    /// The words of its bytecode.
    #[must_use]
    pub fn words(&self) -> &'a [u32] {
        // SAFETY: as above; nothing changes the words of a function.
        unsafe { &*self.function.as_ptr() }.words()
    }

    /// The address of its first word.
    #[must_use]
    pub fn code_address(&self) -> usize {
        self.function.code().expose_provenance()
    }

    /// The number of its parameters.
    #[must_use]
    pub fn arity(&self) -> u8 {
        self.function.arity
    }

    /// How many registers its frames have.
    #[must_use]
    pub fn registers(&self) -> u32 {
        self.function.registers
    }

    /// The line of the instruction that contains word `word`.
    #[must_use]
    pub fn line(&self, word: u32) -> u32 {
        self.function.lines.line(word)
    }

    /// The bits of a constant: a value, or what [`layout`](crate::layout) says of its kind.
    #[must_use]
    pub fn constant(&self, index: u32) -> Option<u64> {
        self.function.consts().get(index as usize).map(|constant| constant.get().bits())
    }

    /// The index of the global that a constant names, and whether it is defined: then it will stay so.
    #[must_use]
    pub fn global(&self, constant: u32) -> Option<(u32, bool)> {
        let index = self.function.consts().get(constant as usize)?.get().as_raw();
        Some((index, self.globals.is_defined(index)))
    }

    /// The address of a constant.
    #[must_use]
    pub fn constant_address(&self, index: u32) -> usize {
        self.function.data().wrapping_add(index as usize).expose_provenance()
    }

    /// The address of an inline cache.
    #[must_use]
    pub fn site_address(&self, index: u32) -> Option<usize> {
        self.function.site_address(index as usize)
    }

    /// The kinds that an operand of the instruction at `word` was seen to have; none for one that is not sampled.
    #[must_use]
    pub fn operand(&self, word: u32, operand: OperandName) -> Kinds {
        let operand = self.op(word).and_then(|op| op.row().sampled_operand(operand));
        operand.map_or(Kinds::default(), |operand| self.seen(word, operand))
    }

    /// The kinds seen of the value of `register`, in all operands of the instruction at `word` that read it.
    #[must_use]
    pub fn operand_in(&self, word: u32, register: u16) -> Kinds {
        let (Some(op), Some(words)) = (self.op(word), self.words().get(word as usize..)) else {
            return Kinds::default();
        };
        let reads = op.row().sampled().filter(|(_, row)| row.field.bits(words) == Some(u32::from(register)));
        reads.fold(Kinds::default(), |kinds, (operand, _)| kinds.or(self.seen(word, operand)))
    }

    fn op(&self, word: u32) -> Option<Op> {
        self.words().get(word as usize).copied().and_then(Op::from_word)
    }

    fn seen(&self, word: u32, operand: SampledOperand) -> Kinds {
        let feedback = self.function.feedback.try_borrow().ok();
        feedback
            .as_ref()
            .and_then(|feedback| feedback.as_ref())
            .map_or(Kinds::default(), |feedback| feedback.operand(word, operand))
    }

    /// What the call at `word` was always seen to call.
    #[must_use]
    pub fn callee(&self, word: u32) -> Option<Callee<'a>> {
        let feedback = self.function.feedback.try_borrow().ok()?;
        let op = self.op(word)?;
        let (closure, inlinable) = feedback.as_ref()?.callee(word + op.words() as u32)?;
        let unit = Unit { function: closure.function, ..*self };
        let address = |address: *const u8| address.expose_provenance() as u64;
        Some(Callee {
            unit,
            closure: address(closure.as_ptr().cast()),
            function: address(closure.function.as_ptr().cast()),
            inlinable,
        })
    }
}
