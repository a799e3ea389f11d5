//! Registers and their roles.
//!
//! ```text
//!   x0..x7           temporaries, arguments, results (x4 is T4; T5 on are x5, x6, x7)
//!   x16 x17          scratch registers of the macro assembler; linkers may use them at calls too
//!   x19..x24         the VM's state
//!   x29 x30          frame pointer and link
//!   31               the stack pointer or zero, depending on the instruction
//!   d0..d7 d16..d21  doubles (d8..d15 are callee-saved and not used)
//!   d30 d31          scratch
//! ```

use crate::masm::{FReg, Reg};

/// The width of an instruction on general registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// The lower 32 bits; a write clears the upper ones.
    W,
    /// All 64 bits.
    X,
}

impl Size {
    /// The bit `sf` of instructions that come in both sizes.
    pub(super) const fn sf(self) -> u32 {
        (self as u32) << 31
    }

    /// The bits of `value` that an instruction of this size uses.
    #[must_use]
    pub const fn cut(self, value: u64) -> u64 {
        match self {
            Size::W => value & 0xFFFF_FFFF,
            Size::X => value,
        }
    }
}

/// A register, whose number takes five bits of an instruction.
pub trait Register: Copy {
    /// The number, below 32.
    fn number(self) -> u32;
}

/// A general register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct X(u8);

impl X {
    /// The first scratch register.
    pub const SCRATCH: X = X(16);
    /// The second scratch register.
    pub const SCRATCH2: X = X(17);
    /// The frame pointer.
    pub const FP: X = X(29);
    /// The link register.
    pub const LR: X = X(30);
    /// The stack pointer, in instructions for which 31 means that.
    pub const SP: X = X(31);
    /// The zero register, in instructions for which 31 means that.
    pub const ZR: X = X(31);

    /// The register with a number, of which the lower five bits count.
    #[must_use]
    pub const fn new(number: u8) -> X {
        X(number & 31)
    }

    /// The register of a role.
    #[must_use]
    pub const fn of(role: Reg) -> X {
        X(match role {
            Reg::Vm => 19,
            Reg::Base => 20,
            Reg::Frame => 21,
            Reg::Fuel => 22,
            Reg::IntTag => 23,
            Reg::ObjTag => 24,
            Reg::T0 => 0,
            Reg::T1 => 1,
            Reg::T2 => 2,
            Reg::T3 => 3,
            Reg::T4 => 4,
            Reg::T5 => 5,
            Reg::T6 => 6,
            Reg::T7 => 7,
        })
    }

    /// The number in bits 4 to 0 of an instruction.
    pub(super) const fn d(self) -> u32 {
        self.0 as u32
    }

    /// The number in bits 9 to 5 of an instruction.
    pub(super) const fn n(self) -> u32 {
        (self.0 as u32) << 5
    }

    /// The number in bits 14 to 10 of an instruction.
    pub(super) const fn a(self) -> u32 {
        (self.0 as u32) << 10
    }

    /// The number in bits 20 to 16 of an instruction.
    pub(super) const fn m(self) -> u32 {
        (self.0 as u32) << 16
    }
}

impl Register for X {
    fn number(self) -> u32 {
        self.d()
    }
}

impl From<Reg> for X {
    fn from(role: Reg) -> X {
        X::of(role)
    }
}

/// A floating-point register, as a double.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct D(u8);

impl D {
    /// The register with a number, of which the lower five bits count.
    #[must_use]
    pub const fn new(number: u8) -> D {
        D(number & 31)
    }

    /// The register of a role.
    #[must_use]
    pub const fn of(role: FReg) -> D {
        match role.0 {
            low @ 0..8 => D(low),
            high => D::new(high.wrapping_add(8)),
        }
    }

    /// The number in bits 4 to 0 of an instruction.
    pub(super) const fn d(self) -> u32 {
        self.0 as u32
    }

    /// The number in bits 9 to 5 of an instruction.
    pub(super) const fn n(self) -> u32 {
        (self.0 as u32) << 5
    }

    /// The number in bits 20 to 16 of an instruction.
    pub(super) const fn m(self) -> u32 {
        (self.0 as u32) << 16
    }
}

impl Register for D {
    fn number(self) -> u32 {
        self.d()
    }
}

impl From<FReg> for D {
    fn from(role: FReg) -> D {
        D::of(role)
    }
}
