//! Blocks: runs of pages that are one allocation of the host.
//!
//! ```text
//!   block                                                       free: a bit for each page
//!  +--------+--------+--------+--------+--------+--------+
//!  | page   | page   | 2 pages, one object  | free   | free   |   ..110000
//!  +--------+--------+--------+--------+--------+--------+
//! ```
//!
//! An allocator wastes up to half of what it hands out when it must align each page. A block is aligned once, and
//! counted whole. Blocks grow with the heap, so that a small VM holds none of the memory that a large one needs.
//! A page that is free again serves the next request; a block without a page in use goes back to the host.

use core::alloc::Layout;
use core::ptr::NonNull;

use crate::mem::{Mem, OutOfMemory};
use crate::tunable::tunable;

/// Bytes of a page. Small targets have small pages.
pub(crate) const PAGE: usize =
    tunable(if cfg!(target_pointer_width = "64") { 16 << 10 } else { 4 << 10 }, 4 << 10);

/// The most pages of a block: `Block::free` has a bit for each.
const MOST: usize = tunable(64, 8);
/// A block is at most one part in this many of the memory in use.
const SHARE: usize = 8;
/// The most pages of a block for one object. Larger objects are allocations of the host.
pub(super) const MOST_IN_A_RUN: usize = MOST / 4;
/// Blocks that go back to the host in one step. The host takes a tenth of a millisecond for a megabyte.
const RELEASE_STEP: usize = tunable(4, 1);
/// Blocks that are searched for a run of pages before a new one is allocated.
const SEARCH: usize = 16;

/// The record of a block. It lies outside the block, so that an unused page is never touched.
pub(super) struct Block {
    start: NonNull<u8>,
    pages: usize,
    /// A bit for each page that is free.
    free: u64,
    /// Neighbours in the list of blocks that have a free page.
    previous: Option<BlockPtr>,
    next: Option<BlockPtr>,
}

/// A pointer to a block's record, which lives until the block's last page was given back and the block was dropped.
pub(super) type BlockPtr = NonNull<Block>;

/// The blocks of a heap.
pub(super) struct Blocks {
    mem: Mem,
    /// Ends of the list of blocks that have a free page. The others are reached from their pages.
    first: Option<BlockPtr>,
    last: Option<BlockPtr>,
    /// Blocks in that list.
    listed: usize,
    /// Pages of the largest block so far.
    largest: usize,
    /// Free pages of all blocks.
    free: usize,
}

impl Block {
    /// The bits of all pages.
    fn all(&self) -> u64 {
        bits(self.pages)
    }

    /// The first of `count` free pages in a row.
    fn find(&self, count: usize) -> Option<usize> {
        find(self.free, count)
    }
}

/// The first of `count` bits in a row.
fn find(bits: u64, count: usize) -> Option<usize> {
    let mut starts = bits;
    for _ in 1..count {
        starts &= starts >> 1;
    }
    (starts != 0).then(|| starts.trailing_zeros() as usize)
}

fn bits(count: usize) -> u64 {
    !0 >> (64 - count)
}

impl Blocks {
    pub(super) fn new(mem: &Mem) -> Blocks {
        Blocks { mem: mem.clone(), first: None, last: None, listed: 0, largest: 0, free: 0 }
    }

    /// Free pages of all blocks, which need no request of the host.
    pub(super) fn free_pages(&self) -> usize {
        self.free
    }

    /// Bytes in free runs of `count` pages.
    pub(super) fn free_in_runs(&self, count: usize) -> usize {
        if count > MOST_IN_A_RUN {
            return 0;
        }
        let (mut runs, mut next) = (0, self.first);
        while let Some(block) = next {
            // SAFETY: blocks of the list are live.
            let record = unsafe { block.as_ref() };
            let mut free = record.free;
            while let Some(first) = find(free, count) {
                free &= !(bits(count) << first);
                runs += 1;
            }
            next = record.next;
        }
        runs * count * PAGE
    }

    /// `count` adjacent pages, from 1 to [`MOST_IN_A_RUN`]. Their bytes may have any value.
    pub(super) fn take(&mut self, count: usize) -> Result<(NonNull<u8>, BlockPtr), OutOfMemory> {
        debug_assert!((1..=MOST_IN_A_RUN.max(1)).contains(&count));
        let found = self.search(count, SEARCH).or_else(|| self.add(count).ok());
        // The last resort: a run that may lie anywhere.
        let mut block = found.or_else(|| self.search(count, usize::MAX)).ok_or(OutOfMemory)?;
        // SAFETY: blocks of the list are live, and no other reference to one exists.
        let record = unsafe { block.as_mut() };
        let first = record.find(count).ok_or(OutOfMemory)?;
        record.free &= !(bits(count) << first);
        self.free -= count;
        let page = record.start.as_ptr().wrapping_add(first * PAGE);
        if record.free == 0 {
            // SAFETY: it had a free page, so it is in the list.
            unsafe { self.unlink(block) };
        }
        Ok((NonNull::new(page).ok_or(OutOfMemory)?, block))
    }

    /// Takes pages back. The block stays, even without a page in use, if `keep`.
    ///
    /// # Safety
    /// `page` is the first of `count` pages that [`take`](Blocks::take) gave out of `block`; nothing in them is used
    /// any more.
    pub(super) unsafe fn give_back(&mut self, page: NonNull<u8>, count: usize, block: BlockPtr, keep: bool) {
        // SAFETY: a block lives as long as one of its pages is in use; no other reference to it exists until it is put
        // into the list.
        let record = unsafe { &mut *block.as_ptr() };
        let index = (page.addr().get() - record.start.addr().get()) / PAGE;
        let was_full = record.free == 0;
        debug_assert!(record.free & bits(count) << index == 0, "a page is given back twice");
        record.free |= bits(count) << index;
        let is_unused = record.free == record.all();
        self.free += count;
        if was_full {
            // At the end, so that the block has time to become empty before its pages are used again.
            // SAFETY: a block without a free page is in no list.
            unsafe { self.append(block) };
        }
        if !keep && is_unused {
            // SAFETY: it is in the list, and all its pages are free.
            unsafe { self.drop_block(block) };
        }
    }

    /// Gives a few blocks without a page in use back to the host; false if that was the last of them.
    pub(super) fn release(&mut self) -> bool {
        let mut left = RELEASE_STEP;
        let mut next = self.first;
        while let Some(block) = next {
            // SAFETY: blocks of the list are live.
            let record = unsafe { block.as_ref() };
            next = record.next;
            if record.free == record.all() {
                if left == 0 {
                    return true;
                }
                left -= 1;
                // SAFETY: it is in the list, and all its pages are free.
                unsafe { self.drop_block(block) };
            }
        }
        false
    }

    /// A block with `count` free pages in a row, among the first `most` of the list. Searched blocks without such a
    /// run move to the end, so that the next search looks at others.
    fn search(&mut self, count: usize, most: usize) -> Option<BlockPtr> {
        for _ in 0..most.min(self.listed) {
            let block = self.first?;
            // SAFETY: blocks of the list are live.
            if unsafe { block.as_ref() }.find(count).is_some() {
                return Some(block);
            }
            // SAFETY: it is in the list, then in none.
            unsafe {
                self.unlink(block);
                self.append(block);
            }
        }
        None
    }

    /// A new block of at least `count` pages, larger as the heap grows, smaller if memory is short.
    fn add(&mut self, count: usize) -> Result<BlockPtr, OutOfMemory> {
        let share = self.mem.usage().used / SHARE / PAGE;
        // The first block is as large as its first page.
        let mut pages = share.min(self.largest * 2).min(MOST).max(count);
        let record = self.mem.alloc_raw(Layout::new::<Block>())?.cast::<Block>();
        loop {
            if let Ok(start) = layout(pages).and_then(|layout| self.mem.alloc_raw(layout)) {
                self.largest = self.largest.max(pages);
                self.free += pages;
                // SAFETY: memory for a record; it is in no list yet.
                unsafe {
                    record.write(Block { start, pages, free: bits(pages), previous: None, next: None });
                    self.prepend(record);
                }
                return Ok(record);
            }
            if pages == count {
                // SAFETY: allocated above with this layout.
                unsafe { self.mem.free_raw(record.cast(), Layout::new::<Block>()) };
                return Err(OutOfMemory);
            }
            pages = (pages / 2).max(count);
        }
    }

    /// Gives a block back to the host.
    ///
    /// # Safety
    /// The block is in the list, and none of its pages is in use.
    unsafe fn drop_block(&mut self, block: BlockPtr) {
        // SAFETY: passed on from the caller; blocks of the list are live, and afterwards nothing names this one.
        unsafe {
            self.unlink(block);
            let Block { start, pages, .. } = block.read();
            self.free -= pages;
            if let Ok(layout) = layout(pages) {
                self.mem.free_raw(start, layout);
            }
            self.mem.free_raw(block.cast(), Layout::new::<Block>());
        }
    }

    /// Puts a block at the front of the list.
    ///
    /// # Safety
    /// The block is live, and in no list.
    unsafe fn prepend(&mut self, block: BlockPtr) {
        let next = self.first;
        // SAFETY: the caller's block is live, and so are those of the list.
        unsafe {
            self.join(None, Some(block));
            self.join(Some(block), next);
        }
        self.listed += 1;
    }

    /// Puts a block at the end of the list.
    ///
    /// # Safety
    /// The block is live, and in no list.
    unsafe fn append(&mut self, block: BlockPtr) {
        let previous = self.last;
        // SAFETY: as in `prepend`.
        unsafe {
            self.join(previous, Some(block));
            self.join(Some(block), None);
        }
        self.listed += 1;
    }

    /// Takes a block out of the list.
    ///
    /// # Safety
    /// The block is in the list.
    unsafe fn unlink(&mut self, block: BlockPtr) {
        // SAFETY: blocks of the list are live, and so are their neighbours there.
        unsafe {
            let Block { previous, next, .. } = *block.as_ref();
            self.join(previous, next);
        }
        self.listed -= 1;
    }

    /// Makes two blocks neighbours; none stands for the ends of the list.
    ///
    /// # Safety
    /// Both are live, and no reference to their records exists.
    unsafe fn join(&mut self, previous: Option<BlockPtr>, next: Option<BlockPtr>) {
        match previous {
            // SAFETY: passed on from the caller.
            Some(block) => unsafe { (*block.as_ptr()).next = next },
            None => self.first = next,
        }
        match next {
            // SAFETY: as above.
            Some(block) => unsafe { (*block.as_ptr()).previous = previous },
            None => self.last = previous,
        }
    }
}

fn layout(pages: usize) -> Result<Layout, OutOfMemory> {
    let size = pages.checked_mul(PAGE).ok_or(OutOfMemory)?;
    Layout::from_size_align(size, PAGE).map_err(|_| OutOfMemory)
}

const _: () = assert!(MOST <= 64 && MOST_IN_A_RUN >= 1);
