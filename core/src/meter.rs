//! Bytes that operations work on, which the [oracle of work](crate::interp) compares with the fuel.
//!
//! Builds with `--cfg fuzzing`, and those of this crate's unit tests, count bytes that are hashed, copied, compared and
//! printed. All other builds count nothing.

/// Fewer bytes than this in one go cost no fuel, and are not counted.
pub(crate) const LEAST: usize = 64;

#[cfg(any(test, fuzzing))]
std::thread_local! {
    /// Bytes that this thread hashed, copied, compared and printed.
    pub(crate) static BYTES: core::cell::Cell<u64> = const { core::cell::Cell::new(0) };
}

/// Counts bytes that one operation hashes, copies, compares or prints.
#[inline(always)]
pub(crate) fn count(bytes: usize) {
    #[cfg(any(test, fuzzing))]
    if bytes >= LEAST {
        BYTES.set(BYTES.get() + bytes as u64);
    }
    #[cfg(not(any(test, fuzzing)))]
    let _ = bytes;
}
