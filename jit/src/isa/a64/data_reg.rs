//! Data processing, register.

use super::data_imm::{Arith, Logic, Shifts};
use super::reg::{Size, X};

/// ADD, ADDS, SUB, SUBS (shifted register): `rd = rn op (rm << by)`. 31 is zero.
///
/// ```text
///   31 30 29 28    24 23-22 21 20 16 15    10 9  5 4  0
///   sf op S  0 1011   0 0   0  Rm    by       Rn   Rd
/// ```
#[must_use]
pub const fn add_shifted(op: Arith, size: Size, rd: X, rn: X, rm: X, by: u8) -> u32 {
    0x0B00_0000 | size.sf() | op.bits() | rm.m() | (by as u32 & 63) << 10 | rn.n() | rd.d()
}

/// ADD, ADDS, SUB, SUBS (shifted register), not shifted.
#[must_use]
pub const fn add_reg(op: Arith, size: Size, rd: X, rn: X, rm: X) -> u32 {
    add_shifted(op, size, rd, rn, rm, 0)
}

/// CMP (extended register), SXTW: 64 bits of `rn` with the lower 32 of `rm`, sign-extended. An alias of SUBS.
///
/// ```text
///   31 30 29 28    24 23-22 21 20 16 15 13 12-10 9  5 4    0
///   1  1  1  0 1011   0 0   1  Rm    110   000   Rn   11111
/// ```
#[must_use]
pub const fn cmp_sxtw(rn: X, rm: X) -> u32 {
    0xEB20_C000 | rm.m() | rn.n() | X::ZR.d()
}

/// AND, ORR, EOR (shifted register), not shifted. 31 is zero.
///
/// ```text
///   31 30-29 28    24 23-22 21 20 16 15    10 9  5 4  0
///   sf opc   0 1010   0 0   0  Rm    000000   Rn   Rd
/// ```
#[must_use]
pub const fn logical_reg(op: Logic, size: Size, rd: X, rn: X, rm: X) -> u32 {
    0x0A00_0000 | size.sf() | op.bits() | rm.m() | rn.n() | rd.d()
}

/// MOV (register), an alias of ORR (shifted register).
#[must_use]
pub const fn mov(size: Size, rd: X, rm: X) -> u32 {
    logical_reg(Logic::Orr, size, rd, X::ZR, rm)
}

/// MVN, an alias of ORN (shifted register), which is ORR with bit 21 set.
#[must_use]
pub const fn mvn(size: Size, rd: X, rm: X) -> u32 {
    mov(size, rd, rm) | 1 << 21
}

/// LSLV, LSRV, ASRV: `rd = rn` shifted by the lowest five bits of `rm`, 32 bits. `op2` is the shift.
///
/// ```text
///   31 30-29 28      21 20 16 15  12 11-10 9  5 4  0
///   0  0 0   1 1010110  Rm    0 0 1 0 op2  Rn   Rd
/// ```
#[must_use]
pub const fn shift_reg(op: Shifts, rd: X, rn: X, rm: X) -> u32 {
    0x1AC0_2000 | rm.m() | (op as u32) << 10 | rn.n() | rd.d()
}

/// SDIV, 32 bits: `rd = rn / rm`, towards zero.
///
/// ```text
///   31 30-29 28      21 20 16 15    10 9  5 4  0
///   0  0 0   1 1010110  Rm    0 0 0011 Rn   Rd
/// ```
#[must_use]
pub const fn sdiv(rd: X, rn: X, rm: X) -> u32 {
    0x1AC0_0C00 | rm.m() | rn.n() | rd.d()
}

/// MSUB, 32 bits: `rd = ra - rn * rm`.
///
/// ```text
///   31 30-29 28    24 23 21 20 16 15 14  10 9  5 4  0
///   0  0 0   1 1011   000   Rm    1  Ra     Rn   Rd
/// ```
#[must_use]
pub const fn msub(rd: X, rn: X, rm: X, ra: X) -> u32 {
    0x1B00_8000 | rm.m() | ra.a() | rn.n() | rd.d()
}

/// SMULL, an alias of SMADDL: the product of two 32-bit operands, in 64 bits.
///
/// ```text
///   31 30-29 28    24 23 21 20 16 15 14  10 9  5 4  0
///   1  0 0   1 1011   001   Rm    0  11111  Rn   Rd
/// ```
#[must_use]
pub const fn smull(rd: X, rn: X, rm: X) -> u32 {
    0x9B20_0000 | rm.m() | X::ZR.a() | rn.n() | rd.d()
}
