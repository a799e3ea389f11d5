//! The shortest decimal that reads back as a number.

use core::fmt::{self, Write};

/// Numbers from this one on, and below a hundredth of its reciprocal, are written with an exponent.
const BIG: f64 = 1e21;
const SMALL: f64 = 1e-7;

/// A number as the shortest decimal that reads back the same.
pub(crate) struct Number(pub(crate) f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = Line::new();
        line.number(self.0)?;
        f.write_str(line.text())
    }
}

/// Binary digits after the point that a number between two shortest decimals has at most: such a number has 18
/// significant decimal digits at most, and `n` binary digits after the point are `n` decimal ones.
const TIE_BITS: i32 = 25;

/// Whether a number may be midway between two equally short decimals that both read back as it.
fn may_be_between(magnitude: f64) -> bool {
    const MANTISSA: u32 = f64::MANTISSA_DIGITS - 1;
    let bits = magnitude.to_bits();
    let mantissa = bits & ((1 << MANTISSA) - 1) | 1 << MANTISSA;
    let exponent = (bits >> MANTISSA) as i32 - 1075;
    -(exponent + mantissa.trailing_zeros() as i32) <= TIE_BITS
}

/// Bytes of a [`Line`].
const LINE: usize = 64;

/// A text short enough to cost no fuel, with a line end. A number fits.
pub(crate) struct Line {
    bytes: [u8; LINE],
    len: usize,
}

impl Line {
    pub(crate) fn new() -> Line {
        Line { bytes: [0; LINE], len: 0 }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> fmt::Result {
        let end = self.len + bytes.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    /// Writes a number into the empty text.
    pub(crate) fn number(&mut self, number: f64) -> fmt::Result {
        let magnitude = number.abs();
        if number.is_nan() {
            return self.push(b"nan");
        }
        if magnitude == f64::INFINITY || magnitude == 0.0 {
            return write!(self, "{number}");
        }
        if !(SMALL..BIG).contains(&magnitude) {
            return self.with_exponent(number);
        }
        write!(self, "{number}")?;
        if may_be_between(magnitude) { self.break_tie(number) } else { Ok(()) }
    }

    /// Writes a finite number with an exponent into the empty text.
    pub(crate) fn with_exponent(&mut self, number: f64) -> fmt::Result {
        write!(self, "{number:e}")?;
        if number != 0.0 && may_be_between(number.abs()) { self.break_tie(number) } else { Ok(()) }
    }

    /// Of two decimals equally near to `number`, takes the one that ends in an even digit, as other languages do.
    fn break_tie(&mut self, number: f64) -> fmt::Result {
        let text = self.text();
        let mut shortest = text.split_once('e').map_or(text, |(digits, _)| digits);
        if !shortest.contains('.') {
            shortest = shortest.trim_end_matches('0');
        }
        let digits = shortest.bytes().filter(u8::is_ascii_digit);
        let count = digits.skip_while(|&digit| digit == b'0').count();
        let Some(last) = shortest.len().checked_sub(1) else { return Ok(()) };
        if count < SHORTEST_TIE || self.bytes[last] & 1 == 0 {
            return Ok(());
        }
        // In the middle, the exact digits are those of the smaller one and a 5.
        let mut exact = Line::new();
        write!(exact, "{number:.45e}")?;
        let mut rest = exact.bytes.iter().filter(|byte| byte.is_ascii_digit()).skip(count - 1);
        let below = self.bytes[last] - 1;
        let halfway = rest.next() == Some(&below) && rest.next() == Some(&b'5');
        if halfway && rest.take(45 - count).all(|&digit| digit == b'0') {
            self.bytes[last] = below;
            if self.text().parse() != Ok(number) {
                self.bytes[last] += 1;
            }
        }
        Ok(())
    }
}

/// Decimals with fewer digits are further apart than a double is from its neighbours.
const SHORTEST_TIE: usize = 15;

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::Number;

    #[test]
    fn of_two_shortest_decimals_as_near_the_even_one_is_printed() {
        for (number, text) in [
            (f64::from_bits(0x4144_0000_0710_0000), "2621440.0551757812"),
            (-f64::from_bits(0x4144_0000_0710_0000), "-2621440.0551757812"),
            (5e-324, "5e-324"),
            (0.5, "0.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (9007199254740993.0, "9007199254740992"),
            (f64::MAX, "1.7976931348623157e308"),
            (-1e-7, "-0.0000001"),
            (123456789012345680000.0, "123456789012345680000"),
        ] {
            assert_eq!(Number(number).to_string(), text);
        }
    }
}
