//! The context: the part of a VM that machine code touches, at fixed offsets from one pointer.
//!
//! ```text
//!   Context ─┬─ stack       frame, frames_end, end first; a fiber's stack could replace it as a whole
//!            ├─ fuel        units left in the slice first
//!            ├─ interrupt   the address of the interrupt flag
//!            ├─ native      fields that only machine code and its stubs use
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

/// The part of a VM that machine code touches.
#[repr(C)]
pub(crate) struct Context {
    pub(crate) stack: Stack,
    pub(crate) fuel: Fuel,
    /// The interrupt flag of the host, which says that the run should stop.
    pub(crate) interrupt: NonNull<AtomicBool>,
    pub(crate) native: NativeContext,
    pub(crate) heap: Heap,
}

/// Fields that only machine code and its stubs use.
#[repr(C)]
pub(crate) struct NativeContext {
    /// The end of the frame records that machine code may use.
    pub(crate) frames_end: *mut Frame,
    /// The values of globals.
    pub(crate) globals: *mut Value,
    /// The native stack pointer where machine code was entered.
    pub(crate) sp: usize,
    /// Constants for comparisons in machine code.
    pub(crate) nil: Value,
    pub(crate) undefined: Value,
    /// The lines of the lookup cache; null without a native tier.
    pub(crate) lookups: *const LookupLine,
    /// The addresses of stubs; 0 before there is any code.
    pub(crate) stubs: [usize; STUBS],
    /// The addresses of runtime functions.
    pub(crate) runtime: [usize; RUNTIME],
}

impl NativeContext {
    pub(crate) fn new(runtime: [usize; RUNTIME]) -> NativeContext {
        NativeContext {
            frames_end: core::ptr::null_mut(),
            globals: core::ptr::null_mut(),
            sp: 0,
            nil: Value::NIL,
            undefined: Value::UNDEFINED,
            lookups: core::ptr::null(),
            stubs: [0; STUBS],
            runtime,
        }
    }

    /// The address of a stub; 0 before there is any code.
    pub(crate) fn stub(&self, stub: Stub) -> usize {
        self.stubs.get(stub as usize).copied().unwrap_or(0)
    }
}

/// The offset of a space's bump region from the context.
pub(crate) const fn region_offset(space: usize) -> usize {
    core::mem::offset_of!(Context, heap) + Heap::REGIONS + space * size_of::<BumpRegion>()
}
