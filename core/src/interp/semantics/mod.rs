//! The meanings of instructions on the fast path, inlined into every dispatcher.
//!
//! A function here handles the common case with a few machine instructions and leaves everything else to a cold
//! function of the VM. It must not be able to panic: a panic's landing costs registers in every handler.

mod arith;
pub(super) mod bits;
mod call;
mod compare;
mod items;
mod property;

pub(super) use arith::{Add, Div, FloorDiv, Mod, Mul, Pow, Sub};
pub(super) use compare::{Ge, Gt, Le, Lt};
