//! The virtual machine.

use core::ptr::NonNull;

use super::errors::Errors;
use super::handles::{self, RootList};
use super::host::{HostGuard, no_wish};
use super::library::Library;
use super::meter::Meter;
use super::modules::Modules;
use super::native::{self, Native};
use super::operators::OperatorNames;
use super::options::{Dispatch, Options};
use super::scripted::Scripted;
use super::stop::Stop;
use super::types::Types;
use super::work::Work;
use super::{Fault, RuntimeError, dispatch};
use crate::context::Context;
use crate::fuel::{BULK, Fuel};
use crate::globals::Globals;
use crate::heap::{Extent, Heap, HeapStats, RescueStep, Roots, Want};
use crate::mem::{Mem, MemoryUse, OutOfMemory, RawAlloc, StackBound, Vec};
use crate::object::stack::Stack;
use crate::object::{Closure, Declaration, Fiber, Gc, LookupCache, Str};
use crate::platform::{HostIo, PanicGuard};
use crate::value::Value;

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// The script is done.
    Done,
    /// The fuel is used up; the next [`Vm::run`] continues.
    OutOfFuel,
    /// The host interrupted the script; the next [`Vm::run`] continues.
    Interrupted,
    /// The script failed; [`Vm::trace`] says where.
    Error(RuntimeError),
}

/// Counters since the VM was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Memory held.
    pub memory: MemoryUse,
    /// Counters of the heap.
    pub heap: HeapStats,
    /// Times that a script, or the loading of one, waited for its heap: for a step of the collector and the search for
    /// free memory, or for a collection because memory ran out.
    pub pauses: u64,
    /// The longest pause, in nanoseconds; pauses of loading are not measured without [`Options::clock`].
    pub longest_pause: u64,
    /// The sum of all pauses, in nanoseconds.
    pub total_pause: u64,
    /// Fuel spent.
    pub fuel: u64,
}

/// A virtual machine: a heap, globals, and one stack to run on.
#[repr(C)]
pub struct Vm {
    pub(crate) context: Context,
    pub(crate) native: Native,
    pub(crate) globals: Globals,
    /// The innermost scope of handles.
    pub(super) scopes: Option<NonNull<RootList>>,
    /// Roots of unit tests.
    #[cfg(test)]
    pub(crate) test_roots: Vec<Value>,
    /// The result of the last script that ended.
    pub(crate) result: Value,
    /// Progress of the bulk work of the current instruction.
    pub(super) work: Work,
    pub(super) modules: Modules,
    /// Closures of loaded scripts that are not started; nil in free places.
    pub(crate) scripts: Vec<Value>,
    pub(super) scripted: Scripted,
    /// The fiber that runs; none while the main script does.
    pub(super) fiber: Option<Gc<Fiber>>,
    /// Functions of the host that are calling scripts.
    pub(super) host_depth: usize,
    pub(super) operators: OperatorNames,
    pub(super) types: Types,
    pub(super) errors: Errors,
    /// Free places of `scripts`. Its capacity covers all of them.
    pub(crate) free_scripts: Vec<usize>,
    /// The lookup cache, for property sites with many shapes.
    pub(crate) lookups: LookupCache,
    /// The name of initializers.
    pub(crate) init: Gc<Str>,
    pub(crate) stop: Stop,
    /// The last fault of a function of the host.
    pub(super) fault: Fault,
    /// The value that was thrown last, on its way through functions of the host.
    pub(super) thrown: Value,
    /// The number of calls of scripts by host functions so far.
    pub(super) callbacks: u64,
    /// Functions that scripts find without a declaration.
    pub(crate) library: &'static Library,
    /// The number of nested calls of scripts by host functions that are still allowed.
    pub(super) native_stack: StackBound,
    pub(crate) options: Options,
    /// The host, while the script runs.
    pub(super) host: Option<NonNull<HostIo<'static>>>,
    /// Catches panics of the host.
    pub(super) guard: Option<&'static dyn PanicGuard>,
    /// Whether the host panicked in this run.
    pub(super) panicked: bool,
    /// Whether a script is under way.
    running: bool,
    /// Whether the last allocation failed because the script is to stop, not for want of memory.
    pub(super) suspended: bool,
    /// Functions loaded so far: the id of the next.
    pub(crate) functions: u32,
    /// Functions of the library loaded so far.
    pub(super) library_functions: u32,
    /// The class declaration that ran last.
    pub(super) declarations: Declaration,
    stats: Stats,
    pub(crate) meter: Meter,
    pub(crate) mem: Mem,
}

// Machine code has the context's address, functions that it calls take it for the VM's.
const _: () = assert!(core::mem::offset_of!(Vm, context) == 0);

// SAFETY: a VM owns all that it points to: heap, stacks and tables; what it returns holds no pointer into them,
// only handles of its Mem, which are Send.
unsafe impl Send for Vm {}

/// The roots of a VM, apart from its heap.
struct VmRoots<'a> {
    stack: &'a mut Stack,
    fiber: Option<Gc<Fiber>>,
    globals: &'a mut Globals,
    scopes: Option<NonNull<RootList>>,
    test_roots: &'a [Value],
    scripts: &'a [Value],
    modules: &'a Modules,
    scripted: &'a Scripted,
    operators: &'a OperatorNames,
    types: &'a Types,
    errors: &'a Errors,
    result: Value,
    partial: Value,
    thrown: Value,
    init: Gc<Str>,
    /// What it holds are no roots, nor is what the lookup cache holds: a collection forgets them.
    native: &'a mut Native,
    lookups: &'a mut LookupCache,
}

impl VmRoots<'_> {
    /// Calls `f` for each stack whose calls wait for a fiber.
    fn each_waiting(&self, mut f: impl FnMut(&mut Stack)) {
        for fiber in Gc::and_resumers(self.fiber) {
            fiber.with_stack(|stack| stack.iter_mut().for_each(&mut f));
        }
    }
}

/// Marks a fiber that runs or waits, and the calls that wait for it, for about `work` bytes. True if all are marked.
fn mark_waiting(fiber: Gc<Fiber>, heap: &mut Heap, work: usize) -> bool {
    heap.mark_object(fiber);
    // No machine code is active in calls that wait.
    let stack = |stack: &mut Option<Stack>| {
        stack.as_mut().is_none_or(|stack| stack.mark(heap, work, usize::MAX, &mut false))
    };
    fiber.with_stack(stack)
}

impl Roots for VmRoots<'_> {
    fn begin(&mut self) {
        self.stack.forget_scanned();
        self.each_waiting(Stack::forget_scanned);
        self.globals.forget_scanned();
    }

    fn mark(&mut self, heap: &mut Heap, work: usize) -> bool {
        if !self.globals.mark(heap, work) {
            return false;
        }
        let mut leave = false;
        let is_marked = self.stack.mark(heap, work, self.native.entered(), &mut leave);
        if leave {
            self.native.leave();
        }
        if !is_marked || !Gc::and_resumers(self.fiber).all(|fiber| mark_waiting(fiber, heap, work)) {
            return false;
        }
        for &value in self.test_roots.iter().chain(self.scripts) {
            heap.mark_value(value);
        }
        self.modules.roots().for_each(|value| heap.mark_value(value));
        self.scripted.roots().chain(self.errors.roots()).for_each(|value| heap.mark_value(value));
        self.operators.roots().for_each(|name| heap.mark_object(name));
        self.types.roots().for_each(|made| heap.mark_value(made));
        heap.mark_value(self.result);
        // SAFETY: a scope takes itself off when it is left.
        unsafe { handles::mark(self.scopes, heap) };
        heap.mark_value(self.partial);
        heap.mark_value(self.thrown);
        heap.mark_object(self.init);
        true
    }

    fn forget_stale(&mut self) {
        self.stack.forget_stale();
        self.each_waiting(Stack::forget_stale);
        self.native.forget_stale();
        self.lookups.clear();
    }
}

impl Vm {
    /// A VM in memory from `alloc`, whose scripts find the functions of `library`.
    pub(crate) fn with_library(
        alloc: &'static dyn RawAlloc,
        options: Options,
        library: &'static Library,
    ) -> Result<Vm, OutOfMemory> {
        let mem = Mem::with_seed(alloc, options.memory, options.seed)?;
        let mut heap = Heap::new(&mem, options.gc_stress)?;
        let init = super::alloc::first_name(&mut heap, "init")?;
        let globals = Globals::new(&mem);
        Ok(Vm {
            context: Context {
                stack: Stack::new(&mem, options.max_frames as usize)?,
                fuel: Fuel::new(),
                interrupt: no_wish(),
                native: native::context(),
                heap,
            },
            native: Native::new(&mem),
            globals,
            scopes: None,
            #[cfg(test)]
            test_roots: Vec::new(&mem),
            result: Value::NIL,
            work: Work::NONE,
            modules: Modules::new(&mem),
            scripts: Vec::new(&mem),
            scripted: Scripted::new(&mem),
            fiber: None,
            host_depth: 0,
            operators: OperatorNames::NONE,
            types: Types::NONE,
            errors: Errors::NONE,
            free_scripts: Vec::new(&mem),
            lookups: LookupCache::new(&mem),
            init,
            stop: Stop::Done,
            fault: Fault::Stopped,
            thrown: Value::NIL,
            callbacks: 0,
            library,
            native_stack: StackBound::new(options.native_stack),
            options,
            host: None,
            guard: alloc.guard(),
            panicked: false,
            running: false,
            suspended: false,
            functions: 0,
            library_functions: 0,
            declarations: Declaration::FIRST,
            stats: Stats::default(),
            meter: Meter::NEW,
            mem,
        })
    }

    /// The VM's memory.
    #[must_use]
    pub fn mem(&self) -> &Mem {
        &self.mem
    }

    /// The VM's limits and tuning.
    #[must_use]
    pub fn options(&self) -> Options {
        self.options
    }

    /// Counters since the VM was created.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            memory: self.mem.usage(),
            heap: self.context.heap.stats(),
            fuel: self.context.fuel.spent(),
            ..self.stats
        }
    }

    /// Fuel left of the last run's budget; `None` for a run without a limit.
    #[must_use]
    pub fn fuel_left(&self) -> Option<u64> {
        self.context.fuel.left()
    }

    /// Collects all garbage now.
    pub fn collect(&mut self) {
        self.with_roots(|heap, roots| heap.collect(roots, Extent::Full));
    }

    /// Before another script begins.
    pub(super) fn reset(&mut self) {
        self.forget_fibers();
        self.context.stack.reset();
        self.running = false;
        self.context.fuel.forgive();
        self.work = Work::NONE;
        self.thrown = Value::NIL;
        self.forget_uncaught();
        self.meter.start();
    }

    /// Enters a closure that takes no arguments, of a script or a module, on an empty stack.
    pub(super) fn enter_script(&mut self, closure: Gc<Closure>) -> Result<(), RuntimeError> {
        self.context.stack.reset();
        match self.context.stack.push(closure, 0) {
            Ok(()) => {
                self.context.stack.set_first(Value::object(closure));
                self.running = true;
                Ok(())
            }
            Err(error) => Err(self.error(error.into())),
        }
    }

    /// Runs the script that was started, for at most `fuel` units if that is given.
    ///
    /// Without a script under way there is nothing to do, and the run is done: before any start, and also after an
    /// [`Outcome::Error`]. A loop over runs must end at the first error.
    ///
    /// # Panics
    /// If a callback of the host panicked and the VM has a guard; see [`PanicGuard`]. The script has ended then, and
    /// the VM stays usable.
    pub fn run(&mut self, fuel: Option<u64>, host: &mut HostIo<'_>) -> Outcome {
        if !self.running {
            return Outcome::Done;
        }
        self.context.fuel.set(fuel);
        if self.owes_for_imports() {
            return Outcome::OutOfFuel;
        }
        self.native_stack = StackBound::new(self.options.native_stack);
        self.know_host(host);
        Meter::begin_run(self);
        let hosted = HostGuard(self);
        loop {
            hosted.0.run_tiers();
            if !hosted.0.goes_on() {
                break;
            }
        }
        drop(hosted);
        Meter::end_run(self);
        self.context.stack.check();
        if core::mem::take(&mut self.panicked) {
            let error = self.error(Fault::Panic);
            self.running = false;
            self.fail_module(&error);
            self.stop = Stop::Error(error);
            if let Some(guard) = self.guard {
                guard.resume();
            }
        }
        match core::mem::replace(&mut self.stop, Stop::Done) {
            Stop::Done => {
                self.running = false;
                // SAFETY: the host's record is the current one, and its register 0 is the script's.
                self.result = unsafe { *self.context.stack.top().base };
                Outcome::Done
            }
            Stop::Fuel | Stop::Switch => Outcome::OutOfFuel,
            Stop::Interrupt => Outcome::Interrupted,
            Stop::Unwind => {
                debug_assert!(false, "only a script below a function of the host is left so");
                self.running = false;
                let fault = core::mem::replace(&mut self.fault, Fault::Stopped);
                let error = self.error(fault);
                self.fail_module(&error);
                Outcome::Error(error)
            }
            Stop::Error(error) => {
                self.running = false;
                self.work = Work::NONE;
                self.fail_module(&error);
                Outcome::Error(error)
            }
        }
    }

    /// Interprets the current frame until something stops it.
    pub(super) fn interpret(&mut self) {
        match self.options.dispatch {
            Dispatch::Match => dispatch::run_match(self),
            #[cfg(feature = "tail")]
            Dispatch::Tail => dispatch::run_tail(self),
        }
    }

    pub(crate) fn error(&self, fault: Fault) -> RuntimeError {
        RuntimeError::of_thrown(fault, self)
            .unwrap_or_else(|| RuntimeError::new(fault, &self.mem, &self.context.heap.shapes))
    }

    /// Gives the collector its turn before `size` bytes are allocated, then searches the heap for memory. Both pause
    /// the script, so both are timed.
    pub(super) fn with_collector<R>(&mut self, size: usize, f: impl FnOnce(&mut Heap) -> R) -> R {
        let before = self.nanoseconds().unwrap_or(0);
        let done = self.context.heap.work();
        self.with_roots(|heap, roots| heap.step(roots, size));
        let result = f(&mut self.context.heap);
        self.meter.turn(self.context.heap.work() - done);
        self.count_pause(before);
        result
    }

    /// Counts a pause of the script from `before` until now.
    fn count_pause(&mut self, before: u64) {
        let pause = self.nanoseconds().unwrap_or(before).saturating_sub(before);
        self.stats.pauses += 1;
        self.stats.total_pause = self.stats.total_pause.saturating_add(pause);
        self.stats.longest_pause = self.stats.longest_pause.max(pause);
    }

    /// Memory has run out: collects all garbage, so that the caller can try again. A script pays for it in fuel. Between
    /// two steps, an interrupt or the end of the fuel is an error, too. The allocating instruction runs again when the
    /// script continues, and so does the collection.
    ///
    /// # Errors
    /// If memory is still too short, or the script has to stop. [`suspend`](Vm::suspend) tells which.
    #[cold]
    pub(crate) fn collect_for_space(&mut self, want: Want) -> Result<(), OutOfMemory> {
        let before = self.nanoseconds().unwrap_or(0);
        self.suspended = false;
        // Frames of machine code are scanned in steps as others are: none returns before the collection ends. If it is left
        // unfinished, and the instruction can do without the memory, they return unnoticed: they are not scanned then.
        let entered = self.native.set_entered(usize::MAX);
        let result = self.rescue(want);
        self.native.set_entered(entered);
        self.context.stack.rescan_from(entered);
        self.count_pause(before);
        result
    }

    fn rescue(&mut self, want: Want) -> Result<(), OutOfMemory> {
        loop {
            let done = self.context.heap.work();
            let step = self.with_roots(|heap, roots| heap.rescue_step(roots, want));
            // No script pays for loading, and a single act of the host cannot thrash.
            let in_script = self.host.is_some() || self.panicked;
            if in_script {
                // A step costs a unit at least, so that any number of them ends with the fuel.
                self.context.fuel.owe_bulk(((self.context.heap.work() - done) as usize).max(BULK));
            }
            match step {
                RescueStep::Done { enough } if enough || !in_script => return Ok(()),
                RescueStep::Done { .. } => return Err(OutOfMemory),
                RescueStep::Unfinished if in_script && self.is_to_stop() => {
                    self.suspended = true;
                    return Err(OutOfMemory);
                }
                RescueStep::Unfinished => {}
            }
        }
    }

    /// Called before an instruction that takes longer than others. After an interrupt, the next unit of fuel or
    /// return polls; machine code, whose returns do not poll, exits.
    pub(super) fn end_slice_if_interrupted(&mut self) {
        if self.is_interrupted() {
            self.context.fuel.end_slice();
            self.context.stack.poll_next_return(self.native.entered());
            self.native.leave();
        }
    }

    /// Whether a script cannot go on now: the host has interrupted it, or there is no fuel.
    fn is_to_stop(&self) -> bool {
        self.is_interrupted() || self.context.fuel.left() == Some(0)
    }

    /// Ends the run if a collection for space is unfinished because the script is to stop, rather than for want of
    /// memory. The allocating instruction becomes the next one again.
    pub(super) fn suspend(&mut self) -> bool {
        if !core::mem::take(&mut self.suspended) {
            return false;
        }
        if self.take_interrupt() {
            self.stop = Stop::Interrupt;
        } else if self.context.fuel.left() == Some(0) {
            self.stop = Stop::Fuel;
        } else {
            return false;
        }
        self.rewind_instruction();
        true
    }

    /// All of the collector's work goes through here.
    pub(super) fn with_roots<R>(&mut self, f: impl FnOnce(&mut Heap, &mut dyn Roots) -> R) -> R {
        let mut roots = VmRoots {
            stack: &mut self.context.stack,
            fiber: self.fiber,
            globals: &mut self.globals,
            scopes: self.scopes,
            #[cfg(test)]
            test_roots: &self.test_roots,
            #[cfg(not(test))]
            test_roots: &[],
            scripts: &self.scripts,
            modules: &self.modules,
            scripted: &self.scripted,
            operators: &self.operators,
            types: &self.types,
            errors: &self.errors,
            result: self.result,
            partial: self.work.partial,
            thrown: self.thrown,
            init: self.init,
            native: &mut self.native,
            lookups: &mut self.lookups,
        };
        let result = f(&mut self.context.heap, &mut roots);
        self.keep_reserve();
        result
    }
}
