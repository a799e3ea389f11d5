//! Spaces: the pages of one cell size, and the free run that allocation is in.

use core::ptr::NonNull;

use super::page::PagePtr;
use crate::mem::{Mem, OutOfMemory, Vec};

/// The free run that a space allocates from. Machine code may inline `take`.
#[repr(C)]
pub(crate) struct BumpRegion {
    pub(crate) next: *mut u8,
    pub(crate) end: *mut u8,
    pub(crate) size: usize,
}

impl BumpRegion {
    pub(crate) fn new(size: usize) -> BumpRegion {
        BumpRegion { next: core::ptr::null_mut(), end: core::ptr::null_mut(), size }
    }

    /// The next cell of the free run, if one is left.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Option<NonNull<u8>> {
        // The free run is a whole number of cells.
        if self.next >= self.end {
            return None;
        }
        let cell = NonNull::new(self.next);
        self.next = self.next.wrapping_add(self.size);
        cell
    }

    pub(crate) fn set(&mut self, start: *mut u8, end: *mut u8) {
        self.next = start;
        self.end = end;
    }

    /// Drops the rest of the free run, which the sweeper will find.
    pub(crate) fn clear(&mut self) {
        self.set(core::ptr::null_mut(), core::ptr::null_mut());
    }
}

/// The pages of one cell size: first those that are used up or in use in this epoch, then the unswept ones.
pub(crate) struct Space {
    pages: Vec<PagePtr>,
    next: usize,
}

impl Space {
    pub(crate) fn new(mem: &Mem) -> Space {
        Space { pages: Vec::new(mem), next: 0 }
    }

    /// The page that allocation is in, if one is left.
    pub(crate) fn next_page(&self) -> Option<PagePtr> {
        self.pages.get(self.next).copied()
    }

    /// Goes on to the next page.
    pub(crate) fn advance(&mut self) {
        self.next += 1;
    }

    /// Makes all pages unswept.
    pub(crate) fn restart(&mut self) {
        self.next = 0;
    }

    /// Leaves the unswept pages alone in this epoch.
    pub(crate) fn abandon(&mut self) {
        self.next = self.pages.len();
    }

    pub(crate) fn reserve(&mut self) -> Result<(), OutOfMemory> {
        self.pages.reserve(1)
    }

    pub(crate) fn push(&mut self, page: PagePtr) -> Result<(), OutOfMemory> {
        self.pages.push(page)
    }

    pub(crate) fn pop(&mut self) -> Option<PagePtr> {
        self.pages.pop()
    }

    /// The pages.
    pub(crate) fn pages(&self) -> &[PagePtr] {
        &self.pages
    }

    /// Removes the page at an index, which must be unswept.
    pub(crate) fn remove(&mut self, index: usize) -> PagePtr {
        self.pages.swap_remove(index)
    }
}
