//! Arithmetic.
//!
//! Three templates, chosen by facts and feedback about the operands:
//!
//! - **int**: both operands are tested for ints, and the operation has 32 bits. If only ints were seen, other operands
//!   leave the code, and later code relies on ints; else doubles and overflow have a cold path.
//! - **double**: both operands are needed as doubles, which may already be in machine registers; ints are converted on
//!   a cold path. Scripts see no difference: an integer has the same value as an int and as a double.
//! - **texts**: the VM executes the instruction, if only strings were seen.

use siskin_core::layout::{Stub, VM_NIL, VM_STUBS};
use siskin_core::tier::Kinds;

use super::cold::Cold;
use super::facts::{Copied, Known};
use super::operand::{FOp, Operand};
use super::{Pass, known_bits, slot};
use crate::buffer::Label;
use crate::masm::{Cond, FReg, Masm, Reg, Rhs, at};

/// The template for two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Int,
    Double,
}

impl<M: Masm> Pass<'_, '_, M> {
    /// `dst = lhs op rhs`
    pub(super) fn arith(&mut self, op: FOp, dst: u16, lhs: Operand, rhs: Operand) {
        let seen = self.seen(lhs).or(self.seen(rhs));
        let may_be_text = op == FOp::Add && !(self.is_number(lhs) && self.is_number(rhs));
        match self.mode(lhs, rhs, op == FOp::Div) {
            _ if may_be_text && !seen.is_empty() && seen.only(Kinds::STR) => self.texts(dst, lhs, rhs),
            Mode::Double if !(may_be_text && seen.has(Kinds::STR)) => {
                let other = self.step_on(false);
                let (x, y) = self.doubles(lhs, rhs, other);
                let to = self.double_for(dst, x, y);
                self.float(op, to, x, y);
                self.masm.fstore(slot(dst), to);
            }
            Mode::Int if self.expects_int(lhs) && self.expects_int(rhs) => self.int_only(op, dst, lhs, rhs),
            _ => self.int_arith(op, dst, lhs, rhs, seen, may_be_text),
        }
    }

    /// Has the VM add strings. A number leaves the code.
    fn texts(&mut self, dst: u16, lhs: Operand, rhs: Operand) {
        if self.inlined.is_some() {
            // An inlined callee has no frame, which the VM would need.
            return self.by_interpreter(Some(dst));
        }
        let (other, slow, rejoin) = (self.unexpected(false), self.masm.label(), self.masm.label());
        self.later(Cold::Concat { label: slow, next: self.next, dst, lhs, rhs, rejoin, other });
        self.load_operand(Reg::T1, lhs);
        self.load_operand(Reg::T2, rhs);
        self.masm.call_mem(at(Reg::Vm, VM_STUBS + Stub::ConcatNow as i32 * 8));
        self.masm.branch64(Cond::Eq, Reg::T0, 0, slow);
        self.bind(rejoin);
        self.facts.forget_copies();
        self.store(dst, Reg::T0, Known::Object);
    }

    /// The template for ints only: if an operand or the result is not an int, the code is left.
    fn int_only(&mut self, op: FOp, dst: u16, lhs: Operand, rhs: Operand) {
        let other = self.unexpected(false);
        let (lhs, rhs) = self.held_first(op, lhs, rhs);
        let left = self.int(Reg::T3, lhs, other);
        self.learn_int(lhs);
        let right = self.int_operand(second_for(op, left), rhs, other);
        self.learn_int(rhs);
        self.int_op(op, left, right, other);
        self.check_zero(op, lhs, rhs, other);
        self.masm.or64(Reg::T3, Reg::T3, Reg::IntTag);
        self.store(dst, Reg::T3, Known::Int);
    }

    pub(super) fn learn_int(&mut self, operand: Operand) {
        if let Operand::Register(register) = operand {
            self.facts.learn(register, Known::Int);
        }
    }

    /// Whether facts and feedback agree that an operand is an int.
    pub(super) fn expects_int(&self, operand: Operand) -> bool {
        let seen = self.seen(operand);
        self.known(operand).is_int() || !seen.is_empty() && seen.only(Kinds::INT)
    }

    /// The operands, swapped if the operation allows it and that puts a constant last, or an operand in a machine
    /// register first.
    fn held_first(&self, op: FOp, lhs: Operand, rhs: Operand) -> (Operand, Operand) {
        let is_held = |operand| self.held().is_some_and(|held| Operand::Register(held.register) == operand);
        let is_constant = !matches!(lhs, Operand::Register(_));
        if op != FOp::Sub && (is_constant || is_held(rhs)) { (rhs, lhs) } else { (lhs, rhs) }
    }

    /// The lower half of `T3` is `lhs op rhs`, if that is an int, or a product that [`check_zero`](Pass::check_zero)
    /// admits.
    fn int_op(&mut self, op: FOp, lhs: Reg, rhs: Rhs, other: Label) {
        match op {
            FOp::Add => self.masm.add32(Reg::T3, lhs, rhs, other),
            FOp::Sub => self.masm.sub32(Reg::T3, lhs, rhs, other),
            FOp::Mul | FOp::Div => {
                debug_assert!(op == FOp::Mul, "division is of doubles, by `mode`");
                self.masm.mul32(Reg::T3, lhs, rhs, other);
            }
        }
    }

    /// Tests a product in `T3` for negative zero, which is not an int: a zero with a negative factor.
    fn check_zero(&mut self, op: FOp, lhs: Operand, rhs: Operand, other: Label) {
        let is_positive = |operand| matches!(operand, Operand::Int(1..));
        if op == FOp::Mul && lhs != rhs && !is_positive(lhs) && !is_positive(rhs) {
            let (label, rejoin) = (self.masm.label(), self.masm.label());
            self.later(Cold::Zero { label, lhs, rhs, rejoin, other });
            self.masm.branch32(Cond::Eq, Reg::T3, 0, label);
            self.masm.bind(rejoin);
        }
    }

    fn int_arith(&mut self, op: FOp, dst: u16, lhs: Operand, rhs: Operand, seen: Kinds, may_be_text: bool) {
        let rejoin = self.masm.label();
        // If the result may be a string, later code cannot assume a number.
        let numbers_only = !may_be_text || !seen.is_empty() && seen.only(Kinds::INT.or(Kinds::DOUBLE));
        let other = if numbers_only { self.step_on(false) } else { self.step(rejoin) };
        let mixed = self.masm.label();
        self.later(Cold::Mixed { label: mixed, op, dst, lhs, rhs, rejoin, other });
        let (lhs, rhs) = self.held_first(op, lhs, rhs);
        let left = self.int(Reg::T3, lhs, mixed);
        let right = self.int_operand(second_for(op, left), rhs, mixed);
        self.int_op(op, left, right, mixed);
        self.check_zero(op, lhs, rhs, mixed);
        self.masm.or64(Reg::T3, Reg::T3, Reg::IntTag);
        self.masm.store64(slot(dst), Reg::T3);
        self.bind(rejoin);
        if !numbers_only {
            self.facts.forget_copies();
        }
        self.facts.write(dst, if numbers_only { Known::Number } else { Known::Anything });
    }

    /// A machine register for the double that goes to register `dst` of the frame: the one of the old value, so that
    /// a variable keeps its register through a loop.
    pub(super) fn double_for(&mut self, dst: u16, x: FReg, y: FReg) -> FReg {
        let own = self.facts.copy(Copied::Register(dst));
        self.facts.write(dst, Known::Double);
        match own {
            Some(own) => self.facts.keep(Copied::Register(dst), own),
            None => self.facts.take(Copied::Register(dst), [Some(x), Some(y)]),
        }
    }

    /// `dst = -src`
    pub(super) fn negate(&mut self, dst: u16, src: u16) {
        let operand = Operand::Register(src);
        let other = self.step_on(false);
        if self.mode(operand, operand, false) == Mode::Double {
            let (x, _) = self.doubles(operand, operand, other);
            let to = self.double_for(dst, x, x);
            self.masm.fneg(to, x);
            self.masm.fstore(slot(dst), to);
            return;
        }
        let (rejoin, label) = (self.masm.label(), self.masm.label());
        self.later(Cold::Negate { label, dst, src, rejoin, other });
        let int = self.int(Reg::T0, operand, label);
        // The negation of zero is not an int.
        self.masm.branch32(Cond::Eq, int, 0, label);
        self.masm.imm(Reg::T2, 0);
        self.masm.sub32(Reg::T3, Reg::T2, int, label);
        self.masm.or64(Reg::T3, Reg::T3, Reg::IntTag);
        self.masm.store64(slot(dst), Reg::T3);
        self.bind(rejoin);
        self.facts.write(dst, Known::Number);
    }

    pub(super) fn float(&mut self, op: FOp, dst: FReg, lhs: FReg, rhs: FReg) {
        match op {
            FOp::Add => self.masm.fadd(dst, lhs, rhs),
            FOp::Sub => self.masm.fsub(dst, lhs, rhs),
            FOp::Mul => self.masm.fmul(dst, lhs, rhs),
            FOp::Div => self.masm.fdiv(dst, lhs, rhs),
        }
    }

    /// The template for two operands.
    pub(super) fn mode(&self, lhs: Operand, rhs: Operand, divides: bool) -> Mode {
        let known = [self.known(lhs), self.known(rhs)];
        if divides || known.contains(&Known::Double) {
            return Mode::Double;
        }
        if known.into_iter().all(Known::is_int) {
            return Mode::Int;
        }
        let seen = self.seen(lhs).or(self.seen(rhs));
        if seen.has(Kinds::DOUBLE) { Mode::Double } else { Mode::Int }
    }

    pub(super) fn known(&self, operand: Operand) -> Known {
        match operand {
            Operand::Register(register) => self.facts.tag(register),
            Operand::Int(value) => Known::Const(value),
            Operand::Double(bits) => known_bits(bits),
        }
    }

    pub(super) fn is_number(&self, operand: Operand) -> bool {
        self.known(operand).is_number()
    }

    /// The feedback about an operand of this instruction.
    pub(super) fn seen(&self, operand: Operand) -> Kinds {
        match operand {
            Operand::Register(register) => self.unit.operand_in(self.at, register - self.window()),
            Operand::Int(_) | Operand::Double(_) => Kinds::default(),
        }
    }

    /// An operand's 32 bits, in the lower half of a machine register: `to`, unless another one holds the operand.
    pub(super) fn int(&mut self, to: Reg, operand: Operand, other: Label) -> Reg {
        match operand {
            Operand::Register(register) => {
                let value = self.value(to, register);
                if !self.facts.tag(register).is_int() {
                    let held = self.held();
                    self.masm.branch64(Cond::Below, value, Reg::IntTag, other);
                    self.still(held);
                }
                return value;
            }
            Operand::Int(value) => self.masm.imm(to, u64::from(value as u32)),
            Operand::Double(_) => self.masm.jump(other),
        }
        to
    }

    /// An operand's 32 bits as a second operand: only an operand to be tested needs a register.
    pub(super) fn int_operand(&mut self, to: Reg, operand: Operand, other: Label) -> Rhs {
        match operand {
            Operand::Int(value) => Rhs::from(value),
            Operand::Register(register) if self.facts.tag(register).is_int() => self.second(register),
            _ => Rhs::Reg(self.int(to, operand, other)),
        }
    }

    /// Both operands as doubles.
    pub(super) fn doubles(&mut self, lhs: Operand, rhs: Operand, other: Label) -> (FReg, FReg) {
        let x = self.double(lhs, None, other);
        let y = if lhs == rhs { x } else { self.double(rhs, Some(x), other) };
        (x, y)
    }

    fn double(&mut self, operand: Operand, in_use: Option<FReg>, other: Label) -> FReg {
        let of = match operand {
            Operand::Register(register) => Copied::Register(register),
            Operand::Int(value) => Copied::Constant(f64::from(value).to_bits()),
            Operand::Double(bits) => Copied::Constant(bits),
        };
        if let Some(copy) = self.facts.copy(of) {
            return copy;
        }
        let to = self.facts.take(of, [in_use, None]);
        match (operand, of) {
            (Operand::Register(register), _) => {
                let seen = self.seen(operand);
                self.load_double(to, register, !seen.is_empty() && seen.only(Kinds::INT), other);
            }
            (_, Copied::Constant(bits)) => self.masm.fimm(to, bits),
            _ => {}
        }
        to
    }

    fn load_double(&mut self, to: FReg, register: u16, likely_int: bool, other: Label) {
        let known = self.facts.tag(register);
        if known == Known::Double {
            self.masm.fload(to, slot(register));
            return;
        }
        let from = self.value(Reg::T0, register);
        // None of the code below writes a temporary.
        let held = self.held();
        if known.is_int() {
            self.masm.fcvt32(to, from);
            self.still(held);
            return;
        }
        let (label, rejoin) = (self.masm.label(), self.masm.label());
        if likely_int {
            self.later(Cold::Double { label, from, to, register, rejoin, other });
            self.masm.branch64(Cond::Below, from, Reg::IntTag, label);
            self.masm.fcvt32(to, from);
            self.masm.bind(rejoin);
            self.still(held);
            self.facts.learn(register, Known::Number);
            return;
        }
        self.later(Cold::IntToDouble { label, from, to, rejoin, other });
        if known == Known::Number {
            self.masm.branch64(Cond::AboveEq, from, Reg::IntTag, label);
        } else {
            self.masm.branch64(Cond::AboveEq, from, at(Reg::Vm, VM_NIL), label);
        }
        self.masm.fload(to, slot(register));
        self.masm.bind(rejoin);
        self.still(held);
        self.facts.learn(register, Known::Number);
    }
}

/// The register for a second operand: that of the result, if the operation commutes and the first operand is
/// elsewhere.
fn second_for(op: FOp, first: Reg) -> Reg {
    if op == FOp::Sub || first == Reg::T3 { Reg::T2 } else { Reg::T3 }
}
