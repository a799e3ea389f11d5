//! The standard library's allocator for the engine.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hash::{BuildHasher, RandomState};

use siskin_core::mem::RawAlloc;
use siskin_core::platform::PanicGuard;

/// The operating system's memory, for [`Vm::new`](siskin_core::Vm::new).
///
/// It is [`std::alloc::System`], whatever the program's global allocator is. Panics of the host's callbacks are caught, see
/// [`PANIC_GUARD`](crate::PANIC_GUARD).
pub static SYSTEM: &dyn RawAlloc = &SystemAlloc;

/// Two words out of the operating system's source of randomness, for [`Options::seed`](siskin_core::Options::seed).
///
/// # Examples
/// ```
/// use siskin::{Options, SYSTEM, Vm, random_seed};
///
/// let vm = Vm::new(SYSTEM, Options::new().seed(random_seed()))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn random_seed() -> [u64; 2] {
    // `RandomState` is keyed with 128 random bits, so the hashes of different inputs are unrelated.
    let keyed = RandomState::new();
    [keyed.hash_one(0_u8), keyed.hash_one(1_u8)]
}

struct SystemAlloc;

// SAFETY: `System` is a `GlobalAlloc`, whose contract is the same: blocks satisfy their layout, are handed
// out once, failure is null, and nothing unwinds.
unsafe impl RawAlloc for SystemAlloc {
    fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() == 0 {
            return std::ptr::null_mut();
        }
        // SAFETY: the layout is not empty.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller returns a block of this allocator with its layout.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as above; the caller vouches that the size is not zero and does not overflow.
        unsafe { System.realloc(ptr, layout, new_size) }
    }

    #[cfg(target_os = "linux")]
    unsafe fn discard(&self, ptr: *mut u8, len: usize) {
        use rustix::mm::{Advice, madvise};
        // Only whole pages of the system that lie in the range: other pages may hold bytes of other blocks.
        let page = rustix::param::page_size();
        let skipped = ptr.addr().wrapping_neg() % page;
        let len = len.saturating_sub(skipped) / page * page;
        if len > 0 {
            // `discard` is a hint, so a failure does not matter.
            // SAFETY: the bytes lie in a live block, and the caller does not need their values; afterwards they are
            // zero.
            let _ = unsafe { madvise(ptr.wrapping_add(skipped).cast(), len, Advice::LinuxDontNeed) };
        }
    }

    fn guard(&self) -> Option<&'static dyn PanicGuard> {
        Some(crate::PANIC_GUARD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_beside_those_that_are_discarded_stay() {
        let layout = Layout::from_size_align(1 << 20, 16).unwrap();
        for (start, len) in [(0, 1 << 20), (1, 5000), (4096, 1), (70_000, 300_000), (1 << 20, 0)] {
            let block = SYSTEM.alloc(layout);
            // SAFETY: the block is as long as its layout says, and given back once.
            unsafe {
                block.write_bytes(7, layout.size());
                SYSTEM.discard(block.add(start), len);
                let bytes = std::slice::from_raw_parts(block, layout.size());
                let (before, rest) = bytes.split_at(start);
                assert!(before.iter().chain(&rest[len..]).all(|&byte| byte == 7));
                block.write_bytes(8, layout.size());
                SYSTEM.dealloc(block, layout);
            }
        }
    }
}
