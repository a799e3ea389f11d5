//! The value stack and the frame records.
//!
//! Both are single blocks that double when a call does not fit; frame records hold pointers into the value
//! stack, and growing mends them. Nothing else points there, because captured variables live in closures and
//! cells.
//!
//! ```text
//!   values                top of the current frame      end                    room
//!   | registers in use ...        | stale: cleared by    | nil, then unwritten  |
//!                                 | each collection      |
//! ```
//!
//! The registers of every active frame lie below `end`, those of callers too, which may reach past the current
//! frame's. All values from `end` on are nil. So stale registers lie between the top of the current frame and `end`:
//! those of calls that returned, and those of callers. A call that does not fit below `end` raises it. A collection
//! clears the stale registers, lest they dangle, and lowers `end`, but never below a frame that is active.

use core::alloc::Layout;
use core::ptr::NonNull;

use crate::mem::{Mem, OutOfMemory};
use crate::object::{Closure, Gc};
use crate::tunable::tunable;
use crate::value::Value;

mod scan;
mod watermark;

use scan::Scanned;
pub(crate) use scan::VALUE_WORK;
#[cfg(any(test, fuzzing))]
pub(crate) use watermark::UNPOLLED;
use watermark::Watermark;

/// Why a call does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StackError {
    /// There is no memory for it.
    OutOfMemory,
    /// There are as many calls as there may be, or as many values.
    Overflow,
}

impl From<OutOfMemory> for StackError {
    fn from(OutOfMemory: OutOfMemory) -> StackError {
        StackError::OutOfMemory
    }
}

/// A call that is active.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    /// Where it goes on; null in the record of the host, and in the [watermark]. Right at every call and safepoint.
    pub(crate) pc: *const u32,
    /// Its register 0.
    pub(crate) base: *mut Value,
    /// Its function's constants and sites.
    pub(crate) data: *const Value,
    /// None in the record of the host.
    pub(crate) closure: Option<Gc<Closure>>,
}

impl Frame {
    const NONE: Frame =
        Frame { pc: core::ptr::null(), base: core::ptr::null_mut(), data: core::ptr::null(), closure: None };
}

/// The stack of one thread of execution.
#[repr(C)]
pub(crate) struct Stack {
    /// The current record.
    pub(crate) frame: *mut Frame,
    /// The end of the block of records.
    pub(crate) frames_end: *mut Frame,
    /// All values from here on are nil; frames stay below.
    pub(crate) end: *mut Value,
    frames: NonNull<Frame>,
    values: NonNull<Value>,
    /// Values there is room for.
    room: usize,
    /// Values that are written; what the block holds past those is anything.
    written: usize,
    /// What the collection under way has scanned.
    scanned: Scanned,
    watermark: Watermark,
    /// The most registers that a function of the VM has.
    widest: usize,
    max_frames: usize,
    mem: Mem,
}

const FIRST_FRAMES: usize = tunable(32, 2);
const FIRST_VALUES: usize = tunable(256, 4);
/// Values on a stack, at the most: as many as can be copied and scanned in reasonable time.
const MAX_VALUES: usize = tunable(1 << 22, 1 << 17);
/// Values that `end` is moved ahead of what is needed.
const STRIDE: usize = tunable(512, 3);
/// Frames, from the current one down, and values, from `end` up, that debug builds look at in a check.
const CHECKED_FRAMES: usize = tunable(16, usize::MAX);
const CHECKED_VALUES: usize = tunable(64, usize::MAX);

impl Stack {
    pub(crate) fn new(mem: &Mem, max_frames: usize) -> Result<Stack, OutOfMemory> {
        // One more for the host's record.
        let max_frames = max_frames.saturating_add(1);
        let first_frames = FIRST_FRAMES.min(max_frames);
        let frames = mem.alloc_raw(array::<Frame>(first_frames)?)?.cast::<Frame>();
        let values = array::<Value>(FIRST_VALUES).and_then(|layout| mem.alloc_raw(layout));
        let Ok(values) = values else {
            if let Ok(layout) = array::<Frame>(first_frames) {
                // SAFETY: allocated above with this layout.
                unsafe { mem.free_raw(frames.cast(), layout) };
            }
            return Err(OutOfMemory);
        };
        let values = values.cast::<Value>();
        // SAFETY: the blocks are that long.
        let (frames_end, end) = unsafe {
            fill(values, 0, FIRST_VALUES, Value::NIL);
            (frames.add(first_frames).as_ptr(), values.add(FIRST_VALUES).as_ptr())
        };
        let mut stack = Stack {
            frame: frames.as_ptr(),
            frames_end,
            end,
            frames,
            values,
            room: FIRST_VALUES,
            written: FIRST_VALUES,
            scanned: Scanned::NOTHING,
            watermark: Watermark::NONE,
            widest: 0,
            max_frames,
            mem: mem.clone(),
        };
        stack.reset();
        Ok(stack)
    }

    /// Leaves only the host's record.
    pub(crate) fn reset(&mut self) {
        self.frame = self.frames.as_ptr();
        self.scanned = Scanned::NOTHING;
        self.watermark = Watermark::NONE;
        // SAFETY: there is at least one record.
        unsafe { *self.frame = Frame { base: self.values.as_ptr(), ..Frame::NONE } };
    }

    /// A function with that many registers may be called from here on.
    pub(crate) fn widen(&mut self, registers: usize) {
        self.widest = self.widest.max(registers);
    }

    /// The current record.
    #[inline(always)]
    pub(crate) fn top(&self) -> &Frame {
        // SAFETY: `frame` always points to a record in use.
        unsafe { &*self.frame }
    }

    /// The current record.
    #[inline(always)]
    pub(crate) fn top_mut(&mut self) -> &mut Frame {
        // SAFETY: as above.
        unsafe { &mut *self.frame }
    }

    /// Where a register of the current frame lies. The verifier sees to it that instructions name no others; what lies
    /// past the end of all frames is refused all the same.
    #[inline]
    pub(crate) fn place(&self, index: usize) -> Option<*mut Value> {
        let base = self.top().base;
        let place =
            (index < (self.end.addr() - base.addr()) / size_of::<Value>()).then(|| base.wrapping_add(index));
        debug_assert!(
            place.is_some_and(|place| place < Stack::top_of(self.top())),
            "register {index} is the frame's"
        );
        place
    }

    /// Begins a call of `closure` whose register 0 is register `win` of the current frame.
    #[inline]
    pub(crate) fn push(&mut self, closure: Gc<Closure>, win: usize) -> Result<(), StackError> {
        let function = closure.function;
        let registers = function.registers as usize;
        debug_assert!(registers <= self.widest, "{registers} registers, {} at most", self.widest);
        let mut base = self.top().base.wrapping_add(win);
        if self.frame.wrapping_add(1) >= self.frames_end || base.wrapping_add(registers) > self.end {
            base = self.make_room(win, registers)?;
        }
        // SAFETY: there is room for one more record, and for the registers.
        unsafe {
            self.frame = self.frame.add(1);
            *self.frame = Frame { pc: function.code(), base, data: function.data(), closure: Some(closure) };
        }
        self.check();
        Ok(())
    }

    /// Makes room for a record, and for a frame of `registers` registers from register `win` of the current one on. Returns
    /// where that frame begins.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, win: usize, registers: usize) -> Result<*mut Value, StackError> {
        if self.depth() + 1 >= self.frame_room() {
            self.grow_frames()?;
        }
        // SAFETY: both pointers are into the block of values.
        let at = unsafe { self.top().base.offset_from(self.values.as_ptr()) as usize + win };
        self.reach(at + registers)?;
        Ok(self.values.as_ptr().wrapping_add(at))
    }

    /// Writes register 0 of the current frame.
    #[inline]
    pub(crate) fn set_first(&mut self, value: Value) {
        // SAFETY: `push` made room for the registers of a call, and every function has at least one; the host's record
        // begins at the first value of the block, which is never empty.
        unsafe { *self.top().base = value };
    }

    /// Asserts the invariants of the stack, in debug builds: whenever frames or `end` have changed, and on both sides
    /// of machine code.
    #[inline(always)]
    pub(crate) fn check(&self) {
        if cfg!(debug_assertions) {
            self.assert_invariants();
        }
    }

    fn assert_invariants(&self) {
        let (start, end) = (self.values.as_ptr(), self.end);
        let block_end = start.wrapping_add(self.room);
        assert!(
            self.frames.as_ptr() <= self.frame && self.frame < self.frames_end,
            "the frame is in its block"
        );
        assert!(start <= end && end <= block_end, "the end is in its block");
        assert!(self.watermark.is_below(self.depth()), "the watermark is below the current frame");
        let mut base = self.top().base;
        for (index, frame) in self.frames().take(CHECKED_FRAMES).enumerate() {
            assert!(start <= frame.base && frame.base <= base, "a caller begins below its callee");
            // While machine code runs, it keeps the current frame's pc.
            assert!(index == 0 || !frame.pc.is_null(), "a caller goes on somewhere");
            assert!(Stack::top_of(&frame) <= end, "registers of an active frame lie below the end");
            base = frame.base;
        }
        let mut value = end;
        let written = start.wrapping_add(self.written);
        assert!(end <= written && written <= block_end, "below the end all is written");
        while value < written.min(end.wrapping_add(CHECKED_VALUES.min(self.room))) {
            // SAFETY: so far the block is written.
            assert!(unsafe { *value }.is_identical(Value::NIL), "from the end on all is nil");
            value = value.wrapping_add(1);
        }
    }

    /// The records of calls, innermost first, without the host's.
    pub(crate) fn frames(&self) -> impl Iterator<Item = Frame> {
        (1..=self.depth()).rev().map(|index| {
            // SAFETY: records from the first to the current one are in use.
            let record = unsafe { *self.frames.add(index).as_ptr() };
            Frame { pc: self.watermark.pc_of(index, record.pc), ..record }
        })
    }

    /// How many calls are active.
    pub(crate) fn depth(&self) -> usize {
        // SAFETY: `frame` points into the block of `frames`.
        unsafe { self.frame.offset_from(self.frames.as_ptr()) as usize }
    }

    /// The address of the record of that depth, whether or not there is room for it.
    pub(crate) fn record(&self, depth: usize) -> *mut Frame {
        self.frames.as_ptr().wrapping_add(depth)
    }

    fn frame_room(&self) -> usize {
        // SAFETY: the end of the block that `frames` is the start of.
        unsafe { self.frames_end.offset_from(self.frames.as_ptr()) as usize }
    }

    fn grow_frames(&mut self) -> Result<(), StackError> {
        let old = self.frame_room();
        if old >= self.max_frames {
            return Err(StackError::Overflow);
        }
        let new = (old * 2).min(self.max_frames);
        let depth = self.depth();
        // SAFETY: `frames` is a block of `old` records.
        self.frames = unsafe { grow(&self.mem, self.frames, old, new)? };
        self.frame = self.frames.as_ptr().wrapping_add(depth);
        self.frames_end = self.frames.as_ptr().wrapping_add(new);
        Ok(())
    }

    /// Moves `end`, if need be, so that `needed` values lie below it.
    fn reach(&mut self, needed: usize) -> Result<(), StackError> {
        if needed > self.room {
            self.grow_values(needed)?;
        }
        if self.values.as_ptr().wrapping_add(needed) > self.end {
            let end = (needed + STRIDE).min(self.room);
            if end > self.written {
                // SAFETY: `end` is at most `room`, the length of the block.
                unsafe { fill(self.values, self.written, end, Value::NIL) };
                self.written = end;
            }
            self.end = self.values.as_ptr().wrapping_add(end);
        }
        Ok(())
    }

    fn grow_values(&mut self, needed: usize) -> Result<(), StackError> {
        let old = self.room;
        if needed > MAX_VALUES {
            return Err(StackError::Overflow);
        }
        let new = (old * 2).max(needed).min(MAX_VALUES);
        let before = self.values.as_ptr();
        // SAFETY: `values` is a block of `old` values.
        self.values = unsafe { grow(&self.mem, self.values, old, new)? };
        self.room = new;
        let values = self.values.as_ptr();
        let moved =
            |pointer: *mut Value| values.wrapping_add((pointer.addr() - before.addr()) / size_of::<Value>());
        self.end = moved(self.end);
        if values != before {
            for index in 0..=self.depth() {
                // SAFETY: records up to the current one are in use.
                let frame = unsafe { self.frames.add(index).as_mut() };
                frame.base = moved(frame.base);
            }
        }
        Ok(())
    }

    /// The end of a record's registers.
    fn top_of(frame: &Frame) -> *mut Value {
        let registers = frame.closure.map_or(0, |closure| closure.function.registers);
        frame.base.wrapping_add(registers as usize)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if let (Ok(frames), Ok(values)) = (array::<Frame>(self.frame_room()), array::<Value>(self.room)) {
            // SAFETY: the blocks were allocated with these layouts.
            unsafe {
                self.mem.free_raw(self.frames.cast(), frames);
                self.mem.free_raw(self.values.cast(), values);
            }
        }
    }
}

fn array<T>(len: usize) -> Result<Layout, OutOfMemory> {
    Layout::array::<T>(len).map_err(|_| OutOfMemory)
}

/// Writes `item` to the places `from..to`.
///
/// # Safety
/// The block has room for `to` items.
unsafe fn fill<T: Copy>(block: NonNull<T>, from: usize, to: usize, item: T) {
    for index in from..to {
        // SAFETY: within the block.
        unsafe { block.add(index).write(item) };
    }
}

/// A block with room for `new` items in place of one for `old`, with what that holds.
///
/// # Safety
/// `block` was allocated from `mem` as an array of `old` items, and is not used afterwards unless this fails.
unsafe fn grow<T: Copy>(
    mem: &Mem,
    block: NonNull<T>,
    old: usize,
    new: usize,
) -> Result<NonNull<T>, OutOfMemory> {
    // SAFETY: passed on from the caller; the layouts differ in their length only.
    Ok(unsafe { mem.grow_raw(block.cast(), array::<T>(old)?, array::<T>(new)?)? }.cast())
}

#[cfg(test)]
mod tests;
