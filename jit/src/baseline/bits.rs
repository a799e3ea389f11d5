//! Integers of 32 bits: bit operators, shifts, and division to the floor.
//!
//! Templates are for ints. Other operands leave the code if only ints were seen; else the interpreter executes the
//! instruction.

use siskin_core::layout::Runtime;
use siskin_core::tier::Kinds;

use super::Pass;
use super::cold::Cold;
use super::facts::Known;
use super::operand::Operand;
use super::slot;
use crate::buffer::Label;
use crate::masm::{Cond, Masm, Reg, Shift};

/// A bit operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BitOp {
    And,
    Or,
    Xor,
}

/// The results of a division.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Division {
    Quotient,
    Rest,
}

impl<M: Masm> Pass<'_, '_, M> {
    /// `dst = lhs op rhs`
    pub(super) fn bit_op(&mut self, op: BitOp, dst: u16, lhs: Operand, rhs: Operand) {
        let (rejoin, other) = self.unless_ints(lhs, rhs);
        // A constant goes last.
        let (lhs, rhs) = if matches!(lhs, Operand::Register(_)) { (lhs, rhs) } else { (rhs, lhs) };
        let left = self.int(Reg::T3, lhs, other);
        let second = if left == Reg::T2 { Reg::T3 } else { Reg::T2 };
        let right = self.int_operand(second, rhs, other);
        match op {
            BitOp::And => self.masm.and32(Reg::T3, left, right),
            BitOp::Or => self.masm.or32(Reg::T3, left, right),
            BitOp::Xor => self.masm.xor32(Reg::T3, left, right),
        }
        self.finish_ints(dst, Reg::T3, rejoin, Known::Int);
    }

    /// `dst = ~src`
    pub(super) fn invert(&mut self, dst: u16, src: Operand) {
        self.bit_op(BitOp::Xor, dst, src, Operand::Int(-1));
    }

    /// `dst = lhs` shifted by `rhs`
    pub(super) fn shift(&mut self, shift: Shift, dst: u16, lhs: Operand, rhs: Operand) {
        if !self.may_count(rhs) {
            return self.by_interpreter(Some(dst));
        }
        let (rejoin, other) = self.unless_ints(lhs, rhs);
        // A result of 2^31 or more is no int.
        let known = match shift {
            Shift::Left | Shift::Right => Known::Int,
            Shift::RightZero => Known::Number,
        };
        if let Operand::Int(by) = rhs {
            let left = self.int(Reg::T2, lhs, other);
            self.masm.shift32(shift, Reg::T2, left, by as u8);
        } else {
            self.load_int(Reg::T2, lhs, other);
            self.load_int(Reg::T3, rhs, other);
            self.masm.branch32(Cond::AboveEq, Reg::T3, 32, other);
            self.masm.shift32_by_t3(shift);
        }
        if shift == Shift::RightZero && !matches!(rhs, Operand::Int(1..)) {
            self.masm.branch32(Cond::Lt, Reg::T2, 0, other);
        }
        self.finish_ints(dst, Reg::T2, rejoin, known);
    }

    /// `dst = lhs ~/ rhs` or `dst = lhs % rhs`
    pub(super) fn divide(&mut self, wanted: Division, dst: u16, lhs: Operand, rhs: Operand) {
        let seen = self.seen(lhs).or(self.seen(rhs));
        let doubles =
            seen.has(Kinds::DOUBLE) || [lhs, rhs].map(|operand| self.known(operand)).contains(&Known::Double);
        if doubles || matches!(rhs, Operand::Int(0 | -1)) {
            let (rejoin, label) = (self.masm.label(), self.masm.label());
            let other = self.step(rejoin);
            let by = match wanted {
                Division::Quotient => Runtime::Quotient,
                Division::Rest => Runtime::Rest,
            };
            self.later(Cold::Divide { label, by, dst, lhs, rhs, rejoin, other });
            self.masm.jump(label);
            self.bind(rejoin);
            self.facts.forget_copies();
            return self.facts.write(dst, Known::Number);
        }
        let (rejoin, other) = self.unless_ints(lhs, rhs);
        let result = match rhs {
            Operand::Int(by) if by.count_ones() == 1 && by > 0 => {
                let left = self.int(Reg::T2, lhs, other);
                match wanted {
                    Division::Rest => self.masm.and32(Reg::T2, left, by - 1),
                    Division::Quotient => {
                        self.masm.shift32(Shift::Right, Reg::T2, left, by.trailing_zeros() as u8);
                    }
                }
                Reg::T2
            }
            _ => self.divide_by_any(wanted, lhs, rhs, other),
        };
        self.finish_ints(dst, result, rejoin, Known::Number);
    }

    /// The quotient or the rest of ints, in the register that is returned.
    fn divide_by_any(&mut self, wanted: Division, lhs: Operand, rhs: Operand, other: Label) -> Reg {
        self.load_int(Reg::T0, lhs, other);
        self.load_int(Reg::T3, rhs, other);
        if !matches!(rhs, Operand::Int(_)) {
            // No division by 0, nor by -1, whose quotient may be no int.
            self.masm.mov(Reg::T2, Reg::T3);
            self.masm.bump32(Reg::T2, 1);
            self.masm.branch32(Cond::BelowEq, Reg::T2, 1, other);
        }
        self.masm.divide32_by_t3();
        // Towards zero is not to the floor if there is a rest whose sign is not that of the divisor.
        let done = self.masm.label();
        self.masm.xor32(Reg::T1, Reg::T2, Reg::T3);
        self.masm.branch32(Cond::Ge, Reg::T1, 0, done);
        self.masm.branch32(Cond::Eq, Reg::T2, 0, done);
        let result = match wanted {
            Division::Quotient => {
                self.masm.bump32(Reg::T0, -1);
                Reg::T0
            }
            Division::Rest => {
                self.masm.add32(Reg::T2, Reg::T2, Reg::T3, other);
                Reg::T2
            }
        };
        self.masm.bind(done);
        result
    }

    /// Whether a shift by an operand can succeed.
    fn may_count(&self, count: Operand) -> bool {
        match count {
            Operand::Register(_) => true,
            Operand::Int(count) => (0..32).contains(&count),
            Operand::Double(_) => false,
        }
    }

    /// Where to go if an operand is no int, and where that may come back to.
    fn unless_ints(&mut self, lhs: Operand, rhs: Operand) -> (Option<Label>, Label) {
        if self.expects_int(lhs) && self.expects_int(rhs) {
            return (None, self.unexpected(false));
        }
        let rejoin = self.masm.label();
        (Some(rejoin), self.step(rejoin))
    }

    /// The 32 bits of an operand, in the lower half of `to`.
    fn load_int(&mut self, to: Reg, operand: Operand, other: Label) {
        let from = self.int(to, operand, other);
        if from != to {
            self.masm.mov(to, from);
        }
    }

    /// Writes the int in the lower half of `from`, whose upper half is zero, to a register of the frame, which is `known`
    /// to hold that or what the interpreter wrote.
    fn finish_ints(&mut self, dst: u16, from: Reg, rejoin: Option<Label>, known: Known) {
        self.masm.or64(from, from, Reg::IntTag);
        match rejoin {
            None => self.store(dst, from, Known::Int),
            Some(rejoin) => {
                self.masm.store64(slot(dst), from);
                self.bind(rejoin);
                self.facts.forget_copies();
                self.facts.write(dst, known);
            }
        }
    }
}
