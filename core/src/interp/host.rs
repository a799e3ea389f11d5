//! The host of a run, and what becomes of a run whose host panics.
//!
//! ```text
//!   print, clock(), the collector ──> call_host ──> guarded ──> PanicGuard::call ──> Output, Clock
//!                                        │                           │
//!            no more callbacks, and the  │ <── false ────────────────┘ a panic: caught and kept
//!            run ends at its next unit   v
//!   Vm::run ──> PanicGuard::resume: the panic goes on in the caller
//! ```
//!
//! Nothing unwinds through the engine: machine code cannot be unwound, and the interpreter does not differ.

use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::Relaxed;

use super::{Fault, Vm};
use crate::platform::{Host, PanicGuard};

impl Vm {
    /// Calls a callback of the host. A panic ends the run.
    ///
    /// # Errors
    /// Outside a run, and when this callback panics or one of this run did before.
    pub(super) fn call_host<R>(&mut self, call: impl FnOnce(&mut Host<'static>) -> R) -> Result<R, Fault> {
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
                self.panicked = true;
                self.fuel.end_slice();
                Err(Fault::Panic)
            }
        }
    }

    /// Where the host says that the run should stop.
    pub(super) fn interrupt(&self) -> Option<&AtomicBool> {
        // SAFETY: as in `call_host`; this calls nothing of the host.
        self.host.and_then(|host| unsafe { host.as_ref() }.interrupt)
    }

    /// Whether the run should stop: the host wishes it, which takes the wish, or panicked.
    pub(super) fn take_interrupt(&mut self) -> bool {
        // Two steps, because not every processor can do both in one; a wish that comes in between is the same.
        let wished = self.interrupt().is_some_and(|wish| {
            let wished = wish.load(Relaxed);
            if wished {
                wish.store(false, Relaxed);
            }
            wished
        });
        wished || self.panicked
    }

    /// Nanoseconds by the host's clock, outside a run by that of the options. 0 if there is none.
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
        // From here on no clock is asked, until `resume_panic`.
        self.panicked = !done;
        now
    }

    /// Goes on with a panic of the options' clock: after work outside a run, once all is as it should be.
    pub(crate) fn resume_panic(&mut self) {
        if core::mem::take(&mut self.panicked)
            && let Some(guard) = self.guard
        {
            guard.resume();
        }
    }
}

/// A VM while it knows the host; forgets it however the run ends.
pub(super) struct HostGuard<'a>(pub(super) &'a mut Vm);

impl Drop for HostGuard<'_> {
    fn drop(&mut self) {
        self.0.host = None;
    }
}

struct Guarded<'a> {
    guard: Option<&'static dyn PanicGuard>,
    callback: &'a mut dyn FnMut(),
}

/// Calls the callback, through the guard if there is one. False if it panicked. Functions with a foreign convention do
/// not unwind: a panic that nobody caught ends the process here.
extern "C" fn guarded(call: &mut Guarded<'_>) -> bool {
    match call.guard {
        Some(guard) => guard.call(call.callback),
        None => {
            (call.callback)();
            true
        }
    }
}
