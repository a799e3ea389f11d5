//! Native tiers: their input, their output, and how the VM keeps it.
//!
//! ```text
//!   interpreter ──hotness──> Vm::hot ──Unit──> NativeTier::compile ──NativeCode──> Function
//!        ^                                                                         │ entry
//!        └──────────────── exit: the frame's record says where ──── machine code <─┘
//! ```
//!
//! The core knows no machine code. A tier gets a `Unit`, a view of one verified function and of what was seen
//! of it, and gives code that behaves as the interpreter does, with the places that may be entered. What the code
//! may touch, `layout` says.
//!
//! Without the feature `native`, only the names remain by which a host asks what became of compiling.

mod bail;
#[cfg(feature = "native")]
mod compiler;
#[cfg(feature = "native")]
pub(crate) mod policy;
#[cfg(feature = "native")]
mod unit;

#[cfg(feature = "native")]
pub use crate::object::{EntryPoint, Kinds, NativeCode, Root};
pub use bail::{Bail, NativeStats};
#[cfg(feature = "native")]
pub use compiler::NativeTier;
#[cfg(feature = "native")]
pub use unit::{Called, Callee, Global, GlobalState, Unit, Variant};
