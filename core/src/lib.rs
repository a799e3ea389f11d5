//! The Siskin language and its bytecode engine, without an operating system: parser, compiler, verifier, interpreter, heap.
//!
//! Programs depend on the crate `siskin`, which adds an allocator, output, error text and machine code. This crate is for
//! firmware, for native tiers and for tools.
//!
//! # From text to result
//! ```text
//!   text ──syntax──> Ast ──compile──> ImageBuilder ──pack──> Program ──interp: load──> Function objects ──interp: run──> Outcome
//!                                                               ^                                           │ hot
//!                                              bytes ──verify───┘                               tier: Unit ──> machine code
//! ```
//!
//! # The map
//! | module | what it is |
//! |---|---|
//! | [`mem`] | memory from a host's `RawAlloc`, every byte counted, every allocation fallible |
//! | [`platform`] | the rest that a host gives: output, clock, executable memory, a guard against panics |
//! | [`syntax`] | lexer, parser, tree, diagnostics; knows no VM |
//! | [`bytecode`] | the table of opcodes, and what derives from it; images of programs; the verifier |
//! | `numeric` `text` | arithmetic beyond the processor's, the same bits everywhere; numbers as text, formats |
//! | `operator` | the operators that classes can define |
//! | [`compile`] | tree to bytecode; knows no heap |
//! | `value` `object` `heap` | NaN-boxed values; kinds of objects; pages and the collector |
//! | `fuel` `globals` `context` | what a running script has; the part of it that machine code sees |
//! | [`tier`] `layout` `abi` | what native tiers are told, and what their code may touch |
//! | `interp` | the virtual machine: meanings, calls, properties, tiers, faults |
//! | [`library`] `entry` | the functions that scripts find, as constants |
//! | `api` [`inspect`] | loading and starting; views of a VM that stands still |
//!
//! ```text
//! imports run downward:
//!   api inspect
//!   library layout
//!   interp
//!   tier
//!   context
//!   globals
//!   fuel abi
//!   heap
//!   object
//!   entry
//!   value
//!   compile
//!   bytecode
//!   syntax
//!   mem
//!   meter numeric operator platform span text tunable
//! ```
//!
//! The gate `imports` of the repository holds the modules to this order. `docs/tour` walks through them.
//!
//! # Features
//! | feature | default | what it brings | what it costs |
//! |---|---|---|---|
//! | `texts` | yes | messages of run-time errors; without, a message is the name of its kind | the sentences, and the code that prints numbers into them |
//! | `native` | no | `layout`, and all of [`tier`] but `Bail` and `NativeStats`: compilers to machine code can be installed; `siskin-jit` switches it on | feedback and counts for each function, a second dispatcher, for samples |
//! | `tail` | no | the dispatcher by tail calls ([`Dispatch`]) | nightly Rust |
//! | `testing` | no | doubles for tests; hidden | not for programs |
//!
//! # What is stable
//! Versions follow SemVer; before 1.0 a minor version may break things. What the crate `siskin` exports again is meant to last:
//! [`Vm`], [`Options`], [`Outcome`] and the other types at the root, [`mem`], [`platform`], [`inspect`]. The modules
//! [`bytecode`], [`compile`], [`syntax`], [`tier`], `layout` and [`library`] serve the crates around this one and tools; they change with the
//! engine. `testing` is hidden and promises nothing. An [image](bytecode::image) is read by the version of its format only.
#![no_std]
#![cfg_attr(feature = "tail", feature(explicit_tail_calls, rust_preserve_none_cc))]
#![cfg_attr(feature = "tail", expect(incomplete_features, reason = "tail calls are the feature"))]
// A build with the feature says what is dead in all builds.
#![cfg_attr(
    not(feature = "native"),
    expect(dead_code, reason = "parts of types that machine code knows, beside their fields")
)]

#[cfg(any(test, fuzzing, feature = "testing"))]
extern crate std;

#[cfg(feature = "native")]
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
#[cfg(feature = "native")]
pub mod layout;
pub mod library;
pub mod mem;
mod meter;
mod numeric;
mod object;
mod operator;
pub mod platform;
mod span;
pub mod syntax;
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
pub mod testing;
mod text;
pub mod tier;
mod tunable;
mod value;

pub use api::{
    Exporter, ImportError, ImportFlaw, ImportStep, LoadError, LoadOptions, ModuleText, Name, Refusal,
    Resolver, Script,
};
pub use bytecode::Program;
pub use entry::{Arity, Entry, HostModule};
pub use heap::HeapStats;
pub use interp::{
    Dispatch, ErrorKind, Failed, FunctionId, HostCall, Options, Outcome, RuntimeError, Stats, TraceFrame,
    Undefined, Vm,
};
pub use span::Span;
pub use syntax::Dialect;
pub use tier::NativeStats;
