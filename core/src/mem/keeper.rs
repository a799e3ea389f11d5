//! Values that many share, each of which keeps them.
//!
//! ```text
//!   Keeper ──┐
//!   Keeper ──┴──> | handles | drop | mem | value |     one block of the memory; the last handle drops it
//! ```
//!
//! This is what `Arc<dyn Any>` is for those who have a global allocator, in memory that is counted and may run out.

use core::alloc::Layout;
use core::ptr::NonNull;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::{AcqRel, Relaxed};

use super::{Mem, OutOfMemory};

/// The head of a block, whatever its value is.
#[repr(C)]
struct Head {
    handles: AtomicUsize,
    /// Drops the value and frees the block. A value whose drop panics aborts the process: it may be dropped in the middle of
    /// a collection, which cannot be unwound.
    drop: unsafe extern "C" fn(NonNull<Head>),
    mem: Mem,
}

#[repr(C)]
struct Block<T> {
    head: Head,
    value: T,
}

/// Handles that are no longer counted: the value then stays for ever.
const UNCOUNTED: usize = usize::MAX;

/// A handle that keeps a value where it lies, or nothing.
pub(crate) struct Keeper(Option<NonNull<Head>>);

// SAFETY: a handle reaches the value only to drop it, and `new` asks that this may be done on any thread; the count is
// atomic.
unsafe impl Send for Keeper {}
// SAFETY: as above.
unsafe impl Sync for Keeper {}

impl Keeper {
    /// A handle of nothing: for what lasts anyway.
    pub(crate) const NOTHING: Keeper = Keeper(None);

    /// Puts a value into a block of `mem`. The pointer is good for reading as long as a handle is left.
    ///
    /// # Errors
    /// When the memory is out; the value is dropped then.
    pub(crate) fn new<T: Send + Sync + 'static>(
        mem: &Mem,
        value: T,
    ) -> Result<(Keeper, NonNull<T>), OutOfMemory> {
        let block = mem.alloc_raw(Layout::new::<Block<T>>())?.cast::<Block<T>>();
        let head = Head { handles: AtomicUsize::new(1), drop: drop_block::<T>, mem: mem.clone() };
        // SAFETY: a fresh block with that layout.
        unsafe {
            block.write(Block { head, value });
            Ok((Keeper(Some(block.cast())), NonNull::from(&(*block.as_ptr()).value)))
        }
    }

    /// Whether the value counts towards that memory.
    pub(crate) fn is_in(&self, mem: &Mem) -> bool {
        self.head().is_some_and(|head| head.mem.is_same(mem))
    }

    fn head(&self) -> Option<&Head> {
        // SAFETY: the block is there as long as a handle is, and this is one.
        self.0.map(|head| unsafe { head.as_ref() })
    }
}

/// Drops the value of a block of that type, and frees it.
///
/// # Safety
/// The block was made by `Keeper::new::<T>`, and no handle is left.
unsafe extern "C" fn drop_block<T>(head: NonNull<Head>) {
    // SAFETY: passed on from the caller; the block is not used after it was read out of.
    unsafe {
        let block = head.cast::<Block<T>>();
        let Block { head: Head { mem, .. }, value } = block.read();
        mem.free_raw(block.cast(), Layout::new::<Block<T>>());
        drop(value);
    }
}

impl Clone for Keeper {
    fn clone(&self) -> Keeper {
        if let Some(head) = self.head() {
            // Handles that are forgotten rather than dropped may be more than can be counted; the count must not wrap.
            let more = |handles: usize| Some(handles.saturating_add(1));
            let _ = head.handles.fetch_update(Relaxed, Relaxed, more);
        }
        Keeper(self.0)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let Some(head) = self.head() else { return };
        let fewer = |handles: usize| (handles != UNCOUNTED).then(|| handles - 1);
        // The drop of the last handle happens after all work through the others.
        if head.handles.fetch_update(AcqRel, Relaxed, fewer) == Ok(1) {
            let drop = head.drop;
            if let Some(head) = self.0 {
                // SAFETY: `drop` is of this block's type, and no handle is left.
                unsafe { drop(head) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::Moody;

    #[test]
    fn the_last_handle_drops_the_value() {
        let moody = Moody::new();
        let mem = Mem::new(moody, 4096).unwrap();
        let before = mem.usage().used;
        let value = Arc::new(7);
        let (keeper, pointer) = Keeper::new(&mem, Arc::clone(&value)).unwrap();
        assert!(keeper.is_in(&mem) && !Keeper::NOTHING.is_in(&mem));
        let other = keeper.clone();
        drop(keeper);
        // SAFETY: a handle is left.
        assert_eq!(**unsafe { pointer.as_ref() }, 7);
        assert_eq!(Arc::strong_count(&value), 2);
        std::thread::spawn(move || drop(other)).join().unwrap();
        assert_eq!(Arc::strong_count(&value), 1);
        assert_eq!(mem.usage().used, before);
    }

    #[test]
    fn a_value_that_finds_no_memory_is_dropped() {
        let mem = Mem::new(Moody::new(), 4096).unwrap();
        let value = Arc::new([0_u8; 1]);
        mem.set_limit(0);
        assert!(Keeper::new(&mem, Arc::clone(&value)).is_err());
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
