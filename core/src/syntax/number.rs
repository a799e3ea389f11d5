//! Number literals of the Siskin dialect: what belongs to one, and its value.
//!
//! ```text
//!   12  1_000  1.5  2.5e-3  1e+2  0xFF  0b1010
//! ```
//!
//! `_` stands only between digits, a point only between digits. No letter or digit follows a number directly, but for
//! `1and 2` and `1or 2`, which are Lox.

use super::bytes::{IN_NAME, prefix_len};
use super::token::TokenKind;
use crate::mem::{Mem, OutOfMemory, Vec};

/// The sort and the length of the number at the start of `bytes`, which begin with a digit.
pub(super) fn scan(bytes: &[u8]) -> (TokenKind, usize) {
    match scan_number(bytes) {
        Ok(len) => (TokenKind::Number, len),
        Err(len) => (TokenKind::BadNumber, len),
    }
}

/// The length of the number, or of what is none.
fn scan_number(bytes: &[u8]) -> Result<usize, usize> {
    if let Some(is_digit) = radix_digits(bytes) {
        let len = digits(bytes, 2, is_digit)?;
        return end(bytes, len);
    }
    let mut len = digits(bytes, 0, |byte| byte.is_ascii_digit())?;
    if bytes.get(len) == Some(&b'.') && bytes.get(len + 1).is_some_and(u8::is_ascii_digit) {
        len = digits(bytes, len + 1, |byte| byte.is_ascii_digit())?;
    }
    if matches!(bytes.get(len), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(len + 1), Some(b'+' | b'-')));
        len = digits(bytes, len + 1 + sign, |byte| byte.is_ascii_digit())?;
    }
    end(bytes, len)
}

/// The digits of a number that begins with `0x` or `0b`.
fn radix_digits(bytes: &[u8]) -> Option<fn(&u8) -> bool> {
    match bytes {
        [b'0', b'x', ..] => Some(u8::is_ascii_hexdigit),
        [b'0', b'b', ..] => Some(|byte| matches!(byte, b'0' | b'1')),
        _ => None,
    }
}

/// The end of the digits from `start` on, at least one, with single `_` between them.
fn digits(bytes: &[u8], start: usize, is_digit: impl Fn(&u8) -> bool) -> Result<usize, usize> {
    let mut at = start;
    loop {
        let len = prefix_len(&bytes[at.min(bytes.len())..], |byte| is_digit(&byte));
        if len == 0 {
            return Err(bad(bytes, at));
        }
        at += len;
        if bytes.get(at) != Some(&b'_') {
            return Ok(at);
        }
        at += 1;
    }
}

/// The end of a number, if nothing of a name follows but `and` or `or`.
fn end(bytes: &[u8], len: usize) -> Result<usize, usize> {
    let rest = &bytes[len..];
    match &rest[..prefix_len(rest, |byte| IN_NAME[usize::from(byte)])] {
        [] | b"and" | b"or" => Ok(len),
        _ => Err(bad(bytes, len)),
    }
}

/// The length of what is no number, with all of the name that follows.
fn bad(bytes: &[u8], len: usize) -> usize {
    let len = len.min(bytes.len());
    len + prefix_len(&bytes[len..], |byte| IN_NAME[usize::from(byte)])
}

/// The number that a text is, with a sign or without; `None` if it is none.
pub(crate) fn number_of(text: &str, mem: &Mem) -> Result<Option<f64>, OutOfMemory> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let bytes = digits.as_bytes();
    if !bytes.first().is_some_and(u8::is_ascii_digit) || scan_number(bytes) != Ok(bytes.len()) {
        return Ok(None);
    }
    let value = value(digits, mem)?;
    Ok(value.map(|value| if text.starts_with('-') { -value } else { value }))
}

/// The value of a number's text. `None` if a hexadecimal or binary number is not exact.
pub(super) fn value(text: &str, mem: &Mem) -> Result<Option<f64>, OutOfMemory> {
    let bytes = text.as_bytes();
    // Up to 15 digits an integer is exact in a double; most literals are that short.
    if bytes.len() <= 15 && bytes.iter().all(u8::is_ascii_digit) {
        let integer = bytes.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        return Ok(Some(integer as f64));
    }
    match bytes {
        [b'0', b'x', digits @ ..] => Ok(power_of_two(digits, 4)),
        [b'0', b'b', digits @ ..] => Ok(power_of_two(digits, 1)),
        _ if bytes.contains(&b'_') => {
            let mut digits = Vec::new(mem);
            for &byte in bytes.iter().filter(|&&byte| byte != b'_') {
                digits.push(byte)?;
            }
            Ok(Some(decimal(core::str::from_utf8(&digits).unwrap_or_default())))
        }
        _ => Ok(Some(decimal(text))),
    }
}

/// The lexer only makes such tokens of numbers.
fn decimal(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// The value of digits of `bits` bits each, if it is exact.
fn power_of_two(digits: &[u8], bits: u32) -> Option<f64> {
    // The significant bits so far, without zeros at their end, and how many zeros these were.
    let (mut sum, mut zeros) = (0_u64, 0_i32);
    for digit in digits.iter().filter_map(|&byte| char::from(byte).to_digit(16)) {
        for bit in (0..bits).rev() {
            if digit >> bit & 1 == 0 {
                zeros = zeros.checked_add(i32::from(sum != 0))?;
            } else {
                // One more significant bit, and the zeros before it.
                let shift = zeros as u32 + 1;
                if sum.leading_zeros() < shift + (u64::BITS - f64::MANTISSA_DIGITS) && sum != 0 {
                    return None;
                }
                sum = sum.checked_shl(shift).unwrap_or(0) | 1;
                zeros = 0;
            }
        }
    }
    let value = sum as f64 * libm::scalbn(1.0, zeros);
    value.is_finite().then_some(value)
}
