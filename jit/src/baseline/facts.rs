//! Facts about registers of the frame, inside a basic block.
//!
//! At every exit, registers in memory have their current values; facts only save tests and loads. There are two sorts:
//! tags of registers, and doubles that are also in machine registers.

use crate::masm::{FREGS, FReg};

/// A fact about the value of a register of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    Anything,
    Int,
    /// This int.
    Const(i32),
    Double,
    /// An int or a double.
    Number,
    Object,
    /// The object with these bits.
    Is(u64),
    /// A value of a variant: an object with this shape, which stays, and so many fields.
    Variant {
        shape: u32,
        fields: u8,
    },
}

impl Known {
    pub(crate) fn is_int(self) -> bool {
        matches!(self, Known::Int | Known::Const(_))
    }

    pub(crate) fn is_number(self) -> bool {
        self.is_int() || matches!(self, Known::Double | Known::Number)
    }

    pub(crate) fn is_object(self) -> bool {
        matches!(self, Known::Object | Known::Is(_) | Known::Variant { .. })
    }

    /// Whether `other` follows from this fact.
    fn implies(self, other: Known) -> bool {
        match other {
            Known::Anything => true,
            Known::Int => self.is_int(),
            Known::Number => self.is_number(),
            Known::Object => self.is_object(),
            _ => self == other,
        }
    }
}

/// The origin of the copy in a machine register for doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copied {
    Nothing,
    /// The number in a register of the frame, as a double.
    Register(u16),
    /// The double with these bits.
    Constant(u64),
}

/// The most registers of the frame with a fact.
const TAGS: usize = 24;
/// Machine registers that keep doubles; the others are scratch.
const COPIES: usize = FREGS as usize - 2;

/// Scratch registers, never kept.
pub(crate) const FSCRATCH: [FReg; 2] = [FReg(FREGS - 2), FReg(FREGS - 1)];

#[derive(Clone, Copy)]
pub(crate) struct Facts {
    tags: [(u16, Known); TAGS],
    /// Entries made since the block began; the oldest is replaced when all are in use.
    made: usize,
    copies: [Copied; COPIES],
    next_copy: usize,
    /// The stack is known to hold this many registers of the frame, plus one record. 0: not checked yet. A collection
    /// may shrink the stack.
    pub(crate) stack_checked_to: u32,
    /// Upvalues of the closure that are known to be cells, a bit each for the first 64. A closure's upvalues stay the same.
    cells: u64,
}

impl Facts {
    pub(crate) const NONE: Facts = Facts {
        tags: [(0, Known::Anything); TAGS],
        made: 0,
        copies: [Copied::Nothing; COPIES],
        next_copy: 0,
        stack_checked_to: 0,
        cells: 0,
    };

    /// Whether these facts imply all of `other`, with the same copies in the same machine registers.
    pub(crate) fn imply(&self, other: &Facts) -> bool {
        let tags = other.used().iter().all(|&(register, tag)| self.tag(register).implies(tag));
        let mut copies = self.copies.iter().zip(&other.copies);
        let stack = self.stack_checked_to >= other.stack_checked_to;
        let cells = self.cells & other.cells == other.cells;
        tags && stack && cells && copies.all(|(here, there)| *there == Copied::Nothing || here == there)
    }

    fn used(&self) -> &[(u16, Known)] {
        self.tags.get(..self.made.min(TAGS)).unwrap_or_default()
    }

    fn used_mut(&mut self) -> &mut [(u16, Known)] {
        self.tags.get_mut(..self.made.min(TAGS)).unwrap_or_default()
    }

    /// Forgets all facts at the start of a block.
    #[inline(never)]
    pub(crate) fn forget_all(&mut self) {
        self.made = 0;
        self.next_copy = 0;
        self.cells = 0;
        self.forget_copies();
    }

    /// Records a call of the VM: machine registers are lost, and the stack may have shrunk. Tags stay.
    pub(crate) fn forget_copies(&mut self) {
        self.stack_checked_to = 0;
        self.forget_doubles();
    }

    /// Records a call of a leaf function of the VM: machine registers are lost.
    pub(crate) fn forget_doubles(&mut self) {
        self.copies = [Copied::Nothing; COPIES];
    }

    /// Replaces the facts about upvalues, because another closure runs from here on. Returns those about the one
    /// before.
    pub(crate) fn change_closure(&mut self, cells: u64) -> u64 {
        core::mem::replace(&mut self.cells, cells)
    }

    /// Whether an upvalue is known to be a cell. From here on it is.
    pub(crate) fn learn_cell(&mut self, upvalue: u16) -> bool {
        let bit = 1_u64.checked_shl(u32::from(upvalue)).unwrap_or(0);
        let is_known = self.cells & bit != 0;
        self.cells |= bit;
        is_known
    }

    /// Forgets facts about the registers above this one.
    pub(crate) fn forget_above(&mut self, register: u16) {
        for tag in self.used_mut().iter_mut().filter(|(of, _)| *of > register) {
            tag.1 = Known::Anything;
        }
        for copy in &mut self.copies {
            if matches!(*copy, Copied::Register(of) if of > register) {
                *copy = Copied::Nothing;
            }
        }
    }

    #[inline(never)]
    pub(crate) fn tag(&self, register: u16) -> Known {
        self.used().iter().find(|(of, _)| *of == register).map_or(Known::Anything, |(_, tag)| *tag)
    }

    /// Adds a fact about a register whose value was tested.
    #[inline(never)]
    pub(crate) fn learn(&mut self, register: u16, tag: Known) {
        if let Some(entry) = self.used_mut().iter_mut().find(|(of, _)| *of == register) {
            entry.1 = tag;
        } else if let Some(entry) = self.tags.get_mut(self.made % TAGS) {
            *entry = (register, tag);
            self.made += 1;
        }
    }

    /// Records that a register was written.
    pub(crate) fn write(&mut self, register: u16, tag: Known) {
        for copy in &mut self.copies {
            if *copy == Copied::Register(register) {
                *copy = Copied::Nothing;
            }
        }
        self.learn(register, tag);
    }

    /// The machine register that holds a copy.
    #[inline(never)]
    pub(crate) fn copy(&self, of: Copied) -> Option<FReg> {
        self.copies.iter().position(|copy| *copy == of).map(|index| FReg(index as u8))
    }

    /// Notes that a machine register holds a copy.
    pub(crate) fn keep(&mut self, of: Copied, register: FReg) -> FReg {
        if let Some(copy) = self.copies.get_mut(usize::from(register.0)) {
            *copy = of;
        }
        register
    }

    /// Picks a machine register for a copy, none of those `in_use`.
    pub(crate) fn take(&mut self, of: Copied, in_use: [Option<FReg>; 2]) -> FReg {
        let free = |index: usize| !in_use.contains(&Some(FReg(index as u8)));
        let empty =
            (0..COPIES).find(|&index| free(index) && self.copies.get(index) == Some(&Copied::Nothing));
        let index = empty.unwrap_or_else(|| {
            while !free(self.next_copy) {
                self.next_copy = (self.next_copy + 1) % COPIES;
            }
            let index = self.next_copy;
            self.next_copy = (self.next_copy + 1) % COPIES;
            index
        });
        if let Some(copy) = self.copies.get_mut(index) {
            *copy = of;
        }
        FReg(index as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_ends_what_was_known() {
        let mut facts = Facts::NONE;
        let copy = facts.take(Copied::Register(3), [None, None]);
        facts.learn(3, Known::Double);
        assert_eq!((facts.copy(Copied::Register(3)), facts.tag(3)), (Some(copy), Known::Double));
        facts.write(3, Known::Int);
        assert_eq!((facts.copy(Copied::Register(3)), facts.tag(3)), (None, Known::Int));
        facts.write(3, Known::Anything);
        assert_eq!(facts.tag(3), Known::Anything);
    }

    #[test]
    fn registers_in_use_are_not_taken() {
        let mut facts = Facts::NONE;
        for index in 0..100_u16 {
            let kept = [facts.copy(Copied::Register(index.wrapping_sub(1))), None];
            let taken = facts.take(Copied::Register(index), kept);
            assert_ne!(kept[0], Some(taken));
        }
    }

    #[test]
    fn old_facts_give_way_to_new_ones() {
        let mut facts = Facts::NONE;
        for register in 0..100 {
            facts.write(register, Known::Int);
            assert_eq!(facts.tag(register), Known::Int);
        }
        assert_eq!(facts.tag(0), Known::Anything);
    }
}
