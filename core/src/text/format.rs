//! The text of a value by a spec.

use core::fmt::{self, Write};

use super::number::Line;
use super::spec::{Align, Form, Spec};

/// The longest text of a number without filling: 1,024 binary digits with sign and prefix. A decimal has at most a sign,
/// 309 digits, 102 commas, a point and 100 digits; the smallest with thousands 324 digits after its point.
const LONGEST: usize = 1024 + 3;

/// The text of a number by a spec, without filling.
pub(crate) struct Digits {
    bytes: [u8; LONGEST],
    len: usize,
    /// Bytes of the sign and the prefix, which zeros follow.
    head: usize,
    /// Whether zeros may be put before the digits.
    is_finite: bool,
}

impl Digits {
    /// Writes a number, which is an integer if the spec wants one.
    pub(crate) fn new(spec: &Spec, number: f64) -> Digits {
        let mut text = Digits { bytes: [0; LONGEST], len: 0, head: 0, is_finite: number.is_finite() };
        let written = text.number(spec, number);
        debug_assert!(written.is_ok(), "the longest text fits");
        text
    }

    /// Sign and prefix, and the rest.
    pub(crate) fn parts(&self) -> [&str; 2] {
        let text = core::str::from_utf8(self.bytes.get(..self.len).unwrap_or_default()).unwrap_or_default();
        text.split_at_checked(self.head).map_or([text, ""], |(head, rest)| [head, rest])
    }

    fn number(&mut self, spec: &Spec, number: f64) -> fmt::Result {
        let is_integer = spec.form.digit_bits().is_some();
        if number.is_sign_negative() && !number.is_nan() && !(is_integer && number == 0.0) {
            self.write_char('-')?;
        } else if spec.sign && !number.is_nan() {
            self.write_char('+')?;
        }
        let magnitude = if number.is_nan() { number } else { number.abs() };
        if let Some(bits) = spec.form.digit_bits() {
            if spec.prefix {
                self.write_char('0')?;
                self.write_char(spec.form.letter().unwrap_or_default().to_ascii_lowercase())?;
            }
            self.head = self.len;
            return self.integer(magnitude, bits, spec.form == Form::UpperHex);
        }
        self.head = self.len;
        match (spec.form, spec.digits) {
            _ if !number.is_finite() => self.shortest(magnitude),
            (Form::Exponent, Some(digits)) => write!(self, "{magnitude:.*e}", digits as usize),
            (Form::Exponent, None) => {
                let mut line = Line::new();
                line.with_exponent(magnitude)?;
                self.write_str(line.text())
            }
            (_, Some(digits)) => write!(self, "{magnitude:.*}", digits as usize),
            (_, None) if spec.groups => {
                let mut line = Line::new();
                line.number(magnitude)?;
                match line.text() {
                    text if text.contains('e') => write!(self, "{magnitude}"),
                    text => self.write_str(text),
                }
            }
            (_, None) => self.shortest(magnitude),
        }?;
        if spec.groups && number.is_finite() { self.group() } else { Ok(()) }
    }

    fn shortest(&mut self, number: f64) -> fmt::Result {
        let mut line = Line::new();
        line.number(number)?;
        self.write_str(line.text())
    }

    /// Writes an integer in digits of `bits` bits each.
    fn integer(&mut self, integer: f64, bits: u32, upper: bool) -> fmt::Result {
        // `integer` is `mantissa * 2^exponent`.
        let raw = integer.to_bits();
        let exponent = (raw >> 52) as i32 - 1075;
        let mantissa = raw & ((1 << 52) - 1) | 1 << 52;
        let (mantissa, exponent) = match exponent {
            _ if integer < 1.0 => (0, 0),
            0.. => (mantissa, exponent as u32),
            // An integer below 2^53: the bits after the point are zeros.
            _ => (mantissa >> exponent.unsigned_abs().min(63), 0),
        };
        let bit = |index: u32| match index.checked_sub(exponent) {
            Some(index @ 0..64) => (mantissa >> index & 1) as u32,
            Some(_) | None => 0,
        };
        let length = (u64::BITS - mantissa.leading_zeros() + exponent).max(1);
        for digit in (0..length.div_ceil(bits)).rev() {
            let value = (0..bits).rev().fold(0, |value, index| value << 1 | bit(digit * bits + index));
            let char = char::from_digit(value, 16).unwrap_or_default();
            self.write_char(if upper { char.to_ascii_uppercase() } else { char })?;
        }
        Ok(())
    }

    /// Puts a comma after each three digits before the point, from the right.
    fn group(&mut self) -> fmt::Result {
        let digits = self.bytes.get(self.head..self.len).unwrap_or_default();
        let whole = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let commas = whole.saturating_sub(1) / 3;
        let end = self.len + commas;
        if end > LONGEST {
            return Err(fmt::Error);
        }
        let point = self.head + whole;
        self.bytes.copy_within(point..self.len, point + commas);
        let (mut from, mut to) = (point, point + commas);
        for _ in 0..commas {
            (from, to) = (from - 3, to - 4);
            self.bytes.copy_within(from..from + 3, to + 1);
            self.bytes[to] = b',';
        }
        self.len = end;
        Ok(())
    }
}

impl Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// What fills a text up to the width of a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filling {
    /// Fill characters before the text.
    pub(crate) before: usize,
    /// Zeros after sign and prefix.
    pub(crate) zeros: usize,
    /// Fill characters after the text.
    pub(crate) after: usize,
}

impl Filling {
    /// For a text of `chars` characters; `number` if it is that of a number.
    pub(crate) fn new(spec: &Spec, chars: usize, number: Option<&Digits>) -> Filling {
        let missing = (spec.width as usize).saturating_sub(chars);
        let default = if number.is_some() { Align::Right } else { Align::Left };
        let (before, zeros, after) = match spec.align {
            None if spec.zeros && number.is_some_and(|number| number.is_finite) => (0, missing, 0),
            align => match align.unwrap_or(default) {
                Align::Left => (0, 0, missing),
                Align::Right => (missing, 0, 0),
                Align::Center => (missing / 2, 0, missing - missing / 2),
            },
        };
        Filling { before, zeros, after }
    }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    fn text(spec: &str, number: f64) -> String {
        let spec = Spec::parse(spec).unwrap_or_else(|error| panic!("{spec}: {error:?}"));
        let digits = Digits::new(&spec, number);
        let [head, rest] = digits.parts();
        let filling = Filling::new(&spec, head.len() + rest.len(), Some(&digits));
        let fill = |count| String::from(spec.fill).repeat(count);
        format!("{}{head}{}{rest}{}", fill(filling.before), "0".repeat(filling.zeros), fill(filling.after))
    }

    #[test]
    fn numbers_by_specs() {
        for (number, spec, expected) in [
            (0.125, ".2", "0.12"),
            (0.375, ".2", "0.38"),
            (2.5, ".0", "2"),
            (3.5, ".0", "4"),
            (1e15 + 0.5, ".0", "1000000000000000"),
            (0.1, ".20", "0.10000000000000000555"),
            (-0.001, ".2", "-0.00"),
            (1e21, ".1", "1000000000000000000000.0"),
            (1e21, ",", "1,000,000,000,000,000,000,000"),
            (1e-9, ",", "0.000000001"),
            (1234567.891, ",", "1,234,567.891"),
            (1234567.891, ",.1", "1,234,567.9"),
            (999.0, ",", "999"),
            (-1000.0, ",", "-1,000"),
            (1e21, ">", "1e21"),
            (f64::NAN, "05", "  nan"),
            (f64::INFINITY, "+05", " +inf"),
            (f64::NEG_INFINITY, ".2", "-inf"),
            (f64::NAN, "+,", "nan"),
            (42.0, "05", "00042"),
            (-42.0, "05", "-0042"),
            (42.0, "<05", "42   "),
            (42.0, "+06.1", "+042.0"),
            (42.0, "*^7", "**42***"),
            (255.0, "x", "ff"),
            (-255.0, "x", "-ff"),
            (255.0, "#X", "0xFF"),
            (255.0, "#010x", "0x000000ff"),
            (5.0, "#b", "0b101"),
            (8.0, "#o", "0o10"),
            (0.0, "x", "0"),
            (-0.0, "x", "0"),
            (-0.0, "+", "-0"),
            (9007199254740992.0, "x", "20000000000000"),
            (2f64.powi(60) + 256.0, "x", "1000000000000100"),
            (8f64.powi(20), "o", "100000000000000000000"),
            (2f64.powi(100), "o", "2000000000000000000000000000000000"),
            (1500.0, "e", "1.5e3"),
            (1500.0, ".0e", "2e3"),
            (2500.0, ".0e", "2e3"),
            (0.0, "e", "0e0"),
            (0.00015, ".3e", "1.500e-4"),
            (1e300, ".2e", "1.00e300"),
            (7.0, "+", "+7"),
            (12345.0, ">10,", "    12,345"),
            (12345.0, "010,", "000012,345"),
        ] {
            assert_eq!(text(spec, number), expected, "{number} {spec}");
        }
        assert_eq!(text("b", f64::MAX).len(), 1024);
        assert_eq!(text(".100", -f64::MAX).len(), 1 + 309 + 1 + 100);
        assert_eq!(text(",.100", -f64::MAX).len(), 1 + 309 + 102 + 1 + 100);
        assert_eq!(text(",", 5e-324).len(), 2 + 324);
    }

    /// The decimal of `mantissa * 2^exponent` with `digits` digits after its point, rounded half to even: by whole
    /// numbers in decimal digits alone.
    fn exact(mantissa: u64, exponent: i32, digits: usize) -> String {
        // The number in decimal digits, the least first, times ten to the power of `scale`.
        let mut decimal: Vec<u8> = format!("{mantissa}").bytes().rev().map(|byte| byte - b'0').collect();
        let times = |factor: u8, decimal: &mut Vec<u8>| {
            let mut carry = 0;
            for digit in decimal.iter_mut() {
                let value = *digit * factor + carry;
                (*digit, carry) = (value % 10, value / 10);
            }
            if carry != 0 {
                decimal.push(carry);
            }
        };
        let mut scale = 0;
        for _ in 0..exponent.abs() {
            if exponent > 0 {
                times(2, &mut decimal);
            } else {
                times(5, &mut decimal);
                scale += 1;
            }
        }
        // Of a scaled number the lowest digits are cut off, and decide the rounding.
        while scale < digits {
            decimal.insert(0, 0);
            scale += 1;
        }
        let cut = scale - digits;
        while decimal.len() <= scale {
            decimal.push(0);
        }
        let rest: Vec<u8> = decimal.drain(..cut).collect();
        let above = rest.split_last().map(|(top, lower)| (*top, lower.iter().any(|&digit| digit != 0)));
        let up = match above {
            Some((6.., _)) | Some((5, true)) => true,
            Some((5, false)) => decimal[0] % 2 == 1,
            Some((0..=4, _)) | None => false,
        };
        if up {
            decimal.push(0);
            let at = decimal.iter().position(|&digit| digit != 9).unwrap_or_default();
            decimal[..at].fill(0);
            decimal[at] += 1;
            if decimal.last() == Some(&0) {
                decimal.pop();
            }
        }
        let mut text: String = decimal.iter().rev().map(|digit| char::from(digit + b'0')).collect();
        if digits > 0 {
            text.insert(text.len() - digits, '.');
        }
        text
    }

    #[test]
    fn digits_are_those_of_exact_arithmetic() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for round in 0..4000 {
            let digits = (next() % 12) as usize;
            // Few bits, so that many numbers are midway between two decimals.
            let mantissa = if round % 2 == 0 { next() % 4096 } else { next() >> 11 };
            let exponent = -((next() % 70) as i32) + if round % 2 == 0 { 5 } else { 0 };
            let number = mantissa as f64 * 2f64.powi(exponent);
            let expected = exact(mantissa, exponent, digits);
            assert_eq!(text(&format!(".{digits}"), number), expected, "{mantissa} * 2^{exponent}");
        }
    }
}
