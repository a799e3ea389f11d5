//! Jumps, calls, returns, landings, and the distances to labels in jumps.
//!
//! ```text
//!   JMP rel8         EB cb             JMP rel32         E9 cd
//!   Jcc rel8         0111cccc cb       Jcc rel32         0F 1000cccc cd
//!   JMP r/m64        FF /4             CALL r/m64        FF /2
//!   RET              C3                ENDBR64           F3 0F 1E FA
//! ```
//!
//! `cb` and `cd` are distances of one and four bytes. A distance is the last part of its instruction and counts from
//! the instruction's end, which is its own end.

use super::inst::Opcode;
use super::{Inst, Rm, Width};
use crate::buffer::Form;

/// A condition on the flags. Its number is the manual's `cc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cc {
    /// Overflow.
    O = 0x0,
    /// Below: less, unsigned; unordered.
    B = 0x2,
    /// Above or equal: unsigned.
    Ae = 0x3,
    /// Equal; unordered.
    E = 0x4,
    /// Not equal.
    Ne = 0x5,
    /// Below or equal: unsigned; unordered.
    Be = 0x6,
    /// Above: greater, unsigned.
    A = 0x7,
    /// Parity: unordered.
    P = 0xA,
    /// Less: signed.
    L = 0xC,
    /// Greater or equal: signed.
    Ge = 0xD,
    /// Less or equal: signed.
    Le = 0xE,
    /// Greater: signed.
    G = 0xF,
}

/// The form of the distance to a label, at the end of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rel {
    /// One byte.
    Byte,
    /// Four bytes.
    Dword,
}

impl Form for Rel {
    fn patch(self, code: &mut [u8], at: usize, target: usize) -> bool {
        self.write(code, at, target).is_some()
    }
}

impl Rel {
    /// The size in bytes.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Rel::Byte => 1,
            Rel::Dword => 4,
        }
    }

    fn write(self, code: &mut [u8], at: usize, target: usize) -> Option<()> {
        let end = at.checked_add(self.size())?;
        let distance = i64::try_from(target).ok()? - i64::try_from(end).ok()?;
        let place = code.get_mut(at..end)?;
        match self {
            Rel::Byte => place.copy_from_slice(&i8::try_from(distance).ok()?.to_le_bytes()),
            Rel::Dword => place.copy_from_slice(&i32::try_from(distance).ok()?.to_le_bytes()),
        }
        Some(())
    }
}

/// `JMP rel8`
#[must_use]
pub fn jmp_short(distance: i8) -> Inst {
    Inst::fixed([0xEB]).imm8(distance)
}

/// `JMP rel32`
#[must_use]
pub fn jmp(distance: i32) -> Inst {
    Inst::fixed([0xE9]).imm32(distance)
}

/// `Jcc rel8`
#[must_use]
pub fn jcc_short(cc: Cc, distance: i8) -> Inst {
    Inst::fixed([0x70 | cc as u8]).imm8(distance)
}

/// `Jcc rel32`
#[must_use]
pub fn jcc(cc: Cc, distance: i32) -> Inst {
    Inst::fixed([0x0F, 0x80 | cc as u8]).imm32(distance)
}

/// `JMP r/m64`
#[must_use]
pub fn jmp_rm(to: impl Into<Rm>) -> Inst {
    Inst::modrm(Opcode::one(0xFF), Width::Dword, 4, to.into())
}

/// `CALL r/m64`
#[must_use]
pub fn call_rm(to: impl Into<Rm>) -> Inst {
    Inst::modrm(Opcode::one(0xFF), Width::Dword, 2, to.into())
}

/// `RET`
#[must_use]
pub fn ret() -> Inst {
    Inst::fixed([0xC3])
}

/// `ENDBR64`: permits an indirect jump or call to arrive.
#[must_use]
pub fn endbr64() -> Inst {
    Inst::fixed([0xF3, 0x0F, 0x1E, 0xFA])
}

#[cfg(test)]
mod tests {
    use super::super::{Addr, Gpr};
    use super::*;

    #[track_caller]
    fn check(inst: Inst, bytes: &[u8]) {
        assert_eq!(*inst.bytes(), *bytes);
    }

    #[test]
    fn jumps() {
        check(jmp_short(-2), &[0xEB, 0xFE]);
        check(jmp(5), &[0xE9, 5, 0, 0, 0]);
        check(jcc_short(Cc::P, 6), &[0x7A, 0x06]);
        check(jcc(Cc::O, -1), &[0x0F, 0x80, 0xFF, 0xFF, 0xFF, 0xFF]);
        check(jcc(Cc::G, 1), &[0x0F, 0x8F, 1, 0, 0, 0]);
    }

    #[test]
    fn indirect_jumps_and_calls() {
        check(jmp_rm(Gpr::Rax), &[0xFF, 0xE0]);
        check(jmp_rm(Addr::at(Gpr::R12, 0)), &[0x41, 0xFF, 0x24, 0x24]);
        check(call_rm(Gpr::R13), &[0x41, 0xFF, 0xD5]);
        check(call_rm(Addr::at(Gpr::Rbx, 0x100)), &[0xFF, 0x93, 0, 1, 0, 0]);
    }

    #[test]
    fn returns_and_landings() {
        check(ret(), &[0xC3]);
        check(endbr64(), &[0xF3, 0x0F, 0x1E, 0xFA]);
    }

    #[test]
    fn distances_count_from_their_end() {
        let mut code = [0xCC; 300];
        assert!(Rel::Byte.patch(&mut code, 1, 2));
        assert!(Rel::Byte.patch(&mut code, 2, 0));
        assert!(Rel::Dword.patch(&mut code, 3, 0));
        assert_eq!(code[..8], [0xCC, 0, 0xFD, 0xF9, 0xFF, 0xFF, 0xFF, 0xCC]);
    }

    #[test]
    fn distances_that_do_not_reach_are_refused() {
        let mut code = [0; 300];
        assert!(Rel::Byte.patch(&mut code, 100, 228));
        assert!(!Rel::Byte.patch(&mut code, 100, 229));
        assert!(Rel::Byte.patch(&mut code, 200, 73));
        assert!(!Rel::Byte.patch(&mut code, 200, 72));
        assert!(Rel::Dword.patch(&mut code, 0, i32::MAX as usize));
        assert!(!Rel::Dword.patch(&mut code, 0, i32::MAX as usize + 5));
        assert!(!Rel::Dword.patch(&mut code, 297, 0), "beyond the end of the code");
        assert!(!Rel::Dword.patch(&mut code, usize::MAX, 0));
    }
}
