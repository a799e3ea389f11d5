//! The addresses for machine code of the whole process: reserved once, lent to VMs page by page.
//!
//! ```text
//!   guard | VM 1 | VM 2 | VM 1 | traps | VM 3 | blank .............................. | guard
//!          `-------- touched ----------------'
//! ```
//!
//! The system counts mappings, stretches of pages with the same access, and a process may have some 65,000. So the
//! pages of all VMs lie side by side: while no VM writes, they are one mapping. Pages that came back are filled with
//! traps and stay executable between the others; only long runs of them are blanked, which splits the mapping but gives
//! their memory to the system.

use std::ops::Range;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use siskin_core::platform::CodeError;

use crate::extents::Extents;
use crate::mapping::{Mapping, blank};

/// Free pages that are executable and hold nothing but traps.
const TRAPS: u8 = 0;
/// Free pages without access, which take no memory.
const BLANK: u8 = 1;

/// Bytes of neighbouring trap pages from which on they are blanked.
const BLANKED: usize = 1 << 20;

#[derive(Debug)]
pub(crate) struct Region {
    mapping: Mapping,
    /// Which pages are lent. Held only to take and give pages, not while the system changes them.
    pages: Mutex<Extents<2>>,
}

/// Pages that were lent.
#[derive(Debug)]
pub(crate) struct Lent {
    pub(crate) pages: Range<u32>,
    /// They have no access, and are to be filled with traps; else they are executable and hold traps.
    pub(crate) blank: bool,
}

static REGION: OnceLock<Region> = OnceLock::new();

impl Region {
    /// That of this process, which is reserved when it is first wanted and never given back.
    pub(crate) fn get() -> Result<&'static Region, CodeError> {
        if let Some(region) = REGION.get() {
            return Ok(region);
        }
        let mapping = Mapping::reserve().ok_or(CodeError::Refused)?;
        let pages = u32::try_from(mapping.len / mapping.page).map_err(|_| CodeError::Refused)?;
        let mut free = Extents::new();
        if !free.grow(0..pages, BLANK) {
            return Err(CodeError::Refused);
        }
        // Of two threads that come here at once, one drops its mapping again.
        Ok(REGION.get_or_init(|| Region { mapping, pages: Mutex::new(free) }))
    }

    /// Bytes of a page.
    pub(crate) fn page(&self) -> usize {
        self.mapping.page
    }

    /// The address of a page.
    pub(crate) fn at(&self, page: u32) -> NonNull<u8> {
        // SAFETY: the offset is at most `len`, so the address lies in the mapping or at its end.
        unsafe { self.mapping.base.add((page as usize * self.mapping.page).min(self.mapping.len)) }
    }

    /// The page of an address and the byte in it, if it is one of ours.
    pub(crate) fn find(&self, address: usize) -> Option<(u32, usize)> {
        let offset = address.checked_sub(self.mapping.base.addr().get())?;
        let (page, byte) = (offset / self.mapping.page, offset % self.mapping.page);
        (offset < self.mapping.len).then_some((u32::try_from(page).ok()?, byte))
    }

    /// Lends `count` pages, not 0, that are neighbours.
    pub(crate) fn lend(&self, count: u32) -> Option<Lent> {
        let mut free = self.free_pages();
        let (start, blank) = match free.take(count, TRAPS) {
            Some(start) => (start, false),
            None => (free.take(count, BLANK)?, true),
        };
        Some(Lent { pages: start..start + count, blank })
    }

    /// Lends `count` pages more after some that were lent, to be given back with them.
    pub(crate) fn lend_more(&self, lent: &Range<u32>, count: u32) -> Option<Lent> {
        let kind = self.free_pages().extend(lent.start, lent.end - lent.start, count)?;
        Some(Lent { pages: lent.end..lent.end + count, blank: kind == BLANK })
    }

    /// Takes back pages that were lent, out of the `all` that one VM has. They are blanked, or `erase` fills them with traps
    /// and makes them executable; if the system refuses both, nobody gets them again.
    ///
    /// # Safety
    /// The pages were lent to the caller, who uses them no more. No code in them runs any more.
    pub(crate) unsafe fn give(&self, lent: &Range<u32>, all: usize, erase: impl FnOnce() -> bool) {
        let len = lent.end - lent.start;
        // SAFETY: passed on from the caller.
        let blank = || unsafe { self.blank(lent) };
        if self.is_worth_blanking(lent, all) && blank() {
            self.free_pages().give(lent.start, len, BLANK);
        } else if erase() {
            self.give_traps(lent);
        } else if blank() {
            self.free_pages().give(lent.start, len, BLANK);
        }
    }

    /// Whether blanking pages costs no mapping that stays, or gives back much memory: they are many, or no others are
    /// lent than one VM's.
    fn is_worth_blanking(&self, lent: &Range<u32>, all: usize) -> bool {
        lent.len() >= BLANKED / self.page() || self.free_pages().taken() as usize <= all
    }

    /// Takes back pages that were lent and hold traps, and blanks them with their neighbours if they are many.
    fn give_traps(&self, lent: &Range<u32>) {
        let mut free = self.free_pages();
        let whole = free.give(lent.start, lent.end - lent.start, TRAPS);
        let Some(whole) = whole.filter(|whole| whole.len() >= BLANKED / self.page()) else { return };
        let len = whole.end - whole.start;
        if free.take_at(whole.start, len).is_some() {
            drop(free);
            // SAFETY: these pages were free, and were just taken.
            let kind = if unsafe { self.blank(&whole) } { BLANK } else { TRAPS };
            self.free_pages().give(whole.start, len, kind);
        }
    }

    /// Takes access and memory from pages; false if the system refuses.
    ///
    /// # Safety
    /// They are taken in `pages` for the caller, and nobody uses them any more.
    unsafe fn blank(&self, pages: &Range<u32>) -> bool {
        // SAFETY: passed on from the caller; what is taken is pages of the region.
        unsafe { blank(self.at(pages.start), pages.len() * self.page()) }
    }

    fn free_pages(&self) -> MutexGuard<'_, Extents<2>> {
        // Nothing in here panics; if it did, the pages in question would be lost, not lent twice.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
