//! Panics of the host's callbacks: caught where a script calls them, and resumed where the host runs the script.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use siskin_core::platform::PanicGuard;

/// Catches panics of [`Output`](crate::platform::Output) and [`Clock`](crate::platform::Clock), and resumes them in the
/// caller of [`Vm::run`](crate::Vm::run). VMs in the memory of [`SYSTEM`](crate::SYSTEM) have it. The `guard` of
/// another [`RawAlloc`](crate::mem::RawAlloc) may return it, too.
pub static PANIC_GUARD: &dyn PanicGuard = &Unwinding;

struct Unwinding;

thread_local! {
    /// What a callback panicked with.
    static PAYLOAD: Cell<Option<Box<dyn Any + Send>>> = const { Cell::new(None) };
}

impl PanicGuard for Unwinding {
    fn call(&self, callback: &mut dyn FnMut()) -> bool {
        // Unwind-safe: the engine's state is consistent whenever it calls a callback. The host's state may be broken,
        // which the host learns when the panic is resumed.
        match catch_unwind(AssertUnwindSafe(callback)) {
            Ok(()) => true,
            Err(payload) => {
                PAYLOAD.set(Some(payload));
                false
            }
        }
    }

    fn resume(&self) {
        if let Some(payload) = PAYLOAD.take() {
            resume_unwind(payload);
        }
    }
}
