//! Items of lists, and loops over lists. The interpreter executes everything else here.

use siskin_core::bytecode::operand::Iter;
use siskin_core::layout::{
    AGE_SCANNED, ITEMS_VALUES, KIND_LIST, LIST_ITEMS, LIST_LEN, OBJECT_AGE, OBJECT_AUX, OBJECT_KIND,
};

use super::cold::Cold;
use super::facts::Known;
use super::operand::Operand;
use super::{Pass, slot};
use crate::buffer::Label;
use crate::masm::{Cond, Masm, Reg, at};

impl<M: Masm> Pass<'_, '_, M> {
    /// `T5 = ` the list in a register, `T2 = ` the index, which is that of an item; or `other`.
    fn list_and_index(&mut self, object: u16, index: Operand, other: Label) {
        self.load_object(object, other);
        self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_KIND), KIND_LIST, other);
        self.int(Reg::T2, index, other);
        if let Operand::Register(register) = index {
            // Its lower half alone.
            self.masm.load32(Reg::T2, slot(register));
        }
        self.masm.load32(Reg::T3, at(Reg::T5, LIST_LEN));
        // A negative index is a large one.
        self.masm.branch32(Cond::BelowEq, Reg::T3, Reg::T2, other);
        self.masm.load64(Reg::T6, at(Reg::T5, LIST_ITEMS));
    }

    /// `dst = object[index]`
    pub(super) fn get_item(&mut self, dst: u16, object: u16, index: Operand) {
        let rejoin = self.masm.label();
        let other = self.step(rejoin);
        self.list_and_index(object, index, other);
        self.masm.load64_index(Reg::T0, Reg::T6, Reg::T2, ITEMS_VALUES);
        self.masm.store64(slot(dst), Reg::T0);
        self.bind(rejoin);
        self.facts.forget_copies();
        self.facts.write(dst, Known::Anything);
    }

    /// `object[index] = src`
    pub(super) fn set_item(&mut self, object: u16, index: Operand, src: u16) {
        let rejoin = self.masm.label();
        let other = self.step(rejoin);
        self.list_and_index(object, index, other);
        self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_AUX), 0, other);
        // The barrier is the interpreter's.
        self.masm.branch8_mem(Cond::Eq, at(Reg::T6, OBJECT_AGE), AGE_SCANNED, other);
        self.masm.load64(Reg::T0, slot(src));
        self.masm.store64_index(Reg::T6, Reg::T2, ITEMS_VALUES, Reg::T0);
        self.bind(rejoin);
        self.facts.forget_copies();
    }

    /// `for.prep`
    pub(super) fn begin_items(&mut self, iter: u16) {
        self.by_interpreter(None);
        for register in [Iter::POSITION, Iter::LENGTH] {
            self.facts.write(iter + register, Known::Anything);
        }
    }

    /// `for.next`: back with the next item.
    pub(super) fn next_item(&mut self, iter: u16, with_key: bool, to: i32) {
        self.charge_iteration();
        let (to, rejoin, other, done) =
            (self.target(to), self.masm.label(), self.masm.label(), self.masm.label());
        let step = self.step(rejoin);
        self.later(Cold::Refund { label: other, then: step });
        self.load_object(iter, other);
        self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_KIND), KIND_LIST, other);
        self.masm.load32(Reg::T2, slot(iter + Iter::POSITION));
        self.masm.load32(Reg::T3, slot(iter + Iter::LENGTH));
        self.masm.load32(Reg::T0, at(Reg::T5, LIST_LEN));
        self.masm.branch32(Cond::Ne, Reg::T0, Reg::T3, other);
        self.masm.branch32(Cond::BelowEq, Reg::T3, Reg::T2, done);
        self.masm.load64(Reg::T6, at(Reg::T5, LIST_ITEMS));
        self.masm.load64_index(Reg::T0, Reg::T6, Reg::T2, ITEMS_VALUES);
        self.masm.store64(slot(iter + Iter::ITEM), Reg::T0);
        if with_key {
            self.masm.or64(Reg::T3, Reg::T2, Reg::IntTag);
            self.masm.store64(slot(iter + Iter::KEY), Reg::T3);
        }
        self.masm.add32(Reg::T3, Reg::T2, 1, other);
        self.masm.or64(Reg::T3, Reg::T3, Reg::IntTag);
        self.masm.store64(slot(iter + Iter::POSITION), Reg::T3);
        self.facts.forget_copies();
        let written =
            [Iter::POSITION, Iter::LENGTH, Iter::ITEM].into_iter().chain(with_key.then_some(Iter::KEY));
        for register in written {
            self.facts.write(iter + register, Known::Anything);
        }
        self.masm.jump(to);
        self.bind(done);
        self.masm.bump32(Reg::Fuel, 1);
        self.bind(rejoin);
    }

    /// `range.check`: ints are fine.
    pub(super) fn check_range(&mut self, start: u16, end: u16) {
        let rejoin = self.masm.label();
        let other = self.step(rejoin);
        for register in [start, end] {
            self.int(Reg::T0, Operand::Register(register), other);
        }
        self.bind(rejoin);
        self.facts.forget_copies();
    }
}
