//! The allocator of a host.

use core::alloc::Layout;

use crate::platform::PanicGuard;

/// Raw memory, as a host supplies it: the system allocator, a fixed arena, a test double that fails.
///
/// Object-safe, so that the engine is compiled once for all kinds of memory.
///
/// # Safety
/// `alloc` returns null, or a block that satisfies `layout` and is not handed out again until `dealloc` is
/// called with the same pointer and layout. None of the methods may unwind.
pub unsafe trait RawAlloc: Sync {
    /// A block of `layout.size()` bytes (never 0) at the alignment asked for, or null when there is none.
    fn alloc(&self, layout: Layout) -> *mut u8;

    /// Takes a block back.
    ///
    /// # Safety
    /// `ptr` came from `alloc` or `realloc` of the same allocator with this very layout, and is not used
    /// afterwards.
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout);

    /// Moves or stretches a block to `new_size` bytes (never 0) at the same alignment, keeping what both
    /// sizes cover; null leaves the old block as it was.
    ///
    /// Without one of the host's, a block is copied, so both are held for a moment. A host whose blocks may get
    /// large does better to stretch them, or to move their pages: a stack or table of many megabytes that is copied
    /// holds the script up meanwhile.
    ///
    /// # Safety
    /// As for `dealloc`; `new_size`, rounded up to the alignment, must not overflow `isize`.
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller vouches that the size fits, and the alignment comes from a valid layout.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        let new = self.alloc(new_layout);
        if !new.is_null() {
            // SAFETY: both blocks are live, distinct, and at least as long as the smaller size.
            unsafe {
                core::ptr::copy_nonoverlapping(ptr, new, layout.size().min(new_size));
                self.dealloc(ptr, layout);
            }
        }
        new
    }

    /// Says that bytes of a block will not be read before they are written again, so that the system may reclaim their
    /// memory meanwhile. This is a hint: by default nothing is done.
    ///
    /// A block of many megabytes is discarded piece by piece before it is given back, as that in one go holds the
    /// script up for a tenth of a millisecond for each megabyte. The block stays counted until then.
    ///
    /// # Safety
    /// The `len` bytes from `ptr` on lie in a block that `alloc` or `realloc` of the same allocator returned and
    /// `dealloc` has not taken back.
    unsafe fn discard(&self, ptr: *mut u8, len: usize) {
        let _ = (ptr, len);
    }

    /// The guard that catches panics of the host's callbacks, for VMs in this memory. By default there is none.
    fn guard(&self) -> Option<&'static dyn PanicGuard> {
        None
    }
}
