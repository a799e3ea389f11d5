//! Generators of random numbers.
//!
//! xoshiro128++ 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021). The state comes from the
//! seed by SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014), as the authors advise.

use core::cell::Cell;

use super::{Gc, Header, Kind, Object, ShapeTable, Text, Tracer, Tracing};

/// A generator of random numbers.
#[repr(C)]
pub(crate) struct Random {
    header: Header,
    /// Never all zero.
    state: Cell<[u32; 4]>,
}

// SAFETY: repr(C), header first; made by `Random::new` only.
unsafe impl Object for Random {
    const KIND: Kind = Kind::Random;
    const TRACING: Tracing = Tracing::Leaf;

    fn trace(_: Gc<Random>, _: &mut impl Tracer) {}

    fn text(_: Gc<Random>, _: &ShapeTable) -> Text {
        Text::plain(b"<random>")
    }
}

impl Random {
    /// A generator with the seed.
    pub(crate) fn new(seed: u64) -> Random {
        let (first, second) = (split_mix(seed, 1), split_mix(seed, 2));
        // Not both numbers are zero: different states give different ones.
        let state = [first as u32, (first >> 32) as u32, second as u32, (second >> 32) as u32];
        Random { header: Header::new(Kind::Random), state: Cell::new(state) }
    }

    /// 32 random bits.
    pub(crate) fn bits32(&self) -> u32 {
        let [mut a, mut b, mut c, mut d] = self.state.get();
        let result = a.wrapping_add(d).rotate_left(7).wrapping_add(a);
        let shifted = b << 9;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= shifted;
        d = d.rotate_left(11);
        self.state.set([a, b, c, d]);
        result
    }

    /// A number from 0 to less than 1, a multiple of 2^-53.
    pub(crate) fn float(&self) -> f64 {
        let (high, low) = (self.bits32() >> 5, self.bits32() >> 6);
        (f64::from(high) * f64::from(1_u32 << 26) + f64::from(low)) / (1_u64 << 53) as f64
    }

    /// An integer from 0 to less than `end`, each as likely: the first of the numbers with as many bits that is below it. At
    /// least every second one is, on average. `end` is not 0.
    pub(crate) fn below(&self, end: u64) -> u64 {
        let last = end.saturating_sub(1);
        let mask = u64::MAX.checked_shr(last.leading_zeros()).unwrap_or(0);
        loop {
            let mut bits = u64::from(self.bits32());
            if last > u64::from(u32::MAX) {
                bits |= u64::from(self.bits32()) << 32;
            }
            if bits & mask <= last {
                return bits & mask;
            }
        }
    }
}

/// The n-th number of SplitMix64 with the seed.
fn split_mix(seed: u64, n: u64) -> u64 {
    let mut bits = seed.wrapping_add(n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_reference() {
        // The first numbers of xoshiro128++ with the state 1, 2, 3, 4, as in the crate rand_xoshiro.
        let random = Random::new(0);
        random.state.set([1, 2, 3, 4]);
        let numbers = [641, 1_573_767, 3_222_811_527, 3_517_856_514, 836_907_274, 4_247_214_768];
        for number in numbers {
            assert_eq!(random.bits32(), number);
        }
    }

    #[test]
    fn split_mix_is_that_of_the_reference() {
        // The first numbers for the seed 1234567, as on Rosetta Code.
        assert_eq!(split_mix(1_234_567, 1), 6_457_827_717_110_365_317);
        assert_eq!(split_mix(1_234_567, 2), 3_203_168_211_198_807_973);
    }

    #[test]
    fn every_integer_below_the_end_comes() {
        let random = Random::new(7);
        for end in [1, 2, 3, 5] {
            let mut seen = [0; 5];
            (0..500).for_each(|_| seen[random.below(end) as usize] += 1);
            let (come, others) = seen.split_at(end as usize);
            assert!(come.iter().all(|&times| times > 50) && others.iter().all(|&times| times == 0));
        }
        assert!((0..100).map(|_| random.below(1 << 53)).all(|number| number < 1 << 53));
    }
}
