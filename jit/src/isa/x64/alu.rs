//! Integers: arithmetic, logic, comparisons, shifts.
//!
//! ```text
//!   ADD OR AND SUB XOR CMP, nnn = 0 1 4 5 6 7
//!     r, r/m       REX.W  00nnn011 /r          r/m, imm8    REX.W  83 /nnn ib   sign-extended
//!     r/m, r       REX.W  00nnn001 /r          r/m, imm32   REX.W  81 /nnn id   sign-extended
//!     m8, imm8            80 /nnn ib           rax, imm32   REX.W  00nnn101 id
//!
//!   TEST r/m, r    REX.W  85 /r                NEG r/m      REX.W  F7 /3
//!   IMUL r, r/m    REX.W  0F AF /r             IDIV r/m     REX.W  F7 /7
//!   IMUL r, r/m, imm8     6B /r ib             CDQ                 99
//!   IMUL r, r/m, imm32    69 /r id
//!
//!   SHL SHR SAR, nnn = 4 5 7
//!     r/m, 1       REX.W  D1 /nnn              r/m, imm8    REX.W  C1 /nnn ib
//!     r/m, cl      REX.W  D3 /nnn
//! ```

use super::inst::Opcode;
use super::{Addr, Gpr, Inst, Rm, Width};
use crate::masm;

/// An operation of two operands. Its number is the digit `nnn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Alu {
    /// `ADD`
    Add = 0,
    /// `OR`
    Or = 1,
    /// `AND`
    And = 4,
    /// `SUB`
    Sub = 5,
    /// `XOR`
    Xor = 6,
    /// `CMP`: a `SUB` that only sets the flags.
    Cmp = 7,
}

impl Alu {
    /// Whether the operation is commutative.
    #[must_use]
    pub const fn commutes(self) -> bool {
        !matches!(self, Alu::Sub | Alu::Cmp)
    }

    const fn digit(self) -> u8 {
        self as u8
    }
}

/// `op r, r/m`
#[must_use]
pub fn reg_rm(op: Alu, width: Width, dst: Gpr, src: impl Into<Rm>) -> Inst {
    Inst::modrm(Opcode::one(op.digit() << 3 | 0b011), width, dst.number(), src.into())
}

/// `op r/m, imm`, in the shortest form.
#[must_use]
pub fn rm_imm(op: Alu, width: Width, dst: impl Into<Rm>, imm: i32) -> Inst {
    let dst = dst.into();
    if let Ok(imm) = i8::try_from(imm) {
        Inst::modrm(Opcode::one(0x83), width, op.digit(), dst).imm8(imm)
    } else if dst == Rm::Reg(Gpr::Rax) {
        Inst::in_opcode(Opcode::one(op.digit() << 3 | 0b101), width, Gpr::Rax).imm32(imm)
    } else {
        Inst::modrm(Opcode::one(0x81), width, op.digit(), dst).imm32(imm)
    }
}

/// `op m8, imm8`
#[must_use]
pub fn mem8_imm(op: Alu, dst: Addr, imm: u8) -> Inst {
    Inst::modrm(Opcode::one(0x80), Width::Dword, op.digit(), dst).imm8(imm.cast_signed())
}

/// `TEST r/m, r`: an `AND` that only sets the flags.
#[must_use]
pub fn test(width: Width, lhs: Gpr, rhs: Gpr) -> Inst {
    Inst::modrm(Opcode::one(0x85), width, rhs.number(), lhs)
}

/// `NEG r`
#[must_use]
pub fn neg(width: Width, dst: Gpr) -> Inst {
    Inst::modrm(Opcode::one(0xF7), width, 3, dst)
}

/// `IMUL r, r/m`
#[must_use]
pub fn imul(width: Width, dst: Gpr, src: impl Into<Rm>) -> Inst {
    Inst::modrm(Opcode::two(0xAF), width, dst.number(), src.into())
}

/// `IMUL r, r/m, imm`, in the shortest form.
#[must_use]
pub fn imul_imm(width: Width, dst: Gpr, src: impl Into<Rm>, imm: i32) -> Inst {
    let src = src.into();
    match i8::try_from(imm) {
        Ok(imm) => Inst::modrm(Opcode::one(0x6B), width, dst.number(), src).imm8(imm),
        Err(_) => Inst::modrm(Opcode::one(0x69), width, dst.number(), src).imm32(imm),
    }
}

/// A shift. Its number is the digit `nnn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Shift {
    /// `SHL`
    Shl = 4,
    /// `SHR`: zeros come in.
    Shr = 5,
    /// `SAR`: the sign comes in.
    Sar = 7,
}

impl From<masm::Shift> for Shift {
    fn from(shift: masm::Shift) -> Shift {
        match shift {
            masm::Shift::Left => Shift::Shl,
            masm::Shift::Right => Shift::Sar,
            masm::Shift::RightZero => Shift::Shr,
        }
    }
}

/// A shift by `imm8`, in the shortest form. The processor takes `by` modulo the width.
#[must_use]
pub fn shift(op: Shift, width: Width, dst: Gpr, by: u8) -> Inst {
    match by {
        1 => Inst::modrm(Opcode::one(0xD1), width, op as u8, dst),
        _ => Inst::modrm(Opcode::one(0xC1), width, op as u8, dst).imm8(by.cast_signed()),
    }
}

/// A shift by `cl`, modulo the width.
#[must_use]
pub fn shift_cl(op: Shift, width: Width, dst: Gpr) -> Inst {
    Inst::modrm(Opcode::one(0xD3), width, op as u8, dst)
}

/// `CDQ`: the sign of `eax` to all of `edx`.
#[must_use]
pub fn cdq() -> Inst {
    Inst::fixed([0x99])
}

/// `IDIV r`: `edx:eax` or `rdx:rax` by a register, the quotient to `rax`, the rest to `rdx`.
#[must_use]
pub fn idiv(width: Width, by: Gpr) -> Inst {
    Inst::modrm(Opcode::one(0xF7), width, 7, by)
}

#[cfg(test)]
mod tests {
    use super::Gpr::*;
    use super::Width::{Dword, Qword};
    use super::*;

    #[track_caller]
    fn check(inst: Inst, bytes: &[u8]) {
        assert_eq!(*inst.bytes(), *bytes);
    }

    #[test]
    fn registers_and_memory() {
        check(reg_rm(Alu::Add, Qword, Rax, Rbx), &[0x48, 0x03, 0xC3]);
        check(reg_rm(Alu::Sub, Dword, R8, Addr::at(Rbp, 0)), &[0x44, 0x2B, 0x45, 0]);
        check(reg_rm(Alu::Or, Qword, Rdi, R14), &[0x49, 0x0B, 0xFE]);
    }

    #[test]
    fn immediates_are_as_short_as_they_can_be() {
        check(rm_imm(Alu::Add, Qword, Rcx, 8), &[0x48, 0x83, 0xC1, 0x08]);
        check(rm_imm(Alu::And, Qword, Rsp, -16), &[0x48, 0x83, 0xE4, 0xF0]);
        check(rm_imm(Alu::Sub, Dword, R13, 1), &[0x41, 0x83, 0xED, 0x01]);
        check(rm_imm(Alu::Xor, Dword, Rbx, 0x100), &[0x81, 0xF3, 0, 1, 0, 0]);
        check(rm_imm(Alu::Add, Qword, Rax, 0x100), &[0x48, 0x05, 0, 1, 0, 0]);
        check(rm_imm(Alu::Add, Qword, R8, 0x100), &[0x49, 0x81, 0xC0, 0, 1, 0, 0]);
    }

    #[test]
    fn memory_and_immediates() {
        check(rm_imm(Alu::Cmp, Qword, Addr::at(Rax, 0), 0x100), &[0x48, 0x81, 0x38, 0, 1, 0, 0]);
        check(rm_imm(Alu::Cmp, Dword, Addr::at(R12, 0), -1), &[0x41, 0x83, 0x3C, 0x24, 0xFF]);
        check(mem8_imm(Alu::Cmp, Addr::at(Rbx, 3), 0xFF), &[0x80, 0x7B, 0x03, 0xFF]);
    }

    #[test]
    fn tests_and_negations() {
        check(test(Qword, R14, R14), &[0x4D, 0x85, 0xF6]);
        check(test(Dword, Rax, Rcx), &[0x85, 0xC8]);
        check(neg(Qword, Rdx), &[0x48, 0xF7, 0xDA]);
    }

    #[test]
    fn products() {
        check(imul(Dword, Rax, Rcx), &[0x0F, 0xAF, 0xC1]);
        check(imul(Qword, R9, Addr::at(R13, 0)), &[0x4D, 0x0F, 0xAF, 0x4D, 0]);
        check(imul_imm(Dword, R9, Rdx, 3), &[0x44, 0x6B, 0xCA, 0x03]);
        check(imul_imm(Dword, Rax, Rax, 1000), &[0x69, 0xC0, 0xE8, 0x03, 0, 0]);
    }

    #[test]
    fn shifts() {
        check(shift(Shift::Shr, Qword, Rax, 1), &[0x48, 0xD1, 0xE8]);
        check(shift(Shift::Shr, Dword, Rsi, 3), &[0xC1, 0xEE, 0x03]);
        check(shift(Shift::Shr, Qword, R10, 48), &[0x49, 0xC1, 0xEA, 0x30]);
        check(shift(Shift::Shl, Dword, R8, 31), &[0x41, 0xC1, 0xE0, 0x1F]);
        check(shift_cl(Shift::Sar, Dword, Rdx), &[0xD3, 0xFA]);
        check(cdq(), &[0x99]);
        check(idiv(Dword, Rcx), &[0xF7, 0xF9]);
    }
}
