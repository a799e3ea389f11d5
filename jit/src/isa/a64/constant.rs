//! Loads a constant with the fewest instructions.
//!
//! The first is `movz`, `movn` or `orr` with a logical immediate, whichever gives the most quarters of the register
//! their final value. Then a `movk` sets each of the others.
//!
//! ```text
//!   0000 0000 0000 0005   movz #5
//!   FFFF FFFF FFFF 1234   movn #EDCB
//!   FFFF 0000 0000 0001   orr #FFFF000000000001
//!   FFFF 0000 0000 0005   movz #5, movk #FFFF
//!   3FB9 9999 9999 999A   orr #9999999999999999, movk #999A, movk #3FB9
//! ```

use super::bitmask::Bitmask;
use super::data_imm::{Logic, Quarter, Wide, logical_imm, move_wide};
use super::reg::{Size, X};

/// The instructions that load a constant.
#[derive(Clone, Copy, Debug)]
pub struct Constant {
    rd: X,
    value: u64,
    /// The first instruction, and the value that it gives the register.
    first: (u32, u64),
}

/// The words that load an address, or a value that contains one, into `rd`: always `movz` and two `movk` for the lower
/// 48 bits, and one more `movk` if higher bits are set.
pub fn pointer(rd: X, value: u64) -> impl Iterator<Item = u32> {
    let quarters = if value >> 48 == 0 { 3 } else { 4 };
    (0..quarters).map(move |index| {
        let how = if index == 0 { Wide::Movz } else { Wide::Movk };
        move_wide(how, Size::X, rd, quarter(value, index))
    })
}

impl Constant {
    /// The instructions that load `value` into `rd`.
    #[must_use]
    pub fn new(rd: X, value: u64) -> Constant {
        let mut best = Constant { rd, value, first: wide(Wide::Movz, Size::X, rd, value, 0) };
        best.try_wide();
        best.try_bitmask(value);
        if best.count() > 2 {
            best.try_near_bitmasks();
        }
        best
    }

    /// The number of instructions.
    #[must_use]
    pub fn count(&self) -> usize {
        1 + self.mends().count()
    }

    /// The words of the instructions.
    pub fn words(&self) -> impl Iterator<Item = u32> {
        let mends = self.mends().map(|quarter| move_wide(Wide::Movk, Size::X, self.rd, quarter));
        core::iter::once(self.first.0).chain(mends)
    }

    /// The quarters that the first instruction does not set correctly.
    fn mends(&self) -> impl Iterator<Item = Quarter> + use<> {
        let (value, left) = (self.value, self.first.1);
        (0..4).map(move |index| quarter(value, index)).filter(move |&mend| mend != quarter(left, mend.index))
    }

    fn consider(&mut self, first: (u32, u64)) {
        let other = Constant { first, ..*self };
        if other.count() < self.count() {
            *self = other;
        }
    }

    fn try_wide(&mut self) {
        for index in 0..4 {
            self.consider(wide(Wide::Movz, Size::X, self.rd, self.value, index));
            self.consider(wide(Wide::Movn, Size::X, self.rd, self.value, index));
        }
        for index in 0..2 {
            self.consider(wide(Wide::Movn, Size::W, self.rd, self.value, index));
        }
    }

    fn try_bitmask(&mut self, value: u64) {
        for size in [Size::X, Size::W] {
            if let Some(imm) = Bitmask::new(size, value) {
                self.consider((logical_imm(Logic::Orr, size, self.rd, X::ZR, imm), size.cut(value)));
            }
        }
    }

    /// Tries logical immediates that differ from the value in one quarter, or repeat one of its quarters four times.
    fn try_near_bitmasks(&mut self) {
        let value = self.value;
        for from in 0..4 {
            let Quarter { bits, .. } = quarter(value, from);
            self.try_bitmask(u64::from(bits) * 0x0001_0001_0001_0001);
            for shift in [0, 16, 32, 48] {
                for bits in [bits, 0, u16::MAX] {
                    self.try_bitmask(value & !(0xFFFF << shift) | u64::from(bits) << shift);
                }
            }
        }
    }
}

fn quarter(value: u64, index: u8) -> Quarter {
    Quarter { bits: (value >> (16 * u32::from(index))) as u16, index }
}

/// A move of one quarter of a value, and the value that it gives the register.
fn wide(op: Wide, size: Size, rd: X, value: u64, index: u8) -> (u32, u64) {
    let mask = 0xFFFF << (16 * u32::from(index));
    let Quarter { bits, .. } = quarter(value, index);
    match op {
        Wide::Movn => {
            (move_wide(op, size, rd, Quarter { bits: !bits, index }), size.cut(value & mask | !mask))
        }
        Wide::Movz | Wide::Movk => (move_wide(op, size, rd, Quarter { bits, index }), value & mask),
    }
}
