//! Loads and stores. Register 31 is the stack pointer as a base, and the zero register as the operand.

use core::marker::PhantomData;

use super::reg::{D, Register, X};

/// A load or store of one register, in any addressing mode: the bits `size`, `VR` and `opc`.
#[derive(Clone, Copy, Debug)]
pub struct Access<R> {
    bits: u32,
    of: PhantomData<R>,
}

impl<R> Access<R> {
    const fn new(size: u32, vr: u32, opc: u32) -> Access<R> {
        Access { bits: 0x3800_0000 | size << 30 | vr << 26 | opc << 22, of: PhantomData }
    }

    /// The logarithm, base 2, of the number of bytes that are loaded or stored.
    #[must_use]
    pub const fn scale(self) -> u32 {
        self.bits >> 30
    }
}

/// `strb`: the low 8 bits of a general register.
pub const STRB: Access<X> = Access::new(0, 0, 0);
/// `ldrb`: 8 bits of a general register, the rest zero.
pub const LDRB: Access<X> = Access::new(0, 0, 1);
/// `ldrh`: 16 bits, the rest zero.
pub const LDRH: Access<X> = Access::new(1, 0, 1);
/// `str` of 32 bits.
pub const STR_W: Access<X> = Access::new(2, 0, 0);
/// `ldr` of 32 bits, the rest zero.
pub const LDR_W: Access<X> = Access::new(2, 0, 1);
/// `str` of 64 bits.
pub const STR: Access<X> = Access::new(3, 0, 0);
/// `ldr` of 64 bits.
pub const LDR: Access<X> = Access::new(3, 0, 1);
/// `str` of a double.
pub const STR_D: Access<D> = Access::new(3, 1, 0);
/// `ldr` of a double.
pub const LDR_D: Access<D> = Access::new(3, 1, 1);

/// A displacement that fits a load or store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disp {
    /// In units of the access's size, below 4096.
    Scaled(u16),
    /// In bytes, -256 to 255.
    Unscaled(i16),
}

impl Disp {
    /// The displacement for a number of bytes, if it fits.
    #[must_use]
    pub const fn new(bytes: i32, scale: u32) -> Option<Disp> {
        if bytes >= 0 && bytes >> scale < 4096 && (bytes >> scale) << scale == bytes {
            Some(Disp::Scaled((bytes >> scale) as u16))
        } else if -256 <= bytes && bytes < 256 {
            Some(Disp::Unscaled(bytes as i16))
        } else {
            None
        }
    }
}

/// At `rn + disp`: LDR, STR (immediate, unsigned offset), and LDUR, STUR.
///
/// ```text
///   31-30 29 27 26 25-24 23-22 21          10 9  5 4  0
///   size  111   VR 0 1   opc   imm12          Rn   Rt
///   size  111   VR 0 0   opc   0  imm9  0 0   Rn   Rt
/// ```
#[must_use]
pub fn offset<R: Register>(access: Access<R>, rt: R, rn: X, disp: Disp) -> u32 {
    let disp = match disp {
        Disp::Scaled(units) => 1 << 24 | (u32::from(units) & 0xFFF) << 10,
        Disp::Unscaled(bytes) => imm9(bytes),
    };
    access.bits | disp | rn.n() | rt.number()
}

/// At `rn`, after adding `by` to it, -256 to 255: LDR, STR (immediate, pre-index).
///
/// ```text
///   31-30 29 27 26 25-24 23-22 21 20 12 11-10 9  5 4  0
///   size  111   VR 0 0   opc   0  imm9  1 1   Rn   Rt
/// ```
#[must_use]
pub fn pre_index<R: Register>(access: Access<R>, rt: R, rn: X, by: i16) -> u32 {
    access.bits | imm9(by) | 3 << 10 | rn.n() | rt.number()
}

/// At `rn`, before adding `by` to it, -256 to 255: LDR, STR (immediate, post-index).
///
/// ```text
///   31-30 29 27 26 25-24 23-22 21 20 12 11-10 9  5 4  0
///   size  111   VR 0 0   opc   0  imm9  0 1   Rn   Rt
/// ```
#[must_use]
pub fn post_index<R: Register>(access: Access<R>, rt: R, rn: X, by: i16) -> u32 {
    access.bits | imm9(by) | 1 << 10 | rn.n() | rt.number()
}

const fn imm9(bytes: i16) -> u32 {
    (bytes as u32 & 0x1FF) << 12
}

/// The unit of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// Bytes.
    Bytes,
    /// The size of the access.
    Units,
}

/// At `rn + rm`: LDR, STR (register), all 64 bits of the index, LSL.
///
/// ```text
///   31-30 29 27 26 25-24 23-22 21 20 16 15 13 12 11-10 9  5 4  0
///   size  111   VR 0 0   opc   1  Rm    011   S  1 0   Rn   Rt
/// ```
#[must_use]
pub fn register<R: Register>(access: Access<R>, rt: R, rn: X, rm: X, index: Index) -> u32 {
    let s = (index as u32) << 12;
    access.bits | 1 << 21 | rm.m() | 3 << 13 | s | 2 << 10 | rn.n() | rt.number()
}

/// The addressing mode of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// `[rn], by`
    Post = 1,
    /// `[rn, by]`
    Offset = 2,
    /// `[rn, by]!`
    Pre = 3,
}

/// LDP, STP of 64 bits each; `by` in units of 8 bytes, -64 to 63.
///
/// ```text
///   31-30 29 27 26 25-23 22 21  15 14 10 9  5 4  0
///   1 0   101   0  how   L  imm7   Rt2   Rn   Rt
/// ```
const fn pair(load: u32, how: Pair, rt: X, rt2: X, rn: X, by: i8) -> u32 {
    0xA800_0000 | (how as u32) << 23 | load << 22 | (by as u32 & 0x7F) << 15 | rt2.a() | rn.n() | rt.d()
}

/// STP of 64 bits each; `by` in units of 8 bytes, -64 to 63.
#[must_use]
pub const fn stp(how: Pair, rt: X, rt2: X, rn: X, by: i8) -> u32 {
    pair(0, how, rt, rt2, rn, by)
}

/// LDP of 64 bits each; `by` in units of 8 bytes, -64 to 63.
#[must_use]
pub const fn ldp(how: Pair, rt: X, rt2: X, rn: X, by: i8) -> u32 {
    pair(1, how, rt, rt2, rn, by)
}
