//! Collections for space, when memory runs out.
//!
//! ```text
//!   none ──> (the collection under way ends) ──> full collection ──> sweep all ──> is there room? ──> none
//! ```
//!
//! A collection for space runs in steps, so that the VM can stop in between; a retry of the allocation continues it.
//! Hardly any object is allocated meanwhile. A heap that is nearly full must not collect for every page, so free
//! memory below a share of the memory in use counts as none.

use super::block::PAGE;
use super::collect::STEP;
use super::{Heap, Phase, Roots};
use crate::tunable::tunable;

/// Progress of a collection for space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rescue {
    /// No collection for space is under way.
    None,
    /// The full collection.
    Collecting(Start),
    /// Sweeping all pages.
    Sweeping(Start),
}

/// Figures of the heap at the begin of a collection for space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// Bytes in use.
    used: usize,
    /// Bytes of objects allocated since the heap was created.
    allocated: u64,
}

impl Start {
    /// Whether the heap is about as full as at the begin. An instruction that runs again after a stop may allocate
    /// before the allocation that failed. If that restarted the collection, a run in small slices would not end.
    fn still_holds(self, allocated: u64) -> bool {
        allocated - self.allocated <= (self.used / SHARE).max(FEW_PAGES) as u64
    }
}

/// The allocation that failed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Want {
    /// A cell of that space.
    Cell(usize),
    /// A large object, in bytes.
    Large(usize),
    /// A block of memory outside pages.
    Table,
}

/// How a step of a collection for space ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RescueStep {
    /// More steps follow.
    Unfinished,
    /// The collection is done. True if the allocation fits now, and a share of the memory beyond.
    Done { enough: bool },
}

/// A collection for space must leave one part in this many of the memory in use free.
const SHARE: usize = 64;
/// Bytes that may be allocated during a collection for space without restarting it.
const FEW_PAGES: usize = 4 * PAGE;
/// Pages and large objects swept in one step.
const PAGES_AT_ONCE: usize = tunable(256, 1);

impl Heap {
    /// Does a step of a collection for space. Begins a new one if there is none, or if much was allocated meanwhile.
    pub(crate) fn rescue_step(&mut self, roots: &mut dyn Roots, want: Want) -> RescueStep {
        self.stats.steps_for_space += 1;
        let allocated = self.stats.allocated;
        match self.rescue {
            Rescue::Collecting(start) if start.still_holds(allocated) => {
                self.advance(roots, STEP.1);
                if self.phase == Phase::Idle {
                    self.sweep_cursor = (0, 0);
                    self.large_cursor.0 = 0;
                    self.rescue = Rescue::Sweeping(start);
                }
            }
            // Pages are swept by whole marks, so a collection that began meanwhile comes to its end first.
            Rescue::Sweeping(start) if start.still_holds(allocated) && self.phase == Phase::Idle => {
                self.sweep_large(PAGES_AT_ONCE);
                if let Some(page) = self.find_empty(PAGES_AT_ONCE) {
                    // SAFETY: an empty page that no list holds.
                    unsafe { self.free_page(page) };
                }
                let is_swept = self.sweep_left == 0 && self.large_cursor.1 == 0 && self.dying.is_none();
                if is_swept && !self.blocks.release() {
                    self.rescue = Rescue::None;
                    return RescueStep::Done { enough: self.is_enough(start.used, want) };
                }
            }
            _ if self.phase == Phase::Idle => {
                self.begin_full();
                self.rescue = Rescue::Collecting(Start { used: self.mem.usage().used, allocated });
            }
            _ => self.advance(roots, STEP.1),
        }
        RescueStep::Unfinished
    }

    /// Does all steps of a collection for space.
    #[cfg(test)]
    pub(crate) fn collect_for_space(&mut self, roots: &mut dyn Roots) {
        while self.rescue_step(roots, Want::Table) == RescueStep::Unfinished {}
    }

    /// Whether the failed allocation fits now, with enough memory beyond to make the next collection worthwhile. It
    /// failed when `before` bytes were in use.
    fn is_enough(&self, before: usize, want: Want) -> bool {
        let wanted = before / SHARE;
        let freed = before.saturating_sub(self.mem.usage().used);
        match want {
            Want::Table => freed >= wanted,
            Want::Large(size) => {
                let wanted = wanted.saturating_add(size);
                freed >= wanted || freed + self.blocks.free_in_runs(size.div_ceil(PAGE)) >= wanted
            }
            Want::Cell(space) => {
                let mut free = freed + self.blocks.free_pages() * PAGE;
                for page in self.spaces.get(space).map_or(&[][..], |space| space.pages()) {
                    if free >= wanted {
                        break;
                    }
                    // SAFETY: pages in a space's list are live.
                    free += unsafe { page.as_ref() }.free_bytes();
                }
                free >= wanted
            }
        }
    }
}
