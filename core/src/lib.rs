//! The Siskin language and its bytecode engine.
//!
//! ```text
//! imports run downward:
//!   api inspect
//!   library layout
//!   interp
//!   tier
//!   context
//!   globals
//!   stack fuel abi
//!   heap
//!   object
//!   entry value
//!   compile
//!   bytecode
//!   syntax
//!   mem
//!   meter platform span tunable
//! ```
#![no_std]
#![cfg_attr(feature = "tail", feature(explicit_tail_calls, rust_preserve_none_cc))]
#![cfg_attr(feature = "tail", expect(incomplete_features, reason = "tail calls are the feature"))]

#[cfg(any(test, fuzzing, feature = "testing"))]
extern crate std;

mod abi;
mod api;
pub mod bytecode;
pub mod compile;
mod context;
mod entry;
mod fuel;
mod globals;
mod heap;
pub mod inspect;
mod interp;
pub mod layout;
pub mod library;
pub mod mem;
mod meter;
mod object;
pub mod platform;
mod span;
mod stack;
pub mod syntax;
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
pub mod testing;
pub mod tier;
mod tunable;
mod value;

pub use api::{LoadError, LoadOptions, Script};
pub use entry::{Arity, Entry};
pub use heap::HeapStats;
pub use interp::{
    Dispatch, ErrorKind, FunctionId, NativeStats, Options, Outcome, RuntimeError, Stats, TraceFrame,
    Undefined, Vm,
};
pub use span::Span;
pub use syntax::Dialect;
