//! Values as text.

use core::fmt::{self, Write};

use super::work::each_part;
use super::{Fault, Vm};
use crate::fuel::BULK;
use crate::object::{ShapeTable, Text};
use crate::value::Value;

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

/// A text short enough to cost no fuel, with a line end. A number fits: the longest are 17 digits, a sign, a point,
/// and six zeros before them or four after.
struct Line {
    bytes: [u8; BULK],
    len: usize,
}

impl Line {
    fn new() -> Line {
        Line { bytes: [0; BULK], len: 0 }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn text(&self) -> &str {
        core::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    fn push(&mut self, bytes: &[u8]) -> fmt::Result {
        let end = self.len + bytes.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    /// Writes a number into the empty text.
    fn number(&mut self, number: f64) -> fmt::Result {
        let magnitude = number.abs();
        if number.is_nan() {
            return self.push(b"nan");
        }
        if magnitude == f64::INFINITY || magnitude == 0.0 {
            return write!(self, "{number}");
        }
        if (SMALL..BIG).contains(&magnitude) {
            write!(self, "{number}")?;
        } else {
            write!(self, "{number:e}")?;
        }
        if may_be_between(magnitude) { self.break_tie(number) } else { Ok(()) }
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

impl Vm {
    /// `print`: the value and a line end.
    #[inline(never)]
    pub(super) fn print(&mut self, value: Value) -> Result<(), Fault> {
        // Most texts are short: text and line end are one call of the host.
        let mut line = Line::new();
        let done = if value.is_int() {
            write!(line, "{}", value.as_int())
        } else if value.is_double() {
            line.number(value.as_double())
        } else {
            let Text { before, string, after } = text(value, &self.context.heap.shapes);
            let [first, second] = string.as_ref().map_or([&[][..]; 2], |string| string.parts());
            let parts = [before, first, second, after];
            let len = parts.iter().map(|part| part.len()).sum();
            if len >= BULK {
                self.in_pieces(len, 1, |vm, range| each_part(&parts, range, |bytes| vm.write(bytes)))?;
                return self.write(b"\n");
            }
            parts.iter().try_for_each(|part| line.push(part))
        };
        let done = done.and_then(|()| line.push(b"\n"));
        debug_assert!(done.is_ok(), "a short text and a line end fit");
        self.write(line.bytes())
    }

    /// Writes to the host of the run.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        crate::meter::count(bytes.len());
        Ok(self.call_host(|host| host.output.write(bytes))??)
    }
}

/// The text of a value other than a number.
fn text(value: Value, shapes: &ShapeTable) -> Text {
    if let Some(object) = value.header() {
        return object.text(shapes);
    }
    match value {
        Value::TRUE => Text::plain(b"true"),
        Value::FALSE => Text::plain(b"false"),
        _ => Text::plain(b"nil"),
    }
}

/// Writes a value in the format of `print`.
#[cfg(feature = "texts")]
pub(super) fn write(out: &mut impl Write, value: Value, shapes: &ShapeTable) -> fmt::Result {
    if let Some(number) = value.to_f64() {
        return write!(out, "{}", Number(number));
    }
    let Text { before, string, after } = text(value, shapes);
    let [first, second] = string.as_ref().map_or([&[][..]; 2], |string| string.parts());
    [before, first, second, after]
        .into_iter()
        .try_for_each(|part| out.write_str(core::str::from_utf8(part).unwrap_or_default()))
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
