//! The watermark: a record without a pc, so that a return to it is noticed.
//!
//! ```text
//!   frames   | host | f | f | f | f | f | f | f | f | f | current |
//!                           ^ scanned so far    ^ as many returns as may come without a poll
//!                                               │
//!                                  the watermark: its pc is kept aside
//! ```
//!
//! A return costs no fuel and tests one thing: whether the record to which it returns has a pc, because the host's has
//! none. Some returns must be noticed for two other reasons. The collector scans frames from the bottom, and has to
//! scan a frame again when the script returns to it. And an interrupt must not wait until thousands of calls have
//! returned, each of which runs on for a while. The watermark is the upper one of the two records at which this
//! happens. It is below the frame with which machine code was entered, since machine code returns without a test of
//! records, except from that frame.
//!
//! Code that finds the watermark calls [`pass_watermark`](Stack::pass_watermark), which lowers it. Returns that do
//! not reach it cost nothing.

use super::Stack;
use crate::tunable::tunable;

/// Calls that were active at the last poll and may return before the next.
pub(crate) const UNPOLLED: usize = tunable(1 << 9, 3);
/// Frames by which less is scanned when a return reaches one that was.
const RETREAT: usize = tunable(64, 2);

/// The record to which a return must be noticed.
pub(super) struct Watermark {
    /// Its index; 0, the host's, if there is none.
    index: usize,
    /// Its pc.
    pc: *const u32,
    /// The record to which a return polls the interrupt; 0 if there is none.
    poll_at: usize,
}

impl Watermark {
    pub(super) const NONE: Watermark = Watermark { index: 0, pc: core::ptr::null(), poll_at: 0 };

    /// The pc of the record of that index, which holds `pc`.
    pub(super) fn pc_of(&self, index: usize, pc: *const u32) -> *const u32 {
        if self.index == index && pc.is_null() { self.pc } else { pc }
    }

    /// Whether a return from this depth, or from above, passes the watermark.
    pub(super) fn is_below(&self, depth: usize) -> bool {
        self.index == 0 || self.index < depth
    }
}

impl Stack {
    /// Records that the interrupt was polled. `entered` is the depth at which machine code was entered, if that is
    /// active.
    pub(crate) fn polled(&mut self, entered: usize) {
        self.watermark.poll_at = self.depth().saturating_sub(UNPOLLED).min(entered.saturating_sub(1));
        self.move_watermark();
    }

    /// Makes the next return poll, or the first return outside machine code.
    pub(crate) fn poll_next_return(&mut self, entered: usize) {
        self.watermark.poll_at = self.depth().min(entered).saturating_sub(1);
        self.move_watermark();
    }

    /// Asserts, in debug builds, that machine code which was entered at that depth returns to no watermark.
    pub(crate) fn check_below(&self, entered: usize) {
        debug_assert!(self.watermark.is_below(entered), "the watermark is below machine code");
    }

    /// Handles a return to a record without a pc. False if it is the record of the host or of a host function. Else the
    /// frame continues after a poll of the interrupt, and has to be scanned again.
    pub(crate) fn pass_watermark(&mut self) -> bool {
        if self.top().callee.is_host() {
            self.leave_watermark();
            return false;
        }
        let is_left = self.leave_watermark();
        if is_left {
            self.polled(usize::MAX);
        }
        is_left
    }

    /// If the current record is the watermark, lowers that, so that the record has its pc again. What waited for a poll
    /// waits for the next return then. False if it is not.
    pub(super) fn leave_watermark(&mut self) -> bool {
        let depth = self.depth();
        if depth == 0 || self.watermark.index != depth {
            return false;
        }
        self.lower_watermark(depth);
        true
    }

    /// Lowers the watermark below the record of that depth, which is to be the current one. That has its pc again, and so
    /// have all above it.
    pub(super) fn lower_watermark(&mut self, depth: usize) {
        if self.scanned.frames > depth {
            self.scanned.frames = depth.saturating_sub(RETREAT);
        }
        self.watermark.poll_at = self.watermark.poll_at.min(depth.saturating_sub(1));
        self.move_watermark();
    }

    /// Records that the callee of a host function has returned to it. Below it machine code is active from `entered`
    /// on, which returns without a look at records.
    pub(crate) fn back_in_host(&mut self, entered: usize) {
        self.watermark.poll_at = self.watermark.poll_at.min(entered.saturating_sub(1));
        self.rescan_from(entered);
    }

    /// Records that the first `frames` records are scanned.
    pub(super) fn set_scanned(&mut self, frames: usize) {
        self.scanned.frames = frames;
        self.move_watermark();
    }

    /// Moves the watermark to its record.
    fn move_watermark(&mut self) {
        let index = self.scanned.frames.saturating_sub(1).max(self.watermark.poll_at);
        if index == self.watermark.index {
            return;
        }
        let depth = self.depth();
        if (1..=depth).contains(&self.watermark.index) {
            // SAFETY: up to the current record, so in use.
            let pc = unsafe { &mut (*self.record(self.watermark.index)).pc };
            debug_assert!(pc.is_null(), "a return to the watermark takes it off");
            // Another call's record has a pc of its own.
            if pc.is_null() {
                *pc = self.watermark.pc;
            }
        }
        debug_assert!(index < depth || index == 0, "the watermark is below the current frame");
        let index = if index < depth { index } else { 0 };
        if index != 0 {
            // SAFETY: below the current record, so in use.
            let pc = unsafe { &mut (*self.record(index)).pc };
            self.watermark.pc = core::mem::replace(pc, core::ptr::null());
        }
        self.watermark.index = index;
    }
}
