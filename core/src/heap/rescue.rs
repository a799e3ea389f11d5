//! Collections for space: what happens when memory runs out.
//!
//! ```text
//!   none ──> (the collection under way ends) ──> full collection ──> sweep all ──> is there room? ──> none
//! ```
//!
//! It is done in steps, so that the VM can stop in between; then it goes on when the allocation is tried again. Hardly
//! any object is allocated meanwhile. Without a bound, a heap that is nearly full would collect for every
//! page: so less room than a share of the memory in use counts as none.

use super::block::PAGE;
use super::collect::STEP;
use super::{Heap, Phase, Roots};
use crate::tunable::tunable;

/// How far a collection for space is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rescue {
    /// There is none.
    None,
    /// The full collection.
    Collecting(Start),
    /// Sweeping all pages.
    Sweeping(Start),
}

/// The heap when a collection for space began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// Bytes in use.
    used: usize,
    /// Bytes of objects allocated since the heap was made.
    allocated: u64,
}

impl Start {
    /// Whether the heap is about as full as it was. An instruction that runs again after a stop may allocate before it
    /// comes to what there was no memory for: if that began the collection again, a run in small slices would not end.
    fn still_holds(self, allocated: u64) -> bool {
        allocated - self.allocated <= (self.used / SHARE).max(FEW_PAGES) as u64
    }
}

/// What there was no memory for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Want {
    /// A cell of that space.
    Cell(usize),
    /// An object of that many bytes, to which no space belongs.
    Large(usize),
    /// Memory outside pages.
    Table,
}

/// How a step of a collection for space ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RescueStep {
    /// It goes on.
    Unfinished,
    /// It is done; whether there is enough memory now for what was wanted, and a share of the memory beyond.
    Done { enough: bool },
}

/// Part of the memory in use that a collection for space must leave free.
const SHARE: usize = 64;
/// Bytes that may be allocated in the course of a collection for space in any case.
const FEW_PAGES: usize = 4 * PAGE;
/// Pages, and large objects, that a step sweeps.
const PAGES_AT_ONCE: usize = tunable(256, 1);

impl Heap {
    /// A step of a collection for space; begins one if there is none, or if much was allocated meanwhile.
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

    /// All of a collection for space.
    #[cfg(test)]
    pub(crate) fn collect_for_space(&mut self, roots: &mut dyn Roots) {
        while self.rescue_step(roots, Want::Table) == RescueStep::Unfinished {}
    }

    /// Whether there is memory for what was wanted, and enough beyond for the next collection to be worth its while.
    /// There was none when `before` bytes were in use.
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
