//! Fields that only machine code and its stubs use.

use crate::abi::{RUNTIME, STUBS, Stub};
use crate::object::LookupLine;
use crate::object::stack::Frame;
use crate::value::Value;

/// Fields that only machine code and its stubs use.
#[repr(C)]
pub(crate) struct NativeContext {
    /// The end of the frame records that machine code may use.
    pub(crate) frames_end: *mut Frame,
    /// The values of globals.
    pub(crate) globals: *mut Value,
    /// The native stack pointer where machine code was entered.
    pub(crate) sp: usize,
    /// Where the stub [`Switch`](Stub::Switch) goes.
    pub(crate) target: *const u8,
    /// Constants for comparisons in machine code.
    pub(crate) nil: Value,
    pub(crate) undefined: Value,
    /// The lines of the lookup cache; null without a native tier.
    pub(crate) lookups: *const LookupLine,
    /// How many there are less one.
    pub(crate) lookup_mask: usize,
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
            target: core::ptr::null(),
            nil: Value::NIL,
            undefined: Value::UNDEFINED,
            lookups: core::ptr::null(),
            lookup_mask: 0,
            stubs: [0; STUBS],
            runtime,
        }
    }

    /// The address of a stub; 0 before there is any code.
    pub(crate) fn stub(&self, stub: Stub) -> usize {
        self.stubs.get(stub as usize).copied().unwrap_or(0)
    }
}
