//! Orderings, the jumps on them, and back-edges.

use siskin_core::tier::Kinds;

use super::Pass;
use super::arith::Mode;
use super::cold::Cold;
use super::facts::Known;
use super::operand::Operand;
use super::slot;
use crate::buffer::Label;
use crate::masm::{Cond, FCond, Masm, Reg, Rhs};

/// An ordering of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Lt,
    Le,
    Gt,
    Ge,
}

impl Order {
    /// The condition for ints that holds if the ordering is `wanted`.
    fn ints(self, wanted: bool) -> Cond {
        match (self, wanted) {
            (Order::Lt, true) | (Order::Ge, false) => Cond::Lt,
            (Order::Le, true) | (Order::Gt, false) => Cond::Le,
            (Order::Gt, true) | (Order::Le, false) => Cond::Gt,
            (Order::Ge, true) | (Order::Lt, false) => Cond::Ge,
        }
    }

    /// The condition for doubles, which differs because of NaN.
    fn doubles(self, wanted: bool) -> FCond {
        match (self, wanted) {
            (Order::Lt, true) => FCond::Lt,
            (Order::Lt, false) => FCond::NotLt,
            (Order::Le, true) => FCond::Le,
            (Order::Le, false) => FCond::NotLe,
            (Order::Gt, true) => FCond::Gt,
            (Order::Gt, false) => FCond::NotGt,
            (Order::Ge, true) => FCond::Ge,
            (Order::Ge, false) => FCond::NotGe,
        }
    }
}

impl<M: Masm> Pass<'_, '_, M> {
    /// Jumps to `to` if `lhs order rhs` is `wanted`. If an iteration was `charged`, the charge is given back when the
    /// code is left.
    fn branch(&mut self, order: Order, wanted: bool, operands: [Operand; 2], to: Label, charged: bool) {
        let [lhs, rhs] = operands;
        if self.mode(lhs, rhs, false) == Mode::Double {
            let other = self.step_on(charged);
            let (x, y) = self.doubles(lhs, rhs, other);
            self.masm.fbranch(order.doubles(wanted), x, y, to);
            return;
        }
        if self.expects_int(lhs) && self.expects_int(rhs) {
            let other = self.unexpected(charged);
            let left = self.int(Reg::T0, lhs, other);
            self.learn_int(lhs);
            let right = self.int_operand(Reg::T2, rhs, other);
            self.learn_int(rhs);
            self.masm.branch32(order.ints(wanted), left, right, to);
            return;
        }
        let (label, rejoin, other) = (self.masm.label(), self.masm.label(), self.step_on(charged));
        self.later(Cold::Compare { label, cond: order.doubles(wanted), lhs, rhs, to, rejoin, other });
        let left = self.int(Reg::T0, lhs, label);
        let right = self.int_operand(Reg::T2, rhs, label);
        self.masm.branch32(order.ints(wanted), left, right, to);
        self.bind(rejoin);
    }

    /// `jump.*`: jumps on an ordering.
    pub(super) fn jump_if(&mut self, order: Order, wanted: bool, lhs: Operand, rhs: Operand, to: i32) {
        if self.may_be_texts(lhs, rhs) {
            return self.by_interpreter(None);
        }
        let to = self.target(to);
        self.branch(order, wanted, [lhs, rhs], to, false);
    }

    /// Whether strings were compared here, which the interpreter does.
    fn may_be_texts(&self, lhs: Operand, rhs: Operand) -> bool {
        !(self.is_number(lhs) || self.is_number(rhs)) && self.seen(lhs).or(self.seen(rhs)).has(Kinds::STR)
    }

    /// `dst = lhs order rhs`
    pub(super) fn compare(&mut self, order: Order, dst: u16, lhs: Operand, rhs: Operand) {
        use siskin_core::layout::{FALSE, TRUE};
        if self.may_be_texts(lhs, rhs) {
            return self.by_interpreter(Some(dst));
        }
        let (holds, done) = (self.masm.label(), self.masm.label());
        self.branch(order, true, [lhs, rhs], holds, false);
        self.masm.store64_imm(slot(dst), FALSE);
        self.masm.jump(done);
        self.bind(holds);
        self.masm.store64_imm(slot(dst), TRUE);
        self.bind(done);
        self.facts.write(dst, Known::Anything);
    }

    /// Charges for an iteration of a loop in advance, although only one that is taken costs. If the loop ends, the
    /// charge is given back.
    pub(super) fn charge_iteration(&mut self) {
        let empty = self.step_on(true);
        self.masm.count_down(Reg::Fuel, empty);
    }

    /// `loop`
    pub(super) fn back(&mut self, to: i32) {
        self.charge_iteration();
        let to = self.target(to);
        self.masm.jump(to);
    }

    /// `loop.true`
    pub(super) fn back_if_true(&mut self, src: u16, to: i32) {
        self.charge_iteration();
        let (to, done) = (self.target(to), self.masm.label());
        self.branch_falsy(src, true, done);
        self.masm.jump(to);
        self.bind(done);
        self.masm.bump32(Reg::Fuel, 1);
    }

    /// `loop.*`: back on an ordering.
    pub(super) fn back_if(&mut self, order: Order, lhs: Operand, rhs: Operand, to: i32) {
        if self.may_be_texts(lhs, rhs) {
            return self.by_interpreter(None);
        }
        self.charge_iteration();
        let to = self.target(to);
        self.branch(order, true, [lhs, rhs], to, true);
        self.masm.bump32(Reg::Fuel, 1);
    }

    /// `add.loop.*`: a step, then back on an ordering.
    pub(super) fn add_back_if(&mut self, order: Order, var: u16, rhs: Operand, step: i32, to: i32) {
        self.charge_iteration();
        let to = self.target(to);
        let lhs = Operand::Register(var);
        if self.mode(lhs, rhs, false) == Mode::Double {
            let other = self.step_on(true);
            let (x, mut y) = self.doubles(lhs, rhs, other);
            let [by, before] = super::facts::FSCRATCH;
            if rhs == lhs {
                // If the limit is the variable itself, its value before the step counts, whose register the sum takes.
                self.masm.fmov(before, y);
                y = before;
            }
            self.masm.fimm(by, f64::from(step).to_bits());
            let sum = self.double_for(var, x, y);
            self.masm.fadd(sum, x, by);
            self.masm.fstore(slot(var), sum);
            self.masm.fbranch(order.doubles(true), sum, y, to);
        } else {
            let other = self.unexpected(true);
            let before = self.int(Reg::T3, lhs, other);
            // As above.
            let right = if rhs == lhs {
                self.masm.mov(Reg::T2, before);
                Rhs::Reg(Reg::T2)
            } else {
                self.int_operand(Reg::T2, rhs, other)
            };
            self.masm.add32(Reg::T3, before, step, other);
            self.masm.or64(Reg::T3, Reg::T3, Reg::IntTag);
            self.masm.store64(slot(var), Reg::T3);
            self.facts.write(var, Known::Int);
            self.masm.branch32(order.ints(true), Reg::T3, right, to);
        }
        self.masm.bump32(Reg::Fuel, 1);
    }
}
