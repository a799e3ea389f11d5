//! Lowers verbs with three operands to instructions with two: `dst = lhs op rhs` to `dst = dst op rhs`.
//!
//! ```text
//!   dst is lhs                            op dst, rhs
//!   commutative                           mov dst, rhs    op dst, lhs        (no mov if dst is rhs)
//!   neither                               mov dst, lhs    op dst, rhs        (rhs first to a scratch register if
//!                                                                             dst is part of it)
//! ```

use super::alu::{self, Alu, Shift};
use super::sse::{self, Sse};
use super::{Addr, Gpr, Index, Rm, Scale, Width, X64, Xmm, mov};
use crate::masm::Rhs;

/// A second operand that fits an instruction.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// Four bytes; for 64 bits, sign-extended.
    Imm(i32),
    /// A register or memory.
    Rm(Rm),
}

impl X64 {
    /// Converts `rhs` for an instruction. An immediate that is too long goes to `scratch`.
    pub(super) fn source(&mut self, width: Width, rhs: Rhs, scratch: Gpr) -> Source {
        match rhs {
            Rhs::Reg(reg) => Source::Rm(Rm::Reg(reg.into())),
            Rhs::Mem(mem) | Rhs::Word(mem) => Source::Rm(Rm::Mem(mem.into())),
            Rhs::Imm(imm) if width == Width::Dword => Source::Imm(imm as i32),
            Rhs::Imm(imm) => match i32::try_from(imm) {
                Ok(imm) => Source::Imm(imm),
                Err(_) => {
                    self.emit(mov::imm(scratch, imm.cast_unsigned()));
                    Source::Rm(Rm::Reg(scratch))
                }
            },
        }
    }

    /// `dst = src`; no instruction if they are the same register. A copy of 32 bits from a register may copy all 64.
    pub(super) fn copy(&mut self, width: Width, dst: Gpr, src: impl Into<Rm>) {
        let src = src.into();
        if src != Rm::Reg(dst) {
            self.emit(mov::mov(width, dst, src));
        }
    }

    /// `dst = lhs op rhs`, with the flags of the operation.
    pub(super) fn binary(&mut self, op: Alu, width: Width, dst: Gpr, lhs: Gpr, rhs: Rhs) {
        let load = load_width(width, rhs);
        let scratch = if dst != lhs && op.commutes() { dst } else { Gpr::SCRATCH };
        match self.source(width, rhs, scratch) {
            Source::Imm(imm) => {
                self.copy(width, dst, lhs);
                self.emit(alu::rm_imm(op, width, dst, imm));
            }
            Source::Rm(rhs) if dst == lhs => self.emit(alu::reg_rm(op, width, dst, rhs)),
            Source::Rm(rhs) if op.commutes() => {
                self.copy(load, dst, rhs);
                self.emit(alu::reg_rm(op, width, dst, lhs));
            }
            Source::Rm(rhs) if rhs.uses(dst) => {
                self.copy(load, Gpr::SCRATCH, rhs);
                self.copy(width, dst, lhs);
                self.emit(alu::reg_rm(op, width, dst, Gpr::SCRATCH));
            }
            Source::Rm(rhs) => {
                self.copy(width, dst, lhs);
                self.emit(alu::reg_rm(op, width, dst, rhs));
            }
        }
    }

    /// `dst = lhs + rhs`, with undefined flags: `lea` where that saves a move.
    pub(super) fn add(&mut self, dst: Gpr, lhs: Gpr, rhs: Rhs) {
        match rhs {
            Rhs::Imm(0) => self.copy(Width::Qword, dst, lhs),
            Rhs::Imm(imm) if dst != lhs && i32::try_from(imm).is_ok() => {
                self.emit(mov::lea(dst, Addr::at(lhs, imm as i32)));
            }
            Rhs::Reg(reg) if dst != lhs && dst != Gpr::from(reg) => {
                // A base of rbp or r13 would need a displacement, so such a register becomes the index.
                let sum = match (Index::new(lhs), lhs) {
                    (Some(index), Gpr::Rbp | Gpr::R13) => Addr::indexed(reg.into(), index, Scale::One, 0),
                    _ => Addr::indexed(lhs, reg.into(), Scale::One, 0),
                };
                self.emit(mov::lea(dst, sum));
            }
            _ => self.binary(Alu::Add, Width::Qword, dst, lhs, rhs),
        }
    }

    /// `dst = lhs - rhs`, with undefined flags: a sum where that saves a move.
    pub(super) fn sub(&mut self, dst: Gpr, lhs: Gpr, rhs: Rhs) {
        match rhs {
            Rhs::Imm(imm) if dst != lhs || imm == 0 => self.add(dst, lhs, Rhs::Imm(imm.wrapping_neg())),
            Rhs::Reg(reg) if dst != lhs && dst == Gpr::from(reg) => {
                self.emit(alu::neg(Width::Qword, dst));
                self.emit(alu::reg_rm(Alu::Add, Width::Qword, dst, lhs));
            }
            _ => self.binary(Alu::Sub, Width::Qword, dst, lhs, rhs),
        }
    }

    /// `dst = lhs & rhs`, in 32 bits if `rhs` is an immediate whose upper half is zero.
    pub(super) fn and(&mut self, dst: Gpr, lhs: Gpr, rhs: Rhs) {
        match rhs {
            Rhs::Imm(0xFFFF_FFFF) => self.emit(mov::mov(Width::Dword, dst, lhs)),
            Rhs::Imm(imm) if u32::try_from(imm).is_ok() => self.binary(Alu::And, Width::Dword, dst, lhs, rhs),
            _ => self.binary(Alu::And, Width::Qword, dst, lhs, rhs),
        }
    }

    /// `dst = lhs * rhs`, 32 bits, with the flags of the product.
    pub(super) fn mul(&mut self, dst: Gpr, lhs: Gpr, rhs: Rhs) {
        const WIDTH: Width = Width::Dword;
        let load = load_width(WIDTH, rhs);
        match self.source(WIDTH, rhs, Gpr::SCRATCH) {
            Source::Imm(imm) => self.emit(alu::imul_imm(WIDTH, dst, lhs, imm)),
            Source::Rm(rhs) if dst == lhs => self.emit(alu::imul(WIDTH, dst, rhs)),
            Source::Rm(rhs) => {
                self.copy(load, dst, rhs);
                self.emit(alu::imul(WIDTH, dst, lhs));
            }
        }
    }

    /// `dst = src >> by`, `by` below 64.
    pub(super) fn shr(&mut self, dst: Gpr, src: Gpr, by: u8) {
        debug_assert!(by < 64);
        self.copy(Width::Qword, dst, src);
        if by != 0 {
            self.emit(alu::shift(Shift::Shr, Width::Qword, dst, by));
        }
    }

    /// `dst = src`; no instruction if they are the same register.
    pub(super) fn fcopy(&mut self, dst: Xmm, src: Xmm) {
        if dst != src {
            self.emit(sse::movaps(dst, src));
        }
    }

    /// `dst = lhs op rhs`
    pub(super) fn fbinary(&mut self, op: Sse, dst: Xmm, lhs: Xmm, rhs: Xmm) {
        if dst != rhs || dst == lhs {
            self.fcopy(dst, lhs);
            self.emit(sse::arith(op, dst, rhs));
        } else if op.commutes() {
            self.emit(sse::arith(op, dst, lhs));
        } else {
            self.emit(sse::movaps(Xmm::SCRATCH, rhs));
            self.emit(sse::movaps(dst, lhs));
            self.emit(sse::arith(op, dst, Xmm::SCRATCH));
        }
    }

    /// `dst = -src`. The mask is made in `dst` unless that is `src`.
    pub(super) fn negate(&mut self, dst: Xmm, src: Xmm) {
        let mask = if dst == src { Xmm::SCRATCH } else { dst };
        self.emit(sse::pcmpeqd(mask, mask));
        self.emit(sse::psllq(mask, 63));
        self.emit(sse::xorps(dst, if dst == src { mask } else { src }));
    }
}

/// The width of a `mov` that loads `rhs` for an operation of `width`. An operation that reads memory itself is as fast with
/// its own width.
fn load_width(width: Width, rhs: Rhs) -> Width {
    if matches!(rhs, Rhs::Word(_)) { Width::Qword } else { width }
}
