//! Constants that fuzzing lowers.
//!
//! Much of the engine only begins to work beyond some size: a collection after a number of bytes, a dictionary
//! after a number of fields, a larger block after a number of frames. The programs that a fuzzer makes are too small to
//! get there. So every constant that decides such a border is a tunable: `--cfg fuzzing`, which cargo-fuzz passes, makes
//! it so low that nearly any program crosses it. The meaning of a script must not depend on a tunable; the language suite passes
//! with either value.

/// `normal`, or `fuzzing` in a build with `--cfg fuzzing`.
pub(crate) const fn tunable(normal: usize, fuzzing: usize) -> usize {
    if cfg!(fuzzing) { fuzzing } else { normal }
}
