//! Fields of instructions that refer to labels.

use crate::buffer::Form;

/// A field that holds the distance from its instruction to a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// `imm26` of B, in words: 128 MB each way.
    Imm26,
    /// `imm19` of B.cond, CBZ and CBNZ, in words: 1 MB each way.
    Imm19,
    /// `immhi:immlo` of ADR, in bytes: 1 MB each way.
    Adr,
}

impl Distance {
    /// The field for a distance in bytes, in its place.
    fn field(self, bytes: i64) -> Option<u32> {
        match self {
            Distance::Imm26 => signed(bytes >> 2, 26),
            Distance::Imm19 => signed(bytes >> 2, 19).map(|imm19| imm19 << 5),
            Distance::Adr => signed(bytes, 21).map(|imm21| (imm21 & 3) << 29 | imm21 >> 2 << 5),
        }
    }
}

impl Form for Distance {
    fn patch(self, code: &mut [u8], at: usize, target: usize) -> bool {
        let field = self.field(target as i64 - at as i64);
        let word = code.get_mut(at..).and_then(<[u8]>::first_chunk_mut);
        let (Some(field), Some(word)) = (field, word) else { return false };
        *word = (u32::from_le_bytes(*word) | field).to_le_bytes();
        true
    }
}

/// The lowest `bits` bits of a value, if it fits them as a signed number.
fn signed(value: i64, bits: u32) -> Option<u32> {
    let cut = value << (64 - bits);
    (cut >> (64 - bits) == value).then_some((cut as u64 >> (64 - bits)) as u32)
}
