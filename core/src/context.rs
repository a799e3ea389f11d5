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
//! The VM contains it and does the rest. Offsets are in `layout`.

#[cfg_attr(not(feature = "native"), path = "context/native_off.rs")]
mod native;

use core::ptr::NonNull;
use core::sync::atomic::AtomicBool;

use crate::fuel::Fuel;
use crate::heap::{BumpRegion, Heap};
use crate::object::stack::Stack;
pub(crate) use native::NativeContext;

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

/// The offset of a space's bump region from the context.
pub(crate) const fn region_offset(space: usize) -> usize {
    core::mem::offset_of!(Context, heap) + Heap::REGIONS + space * size_of::<BumpRegion>()
}
