//! Items of lists, and loops over lists. The interpreter executes everything else here.

use siskin_core::bytecode::operand::Iter;
use siskin_core::layout::{
    AGE_SCANNED, ITEMS_VALUES, KIND_LIST, LIST_ITEMS, LIST_LEN, OBJECT_AGE, OBJECT_AUX, OBJECT_KIND, Runtime,
    VM_UNDEFINED,
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
        let (look, other) = (self.masm.label(), self.step(rejoin));
        self.later(Cold::Item { label: look, dst, object, index, rejoin, other });
        if self.never_in_list(index) {
            self.masm.jump(look);
            self.bind(rejoin);
            self.facts.forget_copies();
            return self.facts.write(dst, Known::Anything);
        }
        self.list_and_index(object, index, look);
        self.masm.load64_index(Reg::T0, Reg::T6, Reg::T2, ITEMS_VALUES);
        self.masm.store64(slot(dst), Reg::T0);
        self.bind(rejoin);
        self.facts.forget_copies();
        self.facts.write(dst, Known::Anything);
    }

    /// `object[index] = src`
    pub(super) fn set_item(&mut self, object: u16, index: Operand, src: u16) {
        let rejoin = self.masm.label();
        let (look, other) = (self.masm.label(), self.step(rejoin));
        self.later(Cold::SetItem { label: look, object, index, src, rejoin, other });
        if self.never_in_list(index) {
            self.masm.jump(look);
            self.bind(rejoin);
            return self.facts.forget_copies();
        }
        self.list_and_index(object, index, look);
        self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_AUX), 0, look);
        self.masm.load64(Reg::T0, slot(src));
        self.masm.store64_index(Reg::T6, Reg::T2, ITEMS_VALUES, Reg::T0);
        if !self.facts.tag(src).is_number() {
            let remember = self.masm.label();
            self.later(Cold::RememberItem { label: remember, rejoin });
            self.masm.branch8_mem(Cond::Eq, at(Reg::T6, OBJECT_AGE), AGE_SCANNED, remember);
        }
        self.bind(rejoin);
        self.facts.forget_copies();
    }

    /// Whether an index is no int, so that it is none of a list.
    fn never_in_list(&self, index: Operand) -> bool {
        match index {
            Operand::Register(register) => {
                let known = self.facts.tag(register);
                known.is_object() || known == Known::Double
            }
            Operand::Int(_) => false,
            Operand::Double(_) => true,
        }
    }

    /// `jump.absent`
    pub(super) fn jump_if_absent(&mut self, object: u16, index: Operand, to: i32) {
        let rejoin = self.masm.label();
        let step = self.step_jump(to, rejoin);
        self.load_item(object, index);
        // What is not found at a look, the interpreter looks for.
        self.masm.branch64(Cond::Eq, Reg::T0, at(Reg::Vm, VM_UNDEFINED), step);
        self.bind(rejoin);
        self.facts.forget_copies();
    }

    /// `T0 = ` the item of an object, if a look finds it.
    pub(super) fn load_item(&mut self, object: u16, index: Operand) {
        self.load_operand(Reg::T2, index);
        self.load(Reg::T1, object);
        self.masm.call_mem(Self::runtime(Runtime::Item));
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
        let (rejoin, other, done) = (self.masm.label(), self.masm.label(), self.masm.label());
        let step = self.step_jump(to, rejoin);
        let to = self.target(to);
        self.later(Cold::NextItem { label: other, iter, with_key, item: to, done, step });
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
