//! Bytes of bulk work, counted when fuzzing.
//!
//! Fuel bounds work only if no operation does any that it did not pay for. So builds with `--cfg fuzzing` count what is
//! hashed, copied, compared and printed, apart from the fuel, and fuzz targets hold the two against each other after
//! each slice. All other builds count nothing.

/// Fewer bytes than this in one go cost no fuel, and are not counted.
pub(crate) const LEAST: usize = 64;

/// Counts bytes that one operation hashes, copies, compares or prints.
#[inline(always)]
#[cfg(not(fuzzing))]
pub(crate) fn count(_: usize) {}

/// Counts bytes that one operation hashes, copies, compares or prints.
#[cfg(fuzzing)]
pub(crate) fn count(bytes: usize) {
    if bytes >= LEAST {
        BYTES.set(BYTES.get() + bytes as u64);
    }
}

/// Bytes of bulk work that this thread has done so far, the compiler's included.
#[cfg(fuzzing)]
#[must_use]
pub fn bulk_work() -> u64 {
    BYTES.get()
}

#[cfg(fuzzing)]
std::thread_local! {
    static BYTES: core::cell::Cell<u64> = const { core::cell::Cell::new(0) };
}
