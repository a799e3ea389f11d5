//! The host of a run, and panics of the host.
//!
//! ```text
//!   print, clock(), the collector ──> call_host ──> guarded ──> PanicGuard::call ──> Output, Clock
//!                                        │                           │
//!            no more callbacks, and the  │ <── false ────────────────┘ a panic: caught and kept
//!            run ends at its next unit   v
//!   Vm::run ──> PanicGuard::resume: the panic goes on in the caller
//! ```
//!
//! Nothing unwinds through the engine: machine code cannot be unwound, and the interpreter behaves the same.

use core::ptr::NonNull;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::Relaxed;

use super::machine::Flow;
use super::stop::Stop;
use super::{Fault, Vm};
use crate::platform::{HostIo, PanicGuard};

/// The interrupt flag of a host without one: never set.
static NEVER: AtomicBool = AtomicBool::new(false);
/// The interrupt flag after a panic of the host: always set.
static ALWAYS: AtomicBool = AtomicBool::new(true);

/// Address of the flag that is never set.
pub(super) fn no_wish() -> NonNull<AtomicBool> {
    NonNull::from(&NEVER)
}

impl Vm {
    /// Calls a callback of the host. A panic of the callback ends the run.
    ///
    /// # Errors
    /// Outside a run, and after a panic of this callback or an earlier one of the run.
    pub(super) fn call_host<R>(&mut self, call: impl FnOnce(&mut HostIo<'static>) -> R) -> Result<R, Fault> {
        let Some(mut host) = self.host else {
            return Err(if self.panicked { Fault::Panic } else { Fault::Output });
        };
        let (mut call, mut result) = (Some(call), None);
        let mut callback = || {
            // SAFETY: `run` put it there from an exclusive borrow that lasts as long as it is there; see `HostGuard`.
            result = call.take().map(|call| call(unsafe { host.as_mut() }));
        };
        let done = guarded(&mut Guarded { guard: self.guard, callback: &mut callback });
        match result {
            Some(result) if done => Ok(result),
            _ => {
                self.host = None;
                self.note_panic();
                Err(Fault::Panic)
            }
        }
    }

    /// Calls a function of the host that uses the VM. A panic of it ends the run.
    ///
    /// # Errors
    /// After a panic of the function, or of a callback of the run meanwhile or earlier.
    pub(super) fn call_function(&mut self, function: &mut dyn FnMut(&mut Vm)) -> Result<(), Fault> {
        if self.panicked {
            return Err(Fault::Panic);
        }
        let guard = self.guard;
        let done = guarded(&mut Guarded { guard, callback: &mut || function(self) });
        if !done {
            self.host = None;
            self.note_panic();
        }
        if self.panicked { Err(Fault::Panic) } else { Ok(()) }
    }

    /// The host of the run, if there is one.
    pub(super) fn host(&mut self) -> Option<&mut HostIo<'static>> {
        // SAFETY: as in `call_host`; the reference borrows the VM, which alone has the address.
        self.host.as_mut().map(|host| unsafe { host.as_mut() })
    }

    /// Whether the host wants the run to stop, or panicked. Does not clear the interrupt.
    #[inline(always)]
    pub(super) fn is_interrupted(&self) -> bool {
        // SAFETY: the host's, which the run has borrowed, or one of the two above.
        unsafe { self.context.interrupt.as_ref() }.load(Relaxed)
    }

    /// Whether the run should stop: the interrupt is set, which this clears, or the host panicked.
    pub(super) fn take_interrupt(&mut self) -> bool {
        self.meter.polled();
        let wished = self.is_interrupted();
        // A load and a store, because not every processor can swap atomically; an interrupt in between is the same
        // one. The flag of a panic is never cleared.
        if wished && !self.panicked {
            // SAFETY: as above.
            unsafe { self.context.interrupt.as_ref() }.store(false, Relaxed);
        }
        wished
    }

    /// Polls the interrupt: continues at the current frame, or stops there.
    #[cold]
    #[inline(never)]
    pub(super) fn poll(&mut self) -> Flow {
        if !self.take_interrupt() {
            return Flow::Reload;
        }
        self.stop = Stop::Interrupt;
        Flow::Stop
    }

    /// The host of a run, until [`forget_host`](Vm::forget_host). The lifetime is erased only while `host` is borrowed.
    pub(super) fn know_host(&mut self, host: &mut HostIo<'_>) {
        self.context.interrupt = host.interrupt.map_or(no_wish(), NonNull::from);
        self.host = Some(NonNull::from(host).cast::<HostIo<'static>>());
    }

    fn forget_host(&mut self) {
        self.host = None;
        self.context.interrupt = no_wish();
    }

    fn note_panic(&mut self) {
        self.panicked = true;
        self.context.interrupt = NonNull::from(&ALWAYS);
        self.context.fuel.end_slice();
    }

    /// Nanoseconds by the host's clock, outside a run by the clock of the options. 0 without a clock.
    pub(crate) fn nanoseconds(&mut self) -> Result<u64, Fault> {
        match self.call_host(|host| host.clock.nanoseconds()) {
            Err(Fault::Output) => Ok(self.nanoseconds_outside()),
            result => result,
        }
    }

    fn nanoseconds_outside(&mut self) -> u64 {
        let Some(clock) = self.options.clock else { return 0 };
        let mut now = 0;
        let done = guarded(&mut Guarded { guard: self.guard, callback: &mut || now = clock() });
        if !done {
            // From here on the clock is not called, until `resume_panic`.
            self.note_panic();
        }
        now
    }

    /// Resumes a panic of the options' clock, after work outside a run, when the VM is consistent again.
    pub(crate) fn resume_panic(&mut self) {
        if core::mem::take(&mut self.panicked) {
            self.context.interrupt = no_wish();
            if let Some(guard) = self.guard {
                guard.resume();
            }
        }
    }
}

/// A VM with a host. Dropping the guard forgets the host, however the run ends.
pub(super) struct HostGuard<'a>(pub(super) &'a mut Vm);

impl Drop for HostGuard<'_> {
    fn drop(&mut self) {
        self.0.forget_host();
    }
}

struct Guarded<'a> {
    guard: Option<&'static dyn PanicGuard>,
    callback: &'a mut dyn FnMut(),
}

/// Calls the callback, through the guard if there is one. False if it panicked. A function of the `C` ABI does not
/// unwind: a panic without a guard aborts the process here.
extern "C" fn guarded(call: &mut Guarded<'_>) -> bool {
    match call.guard {
        Some(guard) => guard.call(call.callback),
        None => {
            (call.callback)();
            true
        }
    }
}
