//! The collector's scan of the stack: from the bottom, in steps, while the script continues at the top.
//!
//! Only the current frame's registers change. So frames that were scanned stay so until the script returns to one, which
//! the [watermark](super::watermark) notices. Frames above the last of them, and those to which machine code may return
//! without a test of the record, are scanned again at the end, in one step.

use super::super::Tracer;
use super::{STRIDE, Stack};
use crate::tunable::tunable;
use crate::value::Value;

/// How much of the stack the collection under way has scanned.
pub(crate) struct Scanned {
    /// Records from the host's on whose registers are scanned, with their closures.
    pub(super) frames: usize,
    /// Values that were scanned, those that had to be scanned again included.
    values: usize,
}

/// Bytes of work that scanning a value counts for: mostly a look at the mark of its object, which is anywhere.
pub(crate) const VALUE_WORK: usize = 32;
/// Values that are scanned in one step because they may change at any time.
const MOST_AT_ONCE: usize = tunable(16 << 10, 64);
/// Values and calls in a part of a stack that stands still.
const PART: usize = tunable(4096, 3);
/// Values that are cleared in one step.
const CLEAR_STEP: usize = tunable(64 << 10, 16);

impl Scanned {
    pub(super) const NOTHING: Scanned = Scanned { frames: 0, values: 0 };
}

impl Stack {
    /// Forgets which frames were scanned, because a collection begins or ends.
    pub(crate) fn forget_scanned(&mut self) {
        self.set_scanned(0);
        self.scanned.values = 0;
    }

    /// Records that frames from depth `entered` on may return unnoticed, so that they are scanned again.
    pub(crate) fn rescan_from(&mut self, entered: usize) {
        self.set_scanned(self.scanned.frames.min(entered));
    }

    /// Marks what registers and closures of frames refer to, for about `work` bytes: first of frames that have not been
    /// scanned and lie below `entered`, the depth at which machine code was entered if that is active; then, if those
    /// all are, of the others. True if all are marked now, and few registers are stale.
    ///
    /// `deep` is set if there are too many registers above `entered` for one step: machine code should be left and
    /// entered again.
    pub(crate) fn mark(
        &mut self,
        tracer: &mut impl Tracer,
        work: usize,
        entered: usize,
        deep: &mut bool,
    ) -> bool {
        // A script that calls and returns faster than frames are scanned must not prevent the end of the collection.
        let patience = self.capacity.saturating_mul(4);
        let all = work == usize::MAX || self.scanned.values > patience;
        let stable = self.depth().min(entered);
        let mut left = if all { usize::MAX } else { work / VALUE_WORK };
        let mut frames = self.scanned.frames.min(stable);
        while frames < stable && left > 0 {
            let scanned = self.mark_frame(tracer, frames);
            left = left.saturating_sub(scanned + 1);
            frames += 1;
        }
        self.set_scanned(frames);
        if frames < stable || !self.clear_stale(all) {
            return false;
        }
        // SAFETY: the record is in use.
        let rest = unsafe { *self.record(frames) };
        let top = self.top().top();
        let values = (top.addr() - rest.base.addr()) / size_of::<Value>();
        if !all && stable < self.depth() && values > MOST_AT_ONCE {
            *deep = true;
            return false;
        }
        for index in frames..self.depth() {
            self.mark_frame(tracer, index);
        }
        self.mark_values(tracer, self.top().base, top);
        if let Some(closure) = self.top().closure() {
            tracer.object(closure);
        }
        true
    }

    /// Marks the references of a caller: its closure, and its registers below those of its callee.
    fn mark_frame(&mut self, tracer: &mut impl Tracer, index: usize) -> usize {
        // SAFETY: the record is in use, and so is that of its callee.
        let (frame, callee) = unsafe { (*self.record(index), *self.record(index + 1)) };
        if let Some(closure) = frame.closure() {
            tracer.object(closure);
        }
        self.mark_values(tracer, frame.base, callee.base)
    }

    fn mark_values(&mut self, tracer: &mut impl Tracer, from: *mut Value, to: *mut Value) -> usize {
        let mut value = from;
        while value < to {
            // SAFETY: registers up to the current frame's last were written, if not by it then before it.
            tracer.value(unsafe { *value });
            value = value.wrapping_add(1);
        }
        let count = to.addr().saturating_sub(from.addr()) / size_of::<Value>();
        self.scanned.values += count;
        count
    }

    /// Clears stale registers from `end` down, all or a step of them, and lowers `end`. True if no more than another step
    /// is left.
    fn clear_stale(&mut self, all: bool) -> bool {
        let lowest = self.lowest_end();
        let end = self.end;
        let stale = end.addr().saturating_sub(lowest.addr()) / size_of::<Value>();
        let step = if all { stale } else { stale.min(CLEAR_STEP) };
        // SAFETY: `end` stays above the current frame's registers: `lowest_end` is.
        unsafe { self.clear(end.wrapping_sub(step), end) };
        self.end = end.wrapping_sub(step);
        stale - step <= CLEAR_STEP
    }

    /// Marks the objects that a part of a stack refers to, which stands still, and returns the part's size in bytes. None after
    /// the last part: all stale registers are cleared then.
    pub(crate) fn trace_part(&mut self, part: usize, tracer: &mut impl Tracer) -> Option<usize> {
        let from = part.saturating_mul(PART);
        let (calls, values) = (self.depth(), self.index(self.top().top()));
        if from >= calls && from >= values {
            self.forget_stale();
            return None;
        }
        for index in from..calls.min(from + PART) {
            // SAFETY: records after the host's, up to the current one, are in use.
            tracer.callable(unsafe { (*self.record(index + 1)).callee });
        }
        let at = |index: usize| self.values.as_ptr().wrapping_add(index.min(values));
        let (first, last) = (at(from), at(from + PART));
        let count = self.mark_values(tracer, first, last);
        Some((count + 1) * size_of::<Value>())
    }

    /// Clears all stale registers: they keep no object alive.
    pub(crate) fn forget_stale(&mut self) {
        self.clear_stale(true);
        // SAFETY: from the current frame's registers on, up to `end`.
        unsafe { self.clear(self.top().top(), self.end) };
        self.forget_scanned();
        self.check();
    }

    /// Where `end` may lie at the lowest.
    fn lowest_end(&self) -> *mut Value {
        // No frame begins above the current one, so none reaches further than the widest function would from here.
        let highest = self.top().base.wrapping_add(self.widest).max(self.top().top());
        let limit = self.values.as_ptr().wrapping_add(self.capacity);
        highest.wrapping_add(STRIDE).min(limit)
    }

    /// Makes registers nil.
    ///
    /// # Safety
    /// They lie in the block, below `end`, and are not the current frame's.
    pub(super) unsafe fn clear(&mut self, from: *mut Value, to: *mut Value) {
        let mut value = from;
        while value < to {
            // SAFETY: passed on from the caller.
            unsafe { *value = Value::NIL };
            value = value.wrapping_add(1);
        }
    }
}
