//! Pages: runs of cells of one size, with their mark bits in front.
//!
//! ```text
//!   page, aligned to its size
//!  +--------------+------------------+------+------+------+-- ... --+
//!  | mark bits    | cell size, ...   | cell | cell | cell |         |
//!  +--------------+------------------+------+------+------+-- ... --+
//!    one bit for each 16 bytes;        bump allocation runs through
//!    a cell's is that of its start     the free runs between marked cells
//! ```
//!
//! A page's address is its objects' address with the low bits cleared. A large object has a page to itself, as long
//! as the object needs; the object starts where a first cell would.

use core::cell::Cell;
use core::ptr::NonNull;

use super::block::{BlockPtr, PAGE};
use crate::mem::OutOfMemory;
use crate::object::{Gc, Header};

/// Bytes of a granule, the unit of cell sizes and mark bits.
pub(crate) const GRANULE: usize = 16;

const MARK_WORDS: usize = PAGE / GRANULE / 32;

/// Offset of the first cell.
const FIRST: usize = size_of::<Page>().next_multiple_of(GRANULE);

/// Bytes for cells.
pub(super) const CELLS: usize = PAGE - FIRST;

/// The front of a page.
#[repr(C, align(16))]
pub(crate) struct Page {
    marks: [Cell<u32>; MARK_WORDS],
    /// Bytes of a cell.
    cell: usize,
    /// Bytes of the whole page.
    size: usize,
    /// The block that the page is in; none for an allocation by itself.
    block: Option<BlockPtr>,
    /// Offset of the end of the last cell.
    end: usize,
    /// Offset of the first cell that allocation has not looked at in this epoch.
    cursor: Cell<usize>,
    /// The epoch of the last sweep; see [`Heap`](super::Heap).
    epoch: Cell<u32>,
    /// Cells marked.
    live: Cell<u32>,
}

/// A pointer to a page, valid until the heap frees the page.
pub(crate) type PagePtr = NonNull<Page>;

/// Adjacent free cells: address of the first byte, and past the last.
pub(crate) type FreeRun = (*mut u8, *mut u8);

impl Page {
    /// Makes memory a page of cells of `cell` bytes; `zeroed` if cells must say that they hold nothing.
    ///
    /// # Safety
    /// `memory` is [`PAGE`] bytes out of `block`, aligned to that, which nobody else uses.
    pub(super) unsafe fn init(
        memory: NonNull<u8>,
        block: BlockPtr,
        cell: usize,
        epoch: u32,
        zeroed: bool,
    ) -> PagePtr {
        let page = memory.cast();
        let end = FIRST + CELLS / cell * cell;
        // SAFETY: passed on from the caller; cells lie within the page.
        unsafe {
            write_front(page, Some(block), cell, PAGE, end, epoch);
            if zeroed {
                Page::first(page).write_bytes(0, CELLS);
            }
        }
        page
    }

    /// Makes memory the page of one object of `cell` bytes.
    ///
    /// # Safety
    /// `memory` is `size` bytes, aligned to [`PAGE`], which nobody else uses: out of `block`, or an allocation if that
    /// is none. The page's front and the object fit.
    pub(super) unsafe fn init_large(
        memory: NonNull<u8>,
        block: Option<BlockPtr>,
        cell: usize,
        size: usize,
        epoch: u32,
    ) -> PagePtr {
        debug_assert!(FIRST + cell <= size);
        let page = memory.cast();
        // SAFETY: passed on from the caller.
        unsafe { write_front(page, block, cell, size, FIRST + cell, epoch) };
        page
    }

    /// Bytes of a page for one object of `size` bytes.
    pub(super) fn large_size(size: usize) -> Result<usize, OutOfMemory> {
        size.checked_add(FIRST).ok_or(OutOfMemory)
    }

    /// The block that the page is in, if it is not an allocation by itself.
    pub(super) fn block(&self) -> Option<BlockPtr> {
        self.block
    }

    /// Bytes of the whole page.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The page that an object lies in, for as long as the caller holds the object.
    #[inline(always)]
    pub(crate) fn of(object: &Gc<Header>) -> &Page {
        let page = object.as_ptr().map_addr(|address| address & !(PAGE - 1)).cast::<Page>();
        // SAFETY: objects lie in pages, which are aligned to PAGE, and a large one starts within the first
        // PAGE bytes; a live object's page is live.
        unsafe { &*page }
    }

    /// Marks an object; false if it was marked before.
    #[inline(always)]
    pub(crate) fn mark(&self, object: Gc<Header>) -> bool {
        let (word, bit) = self.bit(object.address());
        let old = word.get();
        word.set(old | bit);
        if old & bit == 0 {
            self.live.set(self.live.get() + 1);
        }
        old & bit == 0
    }

    /// Whether an object is marked.
    #[inline(always)]
    pub(crate) fn is_marked(&self, object: Gc<Header>) -> bool {
        let (word, bit) = self.bit(object.address());
        word.get() & bit != 0
    }

    /// Unmarks every object.
    pub(crate) fn clear_marks(&self) {
        for word in &self.marks {
            word.set(0);
        }
        self.live.set(0);
    }

    /// Bytes of a cell.
    #[inline(always)]
    pub(crate) fn cell_size(&self) -> usize {
        self.cell
    }

    /// Cells marked.
    pub(crate) fn live(&self) -> u32 {
        self.live.get()
    }

    /// Bytes of cells that are not marked.
    pub(super) fn free_bytes(&self) -> usize {
        (self.end - FIRST).saturating_sub(self.live.get() as usize * self.cell)
    }

    /// Whether the page was swept in this epoch.
    pub(crate) fn is_swept(&self, epoch: u32) -> bool {
        self.epoch.get() == epoch
    }

    /// Begins to hand out the free runs between marked cells.
    pub(crate) fn begin_sweep(&self, epoch: u32) {
        self.epoch.set(epoch);
        self.cursor.set(FIRST);
    }

    /// The next free run, cut to `most` cells.
    pub(crate) fn next_run(&self, most: usize) -> Option<FreeRun> {
        if self.live.get() as usize * self.cell >= self.end - FIRST {
            return None;
        }
        let base = core::ptr::from_ref(self).cast::<u8>().cast_mut();
        let mut start = self.cursor.get();
        while start < self.end && self.is_marked_at(start) {
            start += self.cell;
        }
        if start >= self.end {
            self.cursor.set(self.end);
            return None;
        }
        let stop = self.next_marked(start).unwrap_or(self.end);
        let stop = stop.min(self.cell.saturating_mul(most).saturating_add(start));
        self.cursor.set(stop);
        Some((base.wrapping_add(start), base.wrapping_add(stop)))
    }

    /// Calls `each` for every cell with its mark.
    pub(crate) fn each_cell(&self, mut each: impl FnMut(NonNull<Header>, bool)) {
        let base = NonNull::from(self).cast::<u8>();
        let mut offset = FIRST;
        while offset < self.end {
            // SAFETY: `offset` is that of a cell of this page.
            each(unsafe { base.add(offset) }.cast(), self.is_marked_at(offset));
            offset += self.cell;
        }
    }

    /// Gives a cell a free header and fills the rest with the poison pattern.
    ///
    /// # Safety
    /// The cell is one of `size` bytes, and no object in it is used any more.
    pub(crate) unsafe fn poison(cell: NonNull<Header>, size: usize) {
        const POISON: u8 = 0xFD;
        // SAFETY: within the cell; no bits are a free header, as in a zeroed page.
        unsafe {
            cell.cast::<u8>().write_bytes(POISON, size);
            cell.cast::<u8>().write_bytes(0, size_of::<Header>());
        }
    }

    /// The first cell.
    pub(crate) fn first(page: PagePtr) -> NonNull<u8> {
        // SAFETY: every page is longer than its front.
        unsafe { page.cast::<u8>().add(FIRST) }
    }

    #[inline(always)]
    fn bit(&self, address: usize) -> (&Cell<u32>, u32) {
        let granule = (address & (PAGE - 1)) / GRANULE;
        // SAFETY: a granule's index is below PAGE / GRANULE, 32 of them to the word.
        (unsafe { self.marks.get_unchecked(granule / 32) }, 1 << (granule % 32))
    }

    fn is_marked_at(&self, offset: usize) -> bool {
        let granule = offset / GRANULE;
        self.marks.get(granule / 32).is_some_and(|word| word.get() >> (granule % 32) & 1 != 0)
    }

    /// Offset of the first marked cell after `offset`.
    fn next_marked(&self, offset: usize) -> Option<usize> {
        let granule = offset / GRANULE;
        let mut index = granule / 32;
        let mut bits = self.marks.get(index)?.get() & !0 << (granule % 32);
        while bits == 0 {
            index += 1;
            bits = self.marks.get(index)?.get();
        }
        Some((index * 32 + bits.trailing_zeros() as usize) * GRANULE)
    }
}

/// # Safety
/// The page is `size` bytes that nobody else uses.
unsafe fn write_front(
    page: PagePtr,
    block: Option<BlockPtr>,
    cell: usize,
    size: usize,
    end: usize,
    epoch: u32,
) {
    let front = Page {
        marks: [const { Cell::new(0) }; MARK_WORDS],
        cell,
        size,
        block,
        end,
        cursor: Cell::new(FIRST),
        epoch: Cell::new(epoch),
        live: Cell::new(0),
    };
    // SAFETY: a front is shorter than a page.
    unsafe { page.write(front) };
}

#[cfg(test)]
mod tests {
    use super::super::block::Blocks;
    use super::*;
    use crate::testing::mem;

    #[test]
    fn free_runs_lie_between_marked_cells() {
        let mem = mem();
        let mut blocks = Blocks::new(&mem);
        let (memory, block) = blocks.take(1).unwrap();
        // SAFETY: a page of that block.
        let page = unsafe { Page::init(memory, block, 48, 0, true) };
        // SAFETY: freed at the end only.
        let front = unsafe { page.as_ref() };
        let (start, end) = front.next_run(usize::MAX).unwrap();
        let cells = (end.addr() - start.addr()) / 48;
        assert_eq!(cells, CELLS / 48);
        assert!(front.next_run(usize::MAX).is_none());

        let object = |index: usize| {
            let address = NonNull::new(start.wrapping_add(index * 48)).unwrap().cast::<Header>();
            // SAFETY: the page is zeroed: a free header.
            unsafe { Gc::from_raw(address) }
        };
        for index in [0, 1, 5, cells - 1] {
            assert!(front.mark(object(index)));
            assert!(!front.mark(object(index)));
        }
        assert_eq!(front.live(), 4);
        front.begin_sweep(1);
        let runs: std::vec::Vec<_> = core::iter::from_fn(|| front.next_run(usize::MAX))
            .map(|(from, to)| ((from.addr() - start.addr()) / 48, (to.addr() - start.addr()) / 48))
            .collect();
        assert_eq!(runs, [(2, 5), (6, cells - 1)]);
        let mut marked = 0;
        front.each_cell(|_, is| marked += u32::from(is));
        assert_eq!(marked, 4);
        // SAFETY: nothing of it is used below.
        unsafe { blocks.give_back(page.cast(), 1, block, false) };
    }
}
