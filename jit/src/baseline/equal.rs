//! Equality, truth, and the jumps on them.

use siskin_core::layout::{FALSE, NIL, TRUE, VM_NIL};
use siskin_core::tier::Kinds;

use super::facts::Known;
use super::operand::Operand;
use super::{Pass, known_bits, slot};
use crate::buffer::Label;
use crate::masm::{Cond, FCond, Masm, Reg, at};

/// The right side of an equality.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Other {
    /// A register of the frame.
    Register(u16),
    /// A literal, by its bits.
    Literal(u64),
}

impl<M: Masm> Pass<'_, '_, M> {
    /// `jump.eq` and `jump.ne`: jumps if `(lhs == rhs) == wanted`.
    pub(super) fn jump_if_equal(&mut self, lhs: u16, rhs: Other, wanted: bool, to: i32) {
        let (target, next) = (self.target(to), self.masm.label());
        let (equal, differs) = if wanted { (target, next) } else { (next, target) };
        self.branch_equal(lhs, rhs, equal, differs);
        self.bind(next);
    }

    /// `dst = lhs == rhs`, or the opposite.
    pub(super) fn equality(&mut self, dst: u16, lhs: u16, rhs: u16, wanted: bool) {
        let (equal, differs, done) = (self.masm.label(), self.masm.label(), self.masm.label());
        self.branch_equal_or(lhs, Other::Register(rhs), equal, differs, done);
        self.bind(equal);
        self.masm.store64_imm(slot(dst), if wanted { TRUE } else { FALSE });
        self.masm.jump(done);
        self.bind(differs);
        self.masm.store64_imm(slot(dst), if wanted { FALSE } else { TRUE });
        self.bind(done);
        self.facts.forget_copies();
        self.facts.write(dst, Known::Anything);
    }

    fn branch_equal(&mut self, lhs: u16, rhs: Other, equal: Label, differs: Label) {
        // `step` returns an address only if the instruction jumps. Otherwise the next instruction follows, and machine
        // registers are lost.
        let rejoin = self.masm.label();
        self.branch_equal_or(lhs, rhs, equal, differs, rejoin);
        self.bind(rejoin);
        self.facts.forget_copies();
    }

    /// Jumps to `equal` or `differs`, or has the interpreter execute the instruction and jumps to `stepped`. Does not
    /// fall through.
    fn branch_equal_or(&mut self, lhs: u16, rhs: Other, equal: Label, differs: Label, stepped: Label) {
        let left = Operand::Register(lhs);
        let right = match rhs {
            Other::Register(register) => Some(Operand::Register(register)),
            Other::Literal(bits) if known_bits(bits).is_number() => Some(Operand::constant(bits)),
            Other::Literal(_) => None,
        };
        let seen = self.seen(left).or(right.map_or(Kinds::default(), |right| self.seen(right)));
        let doubles = seen.has(Kinds::DOUBLE) && seen.only(Kinds::INT.or(Kinds::DOUBLE));
        if let Some(right) = right
            && (doubles || self.known(left) == Known::Double || self.known(right) == Known::Double)
        {
            let other = self.step(stepped);
            let before = [left, right].map(|operand| (operand, self.known(operand)));
            let (x, y) = self.doubles(left, right, other);
            // Operands other than numbers come back from `step`.
            for (operand, known) in before {
                if let Operand::Register(register) = operand {
                    self.facts.learn(register, known);
                }
            }
            self.masm.fbranch(FCond::Eq, x, y, equal);
            self.masm.jump(differs);
            return;
        }
        self.load(Reg::T0, lhs);
        let mixed = match rhs {
            Other::Literal(bits) => {
                match known_bits(bits) {
                    Known::Is(bits) => self.masm.pointer(Reg::T2, bits),
                    _ => self.masm.imm(Reg::T2, bits),
                }
                self.masm.branch64(Cond::Eq, Reg::T0, Reg::T2, equal);
                known_bits(bits)
            }
            Other::Register(register) => {
                let (same, not_same) = (self.masm.label(), self.masm.label());
                self.load(Reg::T2, register);
                self.masm.branch64(Cond::Ne, Reg::T0, Reg::T2, not_same);
                self.bind(same);
                // A NaN is the one value that differs from itself; other doubles are rare here.
                let step = self.step(stepped);
                self.masm.branch64(Cond::Below, Reg::T0, at(Reg::Vm, VM_NIL), step);
                self.masm.jump(equal);
                self.bind(not_same);
                self.facts.tag(register)
            }
        };
        match mixed {
            // Nil and booleans only equal themselves.
            Known::Anything if matches!(rhs, Other::Literal(_)) => self.masm.jump(differs),
            Known::Int | Known::Const(_) => {
                // A double may equal an int. Of all other values, only ints are common.
                let step = self.step(stepped);
                self.masm.branch64(Cond::Below, Reg::T0, Reg::IntTag, step);
                self.masm.jump(differs);
            }
            _ => {
                let (step, int) = (self.step(stepped), self.masm.label());
                self.masm.branch64(Cond::AboveEq, Reg::T0, Reg::IntTag, int);
                self.masm.jump(step);
                self.bind(int);
                self.masm.branch64(Cond::AboveEq, Reg::T2, Reg::IntTag, differs);
                self.masm.jump(step);
            }
        }
    }

    /// Jumps to `to` if the register is false or nil (`wanted`), or if it is neither (not `wanted`).
    pub(super) fn branch_falsy(&mut self, src: u16, wanted: bool, to: Label) {
        self.load(Reg::T0, src);
        self.masm.sub64(Reg::T0, Reg::T0, at(Reg::Vm, VM_NIL));
        // The bits of nil and false are neighbouring numbers.
        let cond = if wanted { Cond::BelowEq } else { Cond::Above };
        self.masm.branch64(cond, Reg::T0, (FALSE - NIL) as i32, to);
    }

    /// `dst = !src`
    pub(super) fn not(&mut self, dst: u16, src: u16) {
        let (falsy, done) = (self.masm.label(), self.masm.label());
        self.branch_falsy(src, true, falsy);
        self.masm.store64_imm(slot(dst), FALSE);
        self.masm.jump(done);
        self.bind(falsy);
        self.masm.store64_imm(slot(dst), TRUE);
        self.bind(done);
        self.facts.write(dst, Known::Anything);
    }
}
