//! Thresholds that fuzzing makes small.
//!
//! Much of the engine begins to work only behind some threshold: a collection after so many bytes, a dictionary
//! after so many fields. What a fuzzer makes is too small to get there, so when it compiles the engine (cargo-fuzz
//! says `--cfg fuzzing`) thresholds are so low that almost anything passes them.

/// `usual`, or `small` when fuzzing.
pub(crate) const fn threshold(usual: usize, small: usize) -> usize {
    if cfg!(fuzzing) { small } else { usual }
}
