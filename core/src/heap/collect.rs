//! Collections: when they begin, how far a step goes, how they end, and sweeping.

use core::ptr::NonNull;

use super::block::PAGE;
use super::page::{Page, PagePtr};
use super::size_class::CLASSES;
use super::space::Space;
use super::{Heap, NURSERY, SPACES};
use crate::object::{CodeList, Gc, Object, Registry, Str, finalize};
use crate::tunable::tunable;

/// The roots of a heap.
pub(crate) trait Roots {
    /// Marking begins: no root has been scanned.
    fn begin(&mut self);
    /// Continues marking roots, for about `work` bytes. Roots whose changes the collector is told of are scanned
    /// once; after them, every call marks all other roots. True if all roots are marked.
    fn mark(&mut self, heap: &mut Heap, work: usize) -> bool;
    /// A collection ends: clears references that are not roots, such as dead registers.
    fn forget_stale(&mut self);
}

/// What the collector is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Idle. Pages are swept as allocation needs them.
    Idle,
    /// Clearing marks for a full collection; `space` and `page` say where it is. Large objects come last.
    Clear { space: usize, page: usize },
    /// Marking; roots were scanned `rounds` times.
    Mark { extent: Extent, rounds: u32 },
}

/// Which objects a collection looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Objects made since the last collection.
    Young,
    /// All objects.
    Full,
}

/// Bytes scanned for each byte allocated while marking.
const PACE: usize = 4;
/// The fewest and the most bytes scanned in one step: the bound on a pause.
pub(super) const STEP: (usize, usize) = (tunable(32 << 10, 64), tunable(256 << 10, 256));
/// Pages cleared in one step.
const CLEAR_STEP: usize = tunable(256, 1);
/// Work of finalizing the dead objects of a page, in pages.
const FINALIZED_PAGE: usize = 16;
/// Pages looked at in one step of the search for empty ones.
pub(super) const SWEEP_STEP: usize = tunable(8, 1);
/// Bytes whose return to the host takes as long as a look at an object.
const FREED: usize = 32 << 10;
/// Bytes that are given back to the host in one step. The host takes a tenth of a millisecond for a megabyte.
pub(super) const DISCARD_STEP: usize = tunable(2 << 20, 16 << 10);
/// Work of looking at a page's front, in bytes.
pub(super) const FRONT: u64 = size_of::<Page>() as u64;
/// Rounds of root scanning before steps double, so that marking ends whatever scripts do.
const ROUNDS: u32 = tunable(8, 2) as u32;

impl Heap {
    /// The collector's turn before `size` bytes are allocated. True if it did anything.
    #[inline]
    pub(crate) fn step(&mut self, roots: &mut dyn Roots, size: usize) -> bool {
        if self.stress {
            self.collect(roots, Extent::Full);
            return true;
        }
        self.note_tables();
        let size = size.max(core::mem::take(&mut self.since_turn));
        if self.phase == Phase::Idle {
            if self.allocated_since_gc < self.next_gc_at {
                return false;
            }
            self.begin(roots);
        } else {
            self.advance(roots, size.saturating_mul(PACE).clamp(STEP.0, STEP.1));
        }
        true
    }

    /// Does a step of the collection under way. A marking step scans about `work` bytes.
    pub(super) fn advance(&mut self, roots: &mut dyn Roots, work: usize) {
        match self.phase {
            Phase::Idle => {}
            Phase::Clear { space, page } => self.clear_step(roots, space, page),
            Phase::Mark { extent, rounds } => self.mark_step(roots, extent, rounds, work),
        }
    }

    /// Collects in one go, after ending a collection that is under way.
    #[cold]
    pub(crate) fn collect(&mut self, roots: &mut dyn Roots, extent: Extent) {
        self.end(roots);
        if extent == Extent::Full {
            self.begin_full();
        } else {
            self.begin_marking(roots, Extent::Young);
        }
        self.end(roots);
    }

    fn begin(&mut self, roots: &mut dyn Roots) {
        if self.live > self.live_at_last_full.saturating_mul(2).saturating_add(NURSERY) {
            self.begin_full();
        } else {
            self.begin_marking(roots, Extent::Young);
            self.mark_step(roots, Extent::Young, 1, STEP.0);
        }
    }

    pub(super) fn begin_full(&mut self) {
        self.shapes.full_collection_begins();
        // Free runs are found by marks, so allocation finds none until marking ends.
        for space in &mut self.spaces {
            space.abandon();
        }
        self.phase = Phase::Clear { space: 0, page: 0 };
    }

    pub(super) fn clear_step(&mut self, roots: &mut dyn Roots, mut space: usize, mut index: usize) {
        let mut left = CLEAR_STEP;
        let mut work = 0;
        while let Some(pages) = self.pages_of(space) {
            if let Some(&page) = pages.get(index) {
                // SAFETY: pages in a space's list are live.
                let page = unsafe { page.as_ref() };
                left = left.saturating_sub(self.clear_page(space, page));
                index += 1;
                work += FRONT;
                if left == 0 {
                    self.work.swept += work;
                    self.phase = Phase::Clear { space, page: index };
                    return;
                }
                continue;
            }
            space += 1;
            index = 0;
        }
        self.work.swept += work;
        self.live = 0;
        self.gray.clear();
        self.begin_marking(roots, Extent::Full);
    }

    /// Clears the marks of a page of that space and returns the work done, in pages. Dead objects with finalizers are
    /// finalized first: without marks nothing tells them from live ones.
    fn clear_page(&mut self, space: usize, page: &Page) -> usize {
        let sweep = (CLASSES..SPACES).contains(&space) && !page.is_swept(self.epoch);
        if sweep {
            // SAFETY: a page of a space from CLASSES on; until it is swept, its marks are those of the last collection.
            unsafe { self.finalize_dead(page) };
            page.begin_sweep(self.epoch);
        }
        page.clear_marks();
        if sweep { FINALIZED_PAGE } else { 1 }
    }

    /// Whether an object with a finalizer is alive, rather than dead and not yet finalized: it survived the last
    /// collection or was made since.
    pub(crate) fn is_alive<T: Object>(&self, object: Gc<T>) -> bool {
        debug_assert!(T::FINALIZE);
        let header = object.header();
        let page = Page::of(&header);
        // Cells are handed out in swept pages only, and sweeping finalizes what is dead.
        page.is_marked(header) || page.is_swept(self.epoch)
    }

    /// The pages of a space, or of large objects past the last one.
    pub(super) fn pages_of(&self, space: usize) -> Option<&[PagePtr]> {
        match space {
            SPACES => Some(&self.large),
            _ => self.spaces.get(space).map(Space::pages),
        }
    }

    pub(super) fn begin_marking(&mut self, roots: &mut dyn Roots, extent: Extent) {
        self.phase = Phase::Mark { extent, rounds: 1 };
        self.marking = 1;
        self.gray.again = 0;
        roots.begin();
        roots.mark(self, STEP.0);
    }

    pub(super) fn mark_step(&mut self, roots: &mut dyn Roots, extent: Extent, rounds: u32, work: usize) {
        if !self.drain(work) {
            return;
        }
        if !roots.mark(self, work) {
            return;
        }
        let doublings = rounds.saturating_sub(ROUNDS).min(usize::BITS - 1);
        if self.drain(work.saturating_mul(1 << doublings)) {
            self.finish(roots, extent);
        } else {
            self.phase = Phase::Mark { extent, rounds: rounds + 1 };
        }
    }

    /// Ends the collection that is under way, if one is.
    fn end(&mut self, roots: &mut dyn Roots) {
        while self.phase != Phase::Idle {
            self.advance(roots, usize::MAX);
        }
    }

    fn finish(&mut self, roots: &mut dyn Roots, extent: Extent) {
        roots.forget_stale();
        self.phase = Phase::Idle;
        self.marking = 0;
        self.epoch = self.epoch.wrapping_add(1);
        for space in &mut self.spaces {
            space.restart();
        }
        for bump in &mut self.regions {
            bump.clear();
        }
        self.large_cursor.1 = self.large.len();
        self.sweep_left = SPACES + self.spaces.iter().map(|space| space.pages().len()).sum::<usize>();
        self.allocated_since_gc = 0;
        self.next_gc_at = (self.live / 2).clamp(NURSERY, NURSERY * 32);
        match extent {
            Extent::Young => self.stats.young += 1,
            Extent::Full => {
                self.stats.full += 1;
                self.live_at_last_full = self.live;
                self.shapes.release();
            }
        }
        if self.stress && cfg!(debug_assertions) {
            self.poison_dead(SPACES);
        } else if cfg!(fuzzing) {
            // Objects with finalizers are left to the sweeper, so that stress tests exercise it too.
            self.poison_dead(CLASSES);
        }
    }

    /// Whether marks tell which objects are dead: not while a full collection clears and makes them.
    fn marks_are_whole(&self) -> bool {
        !matches!(self.phase, Phase::Clear { .. } | Phase::Mark { extent: Extent::Full, .. })
    }

    /// Sweeps a little: dead large objects, and empty pages for any space.
    pub(super) fn sweep_some(&mut self) {
        if !self.marks_are_whole() {
            return;
        }
        self.sweep_large(SWEEP_STEP);
        if let Some(page) = self.find_empty(SWEEP_STEP) {
            // SAFETY: an empty page that no list holds.
            unsafe { self.free_page(page) };
        }
    }

    /// Searches up to `most` pages (fewer where objects have finalizers) for an unswept one without a live object,
    /// and takes it from its space. Finalizes dead objects of the pages it passes: their tables may be large, and
    /// allocation may reach these pages much later.
    pub(super) fn find_empty(&mut self, most: usize) -> Option<PagePtr> {
        if !self.marks_are_whole() {
            return None;
        }
        let mut left = most;
        while left > 0 && self.sweep_left > 0 {
            self.sweep_left -= 1;
            left -= 1;
            self.work.swept += FRONT;
            let (space, index) = self.sweep_cursor;
            let Some(&page) = self.spaces.get(space).and_then(|list| list.pages().get(index)) else {
                self.sweep_cursor = ((space + 1) % SPACES, 0);
                continue;
            };
            // SAFETY: pages in a space's list are live.
            let front = unsafe { page.as_ref() };
            // Pages that allocation is in, or has been in, are swept.
            if !front.is_swept(self.epoch) {
                if space >= CLASSES {
                    left = left.saturating_sub(FINALIZED_PAGE);
                    // SAFETY: a page of a space from CLASSES on, and marks are whole.
                    unsafe { self.finalize_dead(front) };
                }
                if front.live() == 0 {
                    self.gray.pages_moved();
                    return self.spaces.get_mut(space).map(|list| list.remove(index));
                }
            }
            self.sweep_cursor.1 += 1;
        }
        None
    }

    /// Frees dead large objects. Looks at up to `most`, and at fewer when they give back much memory.
    pub(super) fn sweep_large(&mut self, most: usize) {
        let mut left = most;
        while left > 0 {
            if self.dying.is_some() {
                left = left.saturating_sub(DISCARD_STEP / FREED);
                self.discard_some();
                continue;
            }
            if self.large_cursor.1 == 0 {
                return;
            }
            left -= 1;
            self.large_cursor.1 -= 1;
            self.work.swept += FRONT;
            let (index, _) = self.large_cursor;
            let Some(&page) = self.large.get(index) else {
                self.large_cursor.0 = 0;
                continue;
            };
            // SAFETY: pages in the list are live.
            let front = unsafe { page.as_ref() };
            if front.live() == 0 && !front.is_swept(self.epoch) {
                self.gray.pages_moved();
                self.large.swap_remove(index);
                // SAFETY: a large object is written as soon as it has its page, and this one is not marked.
                front.each_cell(|cell, _| unsafe { finalize(cell, self) });
                let size = front.size();
                if size > DISCARD_STEP {
                    self.dying = Some((page, size));
                } else {
                    left = left.saturating_sub(size / FREED);
                    // SAFETY: its object is dead and no list holds it.
                    unsafe { self.free_page(page) };
                }
            } else {
                self.large_cursor.0 += 1;
            }
        }
    }

    /// Gives back one piece of the dead object in `dying`, from its end. The last piece is its page.
    fn discard_some(&mut self) {
        let Some((page, left)) = self.dying.take() else { return };
        let rest = left.saturating_sub(DISCARD_STEP);
        if rest < PAGE {
            // SAFETY: its object is dead and no list holds it.
            unsafe { self.free_page(page) };
            return;
        }
        self.dying = Some((page, rest));
        // SAFETY: the page is `left` bytes at least, and only its front, in the first PAGE bytes, is read again.
        unsafe { self.mem.discard_raw(page.cast::<u8>().add(rest), left - rest) };
    }

    /// Poisons dead objects in the first `spaces` spaces, right after a collection: a stale reference fails at its
    /// next use, rather than when the memory is used again.
    fn poison_dead(&mut self, spaces: usize) {
        self.sweep_large(usize::MAX);
        for space in 0..spaces {
            let mut index = 0;
            while let Some(&page) = self.spaces.get(space).and_then(|space| space.pages().get(index)) {
                // SAFETY: pages in a space's list are live.
                let page = unsafe { page.as_ref() };
                if space >= CLASSES {
                    // SAFETY: a page of a space from CLASSES on, and marks are whole right after a collection.
                    unsafe { self.finalize_dead(page) };
                }
                page.each_cell(|cell, marked| {
                    if !marked {
                        // SAFETY: the cell holds no live object, and no free run of a space.
                        unsafe { Page::poison(cell, page.cell_size()) };
                    }
                });
                index += 1;
            }
        }
    }

    /// Finalizes the unmarked objects of a page.
    ///
    /// # Safety
    /// The page is one of a space from CLASSES on, whose objects have finalizers. Objects in it that are not marked are dead.
    pub(super) unsafe fn finalize_dead(&mut self, page: &Page) {
        self.work.swept += page.size() as u64;
        page.each_cell(|cell, marked| {
            if !marked {
                // SAFETY: a cell of such a page has a header, since these pages are zeroed at first. What it heads is dead.
                unsafe { finalize(cell, self) };
            }
        });
    }
}

impl Registry for Heap {
    fn retire_shape(&mut self, id: u32) {
        self.shapes.retire(id);
    }

    fn forget_string(&mut self, string: NonNull<Str>, hash: u32) {
        self.strings.remove(string, hash);
    }

    fn code(&mut self) -> &mut CodeList {
        &mut self.code
    }
}
