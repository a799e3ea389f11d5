//! Moves, loads, stores, addresses, the stack.
//!
//! ```text
//!   MOV r, r/m        REX.W  8B /r             MOV r/m, r       REX.W  89 /r
//!   MOV r32, imm32           B8+rd id          MOV r/m, imm32   REX.W  C7 /0 id   sign-extended
//!   MOV r64, imm64    REX.W  B8+rd io          MOV r/m8, r8            88 /r
//!   MOVZX r32, r/m8          0F B6 /r          MOVZX r32, r/m16        0F B7 /r
//!   LEA r64, m        REX.W  8D /r
//!   PUSH r64                 50+rd             POP r64                 58+rd
//! ```
//!
//! `/r` is a ModRM with a register in reg, `/0` one with the digit 0 in reg, `+rd` a register in the opcode's low bits,
//! `id` an immediate of four bytes. REX.W is used for 64 bits only.

use super::inst::{ModRm, Opcode};
use super::{Addr, Gpr, Inst, Rm, Width};

/// `MOV r, r/m`: a copy, or a load of 32 or 64 bits.
#[must_use]
pub fn mov(width: Width, dst: Gpr, src: impl Into<Rm>) -> Inst {
    Inst::modrm(Opcode::one(0x8B), width, dst.number(), src.into())
}

/// `MOV m, r`: a store of 32 or 64 bits.
#[must_use]
pub fn store(width: Width, to: Addr, src: Gpr) -> Inst {
    Inst::modrm(Opcode::one(0x89), width, src.number(), to)
}

/// `MOV m, imm32`: a store of an immediate, sign-extended to 64 bits if the store is that wide.
#[must_use]
pub fn store_imm(width: Width, to: Addr, imm: i32) -> Inst {
    Inst::modrm(Opcode::one(0xC7), width, 0, to).imm32(imm)
}

/// `MOV m8, imm8`: a store of a byte.
#[must_use]
pub fn store8_imm(to: Addr, imm: u8) -> Inst {
    Inst::modrm(Opcode::one(0xC6), Width::Dword, 0, to).imm8(imm.cast_signed())
}

/// `MOVZX r32, m8`: a load of a byte.
#[must_use]
pub fn load8(dst: Gpr, from: Addr) -> Inst {
    Inst::modrm(Opcode::two(0xB6), Width::Dword, dst.number(), from)
}

/// `MOVZX r32, m16`: a load of 16 bits.
#[must_use]
pub fn load16(dst: Gpr, from: Addr) -> Inst {
    Inst::modrm(Opcode::two(0xB7), Width::Dword, dst.number(), from)
}

const B8: Opcode = Opcode::one(0xB8);

/// `MOV` of a value, in its shortest form: `r32, imm32`; `r64, imm32` sign-extended; `r64, imm64`.
#[must_use]
pub fn imm(dst: Gpr, value: u64) -> Inst {
    if let Ok(value) = u32::try_from(value) {
        Inst::in_opcode(B8, Width::Dword, dst).imm32(value.cast_signed())
    } else if let Ok(value) = i32::try_from(value.cast_signed()) {
        Inst::modrm(Opcode::one(0xC7), Width::Qword, 0, dst).imm32(value)
    } else {
        imm64(dst, value)
    }
}

/// `MOV r64, imm64`, even if a shorter form would do.
#[must_use]
pub fn imm64(dst: Gpr, value: u64) -> Inst {
    Inst::in_opcode(B8, Width::Qword, dst).imm64(value)
}

/// `LEA r64, m`: an address.
#[must_use]
pub fn lea(dst: Gpr, of: Addr) -> Inst {
    Inst::modrm(Opcode::one(0x8D), Width::Qword, dst.number(), of)
}

/// `LEA r64, [rip + disp32]`. The displacement, the last four bytes, is patched in later.
#[must_use]
pub fn lea_rip(dst: Gpr) -> Inst {
    Inst::modrm(Opcode::one(0x8D), Width::Qword, dst.number(), ModRm::Rip)
}

/// `PUSH r64`
#[must_use]
pub fn push(src: Gpr) -> Inst {
    // Instructions on the stack have 64-bit operands without REX.W.
    Inst::in_opcode(Opcode::one(0x50), Width::Dword, src)
}

/// `POP r64`
#[must_use]
pub fn pop(dst: Gpr) -> Inst {
    Inst::in_opcode(Opcode::one(0x58), Width::Dword, dst)
}

#[cfg(test)]
mod tests {
    use super::super::{Index, Scale};
    use super::Gpr::*;
    use super::Width::{Dword, Qword};
    use super::*;

    #[track_caller]
    fn check(inst: Inst, bytes: &[u8]) {
        assert_eq!(*inst.bytes(), *bytes);
    }

    #[test]
    fn copies() {
        check(mov(Qword, Rax, Rbx), &[0x48, 0x8B, 0xC3]);
        check(mov(Dword, Rax, Rbx), &[0x8B, 0xC3]);
        check(mov(Dword, R9, Rsi), &[0x44, 0x8B, 0xCE]);
        check(mov(Qword, R11, Rsp), &[0x4C, 0x8B, 0xDC]);
    }

    #[test]
    fn displacements_are_as_short_as_they_can_be() {
        check(mov(Qword, Rax, Addr::at(Rbx, 0)), &[0x48, 0x8B, 0x03]);
        check(mov(Qword, Rax, Addr::at(Rbx, 127)), &[0x48, 0x8B, 0x43, 0x7F]);
        check(mov(Qword, Rax, Addr::at(Rbx, 128)), &[0x48, 0x8B, 0x83, 0x80, 0, 0, 0]);
        check(mov(Qword, Rax, Addr::at(Rbx, -128)), &[0x48, 0x8B, 0x43, 0x80]);
        check(mov(Qword, Rax, Addr::at(Rbx, -129)), &[0x48, 0x8B, 0x83, 0x7F, 0xFF, 0xFF, 0xFF]);
    }

    #[test]
    fn rbp_and_r13_always_have_a_displacement() {
        check(mov(Qword, Rax, Addr::at(Rbp, 0)), &[0x48, 0x8B, 0x45, 0]);
        check(mov(Dword, Rax, Addr::at(R13, 0)), &[0x41, 0x8B, 0x45, 0]);
    }

    #[test]
    fn rsp_and_r12_always_have_a_sib() {
        check(mov(Qword, Rsp, Addr::at(Rsp, 0)), &[0x48, 0x8B, 0x24, 0x24]);
        check(mov(Qword, Rax, Addr::at(R12, 0)), &[0x49, 0x8B, 0x04, 0x24]);
        check(mov(Qword, R10, Addr::at(R12, 8)), &[0x4D, 0x8B, 0x54, 0x24, 0x08]);
    }

    #[test]
    fn indexes() {
        let index = |reg| Index::new(reg).expect("an index");
        assert_eq!(Index::new(Rsp), None);
        check(mov(Qword, Rax, Addr::indexed(Rbx, index(Rcx), Scale::Eight, 0)), &[0x48, 0x8B, 0x04, 0xCB]);
        check(mov(Qword, Rax, Addr::indexed(Rbp, index(R12), Scale::Eight, 0)), &[0x4A, 0x8B, 0x44, 0xE5, 0]);
        check(lea(Rax, Addr::indexed(R13, index(Rbp), Scale::One, 0)), &[0x49, 0x8D, 0x44, 0x2D, 0]);
        check(lea(Rdx, Addr::indexed(R12, index(Rax), Scale::Two, 16)), &[0x49, 0x8D, 0x54, 0x44, 0x10]);
    }

    #[test]
    fn stores() {
        check(store(Dword, Addr::at(Rbx, 16), Rax), &[0x89, 0x43, 0x10]);
        check(store(Qword, Addr::at(R12, 0), R15), &[0x4D, 0x89, 0x3C, 0x24]);
        check(store_imm(Qword, Addr::at(Rbp, -8), -1), &[0x48, 0xC7, 0x45, 0xF8, 0xFF, 0xFF, 0xFF, 0xFF]);
    }

    #[test]
    fn a_byte() {
        check(store8_imm(Addr::at(R11, 0), 1), &[0x41, 0xC6, 0x03, 0x01]);
        check(store8_imm(Addr::at(Rbp, 8), 0xFF), &[0xC6, 0x45, 0x08, 0xFF]);
    }

    #[test]
    fn narrow_loads() {
        check(load8(Rax, Addr::at(Rdx, 1)), &[0x0F, 0xB6, 0x42, 0x01]);
        check(load16(R9, Addr::at(R12, 0)), &[0x45, 0x0F, 0xB7, 0x0C, 0x24]);
    }

    #[test]
    fn values() {
        check(imm(Rax, 1), &[0xB8, 1, 0, 0, 0]);
        check(imm(R11, 0xFFFF_FFFF), &[0x41, 0xBB, 0xFF, 0xFF, 0xFF, 0xFF]);
        check(imm(Rcx, -2_i64 as u64), &[0x48, 0xC7, 0xC1, 0xFE, 0xFF, 0xFF, 0xFF]);
        check(imm(R8, 0x8000_0000_0000_0001), &[0x49, 0xB8, 1, 0, 0, 0, 0, 0, 0, 0x80]);
    }

    #[test]
    fn addresses_of_labels() {
        check(lea_rip(Rax), &[0x48, 0x8D, 0x05, 0, 0, 0, 0]);
        check(lea_rip(R8), &[0x4C, 0x8D, 0x05, 0, 0, 0, 0]);
    }

    #[test]
    fn the_stack() {
        check(push(Rbx), &[0x53]);
        check(push(R12), &[0x41, 0x54]);
        check(pop(Rbp), &[0x5D]);
        check(pop(R15), &[0x41, 0x5F]);
    }
}
