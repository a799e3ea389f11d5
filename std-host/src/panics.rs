//! Panics of the host's callbacks: caught where a script called them, and gone on with where the script was run.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use siskin_core::platform::PanicGuard;

/// Catches panics of [`Output`](crate::platform::Output) and [`Clock`](crate::platform::Clock), and goes on with them in
/// the caller of [`Vm::run`](crate::Vm::run). VMs in the memory of [`SYSTEM`](crate::SYSTEM) have it; another
/// [`RawAlloc`](crate::mem::RawAlloc) may answer with it, too.
pub static PANIC_GUARD: &dyn PanicGuard = &Unwinding;

struct Unwinding;

thread_local! {
    /// What a callback panicked with.
    static PAYLOAD: Cell<Option<Box<dyn Any + Send>>> = const { Cell::new(None) };
}

impl PanicGuard for Unwinding {
    fn call(&self, callback: &mut dyn FnMut()) -> bool {
        // The engine leaves nothing of its state half done when a callback fails. The host learns that its own state may be
        // when the panic goes on.
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
