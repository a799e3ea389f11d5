//! Hashes of names and strings.
//!
//! Sixteen bytes at a time are two factors of 64 bits, each mixed with a word that a script does not know; both halves
//! of the product of 128 bits are folded into one. Every bit of either half depends on both factors, so a difference
//! in the text has no likely difference of the hash, whatever the seed. This is how wyhash (Wang and Diao, "Modern
//! non-cryptographic hash function and pseudorandom number generator", 2020) and foldhash (Peters, 2024) mix; a
//! product of which only one half is kept lets some differences of its highest bits cancel out under half of all seeds.

/// The seed of hashes: two words that a script cannot know.
pub(crate) type Seed = [u64; 2];

/// The bits of the golden ratio, which have no pattern.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// A hash of bytes, of which all bits are equally good.
///
/// Different seeds give unrelated hashes, so that names which collide cannot be prepared by someone who does not know
/// the seed.
#[inline]
pub(crate) fn hash(seed: Seed, bytes: &[u8]) -> u64 {
    crate::meter::count(bytes.len());
    let mut state = seed[1];
    let (first, last) = if let (Some(head), Some(tail)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let mut first = u64::from_le_bytes(*head);
        if bytes.len() > 16 {
            (state, first) = hash_blocks(seed, state, bytes);
        }
        (first, u64::from_le_bytes(*tail))
    } else if let (Some(head), Some(tail)) = (bytes.first_chunk(), bytes.last_chunk()) {
        (u64::from(u32::from_le_bytes(*head)), u64::from(u32::from_le_bytes(*tail)))
    } else if let (&[first, ..], &[.., last]) = (bytes, bytes) {
        let middle = bytes.get(bytes.len() / 2).copied().unwrap_or(0);
        (u64::from(first) << 8 | u64::from(middle), u64::from(last))
    } else {
        (0, 0)
    };
    // The length is mixed in where no text can compensate for it.
    fold(fold(first ^ seed[0], last ^ state), FACTOR ^ bytes.len() as u64)
}

/// The state after all but the last block, which is that of up to 16 bytes, and the last 16 bytes' first word.
#[inline]
fn hash_blocks(seed: Seed, mut state: u64, bytes: &[u8]) -> (u64, u64) {
    let (pairs, _) = bytes.as_chunks::<16>();
    for pair in &pairs[..(bytes.len() - 1) / 16] {
        let pair = u128::from_le_bytes(*pair);
        state = fold(pair as u64 ^ seed[0], (pair >> 64) as u64 ^ state);
    }
    let last = bytes.last_chunk::<16>().map_or(0, |last| u128::from_le_bytes(*last));
    (state, last as u64)
}

/// A hash of two words.
#[inline]
pub(crate) fn hash_words(seed: Seed, first: u64, last: u64) -> u64 {
    fold(fold(first ^ seed[0], last ^ seed[1]), FACTOR)
}

/// The lower and upper half of a product.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// A seed out of three words, however few of their bits differ from others'.
pub(super) fn seed_of(words: [u64; 3]) -> Seed {
    let [a, b, c] = words;
    let first = hash_words([FACTOR, FACTOR.rotate_left(32)], a, b);
    [hash_words([FACTOR, first], b, c), hash_words([first, FACTOR], c, a)]
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::HashMap;
    use std::vec::Vec;

    use super::{Seed, hash, seed_of};

    /// Pseudo-random words, the same in each run.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^ mixed >> 31
        }

        fn seed(&mut self) -> Seed {
            [self.next(), self.next()]
        }

        fn bytes(&mut self, len: usize) -> Vec<u8> {
            (0..len).map(|_| self.next() as u8).collect()
        }
    }

    const LENGTHS: [usize; 14] = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 50];

    #[test]
    fn both_ends_tell_names_apart() {
        let seed = Random(4).seed();
        let mut low = [0_u32; 64];
        let mut high = [0_u32; 64];
        for number in 0..6400 {
            let bits = hash(seed, std::format!("name{number}").as_bytes());
            low[(bits & 63) as usize] += 1;
            high[(bits >> 58) as usize] += 1;
        }
        for count in low.iter().chain(&high) {
            assert!((50..200).contains(count), "{count} of 100 expected");
        }
    }

    #[test]
    fn every_byte_counts_and_so_does_the_length() {
        let seed = Random(5).seed();
        for len in 0..70_usize {
            let zeros = std::vec![0; len];
            let mut hashes = std::vec![hash(seed, &zeros), hash(seed, &std::vec![0; len + 1])];
            for at in 0..len {
                let mut bytes = zeros.clone();
                bytes[at] = 1;
                hashes.push(hash(seed, &bytes));
            }
            let count = hashes.len();
            hashes.sort_unstable();
            hashes.dedup();
            assert_eq!(hashes.len(), count, "of {len} bytes");
        }
    }

    /// Seeds that differ in one bit, or have hardly any bits set, give unrelated hashes, too.
    #[test]
    fn names_that_collide_under_one_seed_do_not_under_another() {
        let collisions = |words| {
            let seed = seed_of(words);
            let mut seen = std::collections::HashSet::new();
            let names = (0..4000).map(|number| std::format!("{number:09}"));
            names.filter(|name| !seen.insert(hash(seed, name.as_bytes()) & 0xFFFF)).collect::<Vec<_>>()
        };
        let all = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]].map(collisions);
        for (index, one) in all.iter().enumerate() {
            assert!((60..200).contains(&one.len()), "{}", one.len());
            for other in &all[..index] {
                let both = one.iter().filter(|name| other.contains(name)).count();
                assert!(both < one.len() / 4, "{both} of {}", one.len());
            }
        }
    }

    /// Over texts and seeds, a change of one bit of the text changes each bit of the hash in half of the cases.
    #[test]
    fn each_bit_changes_each_bit_half_of_the_time() {
        const ROUNDS: u32 = 1024;
        let mut random = Random(1);
        for len in LENGTHS {
            for bit in 0..len * 8 {
                let mut changes = [0_u32; 64];
                for _ in 0..ROUNDS {
                    let (seed, mut bytes) = (random.seed(), random.bytes(len));
                    let before = hash(seed, &bytes);
                    bytes[bit / 8] ^= 1 << (bit % 8);
                    let changed = before ^ hash(seed, &bytes);
                    changes
                        .iter_mut()
                        .enumerate()
                        .for_each(|(at, count)| *count += (changed >> at & 1) as u32);
                }
                // Six standard deviations of 16.
                for (at, count) in changes.iter().enumerate() {
                    assert!(count.abs_diff(ROUNDS / 2) < 96, "bit {bit} of {len} bytes, {at}: {count}");
                }
            }
        }
    }

    /// For no difference between two texts is any difference between their hashes likely, including none. So colliding
    /// texts cannot be combined from blocks.
    #[test]
    fn no_difference_of_texts_makes_a_difference_of_hashes_likely() {
        let mut random = Random(2);
        for len in LENGTHS {
            let mut differences = std::vec![std::vec![0xFF; len], std::vec![0x80; len]];
            for bit in 0..len * 8 {
                // One bit; that bit and others near the top of a word; one bit in each of two consecutive words.
                for bits in [&[bit][..], &[bit, bit + 7], &[bit, bit + 19, bit + 51], &[bit, bit + 64]] {
                    let mut difference = std::vec![0; len];
                    bits.iter()
                        .filter(|&&bit| bit < len * 8)
                        .for_each(|bit| difference[bit / 8] |= 1 << (bit % 8));
                    differences.push(difference);
                }
            }
            for difference in differences {
                let mut seen = HashMap::new();
                for _ in 0..256 {
                    let (seed, bytes) = (random.seed(), random.bytes(len));
                    let other = bytes.iter().zip(&difference).map(|(a, b)| a ^ b).collect::<Vec<_>>();
                    let change = (hash(seed, &bytes) ^ hash(seed, &other)) as u32;
                    *seen.entry(change).or_insert(0) += 1;
                }
                let most = seen.into_values().max();
                assert!(most <= Some(2), "{most:?} of 256 alike: {difference:?}");
            }
        }
    }

    /// For half of all seeds, these two blocks, which differ in three bits, collide in a hash that keeps only the lower
    /// half of its products, and then so do all texts made of them.
    #[test]
    fn texts_of_blocks_that_differ_in_high_bits_do_not_collide() {
        let blocks = [*b"abPdefg1abPdefPh", *b"abPdefgqabpdefph"];
        let mut random = Random(3);
        for _ in 0..64 {
            let seed = random.seed();
            let mut hashes = (0..1_usize << 8)
                .map(|number| {
                    let text = (0..8).flat_map(|at| blocks[number >> at & 1]).collect::<Vec<_>>();
                    hash(seed, &text) as u32
                })
                .collect::<Vec<_>>();
            hashes.sort_unstable();
            hashes.dedup();
            assert!(hashes.len() >= 255, "{} of 256", hashes.len());
        }
    }
}
