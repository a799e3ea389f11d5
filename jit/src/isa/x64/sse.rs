//! Doubles: SSE2, scalar.
//!
//! ```text
//!   MOVSD xmm, m64      F2 0F 10 /r            ADDSD xmm, xmm     F2 0F 58 /r
//!   MOVSD m64, xmm      F2 0F 11 /r            MULSD xmm, xmm     F2 0F 59 /r
//!   MOVAPS xmm, xmm        0F 28 /r            SUBSD xmm, xmm     F2 0F 5C /r
//!   MOVQ xmm, r64       66 REX.W 0F 6E /r      DIVSD xmm, xmm     F2 0F 5E /r
//!   MOVQ r64, xmm       66 REX.W 0F 7E /r      UCOMISD xmm, xmm   66 0F 2E /r
//!   CVTSI2SD xmm, r32   F2 0F 2A /r            XORPS xmm, xmm        0F 57 /r
//!   PCMPEQD xmm, xmm    66 0F 76 /r            PSLLQ xmm, imm8    66 0F 73 /6 ib
//! ```
//!
//! `/r` has the first operand in reg. The exceptions are `MOVSD m64, xmm` and `MOVQ r64, xmm`, with the second in reg.
//! Copies and exclusive ors take the forms for singles, which do the same on whole registers and are a byte shorter.

use super::inst::Opcode;
use super::{Addr, Gpr, Inst, Width, Xmm};

/// An arithmetic operation. Its number is the opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Sse {
    /// `ADDSD`
    Add = 0x58,
    /// `MULSD`
    Mul = 0x59,
    /// `SUBSD`
    Sub = 0x5C,
    /// `DIVSD`
    Div = 0x5E,
}

impl Sse {
    /// Whether the operation is commutative.
    #[must_use]
    pub const fn commutes(self) -> bool {
        matches!(self, Sse::Add | Sse::Mul)
    }
}

/// `ADDSD`, `MULSD`, `SUBSD`, `DIVSD xmm, xmm`
#[must_use]
pub fn arith(op: Sse, dst: Xmm, src: Xmm) -> Inst {
    Inst::modrm(Opcode::two(op as u8).after(0xF2), Width::Dword, dst.number(), src)
}

/// `MOVSD xmm, m64`: a load; the upper half becomes zero.
#[must_use]
pub fn load(dst: Xmm, from: Addr) -> Inst {
    Inst::modrm(Opcode::two(0x10).after(0xF2), Width::Dword, dst.number(), from)
}

/// `MOVSD m64, xmm`: a store.
#[must_use]
pub fn store(to: Addr, src: Xmm) -> Inst {
    Inst::modrm(Opcode::two(0x11).after(0xF2), Width::Dword, src.number(), to)
}

/// `MOVAPS xmm, xmm`: a copy of the whole register.
#[must_use]
pub fn movaps(dst: Xmm, src: Xmm) -> Inst {
    Inst::modrm(Opcode::two(0x28), Width::Dword, dst.number(), src)
}

/// `MOVQ xmm, r64`: copies the bits of a double.
#[must_use]
pub fn movq_from(dst: Xmm, src: Gpr) -> Inst {
    Inst::modrm(Opcode::two(0x6E).after(0x66), Width::Qword, dst.number(), src)
}

/// `CVTSI2SD xmm, r32`: converts a signed integer to a double. The upper half is unchanged.
#[must_use]
pub fn cvtsi2sd(dst: Xmm, src: Gpr) -> Inst {
    Inst::modrm(Opcode::two(0x2A).after(0xF2), Width::Dword, dst.number(), src)
}

/// `UCOMISD xmm, xmm`: sets CF and ZF like a comparison of unsigned integers; if unordered, sets CF, ZF and PF.
#[must_use]
pub fn ucomisd(lhs: Xmm, rhs: Xmm) -> Inst {
    Inst::modrm(Opcode::two(0x2E).after(0x66), Width::Dword, lhs.number(), rhs)
}

/// `XORPS xmm, xmm`
#[must_use]
pub fn xorps(dst: Xmm, src: Xmm) -> Inst {
    Inst::modrm(Opcode::two(0x57), Width::Dword, dst.number(), src)
}

/// `PCMPEQD xmm, xmm`: with a register and itself, all ones.
#[must_use]
pub fn pcmpeqd(dst: Xmm, src: Xmm) -> Inst {
    Inst::modrm(Opcode::two(0x76).after(0x66), Width::Dword, dst.number(), src)
}

/// `PSLLQ xmm, imm8`: shifts each half to the left.
#[must_use]
pub fn psllq(dst: Xmm, by: u8) -> Inst {
    Inst::modrm(Opcode::two(0x73).after(0x66), Width::Dword, 6, dst).imm8(by.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn xmm(number: u8) -> Xmm {
        Xmm::new(number)
    }

    #[track_caller]
    fn check(inst: Inst, bytes: &[u8]) {
        assert_eq!(*inst.bytes(), *bytes);
    }

    #[test]
    fn loads_and_stores() {
        check(load(xmm(0), Addr::at(Gpr::Rbp, 8)), &[0xF2, 0x0F, 0x10, 0x45, 0x08]);
        check(load(xmm(7), Addr::at(Gpr::R13, 0)), &[0xF2, 0x41, 0x0F, 0x10, 0x7D, 0]);
        check(store(Addr::at(Gpr::R12, 0), xmm(13)), &[0xF2, 0x45, 0x0F, 0x11, 0x2C, 0x24]);
    }

    #[test]
    fn copies() {
        check(movaps(xmm(1), xmm(8)), &[0x41, 0x0F, 0x28, 0xC8]);
        check(movq_from(xmm(0), Gpr::R11), &[0x66, 0x49, 0x0F, 0x6E, 0xC3]);
    }

    #[test]
    fn arithmetic() {
        check(arith(Sse::Add, xmm(9), xmm(2)), &[0xF2, 0x44, 0x0F, 0x58, 0xCA]);
        check(arith(Sse::Mul, xmm(0), xmm(1)), &[0xF2, 0x0F, 0x59, 0xC1]);
        check(arith(Sse::Sub, xmm(1), xmm(10)), &[0xF2, 0x41, 0x0F, 0x5C, 0xCA]);
        check(arith(Sse::Div, xmm(15), xmm(14)), &[0xF2, 0x45, 0x0F, 0x5E, 0xFE]);
    }

    #[test]
    fn conversions_and_comparisons() {
        check(cvtsi2sd(xmm(4), Gpr::R13), &[0xF2, 0x41, 0x0F, 0x2A, 0xE5]);
        check(ucomisd(xmm(0), xmm(1)), &[0x66, 0x0F, 0x2E, 0xC1]);
    }

    #[test]
    fn bits() {
        check(xorps(xmm(10), xmm(10)), &[0x45, 0x0F, 0x57, 0xD2]);
        check(pcmpeqd(xmm(15), xmm(15)), &[0x66, 0x45, 0x0F, 0x76, 0xFF]);
        check(psllq(xmm(15), 63), &[0x66, 0x41, 0x0F, 0x73, 0xF7, 0x3F]);
        check(psllq(xmm(2), 63), &[0x66, 0x0F, 0x73, 0xF2, 0x3F]);
    }
}
