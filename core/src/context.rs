//! The context: what machine code touches of a VM, at fixed offsets from one pointer.
//!
//! ```text
//!   Context ─┬─ stack       frame, frames_end, end first: a fiber's stack takes its place as a whole
//!            ├─ fuel        units left in the slice first
//!            ├─ interrupt   where the host's wish to stop is
//!            ├─ native      what only machine code and its stubs use
//!            └─ heap        the bump regions that machine code allocates from, and whether the collector marks
//! ```
//!
//! The VM contains it and does the rest. Offsets are in [`layout`](crate::layout).

use core::ptr::NonNull;
use core::sync::atomic::AtomicBool;

use crate::abi::{RUNTIME, STUBS, Stub};
use crate::fuel::Fuel;
use crate::heap::{BumpRegion, Heap};
use crate::object::LookupLine;
use crate::stack::{Frame, Stack};
use crate::value::Value;

/// What machine code touches of a VM.
#[repr(C)]
pub(crate) struct Context {
    pub(crate) stack: Stack,
    pub(crate) fuel: Fuel,
    /// Where the host says that the run should stop.
    pub(crate) interrupt: NonNull<AtomicBool>,
    pub(crate) native: NativeContext,
    pub(crate) heap: Heap,
}

/// What only machine code and its stubs use.
#[repr(C)]
pub(crate) struct NativeContext {
    /// The end of the frame records that it may use.
    pub(crate) frames_end: *mut Frame,
    /// The values of globals.
    pub(crate) globals: *mut Value,
    /// The native stack pointer where it was entered.
    pub(crate) sp: usize,
    /// Constants that it compares with.
    pub(crate) nil: Value,
    pub(crate) undefined: Value,
    /// The lines of the lookup cache.
    pub(crate) lookups: *const LookupLine,
    /// The addresses of stubs; 0 before there is any code.
    pub(crate) stubs: [usize; STUBS],
    /// The addresses of runtime functions.
    pub(crate) runtime: [usize; RUNTIME],
}

impl NativeContext {
    pub(crate) fn new(runtime: [usize; RUNTIME], lookups: *const LookupLine) -> NativeContext {
        NativeContext {
            frames_end: core::ptr::null_mut(),
            globals: core::ptr::null_mut(),
            sp: 0,
            nil: Value::NIL,
            undefined: Value::UNDEFINED,
            lookups,
            stubs: [0; STUBS],
            runtime,
        }
    }

    /// The address of a stub; 0 before there is any code.
    pub(crate) fn stub(&self, stub: Stub) -> usize {
        self.stubs.get(stub as usize).copied().unwrap_or(0)
    }
}

/// How far from the context the bump region of a space lies.
pub(crate) const fn region_offset(space: usize) -> usize {
    core::mem::offset_of!(Context, heap) + Heap::REGIONS + space * size_of::<BumpRegion>()
}
