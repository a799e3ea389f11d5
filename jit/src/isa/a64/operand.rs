//! Operands that may not fit an instruction: immediates and displacements of any size, and memory where an
//! instruction needs a register.
//!
//! An operand that does not fit goes through a scratch register. There are two, and a verb may need both:
//!
//! ```text
//!   x16   addresses; the left operand, if that is in memory; targets of indirect jumps
//!   x17   the right operand; the value to store
//! ```

use super::bitmask::Bitmask;
use super::branch::{Flags, b_cond, cbnz, cbz};
use super::constant::Constant;
use super::data_imm::{Arith, Imm12, Logic, add_imm, logical_imm};
use super::data_reg::{add_reg, logical_reg, mov, mvn};
use super::fixup::Distance;
use super::masm::A64;
use super::memory::{Access, Disp, Index, LDR, LDR_W, offset, register};
use super::reg::{Register, Size, X};
use crate::buffer::Label;
use crate::masm::{Cond, MemOperand, Rhs};

impl A64 {
    pub(super) fn put(&mut self, word: u32) {
        self.buffer.emit(&word.to_le_bytes());
    }

    /// Appends an instruction that refers to a label.
    pub(super) fn refer(&mut self, word: u32, label: Label, distance: Distance) {
        self.buffer.refer(self.buffer.offset(), label, distance);
        self.put(word);
    }

    pub(super) fn branch_if(&mut self, when: Flags, label: Label) {
        self.refer(b_cond(when), label, Distance::Imm19);
    }

    pub(super) fn constant(&mut self, rd: X, value: u64) {
        for word in Constant::new(rd, value).words() {
            self.put(word);
        }
    }

    /// Copies a register. A copy to itself needs no instruction, unless it has to clear the upper half.
    pub(super) fn copy(&mut self, size: Size, rd: X, rm: X) {
        if rd != rm || size == Size::W {
            self.put(mov(size, rd, rm));
        }
    }

    /// Loads or stores `rt`. A displacement that does not fit goes to `scratch`, which is neither `rn` nor the register
    /// to store.
    pub(super) fn access<R: Register>(&mut self, access: Access<R>, rt: R, rn: X, disp: i32, scratch: X) {
        if let Some(disp) = Disp::new(disp, access.scale()) {
            self.put(offset(access, rt, rn, disp));
        } else {
            self.constant(scratch, i64::from(disp) as u64);
            self.put(register(access, rt, rn, scratch, Index::Bytes));
        }
    }

    /// Loads or stores `rt`, which is not a scratch register.
    pub(super) fn at<R: Register>(&mut self, access: Access<R>, rt: R, mem: MemOperand) {
        self.access(access, rt, mem.base.into(), mem.disp, X::SCRATCH);
    }

    /// Loads a scratch register without the use of the other one.
    pub(super) fn fetch(&mut self, access: Access<X>, scratch: X, mem: MemOperand) {
        self.access(access, scratch, mem.base.into(), mem.disp, scratch);
    }

    /// Brings a right operand into a register, which may be [`X::SCRATCH2`].
    pub(super) fn operand(&mut self, size: Size, rhs: Rhs) -> X {
        let scratch = X::SCRATCH2;
        match rhs {
            Rhs::Reg(reg) => return reg.into(),
            Rhs::Imm(value) => self.constant(scratch, size.cut(value as u64)),
            Rhs::Mem(mem) => match size {
                Size::W => self.fetch(LDR_W, scratch, mem),
                Size::X => self.fetch(LDR, scratch, mem),
            },
            Rhs::Word(mem) => self.fetch(LDR, scratch, mem),
        }
        scratch
    }

    /// `rd = rn op rhs`, and flags.
    pub(super) fn arith(&mut self, op: Arith, size: Size, rd: X, rn: X, rhs: Rhs) {
        if let Rhs::Imm(value) = rhs
            && let Some((op, imm)) = fitting(op, signed(size, value))
        {
            return self.put(add_imm(op, size, rd, rn, imm));
        }
        let rm = self.operand(size, rhs);
        self.put(add_reg(op, size, rd, rn, rm));
    }

    /// `rd = rn + value`, without flags.
    pub(super) fn sum(&mut self, size: Size, rd: X, rn: X, value: i64) {
        let value = signed(size, value);
        if value == 0 {
            return self.copy(size, rd, rn);
        }
        let (op, magnitude) = direction(Arith::Add, value);
        if let Some((high, low)) = Imm12::pair(magnitude)
            && Imm12::new(magnitude).is_none()
            && Constant::new(X::SCRATCH2, size.cut(value as u64)).count() > 1
        {
            self.put(add_imm(op, size, rd, rn, high));
            return self.put(add_imm(op, size, rd, rd, low));
        }
        self.arith(Arith::Add, size, rd, rn, Rhs::Imm(value));
    }

    /// `rd = rn op rhs`
    pub(super) fn logic(&mut self, op: Logic, size: Size, rd: X, rn: X, rhs: Rhs) {
        if let Rhs::Imm(value) = rhs {
            let value = size.cut(value as u64);
            let ones = size.cut(u64::MAX);
            match op {
                Logic::And if value == 0 => return self.constant(rd, 0),
                Logic::And if value == ones => return self.copy(size, rd, rn),
                Logic::Orr | Logic::Eor if value == 0 => return self.copy(size, rd, rn),
                Logic::Orr if value == ones => return self.constant(rd, ones),
                Logic::Eor if value == ones => return self.put(mvn(size, rd, rn)),
                _ => {}
            }
            if let Some(imm) = Bitmask::new(size, value) {
                return self.put(logical_imm(op, size, rd, rn, imm));
            }
        }
        let rm = self.operand(size, rhs);
        self.put(logical_reg(op, size, rd, rn, rm));
    }

    /// Goes to `label` if `rn cond rhs`.
    pub(super) fn compare(&mut self, size: Size, cond: Cond, rn: X, rhs: Rhs, label: Label) {
        match (cond, rhs) {
            (Cond::Eq, Rhs::Imm(value)) => {
                if let Some(zero) = self.difference(size, rn, signed(size, value)) {
                    return self.refer(cbz(size, zero), label, Distance::Imm19);
                }
            }
            (Cond::Ne, Rhs::Imm(value)) => {
                if let Some(zero) = self.difference(size, rn, signed(size, value)) {
                    return self.refer(cbnz(size, zero), label, Distance::Imm19);
                }
            }
            _ => self.arith(Arith::Subs, size, X::ZR, rn, rhs),
        }
        self.branch_if(flags(cond), label);
    }

    /// Compares for equality only, which is cheaper for some values. Returns a register that is zero if they are equal,
    /// or `None` if flags are set instead.
    fn difference(&mut self, size: Size, rn: X, value: i64) -> Option<X> {
        let scratch = X::SCRATCH2;
        if value == 0 {
            return Some(rn);
        }
        let (op, magnitude) = direction(Arith::Sub, value);
        if Imm12::new(magnitude).is_none() {
            if let Some(imm) = Bitmask::new(size, value as u64) {
                self.put(logical_imm(Logic::Eor, size, scratch, rn, imm));
                return Some(scratch);
            }
            if let Some((high, low)) = Imm12::pair(magnitude) {
                self.put(add_imm(op, size, scratch, rn, high));
                self.put(add_imm(op, size, scratch, scratch, low));
                return Some(scratch);
            }
        }
        self.arith(Arith::Subs, size, X::ZR, rn, Rhs::Imm(value));
        None
    }
}

/// The value of an immediate for an instruction of that size.
fn signed(size: Size, value: i64) -> i64 {
    match size {
        Size::W => i64::from(value as i32),
        Size::X => value,
    }
}

/// Replaces an operation with a negative operand by the opposite operation with a positive one. Flags are the same,
/// since carry and overflow come from the same sum. (Zero would be an exception, but is not negative, and so would the
/// lowest integer, but it fits no immediate.)
fn direction(op: Arith, value: i64) -> (Arith, u64) {
    (if value < 0 { op.opposite() } else { op }, value.unsigned_abs())
}

fn fitting(op: Arith, value: i64) -> Option<(Arith, Imm12)> {
    let (op, magnitude) = direction(op, value);
    Imm12::new(magnitude).map(|imm| (op, imm))
}

fn flags(cond: Cond) -> Flags {
    match cond {
        Cond::Eq => Flags::Eq,
        Cond::Ne => Flags::Ne,
        Cond::Lt => Flags::Lt,
        Cond::Le => Flags::Le,
        Cond::Gt => Flags::Gt,
        Cond::Ge => Flags::Ge,
        Cond::Below => Flags::Lo,
        Cond::BelowEq => Flags::Ls,
        Cond::Above => Flags::Hi,
        Cond::AboveEq => Flags::Hs,
    }
}
