//! The heap: size-class pages, bump allocation in free runs, incremental marking, lazy sweeping.
//!
//! ```text
//!            begin                    nothing gray left, roots scanned again
//!   idle ─────────────> (clear) ─> mark ───────────────────────────────> idle
//!    │   full collections only ↑     │ a bounded step at each refill       │ sweeping is lazy: a page is
//!    └── allocate, sweep lazily      └── mutators run, barrier on stores   └ looked at when it is needed
//! ```
//!
//! Marks are sticky: an object marked by one collection is old in the next, unless that is a full one, which
//! clears all marks first. A young collection marks from the roots and from the old objects that the barrier
//! remembered, and stops at whatever is marked. Nothing ever moves.
//!
//! An object that is marked and scanned is `Age::Scanned`; storing into one puts it on the gray list again.
//! That one rule serves incremental marking and young collections alike.
//!
//! New objects are unmarked. Roots that change without a barrier (registers of the current frame, most globals) are
//! scanned at the beginning and again whenever nothing gray is left, until that leaves nothing gray. The others
//! (registers of frames below, globals beyond the first few thousand) are scanned once, in steps.

mod block;
mod collect;
mod mark;
mod page;
mod rescue;
mod size_class;
mod space;
#[cfg(test)]
mod tests;

use core::alloc::Layout;
use core::ptr::NonNull;

use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::{
    Class, CodeList, Dict, Function, Gc, Header, Object, Shape, ShapeTable, StringTable, finalize,
};
use crate::tunable::tunable;
use crate::value::Value;

pub(crate) use block::PAGE;
use block::{Blocks, MOST_IN_A_RUN};
use collect::SWEEP_STEP;
pub(crate) use collect::{Extent, Phase, Roots};
use mark::Gray;
#[cfg(feature = "native")]
pub(crate) use page::GRANULE;
use page::{FreeRun, Page, PagePtr};
use rescue::Rescue;
pub(crate) use rescue::{RescueStep, Want};
pub(crate) use size_class::class_of;
use size_class::{CLASSES, MAX_SMALL, cell_size};
pub(crate) use space::BumpRegion;
use space::Space;

/// Spaces: one for each class of plain objects, one for each class of objects with finalizers.
pub(crate) const SPACES: usize = CLASSES * 2;

/// Counters since the heap was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeapStats {
    /// Finished young collections.
    pub young: u64,
    /// Finished full collections.
    pub full: u64,
    /// Steps that the collector took because memory had run out. A script pays for those in fuel.
    pub steps_for_space: u64,
    /// Bytes handed to the allocator of objects since the start, in whole free runs.
    pub allocated: u64,
    /// Bytes of objects alive after the last collection, those of their tables included.
    pub live: usize,
}

/// The collector's work so far, in bytes, the unit of its bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct GcWork {
    /// Bytes of objects and their tables that were scanned.
    pub(crate) scanned: u64,
    /// Bytes of pages that were looked at: of their fronts, and of all cells where objects have finalizers.
    pub(crate) swept: u64,
}

/// The heap of one VM.
pub(crate) struct Heap {
    mem: Mem,
    regions: [BumpRegion; SPACES],
    spaces: [Space; SPACES],
    large: Vec<PagePtr>,
    /// Sweep of large objects: index of the next one, and how many it has yet to look at in this epoch.
    large_cursor: (usize, usize),
    /// A dead object whose memory is being given back in pieces: its page, and the bytes left.
    dying: Option<(PagePtr, usize)>,
    /// The source of pages.
    blocks: Blocks,
    /// Next page of the search for empty pages: space, index of the page. The search is circular across epochs, so
    /// that it reaches every page even if collections are frequent.
    sweep_cursor: (usize, usize),
    /// Steps left to that search in this epoch: one round of all pages.
    sweep_left: usize,
    gray: Gray,
    phase: Phase,
    /// 1 while marking, else 0, for machine code.
    marking: u8,
    /// Counts collections; a page whose epoch is older has not been swept since the last.
    epoch: u32,
    /// Bytes handed out since the last collection ended, those of tables included.
    allocated_since_gc: usize,
    /// `allocated_since_gc` at which the next collection begins.
    next_gc_at: usize,
    /// Bytes marked, tables included.
    live: usize,
    /// Bytes marked when the last full collection ended.
    live_at_last_full: usize,
    /// Memory in use when the last free run was handed out. Growth until the next one is in tables of objects.
    mem_at_last_count: usize,
    /// Bytes handed out since the collector's last turn, those of tables included.
    since_turn: usize,
    /// Progress of a collection for space.
    rescue: Rescue,
    work: GcWork,
    stats: HeapStats,
    /// Collect before every allocation.
    pub(crate) stress: bool,
    pub(crate) strings: StringTable,
    pub(crate) shapes: ShapeTable,
    /// The machine code of its functions.
    pub(crate) code: CodeList,
}

/// The fewest bytes allocated between two collections.
const NURSERY: usize = tunable(if cfg!(target_pointer_width = "64") { 512 << 10 } else { 16 << 10 }, 1 << 10);
/// The most cells that a space takes out of a free run at once.
const RUN: usize = tunable(usize::MAX, 3);
/// The same for objects with finalizers. They may own tables, whose growth is counted when a free run is handed out.
const TABLES_RUN: usize = tunable(16, 3);

/// Pages that are searched for a free run before a new page is taken. There may be very many full ones in a row.
const SEARCH: usize = tunable(64, 2);
/// The same for objects with finalizers, all of which are visited in each page.
const SEARCH_TABLES: usize = tunable(8, 2);
/// The fewest bytes handed out between two turns of the collector.
const TURN: usize = PAGE / 2;

/// The most bytes marked and swept by a turn of the collector and the search for memory after it: a step that ends
/// with an object of a page, then the searched pages.
#[cfg(any(test, fuzzing))]
pub(crate) const TURN_WORK: u64 = (2 * collect::STEP.1 + (2 + SEARCH_TABLES + SWEEP_STEP) * PAGE) as u64;

impl Heap {
    /// An empty heap.
    pub(crate) fn new(mem: &Mem, stress: bool) -> Result<Heap, OutOfMemory> {
        Ok(Heap {
            mem: mem.clone(),
            regions: core::array::from_fn(|space| BumpRegion::new(cell_size(space % CLASSES))),
            spaces: core::array::from_fn(|_| Space::new(mem)),
            large: Vec::new(mem),
            large_cursor: (0, 0),
            dying: None,
            blocks: Blocks::new(mem),
            sweep_cursor: (0, 0),
            sweep_left: 0,
            gray: Gray::new(mem)?,
            phase: Phase::Idle,
            marking: 0,
            epoch: 0,
            allocated_since_gc: 0,
            next_gc_at: NURSERY,
            live: 0,
            live_at_last_full: 0,
            mem_at_last_count: usize::MAX,
            since_turn: 0,
            rescue: Rescue::None,
            work: GcWork::default(),
            stats: HeapStats::default(),
            stress,
            strings: StringTable::new(mem),
            shapes: ShapeTable::new(mem)?,
            code: CodeList::new(mem),
        })
    }

    /// Address of the marking flag, for machine code.
    pub(crate) const MARKING: usize = core::mem::offset_of!(Heap, marking);

    /// Address of the bump regions of all spaces, for machine code.
    pub(crate) const REGIONS: usize = core::mem::offset_of!(Heap, regions);

    /// The memory of the heap and of its objects' tables.
    pub(crate) fn mem(&self) -> &Mem {
        &self.mem
    }

    /// The collector's work since the heap was created, in bytes.
    pub(crate) fn work(&self) -> u64 {
        self.work.scanned + self.work.swept
    }

    /// Counters since the heap was created.
    pub(crate) fn stats(&self) -> HeapStats {
        HeapStats { live: self.live, ..self.stats }
    }

    /// The space that serves objects of `size` bytes, if they are small.
    #[inline]
    pub(crate) fn space_of(size: usize, finalize: bool) -> Option<usize> {
        if size > MAX_SMALL {
            return None;
        }
        Some(class_of(size) + if finalize { CLASSES } else { 0 })
    }

    /// A cell of the current free run of that space, if one is left.
    #[inline(always)]
    pub(crate) fn bump(&mut self, space: usize) -> Option<NonNull<u8>> {
        self.regions.get_mut(space)?.take()
    }

    /// A cell of the next free run of the current page of that space, unless the collector's turn is due. A turn is
    /// due after half a page, not at each free run: in a fragmented heap nearly every object begins one.
    pub(crate) fn next_run_at_hand(&mut self, space: usize) -> Option<NonNull<u8>> {
        self.note_tables();
        if self.stress || self.since_turn >= TURN {
            return None;
        }
        // SAFETY: pages in a space's list are live.
        let page = unsafe { self.spaces.get(space)?.next_page()?.as_ref() };
        if !page.is_swept(self.epoch) {
            return None;
        }
        let (start, end) = page.next_run(self.cells_in_a_run(space))?;
        self.hand_out(space, start, end)
    }

    /// A cell of that space from a free run that is searched for, after the collector's turn.
    pub(crate) fn refill(&mut self, space: usize) -> Result<NonNull<u8>, OutOfMemory> {
        self.sweep_some();
        let (start, end) = self.find_run(space)?;
        self.hand_out(space, start, end).ok_or(OutOfMemory)
    }

    fn hand_out(&mut self, space: usize, start: *mut u8, end: *mut u8) -> Option<NonNull<u8>> {
        self.regions.get_mut(space)?.set(start, end);
        self.count(end.addr() - start.addr());
        self.bump(space)
    }

    /// Memory for an object of `size` bytes that no space serves.
    pub(crate) fn allocate_large(&mut self, size: usize) -> Result<NonNull<u8>, OutOfMemory> {
        self.sweep_some();
        self.large.reserve(1)?;
        let page = self.large_page(size)?;
        self.large.push(page)?;
        self.large_cursor.1 += 1;
        self.count(size);
        Ok(Page::first(page))
    }

    /// Sets a field of an object and runs the write barrier. Every store of a value into a field of an object that may
    /// be old uses it; tables, parts and far globals have barriers of their own.
    #[inline(always)]
    pub(crate) fn set<T: Object>(&mut self, owner: Gc<T>, field: &core::cell::Cell<Value>, value: Value) {
        field.set(value);
        self.barrier(owner);
    }

    /// The barrier for a store into a root that a collection scans once.
    pub(crate) fn root_barrier(&mut self, value: Value) {
        if self.marking != 0 {
            self.mark_value(value);
        }
    }

    /// The write barrier after a reference was stored into `owner`; [`set`](Heap::set) runs it for values.
    #[inline(always)]
    pub(crate) fn barrier<T: Object>(&mut self, owner: Gc<T>) {
        let header = owner.header();
        if header.age() == crate::object::Age::Scanned {
            self.remember(header);
        }
    }

    /// The write barrier for an object that is scanned in parts. During marking it marks the value rather than
    /// schedule the whole object: with steady stores its scan would never end.
    pub(crate) fn part_barrier<T: Object>(&mut self, owner: Gc<T>, value: Value) {
        let header = owner.header();
        if self.marking != 0 && Page::of(&header).is_marked(header) {
            self.mark_value(value);
        } else {
            self.barrier(owner);
        }
    }

    /// Calls `each` for every marked object, with its size in bytes. Right after a full collection these are all live
    /// objects.
    pub(crate) fn each_marked(&self, mut each: impl FnMut(Gc<Header>, usize)) {
        let pages = self.spaces.iter().flat_map(|space| space.pages()).chain(&self.large);
        for page in pages {
            // SAFETY: pages in these lists are live.
            let page = unsafe { page.as_ref() };
            page.each_cell(|cell, marked| {
                if marked {
                    // SAFETY: an object that is marked is live.
                    let object = unsafe { Gc::from_raw(cell) };
                    each(object, page.cell_size() + object.table_bytes());
                }
            });
        }
    }

    /// Calls `each` for every function, including dead ones that are not swept yet.
    pub(crate) fn each_function(&self, mut each: impl FnMut(Gc<Function>)) {
        let space = Heap::space_of(size_of::<Function>(), Function::FINALIZE);
        let Some(space) = space.and_then(|space| self.spaces.get(space)) else { return };
        for page in space.pages() {
            // SAFETY: pages in a space's list are live.
            unsafe { page.as_ref() }.each_cell(|cell, _| {
                // SAFETY: pages of objects with finalizers are zeroed at first, so every cell has a header.
                if let Some(function) = unsafe { Gc::from_raw(cell) }.downcast::<Function>() {
                    each(function);
                }
            });
        }
    }

    /// Counts the growth of tables of objects since the last free run was handed out.
    fn note_tables(&mut self) {
        let used = self.mem.usage().used;
        let grown = used.saturating_sub(self.mem_at_last_count);
        self.mem_at_last_count = used;
        self.allocated_since_gc += grown;
        self.since_turn += grown;
    }

    fn count(&mut self, bytes: usize) {
        self.mem_at_last_count = self.mem.usage().used;
        self.allocated_since_gc += bytes;
        self.since_turn += bytes;
        self.stats.allocated += bytes as u64;
    }

    /// A free run of that space: from its own pages, from another space's empty page, or a new page.
    fn find_run(&mut self, space: usize) -> Result<FreeRun, OutOfMemory> {
        let cells = self.cells_in_a_run(space);
        let search = if space >= CLASSES { SEARCH_TABLES } else { SEARCH };
        if let Some(run) = self.sweep_for_run(space, search, cells) {
            return Ok(run);
        }
        match self.add_page(space) {
            // SAFETY: just made.
            Ok(page) => unsafe { page.as_ref() }.next_run(cells).ok_or(OutOfMemory),
            Err(OutOfMemory) => self.sweep_for_run(space, usize::MAX, cells).ok_or(OutOfMemory),
        }
    }

    fn cells_in_a_run(&self, space: usize) -> usize {
        match space {
            // One cell at a time, so that every allocation gives the collector its turn.
            _ if self.stress => 1,
            CLASSES.. => TABLES_RUN,
            _ => RUN,
        }
    }

    /// The next free run in the pages of that space, cut to `cells`. Looks at up to `most` pages.
    fn sweep_for_run(&mut self, space: usize, most: usize, cells: usize) -> Option<FreeRun> {
        for _ in 0..most {
            // SAFETY: pages in a space's list are live.
            let page = unsafe { self.spaces.get(space)?.next_page()?.as_ref() };
            if !page.is_swept(self.epoch) {
                if space >= CLASSES {
                    // SAFETY: a page of a space from CLASSES on; no free run is looked for while marks are not whole.
                    unsafe { self.finalize_dead(page) };
                }
                page.begin_sweep(self.epoch);
            }
            if let Some(run) = page.next_run(cells) {
                return Some(run);
            }
            self.spaces.get_mut(space)?.advance();
        }
        None
    }

    /// An empty page for that space: another space's, or a new one.
    fn add_page(&mut self, space: usize) -> Result<PagePtr, OutOfMemory> {
        let finalize = space >= CLASSES;
        let cell = cell_size(space % CLASSES);
        if let Some(list) = self.spaces.get_mut(space) {
            list.reserve()?;
        }
        if self.blocks.free_pages() == 0
            && let Some(page) = self.find_empty(SWEEP_STEP * 4)
        {
            // SAFETY: an empty page that no list holds.
            unsafe { self.free_page(page) };
        }
        let (memory, block) = self.blocks.take(1)?;
        // SAFETY: just taken from that block.
        let page = unsafe { Page::init(memory, block, cell, self.epoch, finalize) };
        if let Some(list) = self.spaces.get_mut(space) {
            list.push(page)?;
        }
        self.sweep_left += 1;
        Ok(page)
    }

    /// A page for one object of `size` bytes.
    fn large_page(&mut self, size: usize) -> Result<PagePtr, OutOfMemory> {
        let whole = Page::large_size(size)?;
        let pages = whole.div_ceil(PAGE);
        if pages <= MOST_IN_A_RUN {
            let (memory, block) = self.blocks.take(pages)?;
            // SAFETY: `pages` pages of that block, just taken; an object of `size` bytes and the front fit.
            Ok(unsafe { Page::init_large(memory, Some(block), size, pages * PAGE, self.epoch) })
        } else {
            let memory = self.mem.alloc_raw(aligned(whole)?)?;
            // SAFETY: an allocation of `whole` bytes, which are those of the front and the object.
            Ok(unsafe { Page::init_large(memory, None, size, whole, self.epoch) })
        }
    }

    /// Gives the memory of a page back: to its block, if it is out of one.
    ///
    /// # Safety
    /// No object of the page is used any more, and no list holds it.
    unsafe fn free_page(&mut self, page: PagePtr) {
        // Keep a page for every space; beyond that an empty block goes back to the host.
        let keep = self.blocks.free_pages().saturating_mul(4 * PAGE) <= self.live.saturating_add(NURSERY);
        // SAFETY: the page is live so far.
        let (block, size) = unsafe { (page.as_ref().block(), page.as_ref().size()) };
        match block {
            // SAFETY: `add_page` or `large_page` took it from there.
            Some(block) => unsafe { self.blocks.give_back(page.cast(), size / PAGE, block, keep) },
            None => {
                if let Ok(layout) = aligned(size) {
                    // SAFETY: `large_page` allocated it with this layout.
                    unsafe { self.mem.free_raw(page.cast(), layout) };
                }
            }
        }
    }

    /// Frees all objects and pages, when the VM is dropped.
    fn free_all(&mut self) {
        for space in 0..SPACES {
            while let Some(page) = self.spaces.get_mut(space).and_then(Space::pop) {
                if space >= CLASSES {
                    // SAFETY: pages in a space's list are live; each cell of this space has a header, and the VM is going.
                    unsafe { page.as_ref().each_cell(|cell, _| finalize(cell, self)) };
                }
                // SAFETY: nothing uses its objects any more.
                unsafe { self.free_page(page) };
            }
        }
        while let Some(page) = self.dying.take().map(|(page, _)| page).or_else(|| self.large.pop()) {
            // SAFETY: as above. The only large objects with something to finalize are interned strings, whose table goes
            // with the heap.
            unsafe { self.free_page(page) };
        }
        while self.blocks.release() {}
    }
}

fn aligned(size: usize) -> Result<Layout, OutOfMemory> {
    Layout::from_size_align(size, PAGE).map_err(|_| OutOfMemory)
}

impl Drop for Heap {
    fn drop(&mut self) {
        self.free_all();
    }
}

// Large objects are neither finalized at the end nor visited as functions.
const _: () = assert!(size_of::<Function>() <= MAX_SMALL && size_of::<Class>() <= MAX_SMALL);
const _: () = assert!(size_of::<Shape>() <= MAX_SMALL && size_of::<Dict>() <= MAX_SMALL);
