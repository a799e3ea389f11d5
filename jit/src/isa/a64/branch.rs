//! Branches, and the hints that mark targets of indirect branches. Distances to labels are patched in.

use super::reg::{Size, X};

/// The condition of a branch, on the flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Flags {
    /// Equal.
    Eq,
    /// Not equal; of doubles, or one is NaN.
    Ne,
    /// Higher or same, unsigned: carry, that is, no borrow.
    Hs,
    /// Lower, unsigned.
    Lo,
    /// Negative; of doubles, less.
    Mi,
    /// Not negative; of doubles, not less, or one is NaN.
    Pl,
    /// Overflow; of doubles, one is NaN.
    Vs,
    /// No overflow.
    Vc,
    /// Higher, unsigned; of doubles, greater, or one is NaN.
    Hi,
    /// Lower or same, unsigned; of doubles, less or equal.
    Ls,
    /// Greater or equal, signed; of doubles too.
    Ge,
    /// Less, signed; of doubles, less, or one is NaN.
    Lt,
    /// Greater, signed; of doubles too.
    Gt,
    /// Less or equal, signed; of doubles, less or equal, or one is NaN.
    Le,
}

/// B.
///
/// ```text
///   31 30   26 25                  0
///   0  0 0101  imm26
/// ```
pub const B: u32 = 0x1400_0000;

/// B.cond.
///
/// ```text
///   31    25 24 23         5 4 3  0
///   0101010  0  imm19        0 cond
/// ```
#[must_use]
pub const fn b_cond(when: Flags) -> u32 {
    0x5400_0000 | when as u32
}

/// CBZ.
///
/// ```text
///   31 30    25 24 23        5 4  0
///   sf 011010   0  imm19       Rt
/// ```
#[must_use]
pub const fn cbz(size: Size, rt: X) -> u32 {
    0x3400_0000 | size.sf() | rt.d()
}

/// CBNZ: bit 24 set.
#[must_use]
pub const fn cbnz(size: Size, rt: X) -> u32 {
    cbz(size, rt) | 1 << 24
}

/// BR.
///
/// ```text
///   31    25 24 23 22-21 20  16 15  10 9  5 4   0
///   1101011  0  0  opc   11111  000000 Rn   00000
/// ```
#[must_use]
pub const fn br(rn: X) -> u32 {
    0xD61F_0000 | rn.n()
}

/// BLR: `opc` 1.
#[must_use]
pub const fn blr(rn: X) -> u32 {
    0xD63F_0000 | rn.n()
}

/// RET: `opc` 2.
#[must_use]
pub const fn ret(rn: X) -> u32 {
    0xD65F_0000 | rn.n()
}

/// BTI jc: permits BLR and BR from any register to arrive. No operation on processors without the check.
///
/// ```text
///   31                  12 11  8 7  5 4   0
///   1101 0101 0000 0011 0010 CRm op2  11111
/// ```
pub const BTI_JC: u32 = 0xD503_24DF;
