//! Registers and their roles.

use crate::masm::{FReg, Reg};

/// A general register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are the manual's")]
pub enum Gpr {
    Rax,
    Rcx,
    Rdx,
    Rbx,
    Rsp,
    Rbp,
    Rsi,
    Rdi,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
}

impl Gpr {
    /// All registers, by number.
    pub const ALL: [Gpr; 16] = [
        Gpr::Rax,
        Gpr::Rcx,
        Gpr::Rdx,
        Gpr::Rbx,
        Gpr::Rsp,
        Gpr::Rbp,
        Gpr::Rsi,
        Gpr::Rdi,
        Gpr::R8,
        Gpr::R9,
        Gpr::R10,
        Gpr::R11,
        Gpr::R12,
        Gpr::R13,
        Gpr::R14,
        Gpr::R15,
    ];

    /// The macro assembler's scratch register.
    pub(super) const SCRATCH: Gpr = Gpr::R11;

    /// The number in instructions.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl From<Reg> for Gpr {
    fn from(reg: Reg) -> Gpr {
        match reg {
            Reg::Vm => Gpr::Rbx,
            Reg::Base => Gpr::Rbp,
            Reg::Frame => Gpr::R12,
            Reg::Fuel => Gpr::R13,
            Reg::IntTag => Gpr::R14,
            Reg::ObjTag => Gpr::R15,
            Reg::T0 => Gpr::Rax,
            Reg::T1 => Gpr::Rsi,
            Reg::T2 => Gpr::Rdx,
            Reg::T3 => Gpr::Rcx,
            Reg::T4 => Gpr::R8,
            Reg::T5 => Gpr::Rdi,
            Reg::T6 => Gpr::R9,
            Reg::T7 => Gpr::R10,
        }
    }
}

/// A register of doubles: `xmm0` to `xmm15`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Xmm(u8);

impl Xmm {
    /// The macro assembler's scratch register.
    pub(super) const SCRATCH: Xmm = Xmm(15);

    /// The register with a number, of which the lower four bits count.
    #[must_use]
    pub const fn new(number: u8) -> Xmm {
        Xmm(number & 15)
    }

    /// The number in instructions.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl From<FReg> for Xmm {
    fn from(reg: FReg) -> Xmm {
        debug_assert!(reg.0 < crate::masm::FREGS);
        Xmm::new(reg.0)
    }
}
