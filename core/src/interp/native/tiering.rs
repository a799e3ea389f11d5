//! Tiering: samples and compiles functions, and drops their code, when the [policy](crate::tier::policy) says so.
//!
//! Opening and sealing code memory costs the system's time, as much for one function as for many. Functions that call
//! each other get hot one soon after the other, so the first one is compiled together with all that had their last
//! sample.

use super::Vm;
use crate::abi::Stub;
use crate::interp::FunctionId;
use crate::interp::machine::Flow;
use crate::interp::stop::Stop;
use crate::mem::Vec;
use crate::object::{CodeList, Function, Gc, NEVER, Stage};
use crate::platform::{CodeError, CodeSpan};
use crate::tier::policy::{Action, Eviction, SAMPLES_BEFORE_COMPILE, bytes_to_evict};
use crate::tier::{Bail, Unit};
use crate::tunable::tunable;

/// The most words in one batch of several functions: some milliseconds.
const BATCH: usize = tunable(1 << 13, 100);
/// Pieces of dead code that are freed in one step.
const FREED: usize = tunable(1 << 10, 3);

/// The number of functions, dead ones included, up to which the shared stubs are made only when the first function is
/// compiled.
const FEW: usize = 1000;

/// Gives up a piece of a function's code. Without another piece, the function is called at `entry` from here on, and
/// compiled again after so much `hotness`. True if there was such a piece.
fn give_up(
    function: Gc<Function>,
    place: usize,
    entry: *const u8,
    hotness: u32,
    list: &mut CodeList,
) -> bool {
    // It is freed when no machine code is active.
    let native = &function.native;
    let is_given_up = native.give_up(place, entry, list);
    if is_given_up && native.newest().is_none() {
        native.stage.set(Stage::Interpreted { samples: SAMPLES_BEFORE_COMPILE });
        function.hotness().set(hotness);
    }
    is_given_up
}

impl Vm {
    /// The running function's hotness is used up: samples it, or requests its compilation. The frame's record is up
    /// to date. If machine code can run the frame now or next, the interpreter stops.
    #[cold]
    #[inline(never)]
    pub(in crate::interp) fn hot(&mut self) -> Flow {
        let Some(closure) = self.context.stack.top().closure() else { return Flow::Reload };
        let function = closure.function;
        if self.native.tier.is_none() || self.native.paused {
            function.hotness().set(NEVER);
            return Flow::Reload;
        }
        let stage = function.native.stage.get();
        match self.policy().at_zero(stage, !self.native.waits) {
            Action::Sample(number) => return self.warm_up(function, number),
            Action::Compile => {
                function.hotness().set(1);
                function.native.stage.set(Stage::Requested);
            }
            Action::Postpone => {
                function.hotness().set(self.first_hotness(&function));
                function.native.stage.set(Stage::Requested);
                return Flow::Reload;
            }
            Action::Enter => {
                function.hotness().set(1);
                if self.native_target().is_none() {
                    return Flow::Reload;
                }
            }
            Action::Ignore => {
                function.hotness().set(NEVER);
                return Flow::Reload;
            }
        }
        self.stop = Stop::Switch;
        Flow::Stop
    }

    /// Takes sample number `sample` of the running function.
    fn warm_up(&mut self, function: Gc<Function>, sample: u8) -> Flow {
        function.hotness().set(self.first_hotness(&function));
        function.native.stage.set(Stage::Interpreted { samples: sample });
        if sample == SAMPLES_BEFORE_COMPILE {
            // Without memory the function misses the batch and is compiled alone.
            let _ = self.native.warm.push(function);
        }
        self.sample_once()
    }

    /// Compiles the current frame's function if that is requested, and a batch of functions that get hot next. True
    /// if it compiled a function, which takes time. No machine code is active: none may run while code memory is
    /// written.
    pub(super) fn compile_hot(&mut self) -> bool {
        let Some(closure) = self.context.stack.top().closure() else { return false };
        let function = closure.function;
        if self.native.paused || function.native.stage.get() != Stage::Requested {
            return false;
        }
        let warm = core::mem::replace(&mut self.native.warm, Vec::new(&self.mem));
        // Its code marks in it which blocks run.
        let _ = function.feedback();
        self.make_code(function);
        let mut left = BATCH.saturating_sub(function.word_count());
        for &function in warm.iter() {
            if function.native.stage.get() == (Stage::Interpreted { samples: SAMPLES_BEFORE_COMPILE }) {
                let Some(fewer) = left.checked_sub(function.word_count()) else { break };
                left = fewer;
                match self.try_compile(function) {
                    // It is not hot yet, so no other code makes space for it.
                    Err(Bail::Code(CodeError::Full)) => break,
                    result => self.note_compiled(function, result),
                }
            }
        }
        if let Err(bail) = self.seal_code() {
            self.refuse(function, bail);
            warm.iter().for_each(|&function| self.refuse(function, bail));
        }
        true
    }

    /// Makes code of a function, or notes that it stays interpreted. Dead code makes space for it, and then code that
    /// has not run for long. No machine code is active, nor may be before [`seal_code`](Vm::seal_code).
    fn make_code(&mut self, function: Gc<Function>) {
        let mut evictions = 0;
        let mut result = self.try_compile(function);
        while matches!(result, Err(Bail::Code(CodeError::Full))) {
            if !self.context.heap.code.has_dead() {
                self.evict(evictions);
                evictions += 1;
            }
            if !self.free_dead_code() {
                break;
            }
            result = self.try_compile(function);
        }
        self.note_compiled(function, result);
    }

    /// Gives up code that has not run for long; more of it after each of the `evictions` that did not make enough space.
    fn evict(&mut self, evictions: u32) {
        let mut eviction = Eviction::new(bytes_to_evict(self.native.code(), evictions));
        let (entry, hotness) = (self.first_entry(), self.policy().hotness_to_recompile());
        let list = &mut self.context.heap.code;
        while eviction.is_open()
            && let Some(index) = self.native.clock.advance(list.len())
            && let Some(function) = list.function(index)
            && let Some((place, span)) = function.native.piece(index)
        {
            // A call of code that the clock has passed leaves to the VM, which puts the entry back.
            let has_run = function.native.entry.replace(entry) == span.start.as_ptr();
            if eviction.drops(has_run, span.len) && give_up(function, place, entry, hotness, list) {
                self.native.stats.evicted += 1;
            }
        }
    }

    /// Notes a function's new code, or why it stays interpreted.
    fn note_compiled(&mut self, function: Gc<Function>, result: Result<CodeSpan, Bail>) {
        match result {
            Ok(span) => {
                function.native.entry.set(span.start.as_ptr());
                function.native.stage.set(Stage::Compiled);
                function.hotness().set(1);
                for root in function.native.newest_roots() {
                    self.context.heap.part_barrier(function, root);
                }
                self.native.stats.compiled += 1;
            }
            Err(bail) => self.bail(function, bail),
        }
    }

    /// `count` functions are about to be made. If the VM has many functions then, each gets its entry when it is
    /// made, rather than all at once when the first is compiled.
    pub(in crate::interp) fn expect_functions(&mut self, count: usize) {
        let is_early = self.context.native.stub(Stub::Enter) == 0 && self.native.tier.is_some();
        if is_early && self.functions as usize + count > FEW && !self.native.refused {
            // A failure here repeats when a function is compiled, and is noted then.
            let _ = self.make_stubs().and_then(|()| self.seal_code());
        }
    }

    /// Makes the shared stubs, unless they exist. No machine code is active.
    fn make_stubs(&mut self) -> Result<(), Bail> {
        if self.context.native.stub(Stub::Enter) == 0 {
            self.context.native.stubs = self.native.tier().ok_or(Bail::NoTier)?.stubs()?;
            let entry = self.first_entry();
            self.context.heap.each_function(|function| function.native.entry.set(entry));
            // The stubs stay, even if there is no memory to compile a function.
            self.native.count_code()?;
        }
        Ok(())
    }

    /// Gives a function code.
    fn try_compile(&mut self, function: Gc<Function>) -> Result<CodeSpan, Bail> {
        if self.native.refused {
            return Err(Bail::Code(CodeError::Refused));
        }
        self.make_stubs()?;
        self.context.heap.code.reserve()?;
        function.renew_exits();
        let unit = Unit::new(function, &self.mem, &self.globals, &self.context.heap);
        let code = self.native.tier().ok_or(Bail::NoTier)?.compile(&unit)?;
        let span = code.span;
        let globals = &self.globals;
        let counted = self.native.count_code();
        let added =
            counted.and_then(|()| self.context.heap.code.add(function, code, |global| globals.value(global)));
        if let Err(out) = added {
            self.native.free(span);
            return Err(out.into());
        }
        Ok(span)
    }

    /// Makes new machine code executable. If the system refuses, no machine code runs again, old code included.
    fn seal_code(&mut self) -> Result<(), Bail> {
        let refused = self.native.refused;
        let sealed = match self.native.tier() {
            Some(tier) if !refused => tier.seal(),
            _ => Ok(()),
        };
        self.native.refused |= matches!(sealed, Err(Bail::Code(CodeError::Refused)));
        sealed
    }

    /// Notes that a function stays interpreted.
    fn bail(&mut self, function: Gc<Function>, bail: Bail) {
        self.native.refused |= matches!(bail, Bail::Code(CodeError::Refused));
        self.native.stats.bailed += 1;
        self.native.stats.full += u32::from(matches!(bail, Bail::Code(CodeError::Full)));
        self.native.stats.last_bail = Some(bail);
        function.native.stage.set(Stage::Bailed);
    }

    /// Takes back new code that could not be sealed.
    fn refuse(&mut self, function: Gc<Function>, bail: Bail) {
        if self.give_up_code(function) {
            self.native.stats.compiled -= 1;
            self.bail(function, bail);
        }
    }

    /// Compiles a function now, unless it has code.
    ///
    /// A function that did not run has no feedback.
    ///
    /// # Errors
    /// Why the function stays interpreted; [`Bail::NoTier`] for a dead function.
    pub fn compile_now(&mut self, id: FunctionId) -> Result<(), Bail> {
        if self.native.tier.is_none() {
            return Err(Bail::NoTier);
        }
        // Dead functions that are not swept yet must not be visited.
        self.collect();
        let mut found = None;
        self.context.heap.each_marked(|object, _| {
            found = found.or(object.downcast::<Function>().filter(|function| function.id == id.0));
        });
        let function = found.ok_or(Bail::NoTier)?;
        if function.native.stage.get() == Stage::Compiled {
            return Ok(());
        }
        self.free_dead_code();
        self.make_code(function);
        if let Err(bail) = self.seal_code() {
            self.refuse(function, bail);
        }
        match function.native.stage.get() {
            Stage::Compiled => Ok(()),
            Stage::Interpreted { .. } | Stage::Requested | Stage::Bailed => {
                Err(self.native.stats.last_bail.unwrap_or(Bail::NoTier))
            }
        }
    }

    /// Gives up all code of a function, and resets entry and hotness so that the function is compiled again. If code is
    /// active, the caller has it exit before its next instruction. True if there was code.
    pub(in crate::interp) fn give_up_code(&mut self, function: Gc<Function>) -> bool {
        let entry = self.first_entry();
        let mut had_code = false;
        while give_up(function, 0, entry, 1, &mut self.context.heap.code) {
            had_code = true;
        }
        had_code
    }

    /// A global is about to get a value from something else than an assignment.
    #[inline(always)]
    pub(crate) fn before_change(&mut self, global: u32) {
        if self.context.heap.code.dependents.is_embedded(global) {
            self.give_up_dependents(global);
        }
    }

    /// The value of a global may change from here on: gives up the code that contains it. Active code exits before its
    /// next instruction.
    #[cold]
    #[inline(never)]
    pub(super) fn give_up_dependents(&mut self, global: u32) {
        let (entry, hotness) = (self.first_entry(), self.policy().hotness_to_recompile());
        let list = &mut self.context.heap.code;
        list.dependents.assigns(global);
        while let Some((function, node)) = list.dependents.first(global)
            && let Some(place) = function.native.dependent(node)
            && give_up(function, place, entry, hotness, list)
        {
            self.native.leave();
        }
        debug_assert!(!self.context.heap.code.dependents.is_embedded(global));
    }

    /// Frees dead code, at most one step's pieces. True if there was any. No machine code is active.
    pub(super) fn free_dead_code(&mut self) -> bool {
        let mut freed = false;
        for _ in 0..FREED {
            let Some(span) = self.context.heap.code.take_dead() else { break };
            self.native.free(span);
            freed = true;
        }
        freed
    }
}
