//! Transitions between the interpreter and machine code.
//!
//! ```text
//!   run ──> interpret ──hot──> Stop::Switch ──> run ──> enter ──> machine code
//!    ^                                           ^                   │  step, call, ...: a function here,
//!    │                                           │                   │  which answers with an address to go on at
//!    └── done, out of fuel, error <── Native ────┴──── Exit stub <───┘
//! ```
//!
//! Frames are the truth. Off its fast path, machine code has the interpreter execute the instruction on the frame's
//! record; then it continues at the record's pc if that is an entry point, or leaves. So errors, slices of fuel and
//! traces have one implementation.

mod boundary;
mod items;
mod runtime;
mod sample;
mod step;
mod tiering;

use core::ptr::NonNull;

use super::Vm;
use super::machine::Flow;
use super::stop::Stop;
use crate::abi::{LEFT, RETURNED, Stub, UNCOMPILED};
use crate::bytecode::GlobalUse;
use crate::context::NativeContext;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::{Function, Gc, NEVER, Stage};
use crate::platform::CodeSpan;
pub(super) use crate::tier::policy::{CALL, ITERATION};
use crate::tier::policy::{Clock, Policy, SWITCH, SampleClock, pause_after};
use crate::tier::{Bail, NativeStats, NativeTier};
use crate::tunable::tunable;

/// The deepest nesting of calls between pieces of machine code: each takes 16 bytes of native stack. Deeper calls
/// leave machine code and enter again.
pub(crate) const DEPTH: usize = tunable(1024, 7);

/// Why machine code cannot go on after an instruction of the interpreter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moved {
    /// It can.
    No,
    /// Another fiber runs.
    Switched,
    /// A sample may have changed the frames, or the collector wants to scan the frames below in steps.
    Left,
}

/// The native tier of a VM, and its active machine code.
pub(crate) struct Native {
    /// Whether machine code must be left, and why.
    moved: Moved,
    /// The depth that machine code must stay below until it is left.
    limit: usize,
    /// The depth at which machine code was entered; the highest number while none is active.
    entered: usize,
    /// Machine code waits for a function of the host that calls scripts.
    waits: bool,
    /// Instructions are being recorded.
    sampling: bool,
    samples: SampleClock,
    tier: Option<NonNull<dyn NativeTier>>,
    tier_layout: core::alloc::Layout,
    mem: Mem,
    /// The system refused executable memory: no machine code is entered any more.
    refused: bool,
    /// The host has switched native tiers off.
    paused: bool,
    /// Finds the functions whose code makes space for other code.
    clock: Clock,
    /// Bytes of machine code that `mem` counts.
    counted: usize,
    /// Functions after their last sample, which get hot next. Not roots: a collection clears the list.
    warm: Vec<Gc<Function>>,
    stats: NativeStats,
}

impl Native {
    pub(crate) fn new(mem: &Mem) -> Native {
        Native {
            moved: Moved::No,
            limit: 0,
            entered: usize::MAX,
            waits: false,
            sampling: false,
            samples: SampleClock::default(),
            tier: None,
            tier_layout: core::alloc::Layout::new::<()>(),
            mem: mem.clone(),
            refused: false,
            paused: false,
            clock: Clock::default(),
            counted: 0,
            warm: Vec::new(mem),
            stats: NativeStats::default(),
        }
    }

    /// Whether machine code is active.
    #[inline(always)]
    pub(super) fn is_active(&self) -> bool {
        self.entered != usize::MAX
    }

    /// The depth at which machine code was entered; the highest number while none is active.
    #[inline(always)]
    pub(super) fn entered(&self) -> usize {
        self.entered
    }

    /// Changes what [`entered`](Native::entered) says, and returns what it said.
    pub(super) fn set_entered(&mut self, entered: usize) -> usize {
        core::mem::replace(&mut self.entered, entered)
    }

    /// Makes machine code exit before its next instruction.
    pub(super) fn leave(&mut self) {
        self.moved = Moved::Left;
    }

    /// Another fiber runs.
    pub(super) fn switch(&mut self) {
        self.moved = if self.moved == Moved::No { Moved::Switched } else { Moved::Left };
    }

    /// Forgets objects that a collection may free.
    pub(super) fn forget_stale(&mut self) {
        self.warm.clear();
    }

    fn tier(&mut self) -> Option<&mut dyn NativeTier> {
        // SAFETY: `install_tier` put it there, and only this field refers to it.
        self.tier.map(|mut tier| unsafe { tier.as_mut() })
    }

    /// Whether the tier would compile a function of these words in place of a call.
    fn inlines(&self, words: &[u32]) -> bool {
        // SAFETY: as in `tier`.
        self.tier.is_some_and(|tier| unsafe { tier.as_ref() }.inlines(words))
    }

    /// Frees code that no frame runs any more.
    fn free(&mut self, span: CodeSpan) {
        if let Some(tier) = self.tier() {
            tier.free(span);
        }
        let freed = self.counted.saturating_sub(self.code());
        self.mem.refund(freed);
        self.counted -= freed;
    }

    /// Counts new machine code towards the VM's memory.
    fn count_code(&mut self) -> Result<(), OutOfMemory> {
        let more = self.code().saturating_sub(self.counted);
        self.mem.charge(more)?;
        self.counted += more;
        Ok(())
    }

    /// Bytes of machine code in use.
    fn code(&self) -> usize {
        // SAFETY: as in `tier`.
        self.tier.map_or(0, |tier| unsafe { tier.as_ref() }.used())
    }
}

/// The part of a new VM's context that machine code alone uses.
pub(super) fn context() -> NativeContext {
    NativeContext::new(runtime::addresses())
}

impl Drop for Native {
    fn drop(&mut self) {
        if let Some(tier) = self.tier.take() {
            // SAFETY: `install_tier` allocated it with this layout; nothing uses its code any more.
            unsafe {
                tier.as_ptr().drop_in_place();
                if self.tier_layout.size() != 0 {
                    self.mem.free_raw(tier.cast(), self.tier_layout);
                }
            }
            self.mem.refund(self.counted);
        }
    }
}

impl Vm {
    /// Tells machine code where the lines of the lookup cache are.
    pub(super) fn point_to_lookups(&mut self) {
        let lines = self.lookups.lines();
        self.context.native.lookups = lines.as_ptr();
        self.context.native.lookup_mask = lines.len().wrapping_sub(1);
    }

    /// Gives the VM a native tier: functions that get hot (see `Options::hot`) are compiled from here on.
    ///
    /// # Errors
    /// When memory is out, or [`Bail::TooLate`] when a script was loaded before; the VM goes on interpreting.
    pub fn install_tier<T: NativeTier + 'static>(&mut self, tier: T) -> Result<(), Bail> {
        if self.functions != 0 || self.native.tier.is_some() {
            return Err(Bail::TooLate);
        }
        self.lookups.begin()?;
        self.point_to_lookups();
        let layout = core::alloc::Layout::new::<T>();
        // A type of size 0 needs no allocation.
        let place =
            if layout.size() == 0 { NonNull::dangling() } else { self.mem.alloc_raw(layout)?.cast::<T>() };
        // SAFETY: memory for a T.
        unsafe { place.write(tier) };
        self.native.tier = Some(place);
        self.native.tier_layout = layout;
        Ok(())
    }

    /// The entry of functions that have no code yet; null before there is any code.
    fn first_entry(&self) -> *const u8 {
        core::ptr::with_exposed_provenance(self.context.native.stub(Stub::Uncompiled))
    }

    /// A function was made: sets where machine code goes to call it, and when it is sampled.
    pub(super) fn prepare_function(&self, function: &Function) {
        function.native.entry.set(self.first_entry());
        function.hotness().set(self.first_hotness(function));
    }

    /// Records what a loaded program does with a global.
    pub(super) fn note_global(&mut self, index: u32, uses: GlobalUse) -> Result<(), OutOfMemory> {
        let dependents = &mut self.context.heap.code.dependents;
        dependents.reserve_global(index)?;
        let is_redeclared = uses.declared && dependents.declares(index);
        if uses.assigned || is_redeclared {
            self.give_up_dependents(index);
        }
        Ok(())
    }

    /// When functions are compiled.
    fn policy(&self) -> Policy {
        Policy::new(self.options.hot)
    }

    /// The hotness of a function that is not compiled, until its next step.
    fn first_hotness(&self, function: &Function) -> u32 {
        if self.native.tier.is_some() { self.policy().countdown(function.words().len()) } else { NEVER }
    }

    /// Counters of the VM's native tier.
    #[must_use]
    pub fn native_stats(&self) -> NativeStats {
        NativeStats { code: self.native.code(), ..self.native.stats }
    }

    /// The name of the VM's native tier, if it has one.
    #[must_use]
    pub fn tier_name(&self) -> Option<&'static str> {
        // SAFETY: as in `Native::tier`.
        self.native.tier.map(|tier| unsafe { tier.as_ref() }.name())
    }

    /// Switches native tiers on or off. While off, all functions are interpreted, and machine code is kept.
    pub fn set_native(&mut self, on: bool) {
        self.native.paused = !on;
        self.context.heap.each_function(|function| {
            let hotness = match function.native.stage.get() {
                Stage::Compiled | Stage::Requested if on => 1,
                Stage::Bailed => NEVER,
                Stage::Compiled | Stage::Requested | Stage::Interpreted { .. } => {
                    self.first_hotness(&function)
                }
            };
            function.hotness().set(hotness);
        });
    }

    /// The address where machine code may continue the current frame, if there is one.
    fn native_target(&self) -> Option<*const u8> {
        let frame = self.context.stack.top();
        let function = frame.closure()?.function;
        if self.native.refused || self.native.paused {
            return None;
        }
        function.native.address(function.word_index(frame.pc))
    }

    /// Runs the current frame in machine code if it has some, else in the interpreter, until the script stops: `stop`
    /// says why.
    pub(super) fn run_tiers(&mut self) {
        self.stop = Stop::Switch;
        self.native.entered = usize::MAX;
        self.native.waits = false;
        self.native.samples = SampleClock::default();
        let begins = self
            .context
            .stack
            .top()
            .closure()
            .is_some_and(|main| self.context.stack.top().pc == main.function.code());
        if begins && self.context.stack.depth() == 1 {
            self.count_call();
        }
        self.run_until_stop();
    }

    /// Runs the current frame and its callers until the script stops.
    pub(super) fn run_until_stop(&mut self) {
        while matches!(self.stop, Stop::Switch) {
            if !self.native.waits {
                self.free_dead_code();
                if self.compile_hot() && self.poll() == Flow::Stop {
                    return;
                }
            }
            match self.native_target() {
                Some(target) => {
                    self.note_use();
                    // SAFETY: an entry of the current frame's code.
                    unsafe { self.enter_native(target) };
                    self.count_switch();
                }
                None => self.interpret(),
            }
        }
    }

    /// Counts a call of the current frame's function, whose first instruction is next. A sample may end the script:
    /// `stop` says so.
    fn count_call(&mut self) {
        if self
            .context
            .stack
            .top()
            .closure()
            .is_some_and(|closure| closure.function.data_header().count(CALL))
        {
            let _ = self.hot();
        }
    }

    /// Returning from machine code to an interpreted caller costs as much as several calls, so charge the caller's
    /// hotness.
    fn count_switch(&self) {
        if let Some(closure) = self.context.stack.top().closure() {
            let hotness = closure.function.hotness();
            hotness.set(hotness.get().saturating_sub(SWITCH).max(1));
        }
    }

    /// Machine code is about to run the current frame. Calls go to it directly again, if the clock has passed it.
    fn note_use(&self) {
        if let Some(closure) = self.context.stack.top().closure()
            && let Some(span) = closure.function.native.newest()
        {
            closure.function.native.entry.set(span.start.as_ptr());
        }
    }

    /// Machine code has spent `fuel` until it left for the current frame's function, which is interpreted. If that was
    /// little, the caller's code is not entered again for a while: calls of one cold function after the other would cost
    /// a switch each.
    fn pause_caller(&self, fuel: u64) {
        if let Some(pause) = pause_after(fuel)
            && let Some(caller) = self.context.stack.frames().nth(1).and_then(|frame| frame.closure())
        {
            caller.function.hotness().set(pause);
        }
    }

    /// Runs machine code from the current frame until it exits.
    ///
    /// # Safety
    /// `target` is the current result of [`native_target`](Vm::native_target).
    unsafe fn enter_native(&mut self, target: *const u8) {
        self.begin_native();
        let spent = self.context.fuel.spent();
        self.meter.polled();
        let enter = self.context.native.stub(Stub::Enter);
        // SAFETY: the tier vouches for its code: the stub is a function of this type, and the target an entry of the
        // current frame's function for the frame's pc.
        let how = unsafe {
            let enter: unsafe extern "C" fn(*mut Vm, *const u8) -> u64 = core::mem::transmute(enter);
            enter(self, target)
        };
        self.native.entered = usize::MAX;
        let at_end = self.context.stack.top().pc.is_null() && !self.context.stack.pass_watermark();
        self.context.stack.check();
        match how {
            RETURNED if at_end => {
                let _ = self.end_of_stack();
            }
            // Machine code may have returned from as many calls as the depth allows, without a poll.
            RETURNED => {
                let _ = self.poll();
            }
            LEFT => {}
            UNCOMPILED => {
                self.pause_caller(self.context.fuel.spent() - spent);
                self.count_call();
            }
            _ => debug_assert!(false, "{how}"),
        }
    }

    /// The current frame is the lowest of those that run in machine code.
    fn begin_native(&mut self) {
        self.native.entered = self.context.stack.depth();
        self.native.limit = self.native.entered + DEPTH;
        self.before_native();
    }

    /// Sets the depth limit before machine code runs.
    fn before_native(&mut self) {
        self.context.native.frames_end =
            self.context.stack.frames_end.min(self.context.stack.record(self.native.limit));
        self.context.native.globals = self.globals.base();
        self.context.stack.check();
        self.context.stack.check_below(self.native.entered);
        debug_assert!(
            self.context.stack.frame < self.context.native.frames_end,
            "machine code begins below its bound"
        );
    }
}
