//! Data processing, immediate.

use super::bitmask::Bitmask;
use super::reg::{Size, X};
use crate::masm::Shift;

/// Addition or subtraction, and whether it sets flags: the bits `op` and `S`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arith {
    /// `add`
    Add,
    /// `adds`
    Adds,
    /// `sub`
    Sub,
    /// `subs`
    Subs,
}

impl Arith {
    /// Subtraction for addition and the reverse, with the same effect on flags.
    #[must_use]
    pub const fn opposite(self) -> Arith {
        match self {
            Arith::Add => Arith::Sub,
            Arith::Adds => Arith::Subs,
            Arith::Sub => Arith::Add,
            Arith::Subs => Arith::Adds,
        }
    }

    pub(super) const fn bits(self) -> u32 {
        (self as u32) << 29
    }
}

/// A bitwise operation: the bits `opc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logic {
    /// `and`
    And,
    /// `orr`
    Orr,
    /// `eor`
    Eor,
}

impl Logic {
    pub(super) const fn bits(self) -> u32 {
        (self as u32) << 29
    }
}

/// The immediate of additions: twelve bits, shifted by twelve or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imm12(u16);

impl Imm12 {
    /// The immediate for a value, if there is one.
    #[must_use]
    pub const fn new(value: u64) -> Option<Imm12> {
        if value < 1 << 12 {
            Some(Imm12(value as u16))
        } else if value < 1 << 24 && value & 0xFFF == 0 {
            Some(Imm12(1 << 12 | (value >> 12) as u16))
        } else {
            None
        }
    }

    /// The two immediates whose sum is a value of 24 bits.
    #[must_use]
    pub const fn pair(value: u64) -> Option<(Imm12, Imm12)> {
        if value < 1 << 24 {
            Some((Imm12(1 << 12 | (value >> 12) as u16), Imm12(value as u16 & 0xFFF)))
        } else {
            None
        }
    }

    /// `sh:imm12`, in bits 22 to 10.
    const fn bits(self) -> u32 {
        (self.0 as u32) << 10
    }
}

/// Sixteen bits, and the quarter of a register that they go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarter {
    /// The bits.
    pub bits: u16,
    /// The quarter, from the lowest, 0 to 3.
    pub index: u8,
}

/// The effect of `move_wide` on the rest of the register: the bits `opc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wide {
    /// `movn`: the result is the complement of zeros with the sixteen bits in them.
    Movn = 0,
    /// `movz`: the rest becomes zero.
    Movz = 2,
    /// `movk`: the rest is unchanged.
    Movk = 3,
}

/// ADR, PC-relative addressing. The distance is patched in.
///
/// ```text
///   31 30-29 28    24 23       5 4  0
///   0  immlo 1 0000   immhi      Rd
/// ```
#[must_use]
pub const fn adr(rd: X) -> u32 {
    0x1000_0000 | rd.d()
}

/// ADD, ADDS, SUB, SUBS (immediate). 31 is the stack pointer, but the zero register as `rd` of those that set flags.
///
/// ```text
///   31 30 29 28     23 22 21      10 9  5 4  0
///   sf op S  1 0 0010  sh imm12      Rn   Rd
/// ```
#[must_use]
pub const fn add_imm(op: Arith, size: Size, rd: X, rn: X, imm: Imm12) -> u32 {
    0x1100_0000 | size.sf() | op.bits() | imm.bits() | rn.n() | rd.d()
}

/// MOV (to or from SP), an alias of ADD (immediate).
#[must_use]
pub const fn mov_sp(rd: X, rn: X) -> u32 {
    add_imm(Arith::Add, Size::X, rd, rn, Imm12(0))
}

/// AND, ORR, EOR (immediate). `rd` 31 is the stack pointer.
///
/// ```text
///   31 30-29 28     23 22 21  16 15  10 9  5 4  0
///   sf opc   1 0 0100  N  immr   imms   Rn   Rd
/// ```
#[must_use]
pub const fn logical_imm(op: Logic, size: Size, rd: X, rn: X, imm: Bitmask) -> u32 {
    0x1200_0000 | size.sf() | op.bits() | imm.bits() | rn.n() | rd.d()
}

/// MOVN, MOVZ, MOVK. With [`Size::W`] the quarter is one of the lower two.
///
/// ```text
///   31 30-29 28     23 22-21 20      5 4  0
///   sf opc   1 0 0101  hw    imm16     Rd
/// ```
#[must_use]
pub const fn move_wide(op: Wide, size: Size, rd: X, quarter: Quarter) -> u32 {
    let hw = (quarter.index as u32 & 3) << 21;
    0x1280_0000 | size.sf() | (op as u32) << 29 | hw | (quarter.bits as u32) << 5 | rd.d()
}

/// LSR (immediate), 64 bits, an alias of UBFM: `immr` is the distance, `imms` 63.
///
/// ```text
///   31 30-29 28     23 22 21  16 15  10 9  5 4  0
///   1  1 0   1 0 0110  1  immr   imms   Rn   Rd
/// ```
#[must_use]
pub const fn lsr(rd: X, rn: X, by: u8) -> u32 {
    0xD340_FC00 | (by as u32 & 63) << 16 | rn.n() | rd.d()
}

/// A shift: the bits `op2` of the form with registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shifts {
    /// `lsl`
    Lsl = 0,
    /// `lsr`: zeros come in.
    Lsr = 1,
    /// `asr`: the sign comes in.
    Asr = 2,
}

impl From<Shift> for Shifts {
    fn from(shift: Shift) -> Shifts {
        match shift {
            Shift::Left => Shifts::Lsl,
            Shift::Right => Shifts::Asr,
            Shift::RightZero => Shifts::Lsr,
        }
    }
}

/// LSL, LSR, ASR (immediate), 32 bits, `by` from 0 to 31: aliases of UBFM and SBFM.
///
/// ```text
///   31 30-29 28     23 22 21  16 15  10 9  5 4  0
///   0  opc   1 0 0110  0  immr   imms   Rn   Rd      opc: 2 for UBFM, 0 for SBFM
/// ```
#[must_use]
pub const fn shift_imm(op: Shifts, rd: X, rn: X, by: u8) -> u32 {
    let by = by as u32 & 31;
    let (opc, immr, imms) = match op {
        Shifts::Lsl => (2, (32 - by) & 31, 31 - by),
        Shifts::Lsr => (2, by, 31),
        Shifts::Asr => (0, by, 31),
    };
    0x1300_0000 | opc << 29 | immr << 16 | imms << 10 | rn.n() | rd.d()
}
