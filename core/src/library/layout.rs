//! How numbers lie in bytes: `u8`, `i16le`, `f64be`.

/// The bits that nan is written with.
const NAN32: u32 = 0x7FC0_0000;
const NAN64: u64 = 0x7FF8_0000_0000_0000;

/// A sort of number, and the order of its bytes.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    sort: Sort,
    /// Whether the highest byte comes first.
    big_endian: bool,
}

#[derive(Clone, Copy)]
enum Sort {
    Unsigned(usize),
    Signed(usize),
    Float32,
    Float64,
}

impl Layout {
    /// Bytes of the longest layout.
    pub(super) const LONGEST: usize = 8;

    /// What a name must be.
    pub(super) const WANTED: &str = "a type: u8, i8, or u16, i16, u32, i32, f32, f64 followed by le or be";

    /// The layout with this name, which is in two parts.
    pub(super) fn named(parts: [&[u8]; 2]) -> Option<Layout> {
        let mut name = [0; 5];
        let mut len = 0;
        for byte in parts.into_iter().flatten() {
            *name.get_mut(len)? = *byte;
            len += 1;
        }
        let name = name.get(..len)?;
        let (sort, big_endian) = match (name.strip_suffix(b"le"), name.strip_suffix(b"be")) {
            (Some(sort), _) => (sort, false),
            (None, Some(sort)) => (sort, true),
            (None, None) => (name, false),
        };
        let has_order = sort.len() != name.len();
        let sort = match sort {
            b"u8" if !has_order => Sort::Unsigned(1),
            b"i8" if !has_order => Sort::Signed(1),
            b"u16" if has_order => Sort::Unsigned(2),
            b"i16" if has_order => Sort::Signed(2),
            b"u32" if has_order => Sort::Unsigned(4),
            b"i32" if has_order => Sort::Signed(4),
            b"f32" if has_order => Sort::Float32,
            b"f64" if has_order => Sort::Float64,
            _ => return None,
        };
        Some(Layout { sort, big_endian })
    }

    /// Bytes of a number.
    pub(super) fn size(self) -> usize {
        match self.sort {
            Sort::Unsigned(size) | Sort::Signed(size) => size,
            Sort::Float32 => 4,
            Sort::Float64 => 8,
        }
    }

    /// The number in the first bytes.
    pub(super) fn read(self, mut bytes: [u8; Layout::LONGEST]) -> f64 {
        self.order(&mut bytes);
        let bits = u64::from_le_bytes(bytes);
        // Bits above those of the number.
        let above = 64 - 8 * self.size() as u32;
        let bits = bits << above >> above;
        match self.sort {
            Sort::Unsigned(_) => bits as f64,
            Sort::Signed(_) => ((bits << above) as i64 >> above) as f64,
            Sort::Float32 => f64::from(f32::from_bits(bits as u32)),
            Sort::Float64 => f64::from_bits(bits),
        }
    }

    /// The bytes of a number, first in the array; what it should be if it has none.
    pub(super) fn write(self, number: f64) -> Result<[u8; Layout::LONGEST], &'static str> {
        let (bits, back) = match self.sort {
            Sort::Unsigned(size) => {
                let bits = (number as u64).min(u64::MAX >> (64 - 8 * size));
                (bits, bits as f64)
            }
            Sort::Signed(size) => {
                let most = i64::MAX >> (64 - 8 * size);
                let int = (number as i64).clamp(-most - 1, most);
                (int as u64, int as f64)
            }
            // Processors make different bits of nan.
            Sort::Float32 if number.is_nan() => (u64::from(NAN32), number),
            Sort::Float64 if number.is_nan() => (NAN64, number),
            Sort::Float32 => (u64::from((number as f32).to_bits()), number),
            Sort::Float64 => (number.to_bits(), number),
        };
        let is_float = matches!(self.sort, Sort::Float32 | Sort::Float64);
        if !is_float && back != number {
            return Err(self.wanted());
        }
        let mut bytes = bits.to_le_bytes();
        self.order(&mut bytes);
        Ok(bytes)
    }

    /// What a number of the layout must be.
    fn wanted(self) -> &'static str {
        match self.sort {
            Sort::Unsigned(1) => "an integer from 0 to 255",
            Sort::Unsigned(2) => "an integer from 0 to 65,535",
            Sort::Unsigned(_) => "an integer from 0 to 2^32 - 1",
            Sort::Signed(1) => "an integer from -128 to 127",
            Sort::Signed(2) => "an integer from -32,768 to 32,767",
            Sort::Signed(_) => "an integer from -2^31 to 2^31 - 1",
            Sort::Float32 | Sort::Float64 => "a number",
        }
    }

    /// From the order of the layout to the lowest byte first, or back.
    fn order(self, bytes: &mut [u8; Layout::LONGEST]) {
        if self.big_endian
            && let Some(bytes) = bytes.get_mut(..self.size())
        {
            bytes.reverse();
        }
    }
}
