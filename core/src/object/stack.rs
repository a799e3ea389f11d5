//! The value stack and the frame records.
//!
//! Both are single blocks that double when a call does not fit; frame records hold pointers into the value
//! stack, and growing mends them. Nothing else points there, because captured variables live in closures and
//! cells.
//!
//! ```text
//!   values                top of the current frame      end                    capacity
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

use super::{Callable, Closure, Gc};
use crate::entry::Entry;
use crate::mem::{Mem, OutOfMemory};
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
    /// Where it goes on; null in the record of the host, in those of its functions, and in the [watermark]. Right at every
    /// call and safepoint.
    pub(crate) pc: *const u32,
    /// Its register 0.
    pub(crate) base: *mut Value,
    /// Its function's constants and sites; of a function of the host, the end of its registers.
    pub(crate) data: *const Value,
    /// The callee; no callable in the record of the host.
    pub(crate) callee: Callable,
}

impl Frame {
    const NONE: Frame = Frame {
        pc: core::ptr::null(),
        base: core::ptr::null_mut(),
        data: core::ptr::null(),
        callee: Callable::NOTHING,
    };

    /// Its closure, if it is a script's.
    #[inline(always)]
    pub(crate) fn closure(&self) -> Option<Gc<Closure>> {
        self.callee.as_closure()
    }

    /// The end of its registers.
    fn top(&self) -> *mut Value {
        match self.closure() {
            Some(closure) => self.base.wrapping_add(closure.function.registers as usize),
            None if self.callee.is_host() => self.data.cast_mut(),
            None => self.base,
        }
    }
}

/// The stack of one thread of execution.
#[repr(C)]
pub(crate) struct Stack {
    /// The current record.
    pub(crate) frame: *mut Frame,
    /// The end of the records that calls of scripts may use.
    pub(crate) frames_end: *mut Frame,
    /// All values from here on are nil; frames stay below.
    pub(crate) end: *mut Value,
    frames: NonNull<Frame>,
    values: NonNull<Value>,
    /// Capacity for values.
    capacity: usize,
    /// Number of values that are written; later words of the block are not initialised.
    written: usize,
    /// What the collection under way has scanned.
    scanned: Scanned,
    watermark: Watermark,
    /// The most registers that a function of the VM has.
    widest: usize,
    /// Records in the block. One more than are ever in use but for functions of the host, which find room for one there.
    records: usize,
    /// Calls of scripts that may be active at once, and calls of functions of the host that are.
    max_frames: usize,
    host_calls: usize,
    mem: Mem,
}

const FIRST_FRAMES: usize = tunable(32, 2);
const FIRST_VALUES: usize = tunable(256, 4);
/// The most values on a stack: a stack of this size is copied and scanned in reasonable time.
const MAX_VALUES: usize = tunable(1 << 22, 1 << 17);
/// Values that `end` is moved beyond the need.
const STRIDE: usize = tunable(512, 3);
/// Frames, from the current one down, and values, from `end` up, that debug builds look at in a check. Frames further down are
/// looked at again before they are returned to; a look at all of them at each call would make deep recursion quadratic.
const CHECKED_FRAMES: usize = tunable(16, 256);
const CHECKED_VALUES: usize = tunable(64, 1024);

impl Stack {
    /// The stack of a VM.
    pub(crate) fn new(mem: &Mem, max_frames: usize) -> Result<Stack, OutOfMemory> {
        Stack::with_room(mem, FIRST_FRAMES, FIRST_VALUES, max_frames)
    }

    /// A stack with room for a call of a function with so many registers, which a fiber begins with.
    pub(crate) fn small(mem: &Mem, registers: usize) -> Result<Stack, OutOfMemory> {
        Stack::with_room(mem, 2, registers, 2)
    }

    fn with_room(mem: &Mem, calls: usize, capacity: usize, max_frames: usize) -> Result<Stack, OutOfMemory> {
        // One more for the host's record.
        let max_frames = max_frames.saturating_add(1);
        let records = calls.min(max_frames) + 1;
        let frames = mem.alloc_raw(array::<Frame>(records)?)?.cast::<Frame>();
        let values = array::<Value>(capacity).and_then(|layout| mem.alloc_raw(layout));
        let Ok(values) = values else {
            if let Ok(layout) = array::<Frame>(records) {
                // SAFETY: allocated above with this layout.
                unsafe { mem.free_raw(frames.cast(), layout) };
            }
            return Err(OutOfMemory);
        };
        let values = values.cast::<Value>();
        // SAFETY: the block is that long.
        let end = unsafe {
            fill(values, 0, capacity, Value::NIL);
            values.add(capacity).as_ptr()
        };
        let mut stack = Stack {
            frame: frames.as_ptr(),
            frames_end: frames.as_ptr(),
            end,
            frames,
            values,
            capacity,
            written: capacity,
            scanned: Scanned::NOTHING,
            watermark: Watermark::NONE,
            widest: 0,
            records,
            max_frames,
            host_calls: 0,
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
        self.set_host_calls(0);
        // SAFETY: there is at least one record.
        unsafe { *self.frame = Frame { base: self.values.as_ptr(), ..Frame::NONE } };
    }

    /// A function with that many registers may be called from here on.
    pub(crate) fn widen(&mut self, registers: usize) {
        self.widest = self.widest.max(registers);
    }

    /// All functions that may be called on another stack may be called on this one from here on.
    pub(crate) fn widen_as(&mut self, other: &Stack) {
        self.widen(other.widest);
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
        debug_assert!(place.is_some_and(|place| place < self.top().top()), "register {index} is the frame's");
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
            base = self.reserve(win, registers)?;
        }
        // SAFETY: there is room for one more record, and for the registers.
        unsafe {
            self.frame = self.frame.add(1);
            *self.frame = Frame {
                pc: function.code(),
                base,
                data: function.data(),
                callee: Callable::closure(closure),
            };
        }
        self.check();
        Ok(())
    }

    /// Begins a call of a function of the host with `argc` arguments, whose register 0 is register `win` of the current
    /// frame; returns where that is on the stack. Parameters without an argument are nil.
    #[inline]
    pub(crate) fn push_host(
        &mut self,
        entry: &'static Entry,
        argc: usize,
        win: usize,
    ) -> Result<usize, StackError> {
        let registers = 1 + argc.max(entry.arity().named());
        let mut base = self.top().base.wrapping_add(win);
        if self.frame.wrapping_add(1) >= self.record(self.records) || base.wrapping_add(registers) > self.end
        {
            base = self.reserve_host(win, registers)?;
        }
        let end = base.wrapping_add(registers);
        // SAFETY: there is room for them; past the window of the current frame they are nobody's registers.
        unsafe { self.clear(base.wrapping_add(1 + argc), end) };
        // SAFETY: the block has one more record.
        unsafe {
            self.frame = self.frame.add(1);
            *self.frame = Frame { pc: core::ptr::null(), base, data: end, callee: Callable::host(entry) };
        }
        self.set_host_calls(self.host_calls + 1);
        self.check();
        Ok(self.index(base))
    }

    /// Ends the call of a function of the host, which is the current frame's.
    #[inline]
    pub(crate) fn pop_host(&mut self) {
        debug_assert!(self.top().callee.is_host());
        self.frame = self.frame.wrapping_sub(1);
        self.set_host_calls(self.host_calls.saturating_sub(1));
        // The collector may have scanned the caller meanwhile.
        self.leave_watermark();
        self.check();
    }

    /// Where the current frame's registers begin, by index.
    pub(crate) fn window(&self) -> usize {
        self.index(self.top().base)
    }

    /// The value at an index, if it lies below the end of all frames; else nil.
    pub(crate) fn value_at(&self, index: usize) -> Value {
        let place = self.values.as_ptr().wrapping_add(index);
        // SAFETY: the index is that of a value in the block, and below the end all is written.
        if place < self.end { unsafe { *place } } else { Value::NIL }
    }

    /// How many functions of the host are being called.
    pub(crate) fn host_calls(&self) -> usize {
        self.host_calls
    }

    /// Registers of the current frame, which is that of a function of the host.
    pub(crate) fn host_registers(&self) -> usize {
        let frame = self.top();
        (frame.top().addr() - frame.base.addr()) / size_of::<Value>()
    }

    /// Sets the number of registers of the current frame, which is that of a function of the host.
    pub(crate) fn set_host_registers(&mut self, registers: usize) -> Result<(), StackError> {
        debug_assert!(self.top().callee.is_host());
        let base = self.index(self.top().base);
        self.reach(base + registers)?;
        let end = self.values.as_ptr().wrapping_add(base + registers);
        // SAFETY: `reach` put them below `end`; they are past the current frame's registers.
        unsafe { self.clear(self.top().top(), end) };
        self.top_mut().data = end;
        self.check();
        Ok(())
    }

    /// Where a register lies on the stack, by index.
    fn index(&self, register: *mut Value) -> usize {
        (register.addr() - self.values.as_ptr().addr()) / size_of::<Value>()
    }

    /// Grows the stack for a record and a frame of `registers` registers from register `win` of the current one.
    /// Returns where that frame begins.
    #[cold]
    #[inline(never)]
    fn reserve(&mut self, win: usize, registers: usize) -> Result<*mut Value, StackError> {
        // Once, or twice if a function of the host has the record that was kept for it.
        while self.depth() + 1 >= self.frame_capacity() {
            self.grow_frames()?;
        }
        let at = self.index(self.top().base) + win;
        self.reach(at + registers)?;
        Ok(self.values.as_ptr().wrapping_add(at))
    }

    /// As [`reserve`](Stack::reserve), for a function of the host, which may take the record that is kept for it.
    #[cold]
    #[inline(never)]
    fn reserve_host(&mut self, win: usize, registers: usize) -> Result<*mut Value, StackError> {
        if self.depth() + 1 >= self.records {
            self.grow_frames()?;
        }
        let window = self.window() + win;
        self.reach(window + registers)?;
        Ok(self.values.as_ptr().wrapping_add(window))
    }

    /// Register 0 of the current frame.
    #[inline]
    pub(crate) fn first(&self) -> Value {
        // SAFETY: every frame has at least one register, and all below `end` is written; the host's record begins at the
        // first value of the block, which is never empty.
        unsafe { *self.top().base }
    }

    /// Writes register 0 of the current frame.
    #[inline]
    pub(crate) fn set_first(&mut self, value: Value) {
        // SAFETY: as above.
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
        let block_end = start.wrapping_add(self.capacity);
        assert!(
            self.frames.as_ptr() <= self.frame && self.depth() < self.records,
            "the frame is in its block"
        );
        assert!(start <= end && end <= block_end, "the end is in its block");
        assert!(self.watermark.is_below(self.depth()), "the watermark is below the current frame");
        let mut base = self.top().base;
        for (index, frame) in self.frames().take(CHECKED_FRAMES).enumerate() {
            assert!(start <= frame.base && frame.base <= base, "a caller begins below its callee");
            // While machine code runs, it keeps the current frame's pc.
            let goes_on = !frame.pc.is_null() || frame.callee.is_host();
            assert!(index == 0 || goes_on, "a caller goes on somewhere");
            assert!(frame.top() <= end, "registers of an active frame lie below the end");
            base = frame.base;
        }
        let mut value = end;
        let written = start.wrapping_add(self.written);
        assert!(end <= written && written <= block_end, "below the end all is written");
        while value < written.min(end.wrapping_add(CHECKED_VALUES.min(self.capacity))) {
            // SAFETY: so far the block is written.
            assert!(unsafe { *value }.is_identical(Value::NIL), "from the end on all is nil");
            value = value.wrapping_add(1);
        }
    }

    /// The stack of a fiber goes on, on top of another one: together they have as many calls as that may have.
    ///
    /// # Errors
    /// If they have as many already.
    pub(crate) fn go_on_above(&mut self, below: &Stack) -> Result<(), StackError> {
        let left = below.max_frames.saturating_sub(below.depth());
        if left <= self.depth().max(1) {
            return Err(StackError::Overflow);
        }
        self.max_frames = left;
        self.set_host_calls(self.host_calls);
        Ok(())
    }

    /// Bytes of the blocks of a [small](Stack::small) one.
    pub(crate) fn bytes_of_small(registers: usize) -> usize {
        4 * size_of::<Frame>() + registers * size_of::<Value>()
    }

    /// Bytes of its blocks.
    pub(crate) fn bytes(&self) -> usize {
        self.records * size_of::<Frame>() + self.capacity * size_of::<Value>()
    }

    /// The records of calls, innermost first, without the host's.
    pub(crate) fn frames(&self) -> impl Iterator<Item = Frame> {
        // SAFETY: records from the first to the current one are in use.
        (1..=self.depth()).rev().map(|depth| unsafe { self.frame_at(depth) })
    }

    /// The call of that depth, if there is one. The first is 1.
    pub(crate) fn call_at(&self, depth: usize) -> Option<Frame> {
        // SAFETY: as above.
        (1..=self.depth()).contains(&depth).then(|| unsafe { self.frame_at(depth) })
    }

    /// The record of that depth, with its pc if it is the watermark.
    ///
    /// # Safety
    /// It is in use.
    unsafe fn frame_at(&self, depth: usize) -> Frame {
        // SAFETY: passed on from the caller.
        let record = unsafe { *self.record(depth) };
        Frame { pc: self.watermark.pc_of(depth, record.pc), ..record }
    }

    /// Ends the current call, of a script by a script, whose value goes nowhere. True if the caller is to poll the interrupt.
    pub(crate) fn pop_to_script(&mut self) -> bool {
        debug_assert!(self.depth() > 1);
        // SAFETY: below the record of a script's call there is another one.
        self.frame = unsafe { self.frame.sub(1) };
        self.top().pc.is_null() && self.pass_watermark()
    }

    /// Ends all calls above that depth; no function of the host is among them.
    pub(crate) fn cut(&mut self, depth: usize) {
        debug_assert!((1..=self.depth()).contains(&depth));
        self.lower_watermark(depth);
        self.frame = self.record(depth);
        self.check();
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

    fn frame_capacity(&self) -> usize {
        // SAFETY: the end of the block that `frames` is the start of.
        unsafe { self.frames_end.offset_from(self.frames.as_ptr()) as usize }
    }

    /// Makes the block of records larger, for the call of a script if `host_calls` are active.
    fn grow_frames(&mut self) -> Result<(), StackError> {
        let most = self.max_frames.saturating_add(self.host_calls);
        let capacity = self.frame_capacity();
        if capacity >= most {
            return Err(StackError::Overflow);
        }
        let records = capacity.saturating_mul(2).min(most) + 1;
        let depth = self.depth();
        if records > self.records {
            // SAFETY: `frames` is a block of as many records.
            self.frames = unsafe { grow(&self.mem, self.frames, self.records, records)? };
            self.records = records;
        }
        self.frame = self.frames.as_ptr().wrapping_add(depth);
        self.set_host_calls(self.host_calls);
        Ok(())
    }

    /// So many functions of the host are being called: their records do not count as calls of scripts.
    fn set_host_calls(&mut self, calls: usize) {
        self.host_calls = calls;
        let capacity = (self.records - 1).min(self.max_frames.saturating_add(calls));
        self.frames_end = self.frames.as_ptr().wrapping_add(capacity);
    }

    /// Moves `end`, if need be, so that `needed` values lie below it.
    fn reach(&mut self, needed: usize) -> Result<(), StackError> {
        if needed > self.capacity {
            self.grow_values(needed)?;
        }
        if self.values.as_ptr().wrapping_add(needed) > self.end {
            let end = (needed + STRIDE).min(self.capacity);
            if end > self.written {
                // SAFETY: `end` is at most `capacity`, the length of the block.
                unsafe { fill(self.values, self.written, end, Value::NIL) };
                self.written = end;
            }
            self.end = self.values.as_ptr().wrapping_add(end);
        }
        Ok(())
    }

    fn grow_values(&mut self, needed: usize) -> Result<(), StackError> {
        let old = self.capacity;
        if needed > MAX_VALUES {
            return Err(StackError::Overflow);
        }
        let new = (old * 2).max(needed).min(MAX_VALUES);
        let before = self.values.as_ptr();
        // SAFETY: `values` is a block of `old` values.
        self.values = unsafe { grow(&self.mem, self.values, old, new)? };
        self.capacity = new;
        let values = self.values.as_ptr();
        let moved =
            |pointer: *mut Value| values.wrapping_add((pointer.addr() - before.addr()) / size_of::<Value>());
        self.end = moved(self.end);
        if values != before {
            for index in 0..=self.depth() {
                // SAFETY: records up to the current one are in use.
                let frame = unsafe { self.frames.add(index).as_mut() };
                frame.base = moved(frame.base);
                if frame.callee.is_host() {
                    frame.data = moved(frame.data.cast_mut());
                }
            }
        }
        Ok(())
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if let (Ok(frames), Ok(values)) = (array::<Frame>(self.records), array::<Value>(self.capacity)) {
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
