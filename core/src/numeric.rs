//! Arithmetic of the Siskin dialect, the same bits on every platform: for the compiler, which folds, and the machines.

/// `a - b * floor(a / b)`, of the exact quotient: between zero and `b`, with the sign of `b`; never -0.
pub(crate) fn floor_mod(a: f64, b: f64) -> f64 {
    let rest = rest(a, b);
    if rest == 0.0 {
        0.0
    } else if (rest < 0.0) != (b < 0.0) {
        rest + b
    } else {
        rest
    }
}

/// The greatest integer that is not above the exact quotient, as near as a double is; never -0.
pub(crate) fn floor_div(a: f64, b: f64) -> f64 {
    let rest = rest(a, b);
    if b == 0.0 || rest.is_nan() {
        return a / b + 0.0;
    }
    // An integer, but for rounding.
    let mut quotient = (a - rest) / b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
        quotient -= 1.0;
    }
    let floor = libm::floor(quotient);
    let floor = if quotient - floor > 0.5 { floor + 1.0 } else { floor };
    floor + 0.0
}

/// The rest of a division towards zero; its sign is of no meaning if it is zero. `fmod` goes bit by bit, so integers are divided as such.
#[inline]
fn rest(a: f64, b: f64) -> f64 {
    let (x, y) = (a as i64, b as i64);
    if x as f64 == a && y as f64 == b && y > 0 && x.unsigned_abs() < EXACT && y.unsigned_abs() < EXACT {
        // A division of 64 bits takes several times as long as one of doubles, whose quotient is off by one at most.
        let rest = x - (a / b) as i64 * y;
        let rest = if x >= 0 && rest < 0 || x < 0 && rest <= -y {
            rest + y
        } else if x >= 0 && rest >= y || x < 0 && rest > 0 {
            rest - y
        } else {
            rest
        };
        return rest as f64;
    }
    libm::fmod(a, b)
}

/// Integers below that are doubles, as are their rests.
const EXACT: u64 = 1 << 53;

/// `a` to the power of `b`.
pub(crate) fn pow(a: f64, b: f64) -> f64 {
    libm::pow(a, b)
}

/// [`floor_mod`] of integers; `None` for a divisor of zero.
#[inline(always)]
pub(crate) fn int_floor_mod(a: i32, b: i32) -> Option<i32> {
    if b == 0 {
        return None;
    }
    let rest = a.wrapping_rem(b);
    Some(if rest != 0 && (rest ^ b) < 0 { rest + b } else { rest })
}

/// [`floor_div`] of integers; `None` for a divisor of zero, and for a quotient of more than 32 bits.
#[inline(always)]
pub(crate) fn int_floor_div(a: i32, b: i32) -> Option<i32> {
    let quotient = a.checked_div(b)?;
    Some(if a.wrapping_rem(b) != 0 && (a ^ b) < 0 { quotient - 1 } else { quotient })
}

/// [`pow`] of integers; `None` if the result is not one of 32 bits.
#[inline]
pub(crate) fn int_pow(a: i32, b: i32) -> Option<i32> {
    a.checked_pow(u32::try_from(b).ok()?)
}

/// The 32 bits of an integer from -2^31 to 2^32 - 1.
pub(crate) fn int32(number: f64) -> Option<i32> {
    let int = number as i64;
    let fits = (i64::from(i32::MIN)..=i64::from(u32::MAX)).contains(&int);
    (fits && int as f64 == number).then_some(int as i32)
}

/// A count of a shift, from 0 to 31.
pub(crate) fn shift_count(number: f64) -> Option<u32> {
    let count = number as u32;
    (count < 32 && f64::from(count) == number).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts that two numbers have the same bits; every NaN is the same.
    #[track_caller]
    fn same(a: f64, b: f64) {
        assert!(a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(), "{a} is not {b}");
    }

    #[test]
    fn quotients_and_rests_are_floored() {
        for (a, b, quotient, rest) in [
            (7.0, 2.0, 3.0, 1.0),
            (-7.0, 2.0, -4.0, 1.0),
            (7.0, -2.0, -4.0, -1.0),
            (-7.0, -2.0, 3.0, -1.0),
            (-4.0, 2.0, -2.0, 0.0),
            (4.0, -2.0, -2.0, 0.0),
            (0.0, -5.0, 0.0, 0.0),
            (-0.0, 5.0, 0.0, 0.0),
            (5.5, 2.0, 2.0, 1.5),
            // The nearest quotient is 10, the exact one is below it.
            (1.0, 0.1, 9.0, 0.099_999_999_999_999_95),
            (5.0, f64::INFINITY, 0.0, 5.0),
            (-5.0, f64::INFINITY, -1.0, f64::INFINITY),
            (1.0, 0.0, f64::INFINITY, f64::NAN),
            (-1.0, 0.0, f64::NEG_INFINITY, f64::NAN),
            (0.0, 0.0, f64::NAN, f64::NAN),
            (f64::INFINITY, 2.0, f64::INFINITY, f64::NAN),
            (f64::NAN, 2.0, f64::NAN, f64::NAN),
            (2.0, f64::NAN, f64::NAN, f64::NAN),
        ] {
            same(floor_div(a, b), quotient);
            same(floor_mod(a, b), rest);
        }
    }

    #[test]
    fn integers_agree_with_doubles() {
        let ints = [i32::MIN, i32::MIN + 1, -65_537, -7, -2, -1, 0, 1, 2, 3, 7, 10, 65_536, i32::MAX];
        for a in ints {
            for b in ints {
                let (x, y) = (f64::from(a), f64::from(b));
                for (int, double) in [
                    (int_floor_mod(a, b), floor_mod(x, y)),
                    (int_floor_div(a, b), floor_div(x, y)),
                    (int_pow(a, b), pow(x, y)),
                ] {
                    if let Some(int) = int {
                        same(f64::from(int), double);
                    }
                }
            }
        }
        assert_eq!(int_floor_div(i32::MIN, -1), None);
        assert_eq!(int_floor_mod(i32::MIN, -1), Some(0));
    }

    #[test]
    fn large_integers_divide_as_doubles_do() {
        let large = [
            1.0,
            2.0,
            3.0,
            1e9,
            4_294_967_296.0,
            9_007_199_254_740_991.0,
            9_007_199_254_740_992.0,
            1e17,
            1e300,
        ];
        for a in large {
            for b in large {
                for (a, b) in [(a, b), (-a, b), (a, -b), (-a, -b), (a + 0.5, b), (a, b + 0.5)] {
                    let (fast, slow) = (rest(a, b), libm::fmod(a, b));
                    assert!(fast == slow, "{a} % {b}: {fast} is not {slow}");
                }
            }
        }
        let mut random = 1_u64;
        for round in 0..100_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let x = (random >> 11) as f64;
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let y = (random >> (11 + round % 53)) as f64;
            for (x, y) in [(x, y), (-x, y), (x, y - 1.0), (y * libm::floor(x / y), y)] {
                assert!(rest(x, y) == libm::fmod(x, y) || y <= 0.0, "{x} % {y}");
            }
        }
    }

    #[test]
    fn powers_of_integers_are_exact() {
        let mut power = 1_u64;
        for exponent in 0..34 {
            same(pow(3.0, f64::from(exponent)), if power < 1 << 53 { power as f64 } else { break });
            power *= 3;
        }
        same(pow(2.0, -1.0), 0.5);
        same(pow(-2.0, 0.5), f64::NAN);
        same(pow(f64::NAN, 0.0), 1.0);
    }

    #[test]
    fn only_integers_of_32_bits_have_bits() {
        assert_eq!(int32(-2_147_483_648.0), Some(i32::MIN));
        assert_eq!(int32(4_294_967_295.0), Some(-1));
        assert_eq!(int32(-0.0), Some(0));
        for number in [-2_147_483_649.0, 4_294_967_296.0, 1.5, f64::NAN, f64::INFINITY, 1e300, -1e300] {
            assert_eq!(int32(number), None, "{number}");
        }
        assert_eq!((shift_count(0.0), shift_count(31.0), shift_count(-0.0)), (Some(0), Some(31), Some(0)));
        for number in [-1.0, 32.0, 0.5, f64::NAN, f64::INFINITY, 4_294_967_297.0] {
            assert_eq!(shift_count(number), None, "{number}");
        }
    }
}
