//! The immediates of logical instructions.
//!
//! Such an immediate is an element of 2, 4, 8, 16, 32 or 64 bits, repeated; the element is a run of ones, rotated.
//! Thirteen bits encode it. Only 5,334 values of 64 bits are such immediates, but masks and small tagged integers are
//! among them.
//!
//! ```text
//!   N  imms      element
//!   1  ssssss    64 bits, s + 1 ones
//!   0  0sssss    32
//!   0  10ssss    16
//!   0  110sss     8
//!   0  1110ss     4
//!   0  11110s     2            immr: how far the ones are rotated to the right
//! ```

use super::reg::Size;

/// A logical immediate, encoded for an instruction: `N:immr:imms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bitmask(u16);

impl Bitmask {
    /// The immediate for the lowest `size` bits of `value`, if there is one.
    #[must_use]
    pub const fn new(size: Size, value: u64) -> Option<Bitmask> {
        let value = match size {
            Size::W => size.cut(value) | value << 32,
            Size::X => value,
        };
        if value == 0 || value == u64::MAX {
            return None;
        }
        let mut bits = 64;
        while bits > 2 && value.rotate_right(bits / 2) == value {
            bits /= 2;
        }
        let start = (value & !value.rotate_left(1)).trailing_zeros();
        let element = value.rotate_right(start) & (u64::MAX >> (64 - bits));
        if element & (element + 1) != 0 {
            return None;
        }
        let n = bits as u16 / 64;
        let immr = (bits - start) as u16 % bits as u16;
        let imms = (!(2 * bits - 1) & 0x3F) as u16 | (element.count_ones() - 1) as u16;
        Some(Bitmask(n << 12 | immr << 6 | imms))
    }

    /// The immediate in bits 22 to 10 of an instruction.
    pub(super) const fn bits(self) -> u32 {
        (self.0 as u32) << 10
    }
}
