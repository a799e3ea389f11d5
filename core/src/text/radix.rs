//! Integers in any radix from 2 to 36.

/// Limbs of 32 bits of the largest integer that a double is.
const LIMBS: usize = 32;

/// Binary digits of the largest, and a sign.
const LONGEST: usize = 1024 + 1;

/// The digits of an integer.
pub(crate) struct RadixDigits {
    /// From `start` on.
    bytes: [u8; LONGEST],
    start: usize,
}

impl RadixDigits {
    /// The digits of `integer`, which is one.
    pub(crate) fn new(integer: f64, radix: u32) -> RadixDigits {
        let mut limbs = limbs(integer);
        let mut digits = RadixDigits { bytes: [0; LONGEST], start: LONGEST };
        // As many digits as fit a limb are divided off at once.
        let count = u32::MAX.ilog(radix);
        let unit = u64::from(radix.pow(count));
        let mut used = LIMBS;
        loop {
            while used > 0 && limbs[used - 1] == 0 {
                used -= 1;
            }
            let mut rest = 0_u64;
            for limb in limbs[..used].iter_mut().rev() {
                let value = rest << 32 | u64::from(*limb);
                (*limb, rest) = ((value / unit) as u32, value % unit);
            }
            let is_last = limbs[..used].iter().all(|&limb| limb == 0);
            for index in 0..count {
                if is_last && rest == 0 && index > 0 {
                    break;
                }
                let digit = (rest % u64::from(radix)) as u32;
                digits.push(char::from_digit(digit, radix).map_or(b'0', |char| char as u8));
                rest /= u64::from(radix);
            }
            if is_last {
                break;
            }
        }
        if integer < 0.0 {
            digits.push(b'-');
        }
        digits
    }

    /// Puts a byte before the others. The longest text fits.
    fn push(&mut self, byte: u8) {
        if let Some(start) = self.start.checked_sub(1) {
            self.bytes[start] = byte;
            self.start = start;
        }
    }

    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(self.bytes.get(self.start..).unwrap_or_default()).unwrap_or_default()
    }
}

/// The magnitude of an integer, the least significant limb first.
fn limbs(integer: f64) -> [u32; LIMBS] {
    let mut limbs = [0; LIMBS];
    let magnitude = integer.abs();
    if magnitude < 18_446_744_073_709_551_616.0 {
        let bits = magnitude as u64;
        (limbs[0], limbs[1]) = (bits as u32, (bits >> 32) as u32);
        return limbs;
    }
    let bits = magnitude.to_bits();
    let mantissa = u128::from(bits & ((1 << 52) - 1) | 1 << 52);
    let shift = (bits >> 52) as usize - 1075;
    let shifted = mantissa << (shift % 32);
    for (index, limb) in limbs.iter_mut().skip(shift / 32).take(3).enumerate() {
        *limb = (shifted >> (32 * index)) as u32;
    }
    limbs
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;

    use super::*;

    fn text(integer: f64, radix: u32) -> String {
        RadixDigits::new(integer, radix).text().into()
    }

    #[test]
    fn integers_in_several_radixes() {
        for (integer, radix, expected) in [
            (0.0, 2, "0"),
            (-0.0, 2, "0"),
            (255.0, 16, "ff"),
            (-255.0, 2, "-11111111"),
            (35.0, 36, "z"),
            (36.0, 36, "10"),
            (9_007_199_254_740_991.0, 36, "2gosa7pa2gv"),
            (1e21, 10, "1000000000000000000000"),
            (4_294_967_296.0, 16, "100000000"),
        ] {
            assert_eq!(text(integer, radix), expected);
        }
        for exponent in 0..1024 {
            let power = 2f64.powi(exponent);
            assert_eq!(text(power, 2), format!("1{}", "0".repeat(exponent as usize)));
            assert_eq!(text(-power, 10), format!("{:.0}", -power));
        }
        assert_eq!(text(f64::MAX, 10), format!("{:.0}", f64::MAX));
        assert_eq!(text(f64::MIN, 2).len(), 1025);
    }
}
