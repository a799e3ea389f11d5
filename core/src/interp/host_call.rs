//! Calls of functions of the host.
//!
//! ```text
//!   script ──call──> the entry's look: the value is there, or else
//!                    record of the host's function: window, end of its registers, entry
//!                      └─> RawFn ──> Call::arg, by index ...
//!                             └─> Call::call ──> a script (`callback`)
//! ```

use core::ptr::NonNull;

use super::stop::Stop;
use super::{Fault, Vm};
use crate::entry::{Arity, Entry, OpaqueVm, Status};
use crate::mem::OutOfMemory;
#[cfg(feature = "native")]
use crate::object::InlineCache;
use crate::object::stack::{Stack, StackError};
use crate::value::Value;

/// A function's view of its call by a script.
///
/// A function allocates before it changes anything: without memory, or when the run is to stop while memory is looked for, its
/// call may run again from the start.
pub(crate) struct Call<'a> {
    pub(super) vm: &'a mut Vm,
    /// Index of the function's registers on the stack.
    pub(super) window: usize,
    pub(super) argc: usize,
}

/// The entry of a Rust function, which is in its type: `function` is a function item or a closure that captures nothing.
pub(crate) const fn entry<F>(name: &'static str, arity: Arity, doc: &'static str, function: F) -> Entry
where
    F: Fn(&mut Call<'_>) -> Result<Value, Fault> + Sync + 'static,
{
    const { assert!(size_of::<F>() == 0, "a function that captures nothing") };
    core::mem::forget(function);
    // SAFETY: `thunk` needs no data, and F may be shared between threads.
    unsafe { Entry::new(name, arity, doc, thunk::<F>, core::ptr::null()) }
}

impl Entry {
    /// The same function with what it does for calls with `argc` arguments, at most one, if it needs neither a frame nor
    /// memory nor fuel. `look` gets the receiver and the argument; it gives none and changes nothing if more is needed.
    pub(crate) const fn looking<F>(self, argc: u8, look: F) -> Entry
    where
        F: Fn(&mut Vm, Value, Value) -> Option<Value> + Sync + 'static,
    {
        const { assert!(size_of::<F>() == 0, "a function that captures nothing") };
        core::mem::forget(look);
        // SAFETY: F may be shared between threads.
        unsafe { self.with_look(argc, look_thunk::<F>) }
    }
}

/// Calls a look that is in its type.
///
/// # Safety
/// As for [`RawLook`](crate::entry::RawLook); `F` has no size, and a value of it was forgotten.
unsafe fn look_thunk<F>(vm: *mut OpaqueVm, receiver: Value, argument: Value) -> Value
where
    F: Fn(&mut Vm, Value, Value) -> Option<Value>,
{
    // SAFETY: the VM's own address, which the caller does not use meanwhile.
    let vm = unsafe { &mut *vm.cast::<Vm>() };
    // SAFETY: a value without a size is anywhere; there was one.
    let look = unsafe { NonNull::<F>::dangling().as_ref() };
    look(vm, receiver, argument).unwrap_or(Value::UNDEFINED)
}

/// Calls a function that is in its type.
///
/// # Safety
/// As for [`RawFn`](crate::entry::RawFn); `F` has no size, and a value of it was forgotten.
unsafe fn thunk<F>(vm: *mut OpaqueVm, window: usize, argc: usize, _: *const ()) -> Status
where
    F: Fn(&mut Call<'_>) -> Result<Value, Fault>,
{
    // SAFETY: the VM's own address, which the caller does not use meanwhile.
    let vm = unsafe { &mut *vm.cast::<Vm>() };
    debug_assert!(vm.context.stack.window() == window);
    // SAFETY: a value without a size is anywhere; there was one.
    let function = unsafe { NonNull::<F>::dangling().as_ref() };
    match function(&mut Call { vm, window, argc }) {
        // A script that the function called has ended the run, or left the function by its fault. The function's result is ignored: its frame is no
        // longer the current one.
        _ if !matches!(vm.stop, Stop::Switch) => Status::Failed,
        Ok(value) => {
            vm.context.stack.set_first(value);
            Status::Done
        }
        Err(fault) => {
            vm.fault = fault;
            Status::Failed
        }
    }
}

impl Call<'_> {
    /// The VM.
    pub(crate) fn vm(&mut self) -> &mut Vm {
        self.vm
    }

    /// The receiver of a method; else the function.
    pub(crate) fn receiver(&self) -> Value {
        self.vm.context.stack.value_at(self.window)
    }
}

impl Vm {
    /// Calls a function of the host with the arguments in a window, whose first register gets the result. `receiver`
    /// is the receiver of a method, else the function itself.
    pub(super) fn call_host_function(
        &mut self,
        entry: &'static Entry,
        argc: u8,
        win: usize,
        receiver: Value,
    ) -> Result<(), Fault> {
        if !entry.arity().accepts(argc) {
            return Err(Fault::Arity { expected: entry.arity(), got: u32::from(argc) });
        }
        let argument = if argc == 0 { Value::NIL } else { self.register(win + 1) };
        if let Some(value) = self.look(entry, argc, receiver, argument) {
            self.set_register(win, value);
            return Ok(());
        }
        let argc = usize::from(argc);
        // The window keeps the callee alive.
        let window = match self.context.stack.push_host(entry, argc, win) {
            Ok(window) => window,
            Err(_) => self.with_stack(Some(receiver), |stack| stack.push_host(entry, argc, win))?,
        };
        let kept =
            if self.context.stack.first().is_identical(receiver) { 0 } else { self.keep_callee(receiver)? };
        // SAFETY: the window of the record just made, as many arguments as the entry allows.
        unsafe { self.run_host_function(entry, window, argc, kept) }
    }

    /// The value of a call, if the function finds it with a look. The argument is nil if there is none.
    #[inline]
    fn look(&mut self, entry: &Entry, argc: u8, receiver: Value, argument: Value) -> Option<Value> {
        let look = entry.look(argc)?;
        let vm: *mut Vm = self;
        // SAFETY: the VM's address; the entry has the look for so many arguments.
        let value = unsafe { look(vm.cast(), receiver, argument) };
        (!value.is_undefined()).then_some(value)
    }

    /// The same for the method that a site has for the receiver, if that is a function of the host.
    #[cfg(feature = "native")]
    pub(super) fn look_by_site(
        &mut self,
        site: &InlineCache,
        receiver: Value,
        argument: Value,
        argc: u8,
    ) -> Option<Value> {
        let entry = site.peek(receiver.method_shape()?)?.target()?.as_host()?;
        self.look(entry, argc, receiver, argument)
    }

    /// Runs a function of the host, whose record is the current one, and takes the record away. The callee is in register
    /// `kept`, or in register 0.
    ///
    /// # Safety
    /// The window is that of the record, with as many arguments, which the entry's arity allows.
    pub(super) unsafe fn run_host_function(
        &mut self,
        entry: &'static Entry,
        window: usize,
        argc: usize,
        kept: usize,
    ) -> Result<(), Fault> {
        let callbacks = self.callbacks;
        let vm: *mut Vm = self;
        // SAFETY: the VM's address; the rest is the caller's promise.
        let status = unsafe { entry.call(vm.cast(), window, argc) };
        if status == Status::Done && matches!(self.stop, Stop::Switch) {
            self.context.stack.pop_host();
            return Ok(());
        }
        self.host_function_failed(kept, callbacks)
    }

    /// Puts the receiver in place of the callee in register 0 of a host function's frame. The instruction may run again,
    /// so the callee stays, past the function's own registers; returns in which one.
    #[cold]
    fn keep_callee(&mut self, receiver: Value) -> Result<usize, Fault> {
        let callee = self.context.stack.first();
        let kept = self.context.stack.host_registers();
        if let Err(fault) = self.with_stack(Some(receiver), |stack| stack.set_host_registers(kept + 1)) {
            self.context.stack.pop_host();
            return Err(fault);
        }
        self.set_register(kept, callee);
        self.context.stack.set_first(receiver);
        Ok(kept)
    }

    /// Ends a call of a host function that has no value. The callee is in register `kept`, or in register 0; the run has
    /// called scripts `callbacks` times before it.
    #[cold]
    fn host_function_failed(&mut self, kept: usize, callbacks: u64) -> Result<(), Fault> {
        let repeats = core::mem::take(&mut self.work.repeats_call);
        if !matches!(self.stop, Stop::Switch) && !repeats {
            // A script that the function called has ended the run, or its fault goes on from here.
            if !matches!(self.stop, Stop::Unwind) {
                return Err(Fault::Stopped);
            }
            self.stop = Stop::Switch;
            self.context.stack.pop_host();
            return Err(core::mem::replace(&mut self.fault, Fault::Stopped));
        }
        if kept != 0 {
            let callee = self.register(kept);
            self.context.stack.set_first(callee);
        }
        self.context.stack.pop_host();
        let fault = core::mem::replace(&mut self.fault, Fault::Stopped);
        // A function that has called scripts cannot run again.
        if repeats && self.callbacks == callbacks {
            self.rewind_instruction();
            self.work.call_is_paid = true;
            return Err(Fault::Stopped);
        }
        let ends = repeats || self.callbacks != callbacks && core::mem::take(&mut self.suspended);
        Err(if ends { self.stop_for_good() } else { fault })
    }

    /// The fault for a stop where no run can be resumed.
    pub(super) fn stop_for_good(&mut self) -> Fault {
        if self.take_interrupt() { Fault::Interrupted } else { Fault::OutOfFuel }
    }

    /// Calls `f`, which needs stack memory. Without memory, collects and calls it once more. A safepoint: objects
    /// that `f` uses are reachable or `kept`.
    pub(super) fn with_stack<T>(
        &mut self,
        kept: Option<Value>,
        f: impl Fn(&mut Stack) -> Result<T, StackError>,
    ) -> Result<T, Fault> {
        match f(&mut self.context.stack) {
            Err(StackError::OutOfMemory) => {
                let result = self.retry_after_gc(kept, |vm| match f(&mut vm.context.stack) {
                    Err(StackError::OutOfMemory) => Err(OutOfMemory),
                    other => Ok(other),
                })?;
                Ok(result?)
            }
            result => Ok(result?),
        }
    }
}
