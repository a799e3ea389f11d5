//! Hashes of names and strings.

use super::Mem;

const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// A hash of bytes, good in its lowest bits and in its highest, which tables use.
///
/// Eight bytes at a time, each mixed by a multiplication. Different seeds give unrelated hashes, so that names
/// which collide cannot be prepared by someone who does not know the seed.
#[inline]
pub(crate) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = seed ^ bytes.len() as u64;
    let mut mix = |word: u64| {
        state = (state.rotate_left(23) ^ word).wrapping_mul(FACTOR);
        state ^= state >> 32;
    };
    let (words, rest) = bytes.as_chunks::<8>();
    for &word in words {
        mix(u64::from_le_bytes(word));
    }
    let mut last = 0;
    for &byte in rest {
        last = last << 8 | u64::from(byte);
    }
    mix(last ^ seed.rotate_left(32));
    state
}

impl Mem {
    /// A number to seed hashes with: unknown to a script where the host's addresses are.
    pub(crate) fn seed(&self) -> u64 {
        hash(FACTOR, &(self.address() as u64).to_le_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn both_ends_tell_names_apart() {
        let mut low = [0_u32; 64];
        let mut high = [0_u32; 64];
        for number in 0..6400 {
            let bits = hash(7, std::format!("name{number}").as_bytes());
            low[(bits & 63) as usize] += 1;
            high[(bits >> 58) as usize] += 1;
        }
        for count in low.iter().chain(&high) {
            assert!((50..200).contains(count), "{count} of 100 expected");
        }
    }

    #[test]
    fn names_that_collide_under_one_seed_do_not_under_another() {
        let collisions = |seed| {
            let mut seen = std::collections::HashSet::new();
            let names = (0..4000).map(|number| std::format!("{number:09}"));
            names
                .filter(|name| !seen.insert(hash(seed, name.as_bytes()) & 0xFFFF))
                .collect::<std::vec::Vec<_>>()
        };
        let (one, two) = (collisions(1), collisions(2));
        let both = one.iter().filter(|name| two.contains(name)).count();
        assert!(!one.is_empty() && both < one.len() / 4, "{both} of {}", one.len());
    }
}
