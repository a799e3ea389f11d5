//! Failures of a host: memory that is refused, callbacks that panic.

use std::alloc::Layout;
use std::cell::Cell;
use std::panic::resume_unwind;

use siskin::SYSTEM;
use siskin::mem::RawAlloc;
use siskin::platform::{Clock, Output, OutputError, PanicGuard};

/// The system's memory. Requests of this thread are refused as [`refuse`] says.
pub(crate) static REFUSING: &dyn RawAlloc = &Refusing;

thread_local! {
    /// The number of requests to grant, and the number to refuse after those.
    static PLAN: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
}

/// From now on grants `after` requests of this thread, then refuses `count`, then grants all.
pub(crate) fn refuse(after: u32, count: u32) {
    PLAN.set((after, count));
}

struct Refusing;

impl Refusing {
    fn refuses() -> bool {
        let (granted, refused) = PLAN.get();
        let refuses = granted == 0 && refused > 0;
        PLAN.set((granted.saturating_sub(1), refused - u32::from(refuses)));
        refuses
    }
}

// SAFETY: forwards to the system's memory, or returns null.
#[expect(unsafe_code, reason = "an allocator of a host")]
unsafe impl RawAlloc for Refusing {
    fn alloc(&self, layout: Layout) -> *mut u8 {
        if Refusing::refuses() { std::ptr::null_mut() } else { SYSTEM.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: passed on from the caller; every block is the system's.
        unsafe { SYSTEM.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if Refusing::refuses() {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { SYSTEM.realloc(ptr, layout, new_size) }
    }

    fn guard(&self) -> Option<&'static dyn PanicGuard> {
        SYSTEM.guard()
    }
}

/// The payload of the panics.
pub(crate) struct Panic;

/// An output and a clock that count their calls, and panic at one of them.
pub(crate) struct Panicking {
    left: Cell<u32>,
}

impl Panicking {
    /// Panics after `calls` calls.
    pub(crate) fn after(calls: u32) -> Panicking {
        Panicking { left: Cell::new(calls) }
    }

    fn call(&self) {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            // `resume_unwind` does not call the panic hook, in which libFuzzer would end the process.
            None => resume_unwind(Box::new(Panic)),
        }
    }
}

impl Output for &Panicking {
    fn write(&mut self, _: &[u8]) -> Result<(), OutputError> {
        self.call();
        Ok(())
    }
}

impl Clock for Panicking {
    fn nanoseconds(&self) -> u64 {
        self.call();
        0
    }
}
