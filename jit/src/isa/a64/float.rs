//! Floating point: doubles.

use super::reg::{D, X};

/// An immediate of FMOV: a sign, three bits of exponent, four of mantissa; so ±(16 to 31)/16 times 2^-3 to 2^4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imm8(u8);

impl Imm8 {
    /// The immediate for a double, if there is one.
    ///
    /// ```text
    ///   63 62 61      54 53    48 47      0
    ///   a  ~b bbbbbbbb   cdefgh   0 ...        abcdefgh
    /// ```
    #[must_use]
    pub const fn new(bits: u64) -> Option<Imm8> {
        let b = match bits >> 54 & 0x1FF {
            0x100 => 0,
            0x0FF => 1,
            _ => return None,
        };
        if bits << 16 != 0 {
            return None;
        }
        let sign = (bits >> 63) as u8;
        Some(Imm8(sign << 7 | b << 6 | (bits >> 48) as u8 & 0x3F))
    }
}

/// An operation on two doubles: the bits `opcode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `fmul`
    Mul = 0,
    /// `fdiv`
    Div = 1,
    /// `fadd`
    Add = 2,
    /// `fsub`
    Sub = 3,
}

/// FADD, FSUB, FMUL, FDIV (scalar).
///
/// ```text
///   31      24 23-22 21 20 16 15    12 11-10 9  5 4  0
///   00011110   0 1   1  Rm    opcode   1 0   Rn   Rd
/// ```
#[must_use]
pub const fn arith(op: Op, rd: D, rn: D, rm: D) -> u32 {
    0x1E60_0800 | rm.m() | (op as u32) << 12 | rn.n() | rd.d()
}

/// FCMP.
///
/// ```text
///   31      24 23-22 21 20 16 15-14 13  10 9  5 4   0
///   00011110   0 1   1  Rm    0 0   1000   Rn   00000
/// ```
#[must_use]
pub const fn fcmp(rn: D, rm: D) -> u32 {
    0x1E60_2000 | rm.m() | rn.n()
}

/// FMOV (register).
///
/// ```text
///   31      24 23-22 21 20  15 14   10 9  5 4  0
///   00011110   0 1   1  opcode 10000   Rn   Rd
/// ```
#[must_use]
pub const fn fmov(rd: D, rn: D) -> u32 {
    0x1E60_4000 | rn.n() | rd.d()
}

/// FNEG (scalar): `opcode` 2.
#[must_use]
pub const fn fneg(rd: D, rn: D) -> u32 {
    0x1E61_4000 | rn.n() | rd.d()
}

/// FMOV (scalar, immediate).
///
/// ```text
///   31      24 23-22 21 20  13 12 10 9   5 4  0
///   00011110   0 1   1  imm8   100   00000 Rd
/// ```
#[must_use]
pub const fn fmov_imm(rd: D, imm: Imm8) -> u32 {
    0x1E60_1000 | (imm.0 as u32) << 13 | rd.d()
}

/// MOVI (scalar, 64-bit) of zero, for which FMOV has no immediate.
///
/// ```text
///   31-30 29 28       19 18-16 15  12 11-10 9 5  4  0
///   0 0   1  0111100000  abc   1110   0 1   defgh Rd
/// ```
#[must_use]
pub const fn movi_zero(rd: D) -> u32 {
    0x2F00_E400 | rd.d()
}

/// FMOV (general), 64 bits to a double.
///
/// ```text
///   31 30 29 28    24 23-22 21 20-19 18  16 15    10 9  5 4  0
///   sf 0  0  1 1110   0 1   1  rmode opcode 000000   Rn   Rd
/// ```
#[must_use]
pub const fn fmov_from(rd: D, rn: X) -> u32 {
    0x9E67_0000 | rn.n() | rd.d()
}

/// SCVTF (scalar, integer), from 32 bits: `sf` 0, `opcode` 2.
#[must_use]
pub const fn scvtf(rd: D, rn: X) -> u32 {
    0x1E62_0000 | rn.n() | rd.d()
}
