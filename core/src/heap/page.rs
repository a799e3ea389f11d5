//! Pages: runs of cells of one size, with their mark bits in front.
//!
//! ```text
//!   page, aligned to its size
//!  +--------------+------------------+------+------+------+-- ... --+
//!  | mark bits    | cell size, ...   | cell | cell | cell |         |
//!  +--------------+------------------+------+------+------+-- ... --+
//!    one bit for each 16 bytes;        bump allocation runs through
//!    a cell's is that of its start     the gaps between marked cells
//! ```
//!
//! A page's address is its objects' address with the low bits cleared. A large object has a page of its own,
//! as long as it needs; it starts where a first cell would.

use core::alloc::Layout;
use core::cell::Cell;
use core::ptr::NonNull;

use crate::mem::{Mem, OutOfMemory};
use crate::object::{Gc, Header};
use crate::tunable::tunable;

/// Bytes of a page: small where memory is.
pub(crate) const PAGE: usize =
    tunable(if cfg!(target_pointer_width = "64") { 16 << 10 } else { 4 << 10 }, 4 << 10);

/// Bytes of a granule, the unit of cell sizes and mark bits.
pub(crate) const GRANULE: usize = 16;

const MARK_WORDS: usize = PAGE / GRANULE / 32;

/// Offset of the first cell.
const FIRST: usize = size_of::<Page>().next_multiple_of(GRANULE);

/// The front of a page.
#[repr(C, align(16))]
pub(crate) struct Page {
    marks: [Cell<u32>; MARK_WORDS],
    /// Bytes of a cell.
    cell: usize,
    /// Bytes of the whole page.
    size: usize,
    /// Offset behind the last cell.
    end: usize,
    /// Offset of the first cell that allocation has not looked at in this epoch.
    cursor: Cell<usize>,
    /// The epoch in which it was last swept; see [`Heap`](super::Heap).
    epoch: Cell<u32>,
    /// Cells marked.
    live: Cell<u32>,
}

/// A pointer to a page. The heap frees a page only when it holds no reference to it any more.
pub(crate) type PagePtr = NonNull<Page>;

/// Free cells in a row: the first byte, and the byte behind.
pub(crate) type Gap = (*mut u8, *mut u8);

impl Page {
    /// A page of cells of `cell` bytes; `zeroed` if cells must say that they hold nothing.
    pub(crate) fn new(mem: &Mem, cell: usize, epoch: u32, zeroed: bool) -> Result<PagePtr, OutOfMemory> {
        let layout = layout(PAGE)?;
        let page = mem.alloc_raw(layout)?.cast::<Page>();
        init(page, cell, PAGE, epoch, zeroed);
        Ok(page)
    }

    /// A page for one object of `size` bytes.
    pub(crate) fn new_large(mem: &Mem, size: usize, epoch: u32) -> Result<PagePtr, OutOfMemory> {
        let whole = size.checked_add(FIRST).ok_or(OutOfMemory)?;
        let page = mem.alloc_raw(layout(whole)?)?.cast::<Page>();
        init(page, size, whole, epoch, false);
        Ok(page)
    }

    /// Gives a page's memory back.
    ///
    /// # Safety
    /// No object of the page is used any more.
    pub(crate) unsafe fn free(page: PagePtr, mem: &Mem) {
        // SAFETY: the page is live until the end of this function.
        let size = unsafe { page.as_ref() }.size;
        if let Ok(layout) = layout(size) {
            // SAFETY: `new` or `new_large` allocated it with this layout.
            unsafe { mem.free_raw(page.cast(), layout) };
        }
    }

    /// Makes an empty page one of cells of another size.
    ///
    /// # Safety
    /// No object of the page is used any more, and its size is [`PAGE`].
    pub(crate) unsafe fn reuse(page: PagePtr, cell: usize, epoch: u32, zeroed: bool) {
        init(page, cell, PAGE, epoch, zeroed);
    }

    /// The page that an object lies in.
    #[inline(always)]
    pub(crate) fn of<'a>(object: Gc<Header>) -> &'a Page {
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

    /// Whether it was swept in this epoch.
    pub(crate) fn is_swept(&self, epoch: u32) -> bool {
        self.epoch.get() == epoch
    }

    /// Begins to hand out the gaps between marked cells.
    pub(crate) fn begin_sweep(&self, epoch: u32) {
        self.epoch.set(epoch);
        self.cursor.set(FIRST);
    }

    /// The next gap, or its first `most` cells.
    pub(crate) fn next_gap(&self, most: usize) -> Option<Gap> {
        if self.live.get() as usize * self.cell == self.end - FIRST {
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

    /// Calls `each` for every cell, with whether it is marked.
    pub(crate) fn each_cell(&self, mut each: impl FnMut(NonNull<Header>, bool)) {
        let base = NonNull::from(self).cast::<u8>();
        let mut offset = FIRST;
        while offset < self.end {
            // SAFETY: `offset` is that of a cell of this page.
            each(unsafe { base.add(offset) }.cast(), self.is_marked_at(offset));
            offset += self.cell;
        }
    }

    /// Makes a cell hold nothing, and references to nowhere behind that.
    ///
    /// # Safety
    /// The cell is one of `size` bytes, and no object in it is used any more.
    pub(crate) unsafe fn wreck(cell: NonNull<Header>, size: usize) {
        const NOWHERE: u8 = 0xFD;
        // SAFETY: within the cell; no bits are a free header, as in a zeroed page.
        unsafe {
            cell.cast::<u8>().write_bytes(NOWHERE, size);
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

    /// Offset of the first marked cell behind `offset`.
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

fn init(page: PagePtr, cell: usize, size: usize, epoch: u32, zeroed: bool) {
    let end = FIRST + (size - FIRST) / cell * cell;
    let front = Page {
        marks: [const { Cell::new(0) }; MARK_WORDS],
        cell,
        size,
        end,
        cursor: Cell::new(FIRST),
        epoch: Cell::new(epoch),
        live: Cell::new(0),
    };
    // SAFETY: the page is `size` bytes that nobody else uses.
    unsafe {
        page.write(front);
        if zeroed {
            Page::first(page).write_bytes(0, size - FIRST);
        }
    }
}

fn layout(size: usize) -> Result<Layout, OutOfMemory> {
    Layout::from_size_align(size, PAGE).map_err(|_| OutOfMemory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::testing::mem;

    #[test]
    fn gaps_lie_between_marked_cells() {
        let mem = mem();
        let page = Page::new(&mem, 48, 0, true).unwrap();
        // SAFETY: freed at the end only.
        let front = unsafe { page.as_ref() };
        let (start, end) = front.next_gap(usize::MAX).unwrap();
        let cells = (end.addr() - start.addr()) / 48;
        assert_eq!(cells, (PAGE - FIRST) / 48);
        assert!(front.next_gap(usize::MAX).is_none());

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
        let gaps: std::vec::Vec<_> = core::iter::from_fn(|| front.next_gap(usize::MAX))
            .map(|(from, to)| ((from.addr() - start.addr()) / 48, (to.addr() - start.addr()) / 48))
            .collect();
        assert_eq!(gaps, [(2, 5), (6, cells - 1)]);
        let mut marked = 0;
        front.each_cell(|_, is| marked += u32::from(is));
        assert_eq!(marked, 4);
        // SAFETY: nothing of it is used below.
        unsafe { Page::free(page, &mem) };
    }
}
