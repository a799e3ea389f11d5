//! The exact count of a VM's bytes, and the handle through which everything allocates.

use core::alloc::Layout;
use core::ptr::NonNull;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::{AcqRel, Relaxed};

use allocator_api2::alloc::{AllocError, Allocator};

use super::hash::{Seed, seed_of};
use super::{OutOfMemory, RawAlloc};

/// How much memory a VM holds: bytes asked of its [`RawAlloc`], and bytes of machine code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryUse {
    /// Bytes held now.
    pub used: usize,
    /// The most bytes ever held at once.
    pub peak: usize,
    /// The bound that `used` never passes.
    pub limit: usize,
}

/// Lives in the memory it counts; freed with its last handle.
///
/// The counts are atomic because a handle may be on another thread than the VM: an error or a program that the
/// VM made keeps one. Allocations this reaches are whole pages and tables, so that costs nothing to speak of.
struct Budget {
    raw: &'static dyn RawAlloc,
    handles: AtomicUsize,
    used: AtomicUsize,
    peak: AtomicUsize,
    limit: AtomicUsize,
    /// Bytes of the limit that are kept for handlers of the error that memory is out.
    reserve: AtomicUsize,
    seed: Seed,
}

const BUDGET_LAYOUT: Layout = Layout::new::<Budget>();

/// A handle to one VM's memory. Clones count towards the same budget.
///
/// # Examples
/// ```
/// # use siskin_core::mem::{Mem, Vec, OutOfMemory};
/// # use siskin_core::testing::SYSTEM;
/// let mem = Mem::new(SYSTEM, 4096)?;
/// let mut numbers = Vec::new(&mem);
/// numbers.push(7_u64)?;
/// assert!(mem.usage().used >= 8);
/// assert_eq!(numbers.reserve(1 << 20), Err(OutOfMemory));
/// # Ok::<(), OutOfMemory>(())
/// ```
pub struct Mem(NonNull<Budget>);

impl Mem {
    /// A budget of at most `limit` bytes out of `raw`, its own record included. The seed of hashes is
    /// made of addresses.
    ///
    /// # Errors
    /// When there is no room for that record.
    pub fn new(raw: &'static dyn RawAlloc, limit: usize) -> Result<Mem, OutOfMemory> {
        Mem::with_seed(raw, limit, None)
    }

    /// A budget whose hashes are seeded with two words, which those who write scripts should not be able to guess.
    ///
    /// # Errors
    /// When there is no room for its record.
    pub fn with_seed(
        raw: &'static dyn RawAlloc,
        limit: usize,
        seed: Option<[u64; 2]>,
    ) -> Result<Mem, OutOfMemory> {
        let size = BUDGET_LAYOUT.size();
        if size > limit {
            return Err(OutOfMemory);
        }
        let budget = NonNull::new(raw.alloc(BUDGET_LAYOUT).cast::<Budget>()).ok_or(OutOfMemory)?;
        let seed = match seed {
            Some([first, second]) => [first, second, 0],
            None => {
                let (image, stack) = (core::ptr::from_ref(raw).addr(), (&raw const size).addr());
                [budget.as_ptr().addr(), image, stack].map(|address| address as u64)
            }
        };
        // SAFETY: freshly allocated with the layout of a Budget, and ours alone.
        unsafe {
            budget.write(Budget {
                raw,
                handles: AtomicUsize::new(1),
                used: AtomicUsize::new(size),
                peak: AtomicUsize::new(size),
                limit: AtomicUsize::new(limit),
                reserve: AtomicUsize::new(0),
                seed: seed_of(seed),
            });
        }
        Ok(Mem(budget))
    }

    /// The bytes held now, the most held so far, and the limit.
    #[must_use]
    pub fn usage(&self) -> MemoryUse {
        let budget = self.budget();
        MemoryUse {
            used: budget.used.load(Relaxed),
            peak: budget.peak.load(Relaxed),
            limit: budget.limit.load(Relaxed),
        }
    }

    /// Whether both handles count towards one budget.
    #[must_use]
    pub fn is_same(&self, other: &Mem) -> bool {
        self.0 == other.0
    }

    /// The seed of hashes.
    pub(crate) fn seed(&self) -> Seed {
        self.budget().seed
    }

    /// Changes the limit; memory already held beyond it stays held.
    pub fn set_limit(&self, limit: usize) {
        self.budget().limit.store(limit, Relaxed);
    }

    /// Keeps bytes of the limit back: what would use them is refused. 0 sets them free.
    pub(crate) fn set_reserve(&self, bytes: usize) {
        self.budget().reserve.store(bytes, Relaxed);
    }

    /// A raw block, counted. `layout` must not be empty.
    pub(crate) fn alloc_raw(&self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        debug_assert!(layout.size() != 0);
        let budget = self.budget();
        let used = budget.charge(layout.size())?;
        let block = NonNull::new(budget.raw.alloc(layout)).ok_or_else(|| budget.refund(layout.size()))?;
        budget.peak.fetch_max(used, Relaxed);
        Ok(block)
    }

    /// Gives a raw block back.
    ///
    /// # Safety
    /// `block` came from `alloc_raw` of this budget with this layout and is not used afterwards.
    pub(crate) unsafe fn free_raw(&self, block: NonNull<u8>, layout: Layout) {
        let budget = self.budget();
        // SAFETY: passed on from the caller.
        unsafe { budget.raw.dealloc(block.as_ptr(), layout) };
        budget.used.fetch_sub(layout.size(), Relaxed);
    }

    /// Makes a raw block longer, where it lies if the host's allocator can do that, and counts the difference. If
    /// memory or the limit does not allow it, the block is as it was.
    ///
    /// An allocator that copies holds both blocks for a moment; only the longer one is counted.
    ///
    /// # Safety
    /// `block` came from this budget with the layout `old`, and is not used afterwards unless this fails. Neither
    /// layout is empty, their alignments are equal, and `new` is not shorter.
    pub(crate) unsafe fn grow_raw(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        debug_assert!(old.size() != 0 && old.size() <= new.size() && old.align() == new.align());
        let budget = self.budget();
        let more = new.size() - old.size();
        let used = budget.charge(more)?;
        // SAFETY: the caller's block has this layout, and `new` is a layout, so its size does not overflow.
        let grown = unsafe { budget.raw.realloc(block.as_ptr(), old, new.size()) };
        let grown = NonNull::new(grown).ok_or_else(|| budget.refund(more))?;
        budget.peak.fetch_max(used, Relaxed);
        Ok(grown)
    }

    /// Tells the allocator that bytes of a block will not be read before they are written again.
    ///
    /// # Safety
    /// They lie in a block of this memory that was not given back.
    pub(crate) unsafe fn discard_raw(&self, start: NonNull<u8>, len: usize) {
        // SAFETY: passed on from the caller.
        unsafe { self.budget().raw.discard(start.as_ptr(), len) }
    }

    /// Counts bytes that the VM takes elsewhere: its machine code.
    pub(crate) fn charge(&self, bytes: usize) -> Result<(), OutOfMemory> {
        let budget = self.budget();
        let used = budget.charge(bytes)?;
        budget.peak.fetch_max(used, Relaxed);
        Ok(())
    }

    /// Takes back what `charge` counted.
    pub(crate) fn refund(&self, bytes: usize) {
        let _ = self.budget().refund(bytes);
    }

    fn budget(&self) -> &Budget {
        // SAFETY: the record lives until the last handle is dropped, and this is one.
        unsafe { self.0.as_ref() }
    }
}

// SAFETY: the record is reached through shared references only, its counts are atomic, and a RawAlloc is Sync.
unsafe impl Send for Mem {}
// SAFETY: as above.
unsafe impl Sync for Mem {}

impl Budget {
    /// Counts `more` bytes, if the limit allows, and says how many there are then.
    fn charge(&self, more: usize) -> Result<usize, OutOfMemory> {
        let limit = self.limit.load(Relaxed).saturating_sub(self.reserve.load(Relaxed));
        let within = |used: usize| used.checked_add(more).filter(|&sum| sum <= limit);
        let before = self.used.fetch_update(Relaxed, Relaxed, within).map_err(|_| OutOfMemory)?;
        Ok(before + more)
    }

    /// Takes back a charge.
    fn refund(&self, bytes: usize) -> OutOfMemory {
        self.used.fetch_sub(bytes, Relaxed);
        OutOfMemory
    }
}

/// Handles that are no longer counted: the record then stays for ever.
const UNCOUNTED: usize = usize::MAX;

impl Clone for Mem {
    fn clone(&self) -> Mem {
        // Handles that are forgotten rather than dropped may be more than can be counted; the count must not wrap.
        let more = |handles: usize| Some(handles.saturating_add(1));
        let _ = self.budget().handles.fetch_update(Relaxed, Relaxed, more);
        Mem(self.0)
    }
}

impl Drop for Mem {
    fn drop(&mut self) {
        let budget = self.budget();
        let raw = budget.raw;
        let fewer = |handles: usize| (handles != UNCOUNTED).then(|| handles - 1);
        // The drop of the last handle happens after all work through the others.
        if budget.handles.fetch_update(AcqRel, Relaxed, fewer) == Ok(1) {
            // SAFETY: no handle is left; the record was allocated from `raw` with this layout.
            unsafe { raw.dealloc(self.0.as_ptr().cast(), BUDGET_LAYOUT) };
        }
    }
}

// SAFETY: blocks come from a RawAlloc, which promises what Allocator asks; clones share one budget, and a
// moved handle points to the same record.
unsafe impl Allocator for Mem {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = if layout.size() == 0 {
            // SAFETY: an alignment is never zero.
            unsafe { NonNull::new_unchecked(core::ptr::without_provenance_mut(layout.align())) }
        } else {
            self.alloc_raw(layout).map_err(|OutOfMemory| AllocError)?
        };
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        if layout.size() != 0 {
            // SAFETY: the caller returns a block of this allocator with its layout.
            unsafe { self.free_raw(ptr, layout) };
        }
    }

    unsafe fn grow(&self, ptr: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.size() == 0 || old.align() != new.align() {
            let block = self.allocate(new)?;
            // SAFETY: the new block is at least as long and distinct from the old one.
            unsafe {
                core::ptr::copy_nonoverlapping(ptr.as_ptr(), block.as_ptr().cast(), old.size());
                self.deallocate(ptr, old);
            }
            return Ok(block);
        }
        // SAFETY: the caller's block is of this allocator with the layout `old`, and `new` is not shorter; neither is
        // empty, and their alignments are equal.
        let block = unsafe { self.grow_raw(ptr, old, new) }.map_err(|OutOfMemory| AllocError)?;
        Ok(NonNull::slice_from_raw_parts(block, new.size()))
    }
}

#[cfg(test)]
mod tests {
    use core::alloc::Layout;
    use core::sync::atomic::Ordering::Relaxed;

    use super::{Mem, OutOfMemory};
    use crate::mem::Vec;
    use crate::testing::Moody;

    #[test]
    fn handles_beyond_counting_keep_the_record() {
        let moody = Moody::new();
        let mem = Mem::new(moody, 4096).unwrap();
        let used = mem.usage().used;
        mem.budget().handles.store(super::UNCOUNTED - 1, Relaxed);
        for _ in 0..3 {
            drop([mem.clone(), mem.clone()]);
            assert_eq!((mem.usage().used, moody.bytes()), (used, used));
        }
        // The state after all handles but one were dropped.
        mem.budget().handles.store(1, Relaxed);
        drop(mem);
        assert_eq!(moody.bytes(), 0);
    }

    const SMALL: Layout = Layout::new::<[u64; 8]>();
    const LARGE: Layout = Layout::new::<[u64; 64]>();

    #[test]
    fn a_block_that_grows_keeps_its_bytes_and_counts_the_difference() {
        let moody = Moody::new();
        let mem = Mem::new(moody, 4096).unwrap();
        let before = mem.usage().used;
        let block = mem.alloc_raw(SMALL).unwrap();
        // SAFETY: the block has layout `SMALL`, then `LARGE`, and is given back once.
        unsafe {
            block.write_bytes(7, SMALL.size());
            let grown = mem.grow_raw(block, SMALL, LARGE).unwrap();
            let bytes = core::slice::from_raw_parts(grown.as_ptr(), SMALL.size());
            assert!(bytes.iter().all(|&byte| byte == 7));
            assert_eq!(mem.usage().used, before + LARGE.size());
            assert_eq!(mem.usage().peak, before + LARGE.size());
            assert_eq!(moody.bytes(), mem.usage().used);
            mem.free_raw(grown, LARGE);
        }
        assert_eq!(mem.usage().used, before);
    }

    #[test]
    fn a_block_that_may_not_grow_is_as_it_was() {
        let moody = Moody::new();
        let mem = Mem::new(moody, 4096).unwrap();
        let block = mem.alloc_raw(SMALL).unwrap();
        let before = mem.usage();
        mem.set_limit(before.used + LARGE.size() - SMALL.size() - 1);
        // SAFETY: the block has layout `SMALL`.
        assert_eq!(unsafe { mem.grow_raw(block, SMALL, LARGE) }, Err(OutOfMemory));
        mem.set_limit(before.limit);
        moody.refuse(true);
        // SAFETY: as above.
        assert_eq!(unsafe { mem.grow_raw(block, SMALL, LARGE) }, Err(OutOfMemory));
        assert_eq!(mem.usage(), before);
        // SAFETY: given back once, with its layout.
        unsafe { mem.free_raw(block, SMALL) };
    }

    #[test]
    fn vectors_grow_where_they_lie() {
        let moody = Moody::new();
        let mem = Mem::new(moody, usize::MAX).unwrap();
        let before = moody.requests();
        let mut numbers = Vec::new(&mem);
        for number in 0..10_000_u64 {
            numbers.push(number).unwrap();
        }
        assert_eq!(moody.requests(), before + 1);
        assert!(moody.grown() > 8, "grown {} times", moody.grown());
        assert!(numbers.iter().copied().eq(0..10_000));
    }
}
