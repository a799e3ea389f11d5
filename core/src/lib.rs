//! The Siskin language and its bytecode engine.
#![no_std]
#![cfg_attr(feature = "tail", feature(explicit_tail_calls, rust_preserve_none_cc))]
#![cfg_attr(feature = "tail", expect(incomplete_features, reason = "tail calls are the feature"))]

#[cfg(any(test, fuzzing))]
extern crate std;

mod api;
mod builtins;
pub mod bytecode;
pub mod compile;
mod heap;
pub mod inspect;
mod interp;
pub mod layout;
pub mod mem;
mod meter;
mod object;
pub mod platform;
mod span;
pub mod syntax;
pub mod tier;
mod tunable;
mod value;

pub use api::{LoadError, LoadOptions, Script};
pub use heap::HeapStats;
pub use interp::{
    Dispatch, ErrorKind, FunctionId, NativeStats, Options, Outcome, RuntimeError, Stats, TraceFrame,
    Undefined, Vm,
};
pub use span::Span;
pub use syntax::Dialect;
